"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import Facts, load_client
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.features import EvaluationContext
from lib.decision.uncertainty import Model, all_thresholds, shares
from lib.paths import CLIENTS
from lib.prices import price_book


@pytest.fixture(scope="module")
def client():
    return load_client(CLIENTS / "support-knowledge-base.yaml")


def test_many_draws_and_the_decision_agree_on_the_stability(client) -> None:
    decision = decide(client, with_counterfactuals=False)
    blocks = Model.of(client).stability(2**14)
    found = shares(np.concatenate([evaluate(block).recommendation for block in blocks]))
    assert found[decision.recommendation] == pytest.approx(decision.stability, abs=0.03)


def test_draws_at_the_likely_values_are_the_decision_itself(client) -> None:
    model = Model.of(client)
    likely = {item: np.asarray(item.likely) for item in model.simulation.inputs}
    moved = evaluate(model.context(model.simulation.moved(likely)))
    plain = evaluate(EvaluationContext(Facts.of(client), price_book(client), all_thresholds()))
    assert int(moved.recommendation) == int(plain.recommendation)
    for arm, total in plain.context.costs.horizon_usd.items():
        assert float(moved.context.costs.horizon_usd[arm]) == pytest.approx(float(total))
