"""What answering costs: tokens of a hosted model, or hours of the client's own GPUs."""

import numpy as np

from lib.costs.component import Component
from lib.costs.prompts import Prompt, model_role
from lib.costs.situation import NOTHING, Array, Situation, either

MILLION = 1e6
SECONDS_PER_HOUR = 3600.0


def tokens_usd_per_query(situation: Situation, arm: str, tokens: Prompt) -> Array:
    """USD for the tokens of one query: fresh, cached and written input and output, each at its price.

    The share ``prices.batch_share`` pays the batch prices. Prices are USD per million tokens.
    """
    role = model_role(arm)

    def at(kind: str) -> Array:
        return (
            tokens.fresh * situation.tiered(f"{role}.{kind}input", tokens.call)
            + tokens.written * situation.tiered(f"{role}.{kind}cache_write", tokens.call)
            + tokens.cached * situation.tiered(f"{role}.{kind}cached_input", tokens.call)
            + tokens.output * situation.tiered(f"{role}.{kind}output", tokens.call)
        ) / MILLION

    batch = situation.fact("prices.batch_share")
    return (1 - batch) * at("") + batch * at("batch_")


def gpu_seconds_per_query(situation: Situation, tokens: Prompt) -> Array:
    """GPU seconds for one query: tokens read and written over the throughput of one GPU. Cached tokens are free."""
    reading = (tokens.fresh + tokens.written) / situation.price("self-hosted.prefill_throughput")
    return reading + tokens.output / situation.price("self-hosted.generation_throughput")


def gpu_usd_per_query(situation: Situation, tokens: Prompt) -> Array:
    """USD for the GPU time that one more query takes, idle time included (busy share of the hours)."""
    hours = gpu_seconds_per_query(situation, tokens) / SECONDS_PER_HOUR
    return hours / situation.price("self-hosted.busy_share") * situation.price("self-hosted.gpu_hour")


def gpus(situation: Situation, tokens: Prompt) -> Array:
    """Whole GPUs that serve the month's queries: at least one, and enough at the busy share of its hours."""
    seconds = situation.fact("traffic.queries_per_month") * gpu_seconds_per_query(situation, tokens)
    hours = situation.price("self-hosted.hours_per_month") * situation.price("self-hosted.busy_share")
    return np.maximum(np.ceil(seconds / SECONDS_PER_HOUR / hours), 1.0)


def inference_usd_per_query(situation: Situation, arm: str, tokens: Prompt) -> Array:
    """USD for answering one query, by tokens or by GPU time."""

    def compute() -> Array:
        return either(
            situation.own_gpus(model_role(arm)),
            lambda: gpu_usd_per_query(situation, tokens),
            lambda: tokens_usd_per_query(situation, arm, tokens),
        )

    return situation.working(arm, "answering", "Answering one query", "USD a query", compute)


def inference(situation: Situation, arm: str, tokens: Prompt, usd_per_query: Array) -> list[Component]:
    """USD a month for answering: queries × USD a query (hosted), GPUs × hours × USD an hour (own)."""
    role = model_role(arm)
    own = situation.own_gpus(role)
    components = []
    if not np.all(own):
        kinds = ("input", "cached_input", "cache_write", "output")
        components.append(
            Component(
                "inference",
                "Inference",
                "queries a month × (input tokens × input price + cached tokens × cached price "
                "+ answer tokens × output price) ÷ 1,000,000",
                tuple(f"{role}.{kind}" for kind in kinds) + tuple(f"{role}.batch_{kind}" for kind in kinds),
                NOTHING,
                either(own, lambda: NOTHING, lambda: situation.fact("traffic.queries_per_month") * usd_per_query),
            )
        )
    if np.any(own):
        components.append(
            Component(
                "gpu",
                "Own GPUs",
                "GPUs × hours a month × USD an hour; GPUs = queries × GPU seconds ÷ usable seconds, at least 1",
                tuple(
                    f"self-hosted.{part}"
                    for part in (
                        "gpu_hour",
                        "hours_per_month",
                        "busy_share",
                        "prefill_throughput",
                        "generation_throughput",
                    )
                ),
                NOTHING,
                either(own, lambda: _gpu_usd_per_month(situation, tokens), lambda: NOTHING),
            )
        )
    return components


def _gpu_usd_per_month(situation: Situation, tokens: Prompt) -> Array:
    hours = gpus(situation, tokens) * situation.price("self-hosted.hours_per_month")
    return hours * situation.price("self-hosted.gpu_hour")
