"""Two arms on the same questions, as the evidence gate sets them against one another."""

import math
from dataclasses import dataclass
from functools import cached_property

from lib.stats import fewest_significant, mcnemar_p


@dataclass(frozen=True)
class Pair:
    """Two arms on the same ``n`` questions: on how many each alone was right."""

    n: int
    only_first: int
    only_second: int

    @property
    def discordant(self) -> int:
        """Count the questions on which exactly one of the two was right."""
        return self.only_first + self.only_second

    @property
    def gap(self) -> float:
        """The first arm's share less the second's (-1 to 1)."""
        return (self.only_first - self.only_second) / self.n

    @property
    def p(self) -> float:
        """McNemar's exact two-sided p."""
        return mcnemar_p(self.only_first, self.only_second)

    @cached_property
    def critical_gap(self) -> float:
        """The gap from which this many discordant questions are significant; infinite where none is.

        It lies half a step below the smallest significant gap (gaps move in steps of ``2 / n``), so that a
        share that was rounded when it was written down still falls on its own side.
        """
        least = fewest_significant(self.discordant)
        return math.inf if least is None else (2 * least - self.discordant - 1) / self.n
