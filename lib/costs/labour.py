"""What people's work costs: hours from the price lists × the client's rate."""

import numpy as np

from lib.arms import TUNED_ARMS
from lib.client.facts import queries_answered
from lib.costs.prompts import model_role
from lib.costs.situation import NOTHING, Array, Component, Situation, either
from lib.costs.training import retrains_per_month

LABELS = {
    "prompt_engineering": "Prompt engineering",
    "evaluation_set": "Evaluation set",
    "document_loading": "Document loading",
    "vector_store_setup": "Vector store set-up",
    "embedding_pipeline": "Embedding pipeline",
    "retrieval_logic": "Retrieval and API",
    "data_curation": "Data curation",
    "training_pipeline": "Training pipeline",
    "integration": "Bringing both together",
    "self_hosting": "Bringing the model into service",
    "maintenance": "Maintenance",
    "retraining": "Retraining work",
}


def rate(situation: Situation) -> Array:
    """USD for one hour of engineering."""
    return situation.fact("money.engineer_usd_per_hour")


def setup_hours(situation: Situation, arm: str, work: str) -> Array:
    """Hours of one piece of set-up work; data curation takes the stated multiplier."""
    hours = situation.price(f"{arm}.{work}")
    return hours * situation.price("training.preparation_multiplier") if work == "data_curation" else hours


def labour(situation: Situation, arm: str) -> list[Component]:
    """USD for every piece of work of ``arm``: at set-up, for maintenance and for retraining."""
    order = list(LABELS)
    works = sorted(situation.effort(arm), key=lambda work: order.index(work) if work in LABELS else len(order))
    components = [_work(situation, arm, work) for work in works]
    own = situation.own_gpus(model_role(arm))
    if np.any(own):
        components.append(
            situation.component(
                "self_hosting",
                LABELS["self_hosting"],
                "hours × USD an hour",
                lambda: (
                    rate(situation) * either(own, lambda: situation.price("self-hosting.self_hosting"), lambda: NOTHING)
                ),
                labour=True,
            )
        )
    return components


def _work(situation: Situation, arm: str, work: str) -> Component:
    setup, monthly, formula = None, None, "hours × USD an hour"
    if work == "maintenance":
        formula, monthly = "hours a month × USD an hour", lambda: _maintenance(situation, arm)
    elif work == "retraining":
        formula, monthly = "retrainings a month × hours × USD an hour", lambda: _retraining(situation, arm)
    else:
        setup = lambda: setup_hours(situation, arm, work) * rate(situation)  # noqa: E731
    if work == "data_curation":
        formula = "hours × multiplier × USD an hour"
    # Work of the client's own naming has a key of its own: it may be called like any other component.
    id_, label = (work, LABELS[work]) if work in LABELS else (f"work.{work}", work.replace("_", " ").capitalize())
    return situation.component(id_, label, formula, setup, monthly, labour=True)


def review(situation: Situation) -> list[Component]:
    """USD a month for people who check answers before they are used; nothing where nobody does.

    The minutes are the client's, else those of the price list; the wage is that of whoever saves the time, who knows
    the matter, else the price list's.
    """
    minutes, wage = situation.fact("money.review_minutes_per_answer"), situation.fact("money.saved_usd_per_hour")
    asked = situation.facts.truth("risk.expert_review")
    # In the Excel workbook a number is a cell that holds it.
    if not np.any(asked) and not np.any(getattr(minutes, "value", minutes)):
        return []

    def monthly() -> Array:
        stated = situation.facts.answered("money.review_minutes_per_answer")
        assumed = minutes if stated else np.maximum(minutes, asked * situation.price("review.minutes"))
        hourly = situation.price("review.reviewer_usd_per_hour") if np.any(np.isnan(wage)) else wage
        return queries_answered(situation.facts) * assumed / 60 * hourly

    formula = "queries a month × minutes an answer ÷ 60 × USD an hour of the reviewer"
    return [situation.component("review", "Expert review", formula, monthly=monthly, labour=True)]


def monitoring(situation: Situation, arm: str) -> Component:
    """USD a month for watching the answers; a tuned model is also watched for drift."""
    key = "monitoring.tuned.monthly" if arm in TUNED_ARMS else "monitoring.base.monthly"
    return situation.component("monitoring", "Monitoring", "price a month", monthly=lambda: situation.price(key))


def _retraining(situation: Situation, arm: str) -> Array:
    return retrains_per_month(situation, arm) * situation.price(f"{arm}.retraining") * rate(situation)


def _maintenance(situation: Situation, arm: str) -> Array:
    hours = situation.price(f"{arm}.maintenance") + either(
        situation.own_gpus(model_role(arm)), lambda: situation.price("self-hosting.maintenance"), lambda: NOTHING
    )
    return hours * rate(situation)
