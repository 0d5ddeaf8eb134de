"""How many tokens one query of each arm reads, and how many of them the provider's cache serves."""

from dataclasses import dataclass, replace

import numpy as np

from lib.arms import RETRIEVAL_ARMS, TUNED_ARMS
from lib.client.facts import queries_answered
from lib.costs.derived import document_tokens, room_for_knowledge
from lib.costs.situation import MINUTES_PER_MONTH, NOTHING, Array, Situation, working

WORKINGS = {
    "call": ("Prompt of the call that writes the answer", "tokens"),
    "fresh": ("Input at the full price", "tokens a query"),
    "written": ("Input written to the cache", "tokens a query"),
    "cached": ("Input served from the cache", "tokens a query"),
    "output": ("Output", "tokens a query"),
}


@dataclass(frozen=True)
class Prompt:
    """The tokens of one query: arrays of shape ``()`` or ``(n,)``, all in tokens."""

    call: Array  # the prompt of the call that writes the answer: must fit the context window, and price tiers go by it
    fresh: Array  # input of all calls that is read at the full price
    written: Array  # input that is written to the cache
    cached: Array  # input that is served from the cache
    output: Array  # the answer and what the model thinks before it
    first_call: Array  # the earlier prompt of a question that needs a second retrieval
    warm: Array  # tokens of ``call`` that a warm cache serves
    answer: Array
    thinking: Array  # hidden tokens before the answer

    @property
    def input(self) -> Array:
        """All input tokens of one query."""
        return self.fresh + self.written + self.cached


def model_role(arm: str) -> str:
    """Return the role of the stack whose model the arm calls."""
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


def thinking_tokens(situation: Situation, arm: str) -> Array:
    """Return the hidden tokens before an answer: the client's, but no fewer than a model writes that cannot be told not to."""
    least = situation.least(f"{model_role(arm)}.thinking_tokens")
    return np.maximum(situation.fact("traffic.thinking_tokens"), least)


@working("Queries that find the prompt cache cold", "share", "missed_share")
def cold_share(situation: Situation, arm: str) -> Array:
    """Return the share of queries that find the prompt cache cold, and so write it.

    As if each cache entry lived once: never more writes than lifetimes in a month, nor than queries. The cache of a
    steady stream lives longer, so this is a cautious figure.
    """
    lifetimes = MINUTES_PER_MONTH / situation.served(model_role(arm), "cache_lifetime")
    queries = np.maximum(queries_answered(situation.facts), 1e-9)
    return np.minimum(lifetimes / queries, 1.0)


def _counted(situation: Situation, arm: str) -> Prompt:
    """Count the tokens of one query of ``arm``.

    ``prompt`` and ``fine_tune`` read instructions and question, and nothing more even where knowledge is
    needed. ``rag`` and ``hybrid`` add ``traffic.context_tokens``; a question over several documents makes
    one more call, which reads the first passages and asks for the second ones (which-approach).
    ``long_context`` adds the whole knowledge base, cut where the context window ends.

    Of what ``rag`` and the others read the share ``traffic.cacheable_share`` is the same each time, of the long
    context the knowledge base as well. A prompt shorter than the provider's least (``cache_least``) is not cached at
    all; of a cached one the cold share is written at its price. The client's counts become those of the model's own
    tokenizer (``tokens_per_text``).
    """
    instructions = situation.fact(
        "traffic.tuned_instruction_tokens" if arm in TUNED_ARMS else "traffic.instruction_tokens"
    )
    counted = situation.served(model_role(arm), "tokens_per_text")
    asked = counted * (instructions + situation.fact("traffic.question_tokens"))
    answer, thinking = counted * situation.fact("traffic.answer_tokens"), thinking_tokens(situation, arm)
    output = answer + thinking
    call, first_call, read, knowledge = asked, NOTHING, asked, NOTHING
    if arm == "long_context":
        room = np.maximum(room_for_knowledge(situation), 0.0)
        knowledge = situation.working(
            arm,
            "knowledge",
            "Knowledge base in the prompt",
            "tokens",
            lambda: counted * np.minimum(document_tokens(situation), room),
        )
        call = asked + knowledge
    if arm in RETRIEVAL_ARMS:
        context = counted * situation.fact("traffic.context_tokens")
        several = situation.fact("knowledge.multi_hop_share")
        first_call = asked + context
        call = first_call + several * context
        read = call + several * first_call
        output = output + several * situation.price("retrieval.follow_up_tokens")
    long_enough = call >= situation.served(model_role(arm), "cache_least")
    same = np.where(long_enough, situation.fact("traffic.cacheable_share"), NOTHING)
    fixed = np.where(long_enough, knowledge, NOTHING)
    missed = cold_share(situation, arm)
    repeated = read * same + fixed
    return Prompt(
        call=call,
        fresh=read * (1 - same) + (knowledge - fixed),
        written=repeated * missed,
        cached=repeated * (1 - missed),
        output=output,
        first_call=first_call,
        warm=(call - knowledge) * same + fixed,
        answer=answer,
        thinking=thinking,
    )
