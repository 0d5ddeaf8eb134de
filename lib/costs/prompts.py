"""How many tokens one query of each arm reads, and how many of them the provider's cache serves."""

from dataclasses import dataclass, replace

import numpy as np

from lib.arms import RETRIEVAL_ARMS, TUNED_ARMS
from lib.costs.derived import document_tokens, room_for_knowledge
from lib.costs.situation import MINUTES_PER_MONTH, NOTHING, Array, Situation

WORKINGS = {
    "missed_share": ("Queries that find the knowledge base outside the cache", "share"),
    "call": ("Prompt of the call that writes the answer", "tokens"),
    "fresh": ("Input at the full price", "tokens a query"),
    "written": ("Input written to the cache", "tokens a query"),
    "cached": ("Input served from the cache", "tokens a query"),
    "output": ("Output", "tokens a query"),
}


@dataclass(frozen=True)
class Prompt:
    """The tokens of one query: arrays of shape ``()`` or ``(n,)``, all in tokens.

    ``call`` is the prompt of the call that writes the answer (what must fit the context window and what
    price tiers go by). ``fresh``, ``written`` and ``cached`` add up all input tokens of the query:
    read at the full price, written to the cache, and served from it. ``first_call`` is the earlier
    prompt of a question that needs a second retrieval. ``missed_share`` is the share of queries that
    find the knowledge base outside the cache.
    """

    call: Array
    fresh: Array
    written: Array
    cached: Array
    output: Array
    first_call: Array
    missed_share: Array

    @property
    def input(self) -> Array:
        """Give all input tokens of one query."""
        return self.fresh + self.written + self.cached


def model_role(arm: str) -> str:
    """Give the role of the stack whose model the arm calls."""
    return "tuned_model" if arm in TUNED_ARMS else "base_model"


def prompt(situation: Situation, arm: str) -> Prompt:
    """Count the tokens of one query of ``arm``, once a situation, and keep them among the workings."""

    def compute() -> Prompt:
        counted = _counted(situation, arm)
        shown = {
            name: situation.working(arm, name, label, unit, lambda name=name: getattr(counted, name))
            for name, (label, unit) in WORKINGS.items()
            if getattr(counted, name) is not NOTHING
        }
        return replace(counted, **shown)

    return situation.once(("prompt", arm), compute)


def _counted(situation: Situation, arm: str) -> Prompt:
    """Count the tokens of one query of ``arm``.

    ``prompt`` and ``fine_tune`` read instructions and question, and nothing more even where knowledge is
    needed. ``rag`` and ``hybrid`` add ``traffic.context_tokens``; a question over several documents makes
    one more call, which reads the first passages and asks for the second ones (which-approach).
    ``long_context`` adds the whole knowledge base, cut where the context window ends.
    """
    instructions = situation.fact(
        "traffic.tuned_instruction_tokens" if arm in TUNED_ARMS else "traffic.instruction_tokens"
    )
    asked = instructions + situation.fact("traffic.question_tokens")
    output = situation.fact("traffic.answer_tokens")
    hit = situation.fact("traffic.cacheable_share")
    if arm == "long_context":
        knowledge, missed = _whole_knowledge(situation)
        return Prompt(
            call=asked + knowledge,
            fresh=asked * (1 - hit),
            written=knowledge * missed,
            cached=asked * hit + knowledge * (1 - missed),
            output=output,
            first_call=NOTHING,
            missed_share=missed,
        )
    call, first_call, read = asked, NOTHING, asked
    if arm in RETRIEVAL_ARMS:
        context = situation.fact("traffic.context_tokens")
        several = situation.fact("knowledge.multi_hop_share")
        first_call = asked + context
        call = first_call + several * context
        read = call + several * first_call
        output = output + several * situation.price("retrieval.follow_up_tokens")
    return Prompt(call, read * (1 - hit), NOTHING, read * hit, output, first_call, NOTHING)


def _whole_knowledge(situation: Situation) -> tuple[Array, Array]:
    size = document_tokens(situation)
    room = np.maximum(room_for_knowledge(situation), 0.0)
    # As if each cache entry lived once: never more writes than lifetimes in a month, nor than queries. The
    # cache of a steady stream lives longer, so this is a cautious figure.
    lifetimes = MINUTES_PER_MONTH / situation.price("base_model.cache_lifetime")
    queries = np.maximum(situation.fact("traffic.queries_per_month"), 1e-9)
    missed = situation.working(
        "long_context",
        "missed_share",
        *WORKINGS["missed_share"],
        lambda: np.minimum(lifetimes / queries, 1 - situation.fact("traffic.cacheable_share")),
    )
    knowledge = situation.working(
        "long_context", "knowledge", "Knowledge base in the prompt", "tokens", lambda: np.minimum(size, room)
    )
    return knowledge, missed
