"""How long an answer takes in each arm, from its components."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lib.arms import ARMS, RETRIEVAL_ARMS
from lib.client import Facts
from lib.client.facts import queries_answered
from lib.costs.derived import re_ranked_share
from lib.costs.prompts import Prompt, model_role, prompt
from lib.costs.situation import MINUTES_PER_MONTH, NOTHING, Array, Situation, either
from lib.prices import PriceBook

MS_PER_SECOND = 1e3
SLOWEST_SHARE = 0.05
"""What happens to more than this share of the queries is part of the 95th percentile."""


@dataclass
class Latencies:
    """Latency by arm in ms, for the slowest 5 % of the queries: arrays of shape ``()`` or ``(n,)``.

    An answer that is checked before anybody sees it begins to show when it is whole; an expert's review is in neither.
    """

    p95_ms: dict[str, Array] = field(default_factory=dict)  # the whole answer
    first_token_ms: dict[str, Array] = field(default_factory=dict)  # until it begins to show
    components: dict[str, dict[str, Array]] = field(default_factory=dict)  # typical times, before the p95 factor
    prices: dict[str, tuple[str, ...]] = field(default_factory=dict)  # keys of the rows that they come from


def latency(facts: Facts, book: PriceBook, draws: Mapping[str, Any] | None = None) -> Latencies:
    """Compute the latency of all arms: (network + retrieval + reading the prompt + writing the answer) × p95 factors.

    The wait for the first token varies more than the rest, and has a factor of its own.

    Shapes and ``draws`` as in :func:`lib.costs.costs`.
    """
    situation = Situation(facts, book, draws)
    result = Latencies()
    for arm in ARMS:
        (parts, factor, spread), read = situation.recorded(lambda arm=arm: _parts(situation, arm))
        result.prices[arm] = tuple(read)
        waiting = parts["first_token"] * spread
        others = sum((time for name, time in parts.items() if name not in ("writing", "first_token")), start=NOTHING)
        before = waiting + others * factor
        whole = before + parts["writing"] * factor
        result.components[arm] = parts
        result.first_token_ms[arm] = np.asarray(np.where(checked(facts), whole, before))
        result.p95_ms[arm] = np.asarray(whole)
    return result


def checked(facts: Facts) -> Array:
    """Return where an answer is checked before it is shown: where a wrong one is grave, or an expert sees each."""
    return facts.is_word("risk.wrong_answer", "high") | facts.truth("risk.expert_review")


def _parts(situation: Situation, arm: str) -> tuple[dict[str, Array], Array, Array]:
    """Return the typical times of the parts in ms, the p95 factor, and that of the first token."""
    spread = situation.served(model_role(arm), "first_token_p95_factor")
    tokens = prompt(situation, arm)
    first_token = situation.served(model_role(arm), "first_token")
    writing_ms = MS_PER_SECOND / situation.served(model_role(arm), "generation_speed")
    parts = {"network": situation.price("latency.overhead")}
    if arm in RETRIEVAL_ARMS:
        several = situation.fact("knowledge.multi_hop_share") > SLOWEST_SHARE
        parts |= _retrieval(situation, 1.0 + several)
        reading = tokens.first_call / situation.served(model_role(arm), "prefill_speed") * MS_PER_SECOND
        asking = first_token + reading + situation.price("retrieval.follow_up_tokens") * writing_ms
        parts["second_retrieval"] = several * asking
    parts["first_token"] = first_token
    parts["reading"] = _reading(situation, arm, tokens)
    if np.any(tokens.thinking):
        parts["thinking"] = tokens.thinking * writing_ms
    parts["writing"] = tokens.answer * writing_ms
    return parts, situation.price("latency.p95_factor"), spread


def _retrieval(situation: Situation, searches: Array) -> dict[str, Array]:
    local = "latency.local.query_embedding"
    chosen = local if situation.book.embedding_is_local else "latency.hosted.query_embedding"
    embedding = either(situation.in_house, lambda: situation.price(local), lambda: situation.price(chosen))
    re_ranked = re_ranked_share(situation) > SLOWEST_SHARE
    return {
        "query_embedding": searches * embedding,
        "vector_search": searches * situation.price("latency.vector_search"),
        "re_ranking": searches * re_ranked * situation.price("latency.re_ranking"),
    }


def _reading(situation: Situation, arm: str, tokens: Prompt) -> Array:
    fresh = situation.served(model_role(arm), "prefill_speed")
    cold = tokens.call / fresh
    warm = (tokens.call - tokens.warm) / fresh + tokens.warm / situation.served(model_role(arm), "cached_prefill_speed")
    # A cache that is used stays warm: cold is who comes after a lifetime without a query. Bills are counted more
    # cautiously, as if each entry lived once.
    asked = queries_answered(situation.facts) / MINUTES_PER_MONTH * situation.served(model_role(arm), "cache_lifetime")
    # The slowest queries are those that find the cache cold, unless hardly any does.
    return np.where(np.exp(-asked) > SLOWEST_SHARE, cold, warm) * MS_PER_SECOND
