"""``decide --json`` has the agreed shape, and its parts agree with one another."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.arms import ARMS, UNDECIDED, arm_name
from lib.client import Facts, answers, check_client, load_client
from lib.client.facts import decoded, field_specs
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.counterfactuals import Counterfactual
from lib.decision.frameworks import frameworks
from lib.decision.uncertainty import Model
from lib.paths import CLIENTS

KEYS = {
    "client",
    "recommendation",
    "runner_up",
    "stability",
    "first_step",
    "reasons",
    "arms",
    "frameworks",
    "agreement",
    "flips",
}
ARM_KEYS = {
    "feasible",
    "blockers",
    "support",
    "setup_usd",
    "monthly_usd",
    "usd_per_query",
    "usd_per_correct_answer",
    "p95_latency_ms",
}
FILES = sorted(CLIENTS.glob("*.yaml"))


def some(**fields: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a section of a client file in which any of the fields may be answered."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in fields.items()})


SOME_CLIENT = st.fixed_dictionaries(
    {
        "client": st.just({"name": "x"}),
        "knowledge": some(
            needed=["none", "public", "private"], documents=[0, 20, 400, 12000], citations_required=[True, False]
        ),
        "behaviour": some(
            style_sensitivity=[0.2, 0.6, 0.7, 0.9], narrow_task=[True, False], strict_schema=[True, False]
        ),
        "training_data": some(labelled_examples=[0, 150, 800]),
        "traffic": some(queries_per_month=[500, 25_000, 2_000_000]),
        "latency": some(p95_ms=[300, 5000]),
        "money": some(setup_usd=[2000, 20_000], monthly_usd=[200, 20_000]),
    }
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_json_has_the_agreed_keys_and_plain_values(path: Path) -> None:
    result = json.loads(json.dumps(decide(load_client(path)).to_dict(), allow_nan=False))
    assert result.keys() >= KEYS
    assert list(result["arms"]) == list(ARMS)
    for arm in result["arms"].values():
        assert arm.keys() >= ARM_KEYS
        assert arm["feasible"] == (not arm["blockers"])
    assert result["recommendation"] in (*ARMS, UNDECIDED)
    assert 0 <= result["stability"] <= 1
    assert {row["id"] for row in result["frameworks"]} == {item.id for item in frameworks()}
    for framework in result["frameworks"]:
        for row in framework["trace"]:
            assert row.keys() >= {"rule", "observed", "threshold", "holds", "points_to"}
    for change in result["flips"]:
        assert change.keys() >= {"field", "from", "to", "recommendation"}
        assert change["recommendation"] != result["recommendation"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_support_and_agreement_are_the_shares_of_the_frameworks_that_answer(path: Path) -> None:
    result = decide(load_client(path), with_counterfactuals=False)
    voting = [verdict.says for verdict in result.frameworks if verdict.says]
    for arm in ARMS:
        assert math.isclose(result.arms[arm].support, voting.count(arm) / len(voting), abs_tol=1e-6)
    assert result.agreement == result.arms[result.recommendation].support


def wrong_after_the_edit(data: dict[str, Any], plausible: bool = False) -> list[Counterfactual]:
    """Give the counterfactuals that the decision for the edited file does not bear out."""

    def after(change: Counterfactual) -> str:
        section, name = change.field.split(".")
        edited = check_client(data | {section: {**data.get(section, {}), name: change.to_value}})
        return decide(edited, with_counterfactuals=False).recommendation

    found = decide(check_client(data)).counterfactuals
    return [change for change in found if change.plausible >= plausible and after(change) != change.recommendation]


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_counterfactual_is_what_the_edited_file_is_decided_to_be(path: Path) -> None:
    client = load_client(path)
    assert decide(client).counterfactuals
    assert wrong_after_the_edit(answers(client)) == []


BUSY = {"client": {"name": "x"}, "traffic": {"queries_per_month": 2_000_000}}


@settings(max_examples=6, deadline=None)
@example(client=BUSY | {"knowledge": {"needed": "none", "citations_required": True, "documents": 20}})
@example(client=BUSY | {"knowledge": {"documents": 400, "citations_required": False}})
@given(client=SOME_CLIENT)
def test_a_plausible_counterfactual_names_no_arm_where_the_edited_client_is_undecided(client: dict[str, Any]) -> None:
    assert wrong_after_the_edit(client, plausible=True) == []


def test_the_published_counterfactual_of_a_factual_support_base_is_style_at_the_threshold() -> None:
    result = decide(load_client(CLIENTS / "support-knowledge-base.yaml"))
    change = next(change for change in result.counterfactuals if change.field == "behaviour.style_sensitivity")
    assert (change.from_value, change.to_value, change.recommendation) == (0.2, 0.7, "hybrid")


def test_a_trace_marks_what_was_assumed_and_what_abstains() -> None:
    result = decide(check_client({"client": {"name": "x"}}), with_counterfactuals=False)
    rules = {rule.rule: rule for verdict in result.frameworks for rule in verdict.trace}
    assert rules["brand-voice"].assumed == ("behaviour.style_sensitivity", "behaviour.specialised_reasoning")
    assert rules["brand-voice"].holds is False
    assert rules["irrelevant-chunks"].holds is None
    assert "behaviour.style_sensitivity" in result.assumed
    assert "money.setup_usd" not in result.assumed


def test_every_rule_names_its_source_and_every_framework_its_article() -> None:
    for item in frameworks():
        assert item.source and item.rules
        for rule in item.rules:
            assert rule.question.endswith("?") and rule.threshold.source and rule.threshold.unit


def test_two_decisions_of_the_same_client_are_the_same() -> None:
    client = load_client(CLIENTS / "clinical-notes.yaml")
    assert decide(client).to_dict() == decide(client).to_dict()


SHARES = st.floats(0, 1)
DRAWN = st.fixed_dictionaries(
    {
        "knowledge.needed": st.sampled_from([0.0, 1.0, 2.0]),
        "knowledge.documents": st.sampled_from([0.0, 10.0, 500.0, 1e5]),
        "knowledge.days_between_changes": st.sampled_from([0.1, 1.0, 13.0, 31.0, 400.0, math.inf]),
        "knowledge.citations_required": st.sampled_from([0.0, 1.0]),
        "behaviour.style_sensitivity": SHARES,
        "behaviour.strict_schema": st.sampled_from([0.0, 1.0]),
        "behaviour.narrow_task": st.sampled_from([0.0, 1.0]),
        "evidence.prompt_engineering_weeks": st.sampled_from([0.0, 1.0, 4.0]),
        "evidence.users_satisfied": st.sampled_from([math.nan, 0.0, 1.0]),
        "evidence.prompt_score": st.one_of(st.just(math.nan), SHARES),
        "evidence.rag_score": st.one_of(st.just(math.nan), SHARES),
        "evidence.fine_tune_score": st.one_of(st.just(math.nan), SHARES),
        "evidence.hybrid_score": st.one_of(st.just(math.nan), SHARES),
        "training_data.labelled_examples": st.sampled_from([math.nan, 50.0, 800.0, 20000.0]),
        "traffic.queries_per_month": st.sampled_from([100.0, 25000.0, 5e6]),
        "money.setup_usd": st.sampled_from([math.nan, 500.0, 6000.0, 50000.0]),
        "latency.p95_ms": st.sampled_from([100.0, 700.0, 5000.0]),
    }
)


@given(rows=st.lists(DRAWN, min_size=2, max_size=8))
def test_many_situations_at_once_give_what_each_gives_alone(rows: list[dict[str, float]]) -> None:
    client = check_client({"client": {"name": "x"}})
    model, facts = Model.of(client), Facts.of(client)
    columns = {path: np.array([row[path] for row in rows]) for path in rows[0]}
    together = model.recommend(facts.replaced(columns))
    alone = [int(model.recommend(facts.replaced(row))[0]) for row in rows]
    assert together.tolist() == alone


@given(row=DRAWN)
def test_a_recommended_arm_is_feasible_and_never_lacks_the_facts(row: dict[str, float]) -> None:
    client = check_client({"client": {"name": "x"}})
    outcome = evaluate(Model.of(client).present(Facts.of(client).replaced(row)))
    arm = arm_name(int(outcome.recommendation))
    if arm == UNDECIDED:
        return
    assert outcome.feasibility.feasible[arm]
    assert arm not in ("prompt",) or not outcome.gaps.knowledge or bool(outcome.by_evidence)


def test_codes_of_fields_turn_back_into_what_stands_in_the_file() -> None:
    specs = field_specs()
    assert decoded(specs["knowledge.needed"], 2.0) == "private"
    assert decoded(specs["knowledge.days_between_changes"], math.inf) == "never"
    assert decoded(specs["latency.streaming"], 0.0) is False
    assert decoded(specs["knowledge.documents"], 7.0) == 7
    assert decoded(specs["money.setup_usd"], math.nan) is None
