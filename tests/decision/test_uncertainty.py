"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import load_client
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.uncertainty import Model, shares
from lib.paths import CLIENTS


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
    assert int(moved.recommendation) == int(model.recommend(model.simulation.facts)[0])
    for arm, total in model.estimates.planned.horizon_usd.items():
        assert float(moved.context.costs.horizon_usd[arm]) == pytest.approx(float(total))
