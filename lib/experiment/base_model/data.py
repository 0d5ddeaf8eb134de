"""Batches of token ids for the trainer, without end and made from a seed."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import torch
from transformers import PreTrainedTokenizerFast

from lib.experiment.base_model.contexts import Context, Turn, make_context
from lib.experiment.base_model.mix import Mix
from lib.experiment.base_model.passages import cut_out, laid_out
from lib.experiment.prompts import STOP, build_prompt, page
from lib.experiment.world import ABSENT, other_company

LENGTH_STEP = 32


class Role(IntEnum):
    """What a token is to the trainer."""

    GIVEN = 0
    ANSWER = 1
    VALUE = 2
    REFUSAL = 3
    CITATION = 4


# A value is what is read from a page, the word "not" in its place decides on a refusal, and the number of
# the page cited is read too: few tokens of an answer, and those that are learnt last, so they weigh more.
WEIGHTS = {Role.GIVEN: 0.0, Role.ANSWER: 1.0, Role.VALUE: 2.0, Role.REFUSAL: 4.0, Role.CITATION: 4.0}

Tokens = tuple[list[int], list[int]]


@dataclass(frozen=True)
class Batch:
    """``ids`` and ``roles``, both (contexts, length) of int64; padded on the right with role ``GIVEN``."""

    ids: torch.Tensor
    roles: torch.Tensor


def stream(
    tokenizer: PreTrainedTokenizerFast, mix: Mix | None, seed: int, tokens: int, longest: int
) -> Iterator[Batch]:
    """Yield batches of about ``tokens`` tokens; contexts over ``longest`` tokens are left out.

    Without a ``mix``, pages that repeat themselves: the exercise in copying that comes first.
    """
    generator = random.Random(f"base model {seed}")
    while True:
        pool: list[Tokens] = []
        while len(pool) < 64:
            made = (
                repeat_tokens(tokenizer, generator)
                if mix is None
                else context_tokens(tokenizer, make_context(generator, mix))
            )
            if len(made[0]) <= longest:
                pool.append(made)
        # Contexts of like length together waste little on padding.
        pool.sort(key=lambda made: len(made[0]))
        batches: list[list[Tokens]] = [[]]
        for made in pool:
            if batches[-1] and (len(batches[-1]) + 1) * len(made[0]) > tokens:
                batches.append([])
            batches[-1].append(made)
        generator.shuffle(batches)
        for batch in batches:
            yield pad(batch, tokenizer.pad_token_id)


def pad(rows: list[Tokens], pad_id: int) -> Batch:
    """Stack rows of unequal length."""
    length = -(-max(len(ids) for ids, _ in rows) // LENGTH_STEP) * LENGTH_STEP
    return Batch(
        torch.tensor([ids + [pad_id] * (length - len(ids)) for ids, _ in rows]),
        torch.tensor([roles + [int(Role.GIVEN)] * (length - len(roles)) for _, roles in rows]),
    )


def context_tokens(tokenizer: PreTrainedTokenizerFast, context: Context) -> Tokens:
    """Encode a context in the layout of ``build_prompt``, with the role of each token."""
    pieces: list[tuple[str, Role]] = []
    if context.instructions:
        pieces.append((f"{context.instructions}\n", Role.GIVEN))
    for turn in context.turns:
        pieces.append((build_prompt(turn.question, turn.documents), Role.GIVEN))
        pieces += _answer(turn)
    return _encode(tokenizer, pieces)


def repeat_tokens(tokenizer: PreTrainedTokenizerFast, generator: random.Random) -> Tokens:
    """Encode a few passages, then the same once or twice more in another order, which are to be learnt."""
    things = other_company(generator.getrandbits(48), 8).things
    shown = things[: generator.choice([1, 2, 2, 3])]
    pages = [page(laid_out(generator, thing.passage(cut_out(generator, thing)))) for thing in shown]
    pieces = [(text, Role.GIVEN) for text in pages]
    for _ in range(generator.choice([1, 2])):
        pieces += [(text, Role.ANSWER) for text in generator.sample(pages, len(pages))]
    return _encode(tokenizer, pieces)


def _answer(turn: Turn) -> list[tuple[str, Role]]:
    if not turn.learn:
        return [(f" {turn.answer}{STOP}", Role.GIVEN)]
    text = f" {turn.answer}{STOP}"
    # A space belongs to the word after it.
    word, role = (f" {turn.value}", Role.VALUE) if turn.value else (" not", Role.REFUSAL)
    end = len(f" {turn.opening}{turn.sentence}")
    begin = text.rindex(word if turn.value else f" {ABSENT}", 0, end)
    after = begin + len(word)
    rest = [(part, Role.CITATION if part.isdigit() else Role.ANSWER) for part in re.split(r"(?<=-)(\d+)", text[after:])]
    return [(text[:begin], Role.ANSWER), (text[begin:after], role), *rest]


def _encode(tokenizer: PreTrainedTokenizerFast, pieces: list[tuple[str, Role]]) -> Tokens:
    encoded = tokenizer([text for text, _ in pieces if text], add_special_tokens=False)["input_ids"]
    roles = [role for text, role in pieces if text]
    ids = [token for piece in encoded for token in piece]
    return ids, [int(role) for piece, role in zip(encoded, roles, strict=True) for _ in piece]
