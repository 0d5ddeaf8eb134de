"""One honest set of figures: expected, P10 and P90 of the same draws, as planned beside them."""

import json

import numpy as np
import pytest

from lib.arms import ARMS
from lib.client import check_client, load_client
from lib.costs import Estimates
from lib.costs.overview import MONEY, Overview
from lib.decision import decide
from lib.paths import CLIENTS
from lib.prices import price_book

SAMPLES = sorted(CLIENTS.glob("*.yaml"))
# Ferries of the first-time user who was told USD 3,750 and 10,774 though nine draws in ten cost more.
FERRIES = {
    "client": {"name": "Baltic Ferries"},
    "knowledge": {"needed": "private", "documents": 900, "days_between_changes": 1, "citations_required": True},
    "behaviour": {"style_sensitivity": 0.5},
    "traffic": {"queries_per_month": 40_000},
    "latency": {"p95_ms": 3000},
    "money": {"setup_usd": 8000, "engineer_usd_per_hour": 150},
    "prices": {"as_of": "2026-05-01"},
    "stack": {"base_model": "openai/gpt-4o-mini", "tuned_model": "openai/ft:gpt-4o-mini-2024-07-18"},
}


def of(sections) -> Overview:
    return Overview.of(check_client(sections))


@pytest.fixture(scope="module", params=SAMPLES, ids=lambda path: path.stem)
def sample(request) -> Overview:
    return Overview.of(load_client(request.param))


def test_the_headline_of_the_first_time_user_is_no_longer_below_its_own_tenth_percentile():
    overview = of(FERRIES)
    setup, total = overview.figure("setup_usd", "rag"), overview.figure("horizon_usd", "rag")
    # The draws of that time gave 4,389 / 5,942 (median) / 7,688 and 11,464 / 14,943 / 19,336.
    assert setup.as_planned == pytest.approx(3750, abs=1), "what was quoted"
    assert (setup.p10, setup.expected, setup.p90) == pytest.approx((4380, 5990, 7682), rel=0.01)
    assert total.as_planned == pytest.approx(10774, rel=0.01), "what was quoted"
    assert (total.p10, total.expected, total.p90) == pytest.approx((11483, 15187, 19336), rel=0.01)
    assert setup.as_planned < setup.p10 and total.as_planned < total.p10
    assert overview.chances("rag")["money.setup_usd"] == pytest.approx(0.94, abs=0.01)


def test_a_wage_that_nobody_stated_moves_too():
    stated, assumed = of(FERRIES), of(FERRIES | {"money": {"setup_usd": 8000}})
    one, other = (overview.figure("setup_usd", "rag") for overview in (stated, assumed))
    assert other.p10 < one.p10 and one.p90 < other.p90
    assert other.expected == pytest.approx(one.expected, rel=0.01)
    assert assumed.chances("rag")["money.setup_usd"] < stated.chances("rag")["money.setup_usd"]


def test_expected_lies_between_p10_and_p90_for_every_figure_of_every_sample_client(sample):
    for arm in ARMS:
        for name in MONEY:
            found = sample.figure(name, arm)
            if found is not None:
                assert found.p10 <= found.expected <= found.p90, (arm, name)


def test_components_add_up_to_totals_and_months_to_the_horizon(sample):
    costs = sample.costs
    frame = sample.estimates.to_frame().groupby("arm")["expected"].sum()
    for arm in ARMS:
        parts = costs.components[arm].values()
        assert sum(part.setup for part in parts) == pytest.approx(costs.setup_usd[arm])
        assert sum(part.monthly for part in parts) == pytest.approx(costs.monthly_usd[arm])
        assert costs.by_month_usd(arm).sum() == pytest.approx(costs.months * costs.monthly_usd[arm])
        assert costs.spent_usd(arm)[-1] == pytest.approx(costs.horizon_usd[arm])
        assert costs.horizon_usd[arm] == pytest.approx(sample.figure("horizon_usd", arm).expected)
        assert frame[arm] == pytest.approx(costs.horizon_usd[arm])
        whole = sample.figure("horizon_usd", arm)
        assert sample.estimates.spent(arm)[:, -1] == pytest.approx([whole.expected, whole.p10, whole.p90])


