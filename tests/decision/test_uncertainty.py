"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import Facts, load_client
from lib.decision import decide
from lib.decision.asking import Variations
from lib.decision.choice import evaluate
from lib.decision.decide import model_of, thresholds
from lib.decision.features import EvaluationContext
from lib.paths import CLIENTS
from lib.prices import price_book


@pytest.fixture(scope="module")
def client():
    return load_client(CLIENTS / "support-knowledge-base.yaml")


def test_many_draws_and_the_decision_agree_on_the_stability(client) -> None:
    decision = decide(client, with_counterfactuals=False)
    blocks = model_of(client).stability(2**14)
    found = Variations(np.concatenate([evaluate(block).recommendation for block in blocks]), {}).shares
    assert found[decision.recommendation] == pytest.approx(decision.stability, abs=0.03)


def test_draws_at_the_likely_values_are_the_decision_itself(client) -> None:
    model = model_of(client)
    likely = {item: np.asarray(item.likely) for item in model.inputs}
    moved = evaluate(model.context(model.simulation.moved(likely)))
    plain = evaluate(EvaluationContext(Facts.of(client), price_book(client), thresholds()))
    assert int(moved.recommendation) == int(plain.recommendation)
    for arm, total in plain.context.costs.horizon_usd.items():
        assert float(moved.context.costs.horizon_usd[arm]) == pytest.approx(float(total))
