"""What people's work costs: hours from the price lists × the client's rate."""

import numpy as np

from lib.arms import TUNED_ARMS
from lib.client.facts import queries_answered
from lib.costs.prompts import model_role
from lib.costs.situation import Array, Component, Situation, either
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

FORMULAS = {
    "maintenance": "hours a month × USD an hour",
    "retraining": "retrainings a month × hours × USD an hour",
    "data_curation": "hours × multiplier × USD an hour",
}


def rate(situation: Situation) -> Array:
    """USD for one hour of engineering."""
    return situation.fact("money.engineer_usd_per_hour")


def labour(situation: Situation, arm: str) -> list[Component]:
    """USD for every piece of work of ``arm``: at set-up, for maintenance and for retraining."""
    known = situation.book.components.get(arm, [])
    works = [*(work for work in LABELS if work in known), *(work for work in known if work not in LABELS)]
    components = [_work(situation, arm, work) for work in works]
    own = situation.own_gpus(model_role(arm))
    if np.any(own):
        components.append(
            situation.component(
                "self_hosting",
                LABELS["self_hosting"],
                "hours × USD an hour",
                lambda: rate(situation) * either(own, lambda: situation.price("self-hosting.self_hosting")),
                labour=True,
            )
        )
    return components


def _work(situation: Situation, arm: str, work: str) -> Component:
    def hours() -> Array:
        found = situation.price(f"{arm}.{work}")
        if work == "maintenance" and np.any(own):
            found = found + either(own, lambda: situation.price("self-hosting.maintenance"))
        if work == "retraining":
            found = found * retrains_per_month(situation, arm)
        return found * situation.price("training.preparation_multiplier") if work == "data_curation" else found

    def usd() -> Array:
        return hours() * rate(situation)

    own, monthly = situation.own_gpus(model_role(arm)), work in ("maintenance", "retraining")
    # Work of the client's own naming has a key of its own: it may be called like any other component.
    id_, label = (work, LABELS[work]) if work in LABELS else (f"work.{work}", work.replace("_", " ").capitalize())
    formula = FORMULAS.get(work, "hours × USD an hour")
    return situation.component(id_, label, formula, None if monthly else usd, usd if monthly else None, labour=True)


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
