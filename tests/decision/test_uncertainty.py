"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import Facts, load_client
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.decide import model_of, recommender, thresholds
from lib.decision.features import EvaluationContext
from lib.decision.flips import flips
from lib.decision.pair_flips import pair_flips
from lib.decision.uncertainty import shares, sobol_first_order
from lib.paths import CLIENTS
from lib.prices import price_book


@pytest.fixture(scope="module")
def client():
    return load_client(CLIENTS / "support-knowledge-base.yaml")


def test_many_draws_and_the_decision_agree_on_the_stability(client) -> None:
    decision, found = decide(client), shares(client)
    assert found[decision.recommendation] == pytest.approx(decision.stability, abs=0.03)
    assert sum(found.values()) == pytest.approx(1.0)


def test_draws_at_the_likely_values_are_the_decision_itself(client) -> None:
    model = model_of(client)
    likely = {item: np.asarray(item.likely) for item in model.inputs}
    moved = evaluate(model.context(model.simulation.moved(likely)))
    plain = evaluate(EvaluationContext(Facts.of(client), price_book(client), thresholds()))
    assert int(moved.recommendation) == int(plain.recommendation)
    for arm, total in plain.context.costs.horizon_usd.items():
        assert float(moved.context.costs.horizon_usd[arm]) == pytest.approx(float(total))


def test_sobol_indices_are_shares_of_variance(client) -> None:
    found = sobol_first_order(client, "rag", points=256)
    assert found
    assert all(0 <= value <= 1 for pair in found.values() for value in pair)
    assert sum(cost for cost, _ in found.values()) < 1.1
    assert max(found, key=lambda label: found[label][0]) == "Hours of maintenance for RAG"


@pytest.mark.slow
def test_pairs_reach_only_arms_that_no_single_change_reaches(client) -> None:
    facts, recommend = Facts.of(client), recommender(model_of(client))
    singles = flips(facts, recommend)
    pairs = pair_flips(facts, recommend, singles)
    assert pairs
    for pair in pairs:
        assert pair.recommendation not in {flip.recommendation for flip in singles}
