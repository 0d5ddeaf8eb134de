"""What retrieval costs: embedding, the vector store, re-ranking and the machines beside them."""

import numpy as np

from lib.client.facts import queries_answered
from lib.costs.derived import document_tokens, re_ranked_share, stored_gigabytes
from lib.costs.situation import DAYS_PER_MONTH, NOTHING, SHARED, Array, Component, Situation, either

MILLION = 1e6
THOUSAND = 1e3


def query_embedding_usd(situation: Situation) -> Array:
    """USD for embedding one query; a question over several documents is embedded a second time."""

    def compute() -> Array:
        tokens = situation.fact("traffic.question_tokens") * (1 + situation.fact("knowledge.multi_hop_share"))
        return tokens * situation.embedding("embedding") / MILLION

    return situation.working(SHARED, "query_embedding", "Embedding one query", "USD a query", compute)


def re_ranking_usd(situation: Situation) -> Array:
    """USD for re-ranking the passages of one query: share of queries × searches × price per thousand."""

    def hosted() -> Array:
        searches = re_ranked_share(situation) * (1 + situation.fact("knowledge.multi_hop_share"))
        return searches * situation.price("reranking.thousand_searches") / THOUSAND

    # In house an open re-ranker runs on the processor that embeds.
    return situation.working(
        SHARED,
        "re_ranking",
        "Re-ranking one query",
        "USD a query",
        lambda: either(situation.in_house, lambda: NOTHING, hosted),
    )


def query_embedding(situation: Situation) -> Component:
    """USD a month for embedding the queries."""
    return situation.component(
        "query_embedding",
        "Query embedding",
        "queries a month × question tokens × (1 + multi-hop share) × embedding price ÷ 1,000,000",
        monthly=lambda: queries_answered(situation.facts) * query_embedding_usd(situation),
    )


def document_embedding(situation: Situation) -> Component:
    """USD for embedding all documents once, and USD a month for embedding again what changed.

    The index is renewed when documents change, but no sooner than a change must show, and never faster
    than ``retrieval.fastest_reindexing``; each time the share ``retrieval.share_changed`` is embedded.
    """

    def once() -> Array:
        return document_tokens(situation) * situation.embedding("embedding") / MILLION

    def monthly() -> Array:
        share = situation.price("retrieval.share_changed")
        return once() * share * (DAYS_PER_MONTH / days_between_indexings(situation))

    return situation.component(
        "document_embedding",
        "Document embedding",
        "set-up: documents × tokens × embedding price ÷ 1,000,000; "
        "monthly: that × share changed × re-indexings a month",
        once,
        monthly,
    )


def days_between_indexings(situation: Situation) -> Array:
    """Days from one renewal of the index to the next."""

    def compute() -> Array:
        wanted = np.maximum(
            situation.fact("knowledge.days_between_changes"), situation.fact("knowledge.hours_until_visible") / 24
        )
        return np.maximum(wanted, situation.price("retrieval.fastest_reindexing"))

    return situation.working(SHARED, "days_between_indexings", "Between re-indexings", "days", compute)


def vector_store(situation: Situation) -> Component:
    """USD a month for the vector store, by the bytes that it holds, writes and reads.

    The month's price (larger machines are steps of it) + GB beyond the included ones + GB written + queries, and
    never less than the store's minimum. In house a hosted store gives way to pgvector, on a device to a file.
    """
    role = "vector_store" if situation.book.store_is_in_house else "vector_store_in_house"
    return situation.component(
        "vector_store",
        "Vector store",
        "the larger of minimum and: month's price + (GB − included GB) × price + GB written × price "
        "+ queries × price by GB; GB = vectors × dimensions × 4 ÷ 1,000,000,000",
        monthly=lambda: situation.off_device(
            lambda: either(
                situation.in_house, lambda: _store_usd(situation, role), lambda: _store_usd(situation, "vector_store")
            )
        ),
    )


def _store_usd(situation: Situation, role: str) -> Array:
    size = stored_gigabytes(situation)
    monthly = situation.price(f"{role}.monthly")
    known = situation.book[f"{role}.monthly"]
    before = known.likely
    for start, amount in known.tiers:
        monthly = monthly + np.where(size > start, amount - before, NOTHING)
        before = amount
    beyond = np.maximum(size - situation.price(f"{role}.included_storage"), 0.0)
    renewed = size * situation.price("retrieval.share_changed") * (DAYS_PER_MONTH / days_between_indexings(situation))
    queries = queries_answered(situation.facts) * (1 + situation.fact("knowledge.multi_hop_share")) / MILLION
    a_million = np.maximum(
        situation.price(f"{role}.million_queries"), size * situation.price(f"{role}.million_queries_per_gb")
    )
    usage = (
        monthly
        + beyond * situation.price(f"{role}.storage")
        + renewed * situation.price(f"{role}.writes")
        + queries * a_million
    )
    return np.maximum(usage, situation.price(f"{role}.minimum"))


def re_ranking(situation: Situation) -> Component:
    """USD a month for re-ranking."""
    return situation.component(
        "re_ranking",
        "Re-ranking",
        "queries a month × share re-ranked (all where it is advised) × (1 + multi-hop share) × price per thousand ÷ 1,000",
        monthly=lambda: queries_answered(situation.facts) * re_ranking_usd(situation),
    )


def infrastructure(situation: Situation) -> Component:
    """USD a month for the machines that retrieval needs beside the vector store."""
    return situation.component(
        "infrastructure",
        "Infrastructure",
        "price a month",
        monthly=lambda: situation.off_device(lambda: situation.price("infrastructure.monthly")),
    )
