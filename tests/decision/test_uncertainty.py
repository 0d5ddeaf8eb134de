"""Uncertainty through costs and recommendation together."""

import numpy as np
import pytest

from lib.client import answers, check_client, load_client
from lib.costs.estimates import LikeEstimates
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


def test_changes_costed_together_are_decided_as_each_would_be_alone(client) -> None:
    own, values = Model.of(client), answers(client)
    changes = {
        "traffic.queries_per_month": (50, 5_000_000),
        "money.horizon_months": (3, 60),
        "money.engineer_usd_per_hour": (5, 400),
        "knowledge.documents": (3, 900_000),
    }
    edited = {
        (path, value): Model.of(check_client(values | {section: values.get(section, {}) | {name: value}}))
        for path, pair in changes.items()
        for value in pair
        for section, name in [path.split(".")]
    }
    alike = [other for (path, _), other in edited.items() if own.draws_like(other, path)]
    assert len(alike) >= 6
    alone = [int(other.recommend(other.simulation.facts)[0]) for other in alike]
    assert own.recommend_each(alike) == alone and len(set(alone)) > 1
    together = LikeEstimates(own.estimates, [other.estimates for other in alike])
    found = together.expected_costs(own.simulation.facts.each([other.simulation.facts for other in alike]))
    for place, other in enumerate(alike):
        exact = other.estimates.expected_costs(other.simulation.facts)
        for name in ("horizon_usd", "all_in_usd_per_query", "prompt_tokens"):
            for arm, row in getattr(found, name).items():
                row = np.broadcast_to(row, len(alike))
                assert float(row[place]) == pytest.approx(float(getattr(exact, name)[arm])), (name, arm)
