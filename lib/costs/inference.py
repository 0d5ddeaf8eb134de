"""What answering costs: tokens of a hosted model, or hours of GPUs, rented or the client's own."""

import numpy as np

from lib.client.facts import queries_answered
from lib.costs.prompts import model_role, prompt
from lib.costs.situation import Array, Component, Situation, either, working
from lib.prices import gpu_seconds, whole_gpus

MILLION = 1e6
SECONDS_PER_HOUR = 3600.0


def tokens_usd_per_query(situation: Situation, arm: str) -> Array:
    """USD for the tokens of one query: fresh, cached and written input and output, each at its price.

    The share ``prices.batch_share`` pays the batch prices. Prices are USD per million tokens.
    """
    role, tokens = model_role(arm), prompt(situation, arm)

    def at(kind: str) -> Array:
        return (
            tokens.fresh * situation.tiered(f"{role}.{kind}input", tokens.call)
            + tokens.written * situation.tiered(f"{role}.{kind}cache_write", tokens.call)
            + tokens.cached * situation.tiered(f"{role}.{kind}cached_input", tokens.call)
            + tokens.output * situation.tiered(f"{role}.{kind}output", tokens.call)
        ) / MILLION

    batch = situation.fact("prices.batch_share")
    return (1 - batch) * at("") + batch * at("batch_")


def gpu_seconds_per_query(situation: Situation, arm: str) -> Array:
    """GPU seconds for one query: tokens read and written over the throughput of one GPU. Cached tokens are free."""
    role, tokens = model_role(arm), prompt(situation, arm)
    return gpu_seconds(
        tokens.fresh + tokens.written,
        tokens.output,
        situation.served(role, "prefill_throughput"),
        situation.served(role, "generation_throughput"),
    )


def gpu_usd_per_query(situation: Situation, arm: str) -> Array:
    """USD for the GPU time that one more query takes, idle time included (busy share of the hours)."""
    role, hours = model_role(arm), gpu_seconds_per_query(situation, arm) / SECONDS_PER_HOUR
    return hours / situation.served(role, "busy_share") * situation.served(role, "gpu_hour")


def gpu_usd_per_month(situation: Situation, arm: str) -> Array:
    """USD a month for the whole GPUs that serve the month's queries."""
    role, asked = model_role(arm), queries_answered(situation.facts)
    seconds, hours = gpu_seconds_per_query(situation, arm), situation.served(role, "hours_per_month")
    gpus = whole_gpus(asked, seconds, hours, situation.served(role, "busy_share"))
    return gpus * hours * situation.served(role, "gpu_hour")


@working("Answering one query", "USD a query", "answering")
def inference_usd_per_query(situation: Situation, arm: str) -> Array:
    """USD for answering one query, by tokens or by GPU time."""
    return either(
        situation.by_hour(model_role(arm)),
        lambda: gpu_usd_per_query(situation, arm),
        lambda: tokens_usd_per_query(situation, arm),
    )


def inference(situation: Situation, arm: str) -> list[Component]:
    """USD a month for answering: queries × USD a query by tokens, or GPUs × hours × USD an hour."""
    role = model_role(arm)
    by_hour = situation.by_hour(role)
    components = []
    if not np.all(by_hour):
        components.append(
            situation.component(
                "inference",
                "Inference",
                "queries a month × (fresh input × input price + input written to the cache × its write price + cached "
                "input × cached price + answer and thinking × output price) ÷ 1,000,000",
                monthly=lambda: either(
                    ~by_hour, lambda: queries_answered(situation.facts) * inference_usd_per_query(situation, arm)
                ),
            )
        )
    if np.any(by_hour):
        components.append(
            situation.component(
                "gpu",
                "Own GPUs" if np.any(situation.own_gpus(role)) else "GPU endpoint",
                "GPUs × hours a month × USD an hour; GPUs = queries × GPU seconds ÷ usable seconds, at least 1; "
                "nothing on the client's own device",
                monthly=lambda: either(by_hour, lambda: gpu_usd_per_month(situation, arm)),
            )
        )
    return components


def serving(situation: Situation) -> Component:
    """USD a month for keeping a tuned model ready: its deployment by the hour, used or not, and its stored weights."""

    def fees() -> Array:
        hours = situation.price("self-hosted.hours_per_month")
        return hours * situation.price("tuned_model.hosting") + situation.price("tuned_model.checkpoint_storage")

    return situation.component(
        "serving",
        "Serving the tuned model",
        "hours a month × USD an hour of the deployment + storage of the weights a month",
        monthly=lambda: either(~situation.own_gpus("tuned_model"), fees),
    )
