"""What people's work costs: hours from the price lists × the client's rate."""

import numpy as np

from lib.arms import TUNED_ARMS
from lib.client.facts import queries_answered
from lib.costs.component import Component
from lib.costs.prompts import model_role
from lib.costs.retraining import retrains_per_month
from lib.costs.situation import NOTHING, Array, Situation, either

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
    components = []
    order = list(LABELS)
    for work in sorted(situation.effort(arm), key=lambda work: order.index(work) if work in LABELS else len(order)):
        setup, monthly, formula = NOTHING, NOTHING, "hours × USD an hour"
        keys = (f"{arm}.{work}",)
        if work == "maintenance":
            monthly, formula = _maintenance(situation, arm), "hours a month × USD an hour"
        elif work == "retraining":
            hours = retrains_per_month(situation, arm) * situation.price(f"{arm}.retraining")
            monthly, formula = hours * rate(situation), "retrainings a month × hours × USD an hour"
        else:
            setup = setup_hours(situation, arm, work) * rate(situation)
        if work == "data_curation":
            keys, formula = (*keys, "training.preparation_multiplier"), "hours × multiplier × USD an hour"
        # Work of the client's own naming has a key of its own: it may be called like any other component.
        id_, label = (work, LABELS[work]) if work in LABELS else (f"work.{work}", work.replace("_", " ").capitalize())
        components.append(Component(id_, label, formula, keys, setup, monthly, labour=True))
    own = situation.own_gpus(model_role(arm))
    if np.any(own):
        hours = either(own, lambda: situation.price("self-hosting.self_hosting"), lambda: NOTHING)
        components.append(
            Component(
                "self_hosting",
                LABELS["self_hosting"],
                "hours × USD an hour",
                ("self-hosting.self_hosting",),
                hours * rate(situation),
                NOTHING,
                labour=True,
            )
        )
    return components


def review(situation: Situation) -> list[Component]:
    """USD a month for people who check answers before they are used; nothing where nobody does.

    The minutes are the client's, else those of the price list; the wage is that of whoever saves the time, who knows
    the matter, else the price list's.
    """
    minutes = situation.fact("money.review_minutes_per_answer")
    asked = situation.facts.truth("risk.expert_review")
    # In the Excel workbook a number is a cell that holds it.
    if not np.any(asked) and not np.any(getattr(minutes, "value", minutes)):
        return []
    stated, wage = (
        situation.facts.answered("money.review_minutes_per_answer"),
        situation.fact("money.saved_usd_per_hour"),
    )
    assumed = minutes if stated else np.maximum(minutes, asked * situation.price("review.minutes"))
    hourly = situation.price("review.reviewer_usd_per_hour") if np.any(np.isnan(wage)) else wage
    return [
        Component(
            "review",
            "Expert review",
            "queries a month × minutes an answer ÷ 60 × USD an hour of the reviewer",
            ("review.minutes", "review.reviewer_usd_per_hour"),
            NOTHING,
            queries_answered(situation.facts) * assumed / 60 * hourly,
            labour=True,
        )
    ]


def monitoring(situation: Situation, arm: str) -> Component:
    """USD a month for watching the answers; a tuned model is also watched for drift."""
    key = "monitoring.tuned.monthly" if arm in TUNED_ARMS else "monitoring.base.monthly"
    return Component("monitoring", "Monitoring", "price a month", (key,), NOTHING, situation.price(key))


def _maintenance(situation: Situation, arm: str) -> Array:
    hours = situation.price(f"{arm}.maintenance") + either(
        situation.own_gpus(model_role(arm)), lambda: situation.price("self-hosting.maintenance"), lambda: NOTHING
    )
    return hours * rate(situation)