def test_the_decision_says_what_the_costs_say(sample):
    decision = decide(sample.client, with_counterfactuals=False)
    for arm, result in decision.arms.items():
        for name in ("setup_usd", "monthly_usd", "monthly_bill_usd", "usd_per_query", "horizon_usd"):
            figure = sample.figure(name, arm)
            assert getattr(result, name) == pytest.approx(figure.expected, abs=1e-4)
            assert result.ranges[name].p90 == pytest.approx(figure.p90)
        row = decision.to_dict()["arms"][arm]
        assert row["setup_usd_p10"] <= row["setup_usd"] <= row["setup_usd_p90"]


def test_json_has_a_number_or_nothing_where_a_number_belongs(sample):
    text = json.dumps(sample.to_dict(), allow_nan=False)
    assert "never" not in json.loads(text)["arms"]["rag"].values()


def test_a_range_of_months_is_one_number_everywhere():
    overview = of(FERRIES | {"money": {"horizon_months": {"low": 6, "likely": 7.5, "high": 12}}})
    assert overview.months == overview.to_dict()["horizon_months"] == overview.costs.months == 8
    costs = overview.costs
    assert costs.horizon_usd["rag"] == pytest.approx(costs.setup_usd["rag"] + 8 * costs.monthly_usd["rag"])


def test_chances_count_draws_and_no_limit_is_always_kept():
    estimates = of(FERRIES).estimates
    total = estimates.drawn.horizon_usd["rag"]
    assert estimates.chance_within("horizon_usd", "rag", float(np.median(total))) == pytest.approx(0.5, abs=0.001)
    assert estimates.chance_within("horizon_usd", "rag", np.nan) == 1


def test_the_chance_of_being_cheapest_counts_the_draws_won_and_gives_ties_to_the_simpler():
    estimates = of(FERRIES).estimates
    totals = {arm: np.broadcast_to(total, estimates.size) for arm, total in estimates.drawn.horizon_usd.items()}
    winners = [min(ARMS, key=lambda arm: (totals[arm][row], ARMS.index(arm))) for row in range(estimates.size)]
    assert estimates.chance_cheapest() == {arm: winners.count(arm) / estimates.size for arm in ARMS}


def test_the_fan_starts_at_set_up_never_falls_and_is_ordered():
    estimates = of(FERRIES).estimates
    expected, low, high = estimates.spent("rag")
    assert (low < expected).all() and (expected < high).all()
    assert (np.diff([expected, low, high], axis=1) > 0).all()
    assert expected[0] == pytest.approx(estimates.expected.setup_usd["rag"])


@pytest.mark.parametrize(
    "moved",
    [
        {"traffic.queries_per_month": 80_000.0},
        {"knowledge.documents": 90_000.0},
        {"traffic.answer_tokens": 200.0},
        {"money.engineer_usd_per_hour": 50.0},
    ],
)
def test_expected_costs_of_a_variation_are_those_of_the_client_file_with_that_answer(moved):
    estimates = of(FERRIES).estimates
    (path, value), (section, name) = next(iter(moved.items())), next(iter(moved)).split(".")
    answered = check_client(FERRIES | {section: FERRIES.get(section, {}) | {name: value}})
    near = estimates.expected_costs(estimates.facts.replaced({path: value}))
    exact = Estimates.of(answered, price_book(answered)).expected
    for arm in ARMS:
        assert near.horizon_usd[arm] == pytest.approx(exact.horizon_usd[arm], rel=0.01)


def test_the_client_s_own_facts_give_exactly_the_expected_costs(sample):
    near = sample.estimates.expected_costs(sample.estimates.facts)
    for arm in ARMS:
        assert near.setup_usd[arm] == pytest.approx(sample.costs.setup_usd[arm])
        assert near.horizon_usd[arm] == pytest.approx(sample.costs.horizon_usd[arm])
