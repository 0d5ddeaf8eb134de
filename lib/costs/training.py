"""How often a tuned model is trained anew, how much a training run reads, and what it costs."""

import numpy as np

from lib.costs.derived import document_tokens
from lib.costs.situation import DAYS_PER_MONTH, NOTHING, Array, Component, Situation, either

MILLION = 1e6
SECONDS_PER_HOUR = 3600.0


def retrains_per_month(situation: Situation, arm: str) -> Array:
    """Return retrainings a month of ``arm``, shape ``()`` or ``(n,)``.

    Each change of brief, voice or schema retrains. ``fine_tune`` carries needed knowledge in its weights
    and so retrains when that changes too; ``hybrid`` reads it from the index. Where nothing is known to
    change a model still drifts away from its traffic: which-approach and decision-matrix retrain
    quarterly, which is the least here (price row ``training.drift_retrains``). The most is what is
    technically possible (``training.most_retrains``), however dear it comes.
    """
    return situation.working(
        arm, "retrains_per_month", "Retrainings", "a month", lambda: _retrains_per_month(situation, arm)
    )


def _retrains_per_month(situation: Situation, arm: str) -> Array:
    changes = DAYS_PER_MONTH / situation.fact("behaviour.days_between_changes")
    if arm == "fine_tune":
        changes = changes + either(
            situation.knowledge_needed,
            lambda: DAYS_PER_MONTH / situation.fact("knowledge.days_between_changes"),
            lambda: NOTHING,
        )
    wanted = np.maximum(changes, situation.price("training.drift_retrains"))
    return np.minimum(wanted, situation.price("training.most_retrains"))


def tokens_per_run(situation: Situation, arm: str) -> Array:
    """Return the tokens that one training run is billed for: (examples + knowledge) × epochs.

    The good ones among the labelled examples are trained on, or as many as an article's typical set where
    the client has not said. ``fine_tune`` must also read needed knowledge to carry it.
    """
    return situation.working(
        arm, "tokens_per_run", "Training run", "tokens billed", lambda: _tokens_per_run(situation, arm)
    )


def _tokens_per_run(situation: Situation, arm: str) -> Array:
    labelled = situation.fact("training_data.labelled_examples")
    examples = np.where(
        np.isnan(labelled), situation.price("training.examples"), labelled * situation.fact("training_data.quality")
    )
    tokens = examples * situation.fact("training_data.tokens_per_example")
    if arm == "fine_tune":
        tokens = tokens + either(situation.knowledge_needed, lambda: document_tokens(situation), lambda: NOTHING)
    return tokens * situation.price("training.epochs")


def run_usd(situation: Situation, arm: str) -> Array:
    """USD for one training run: tokens × price and no less than the least charge, or GPU hours × USD an hour (own)."""
    tokens = tokens_per_run(situation, arm)

    def on_own_gpus() -> Array:
        hours = tokens / situation.price("self-hosted.training_throughput") / SECONDS_PER_HOUR
        return hours * situation.price("self-hosted.gpu_hour")

    return either(
        situation.own_gpus("tuned_model"),
        on_own_gpus,
        lambda: np.maximum(
            tokens / MILLION * situation.price("tuned_model.training"), situation.price("tuned_model.least_charge")
        ),
    )


def training(situation: Situation, arm: str) -> Component:
    """USD for the training runs at set-up, and USD a month for the runs of retraining."""
    return situation.component(
        "training",
        "Training runs",
        "set-up: runs × tokens × epochs × training price ÷ 1,000,000; monthly: retrainings a month × one run",
        lambda: situation.price("training.setup_runs") * run_usd(situation, arm),
        lambda: retrains_per_month(situation, arm) * run_usd(situation, arm),
    )
