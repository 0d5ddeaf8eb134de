"""In which order lessons are learnt: those that begin alike together, lengths like one another in a batch."""

from collections.abc import Iterator, Sequence

from lib.experiment.finetune.packing import alike
from lib.experiment.finetune.rows import Row
from lib.experiment.finetune.settings import LoraSettings

# Batches are sorted by length within so many batches' worth of lessons, so that they still differ by epoch.
_BATCHES_SORTED_TOGETHER = 16


class LikeLengths:
    """A sampler: yields row numbers so that each batch holds rows of like length, another order each epoch.

    The order depends on seed and epoch alone, so that an interrupted epoch can be gone on with.
    """

    def __init__(
        self, lengths: Sequence[int], batch_size: int, seed: int, groups: Sequence[Sequence[int]] | None = None
    ) -> None:
        """Take the rows that are to follow one another, by default each alone, and the tokens of each such group."""
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0
        self.groups = groups or [[number] for number in range(len(lengths))]

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration orders."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self.groups))

    def __iter__(self) -> Iterator[int]:
        """Yield every row's number once."""
        for batch in self.batches():
            yield from batch

    def batches(self) -> list[list[int]]:
        """Return the epoch's batches; only the last may be smaller."""
        import numpy as np

        generator = np.random.default_rng([self.seed, self.epoch])
        order: list[int] = []
        near: list[int] = []
        for place in generator.permutation(len(self.groups)).tolist():
            near.append(place)
            if sum(len(self.groups[each]) for each in near) >= self.batch_size * _BATCHES_SORTED_TOGETHER:
                order += self._sorted(near)
                near = []
        order += self._sorted(near)
        batches = [order[place : place + self.batch_size] for place in range(0, len(order), self.batch_size)]
        last = [batches.pop()] if len(batches[-1]) < self.batch_size else []
        generator.shuffle(batches)
        return batches + last

    def _sorted(self, places: list[int]) -> list[int]:
        return [number for place in sorted(places, key=self.lengths.__getitem__) for number in self.groups[place]]


def learning_order(rows: Sequence[Row], settings: LoraSettings, seed: int, together: bool = True) -> LikeLengths:
    """Return the order in which a training sees its rows; ``together``: those that begin alike follow one another."""
    by_beginning = sorted(range(len(rows)), key=lambda number: rows[number]["input_ids"])
    # At least two groups a batch: what lessons on the same pages teach is alike.
    found = alike(rows, by_beginning, max(1, settings.batch_size // 2) if together else 1)
    lengths = [shared + sum(len(rows[number]["input_ids"]) - shared for number in members) for members, shared in found]
    return LikeLengths(lengths, settings.batch_size, seed, [members for members, _ in found])


def planned_batches(rows: Sequence[Row], settings: LoraSettings, seed: int, together: bool = True) -> list[list[Row]]:
    """Return the first epoch's batches, as the training will see them."""
    return [[rows[number] for number in batch] for batch in learning_order(rows, settings, seed, together).batches()]
