"""Sizes that follow from facts and prices alone, derived once: read by the costs and by the decision."""

import numpy as np

from lib.costs.situation import NOTHING, Array, Situation, working
from lib.thresholds import likely_threshold

BYTES_PER_NUMBER = 4
BYTES_PER_GIGABYTE = 1e9


@working("Whole knowledge base", "tokens")
def document_tokens(situation: Situation) -> Array:
    """Return the tokens of the whole knowledge base: documents × tokens per document; 0 where their number is not known."""
    documents = situation.fact("knowledge.documents")
    return np.where(np.isnan(documents), NOTHING, documents) * situation.fact("knowledge.tokens_per_document")


def context_window(situation: Situation) -> Array:
    """Return the context window in tokens: the client's, else the model's own, else an open model's in house."""
    own = situation.fact("stack.context_window_tokens")
    known = situation.served("base_model", "context_window")
    return np.where(np.isnan(own), known, own)


def room_for_knowledge(situation: Situation) -> Array:
    """Return the tokens, as the client counts, that instructions, question and answer leave of the context window.

    Below 0 where they overrun it.
    """
    asked = situation.fact("traffic.instruction_tokens") + situation.fact("traffic.question_tokens")
    window = context_window(situation) / situation.served("base_model", "tokens_per_text")
    return window - asked - situation.fact("traffic.answer_tokens")


@working("Vectors stored", "vectors", "vectors")
def chunks(situation: Situation) -> Array:
    """Return the number of chunks that the knowledge base is cut into; each is stored as one vector."""
    return document_tokens(situation) / situation.price("retrieval.chunk_tokens")


@working("Vectors stored, by size", "GB")
def stored_gigabytes(situation: Situation) -> Array:
    """Return the GB that the vectors take: vectors × dimensions × 4 bytes each."""
    dimensions = situation.embedding("dimensions")
    return chunks(situation) * dimensions * BYTES_PER_NUMBER / BYTES_PER_GIGABYTE


def re_ranked_share(situation: Situation) -> Array:
    """Return the share of queries whose passages are re-ranked: all where it is advised, else what the price list says.

    Advised where retrieval brings too much that does not fit (measured), or where a wrong answer is grave.
    """

    def compute() -> Array:
        precision, share = situation.fact("evidence.retrieval_precision"), situation.price("reranking.share_of_queries")
        if not np.all(np.isnan(precision)):
            share = np.where(precision < likely_threshold("retrieval_precision"), 1.0, share)
        return np.where(situation.facts.is_word("risk.wrong_answer", "high"), 1.0, share)

    return situation.once("re_ranked_share", compute)
