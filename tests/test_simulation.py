"""The simulation engine: triangles, strata, the same draws for the same inputs, and priors without contradictions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import triang

from lib.client import check_client, load_client
from lib.client.facts import field_specs
from lib.decision.uncertainty import PRIORS_FILE
from lib.paths import CLIENTS
from lib.prices import price_book
from lib.simulation import DRAWS, Simulation, UncertainInput, column, read_priors


def simulation(**sections) -> Simulation:
    client = check_client({"client": {"name": "Test"}, **sections})
    return Simulation.of(client, price_book(client), priors=read_priors(PRIORS_FILE))


def share(facts, path: str, word: str | bool) -> float:
    holds = facts.truth(path) == word if isinstance(word, bool) else facts.is_word(path, word)
    return float(np.mean(holds))


@pytest.mark.parametrize(("low", "likely", "high"), [(0, 2, 10), (1, 1, 5), (0, 3, 3)])
def test_an_uncertain_input_is_the_triangular_distribution(low: float, likely: float, high: float) -> None:
    item = UncertainInput("fact", "x", "x", low, likely, high)
    grid = np.linspace(0.01, 0.99, 21)
    expected = triang((likely - low) / (high - low), loc=low, scale=high - low)
    np.testing.assert_allclose(item.at(grid), expected.ppf(grid))
    assert item.mean == pytest.approx(expected.mean())


def test_every_stratum_of_a_column_holds_one_draw_and_blocks_differ() -> None:
    first = column("x", 50)
    assert sorted(np.floor(first * 50).astype(int)) == list(range(50))
    assert (column("x", 50) == first).all()
    assert (column("x", 50, block=1) != first).any() and (column("y", 50) != first).any()


def test_one_answer_more_leaves_every_other_draw_as_it_was() -> None:
    before = simulation(knowledge={"needed": "private"}).money_draw()
    after = simulation(knowledge={"needed": "private"}, traffic={"queries_per_month": 10_000}).money_draw()
    assert np.ndim(before.facts["traffic.queries_per_month"]) and not np.ndim(after.facts["traffic.queries_per_month"])
    np.testing.assert_array_equal(before.facts["traffic.context_tokens"], after.facts["traffic.context_tokens"])
    for key, values in before.prices.items():
        np.testing.assert_array_equal(values, after.prices[key])


def test_money_draws_leave_choices_and_the_horizon_alone() -> None:
    draw = simulation(money={"horizon_months": {"low": 6, "likely": 7.5, "high": 12}}).money_draw()
    for path, spec in field_specs().items():
        if spec.kind in ("truth", "choice"):
            assert not np.ndim(draw.facts[path]), path
    assert draw.facts["money.horizon_months"] == 8


def test_stability_draws_move_every_unanswered_choice_that_has_a_prior_and_no_answered_one() -> None:
    empty = simulation()
    draw = empty.stability_draw()
    for prior in empty.priors:
        assert len(np.unique(draw.facts[prior.field])) > 1, prior.field
    assert share(draw.facts, "knowledge.needed", "none") == pytest.approx(0.35, abs=0.01)
    answered = simulation(knowledge={"needed": "public"}, risk={"expert_review": False}).stability_draw()
    assert answered.facts["knowledge.needed"].shape == ()
    assert share(answered.facts, "risk.expert_review", False) == 1
    # What moves in a money draw moves alike.
    np.testing.assert_array_equal(
        draw.facts["traffic.queries_per_month"], empty.money_draw().facts["traffic.queries_per_month"]
    )


def test_every_choice_that_decides_or_costs_has_a_prior() -> None:
    priors = {prior.field for prior in read_priors(PRIORS_FILE)}
    without = {
        "evidence.users_satisfied",
        "today.plan",
        "report.confidential",
    }  # empty says something, or is only shown
    choices = {path for path, spec in field_specs().items() if spec.kind in ("truth", "choice")}
    assert choices - priors == without


ANSWERS = {
    "knowledge.needed": st.sampled_from(["none", "public", "private"]),
    "knowledge.citations_required": st.booleans(),
    "knowledge.access_differs": st.booleans(),
    "knowledge.documents": st.sampled_from([0, 10, 5000]),
    "constraints.data_must_stay_in_house": st.booleans(),
    "constraints.runs_where": st.sampled_from(["cloud", "own_servers", "device"]),
    "risk.wrong_answer": st.sampled_from(["low", "medium", "high"]),
}


@given(st.fixed_dictionaries({}, optional=ANSWERS))
def test_what_is_drawn_never_contradicts_itself_nor_what_was_answered(answers) -> None:
    sections: dict = {}
    for path, value in answers.items():
        section, name = path.split(".")
        sections.setdefault(section, {})[name] = value
    drawn = simulation(**sections).stability_draw(512).facts
    none = drawn.is_word("knowledge.needed", "none")
    private = drawn.is_word("knowledge.needed", "private")

    def may(*paths: str) -> bool:
        """A contradiction among answers alone is the client's own; one with a draw must never be."""
        return all(path in answers for path in paths)

    for path, contradicts in {
        "knowledge.citations_required": none & drawn.truth("knowledge.citations_required"),
        "knowledge.access_differs": ~private & drawn.truth("knowledge.access_differs"),
        "knowledge.documents": none & (drawn["knowledge.documents"] > 0),
    }.items():
        assert may("knowledge.needed", path) or not np.any(contradicts), path
    device = drawn.is_word("constraints.runs_where", "device")
    assert may("constraints.team_can_run_two_systems") or not np.any(
        device & drawn.truth("constraints.team_can_run_two_systems")
    )
    hosted = drawn.is_word("constraints.runs_where", "cloud")
    if "constraints.data_must_stay_in_house" not in answers and "constraints.runs_where" not in answers:
        assert np.mean(hosted & drawn.truth("constraints.data_must_stay_in_house")) < 0.1


@pytest.mark.parametrize("path", sorted(CLIENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mean_of_each_input_over_the_draws_is_that_of_its_triangle(path) -> None:
    client = load_client(path)
    found = Simulation.of(client, price_book(client))
    draw = found.money_draw(DRAWS)
    for item in found.inputs:
        values = (draw.facts if item.kind == "fact" else draw.prices)[item.name]
        assert np.mean(values) == pytest.approx(item.mean, rel=1e-3, abs=1e-9)
        assert item.low <= values.min() and values.max() <= item.high


def test_stability_draws_meet_moving_prices_of_own_gpus_and_an_answered_client_does_not():
    open_, answered = (
        check_client({"client": {"name": "Test"}, "constraints": constraints})
        for constraints in ({}, {"data_must_stay_in_house": False, "runs_where": "cloud"})
    )
    priors = read_priors(PRIORS_FILE)
    moving = [
        {item.name for item in Simulation.of(client, price_book(client), priors=priors).inputs}
        for client in (open_, answered)
    ]
    assert "self-hosted.gpu_hour" in moving[0] and "self-hosted.gpu_hour" not in moving[1]


@pytest.mark.parametrize("path", sorted(CLIENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_input_that_moves_has_one_label_that_people_can_read(path):
    client = load_client(path)
    labels = [item.label for item in Simulation.of(client, price_book(client), priors=read_priors(PRIORS_FILE)).inputs]
    assert len(labels) == len(set(labels)), "no two inputs are called the same"
    assert not [label for label in labels if "_" in label or "any-" in label or "(monitoring." in label]
