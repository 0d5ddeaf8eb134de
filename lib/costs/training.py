"""What training runs cost, at set-up and afterwards."""

import numpy as np

from lib.costs.component import Component
from lib.costs.retraining import retrains_per_month, tokens_per_run
from lib.costs.situation import Array, Situation, either

MILLION = 1e6
SECONDS_PER_HOUR = 3600.0


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


def _run_prices(situation: Situation) -> tuple[str, ...]:
    own = ("self-hosted.training_throughput", "self-hosted.gpu_hour")
    return own if np.all(situation.own_gpus("tuned_model")) else ("tuned_model.training", "tuned_model.least_charge")


def training(situation: Situation, arm: str) -> Component:
    """USD for the training runs at set-up, and USD a month for the runs of retraining."""
    one = run_usd(situation, arm)
    return Component(
        "training",
        "Training runs",
        "set-up: runs × tokens × epochs × training price ÷ 1,000,000; monthly: retrainings a month × one run",
        (
            *_run_prices(situation),
            "training.epochs",
            "training.setup_runs",
            "training.examples",
            "training.drift_retrains",
            "training.most_retrains",
        ),
        situation.price("training.setup_runs") * one,
        retrains_per_month(situation, arm) * one,
    )
