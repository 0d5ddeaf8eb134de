"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import Facts, check_client, load_client
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.decide import recommender, thresholds
from lib.decision.features import EvaluationContext
from lib.decision.flips import flips
from lib.decision.pair_flips import pair_flips
from lib.decision.uncertainty import (
    break_even,
    draws,
    fan,
    model_of,
    payback,
    probability_cheapest,
    return_on_investment,
    shares,
    sobol_first_order,
    tornado,
)
from lib.paths import CLIENTS
from lib.prices import price_book


@pytest.fixture(scope="module")
def client():
    return load_client(CLIENTS / "support-knowledge-base.yaml")


@pytest.fixture(scope="module")
def result(client):
    return draws(client, power=11)


def test_many_draws_and_the_decision_agree_on_the_confidence(client, result) -> None:
    decision = decide(client)
    assert shares(result)[decision.recommendation] == pytest.approx(decision.confidence, abs=0.03)
    assert sum(shares(result).values()) == pytest.approx(1.0)


def test_draws_at_the_likely_values_are_the_decision_itself(client) -> None:
    model = model_of(client)
    likely = {item: np.asarray(item.likely) for item in model.inputs}
    moved = evaluate(model.context(model.simulation.moved(likely)))
    plain = evaluate(EvaluationContext(Facts.of(client), price_book(client), thresholds()))
    assert int(moved.recommendation) == int(plain.recommendation)
    for arm, total in plain.context.costs.horizon_usd.items():
        assert float(moved.context.costs.horizon_usd[arm]) == pytest.approx(float(total))


def test_the_fan_starts_at_set_up_never_falls_and_is_ordered(result) -> None:
    bands = fan(result, "rag")
    assert bands.shape == (3, 13)
    assert (np.diff(bands, axis=1) > 0).all()
    assert (np.diff(bands, axis=0) > 0).all()
    np.testing.assert_allclose(bands[:, 0], np.quantile(result.setup_usd["rag"], (0.1, 0.5, 0.9)))


def test_probabilities_of_being_cheapest_add_up_to_one(result) -> None:
    found = probability_cheapest(result)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found["prompt"] > 0.9


def test_a_tuned_arm_that_is_dearer_per_query_has_no_break_even_and_a_cheaper_one_has() -> None:
    base = {"client": {"name": "x"}, "knowledge": {"needed": "none"}}
    short_prompt = {"instruction_tokens": 100, "tuned_instruction_tokens": 100}
    dearer = draws(check_client(base | {"traffic": short_prompt}), power=8)
    assert np.isnan(break_even(dearer, "fine_tune", "prompt").p50)
    long_prompt = {"instruction_tokens": 20000, "tuned_instruction_tokens": 50, "answer_tokens": 100}
    cheaper = draws(check_client(base | {"traffic": long_prompt | {"queries_per_month": 2_000_000}}), power=8)
    found = break_even(cheaper, "fine_tune", "prompt")
    assert 0 < found.p10 <= found.p50 <= found.p90 < 10_000_000
    assert 0 < payback(cheaper, "fine_tune", "prompt").p50 < 12


def test_return_on_investment_follows_from_minutes_saved_by_hand() -> None:
    base = {"client": {"name": "x"}, "money": {"minutes_saved_per_answer": 6, "engineer_usd_per_hour": 100}}
    result = draws(
        check_client(base | {"evidence": {"target_score": 1.0}, "traffic": {"queries_per_month": 1000}}), power=8
    )
    # 1,000 answers × 6 minutes = 100 hours = USD 10,000 a month, over twelve months.
    expected = (120_000 - result.horizon_usd["prompt"]) / result.horizon_usd["prompt"]
    assert return_on_investment(result, "prompt").p50 == pytest.approx(np.median(expected), rel=1e-6)


def test_the_tornado_is_ordered_and_its_bars_are_what_the_model_gives(client) -> None:
    bars = tornado(client, "hybrid", "rag")
    assert [bar.width for bar in bars] == sorted((bar.width for bar in bars), reverse=True)
    model = model_of(client)
    item = next(item for item in model.inputs if item.label == bars[0].label)
    total = model.context(model.simulation.moved({item: np.asarray(item.low)})).costs.horizon_usd
    assert bars[0].at_low == pytest.approx(float(total["hybrid"] - total["rag"]))


def test_sobol_indices_are_shares_of_variance(client) -> None:
    found = sobol_first_order(client, "rag", points=256)
    assert found
    assert all(0 <= value <= 1 for pair in found.values() for value in pair)
    assert sum(cost for cost, _ in found.values()) < 1.1
    assert max(found, key=lambda label: found[label][0]) == "rag: maintenance"


def test_pairs_reach_only_arms_that_no_single_change_reaches(client) -> None:
    facts, recommend = Facts.of(client), recommender(model_of(client))
    singles = flips(facts, recommend)
    pairs = pair_flips(facts, recommend, singles)
    assert pairs
    for pair in pairs:
        assert pair.recommendation not in {flip.recommendation for flip in singles}
