"""Lessons as tokens, and batches of them: prompts of like length together, padding behind the answer."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.finetune.settings import Lesson, LoraSettings
from lib.experiment.models import LanguageModel
from lib.experiment.prompts import build_prompt

if TYPE_CHECKING:
    import torch

HIDDEN = -100
"""The label of a token that the loss does not count."""

# Batches are sorted by length within so many batches' worth of lessons, so that they still differ by epoch.
_BATCHES_SORTED_TOGETHER = 16

# Lengths of batches are multiples of this.
_LENGTHS_APART = 16

Row = dict[str, list[int]]


def lesson_row(base: LanguageModel, lesson: Lesson) -> Row:
    """Cut a lesson into tokens; ``HIDDEN`` keeps the prompt from the loss."""
    prompt = base.token_ids(build_prompt(lesson.question, lesson.documents))
    answer = base.answer_ids(lesson.answer)
    return {
        "input_ids": prompt + answer,
        "attention_mask": [1] * (len(prompt) + len(answer)),
        "labels": [HIDDEN] * len(prompt) + answer,
    }


def fitting_rows(base: LanguageModel, lessons: Sequence[Lesson]) -> list[Row]:
    """Cut all lessons into tokens and keep those that fit the window.

    Raises:
        InputError: none does.
    """
    rows = [lesson_row(base, lesson) for lesson in lessons]
    fitting = [row for row in rows if len(row["input_ids"]) <= base.window]
    if not fitting:
        raise InputError(f"training pairs: none of {len(rows)} fits the window of {base.window} tokens.")
    return fitting


def collate(rows: Sequence[Row], padding: int) -> dict[str, "torch.Tensor"]:
    """Make one batch, (rows, ``padded_length``) each, padded behind.

    A causal model does not look ahead, so what stands behind an answer changes nothing before it: no
    attention mask is needed, and attention without one is faster.
    """
    import torch

    longest = padded_length(rows)

    def padded(key: str, filling: int) -> "torch.Tensor":
        return torch.tensor([row[key] + [filling] * (longest - len(row[key])) for row in rows])

    return {"input_ids": padded("input_ids", padding), "labels": padded("labels", HIDDEN)}


def padded_length(rows: Sequence[Row]) -> int:
    """Return the length of a batch in tokens: its longest row, rounded up.

    Libraries make a kernel for each new shape, which for small models takes longer than computing; few
    shapes need few kernels.
    """
    longest = max(len(row["input_ids"]) for row in rows)
    return -(-longest // _LENGTHS_APART) * _LENGTHS_APART


class LikeLengths:
    """A sampler: yields row numbers so that each batch holds rows of like length, another order each epoch.

    The order depends on seed and epoch alone, so that an interrupted epoch can be gone on with.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        """Take the length of each row in tokens."""
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration orders."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        """Yield every row's number once."""
        for batch in self.batches():
            yield from batch

    def batches(self) -> list[list[int]]:
        """Return the epoch's batches; only the last may be smaller."""
        import numpy as np

        generator = np.random.default_rng([self.seed, self.epoch])
        order = generator.permutation(len(self.lengths)).tolist()
        full = len(order) - len(order) % self.batch_size
        group = self.batch_size * _BATCHES_SORTED_TOGETHER
        batches: list[list[int]] = []
        for start in range(0, full, group):
            near = sorted(order[start : min(start + group, full)], key=lambda number: self.lengths[number])
            batches += [near[place : place + self.batch_size] for place in range(0, len(near), self.batch_size)]
        generator.shuffle(batches)
        return batches + ([order[full:]] if full < len(order) else [])


def planned_batches(rows: Sequence[Row], settings: LoraSettings, seed: int) -> list[list[Row]]:
    """Return the first epoch's batches, as the training will see them."""
    sampler = LikeLengths([len(row["input_ids"]) for row in rows], settings.batch_size, seed)
    return [[rows[number] for number in batch] for batch in sampler.batches()]


def collator(padding: int) -> Any:
    """Return ``collate`` for one padding token."""
    return lambda rows: collate(rows, padding)
