"""Tests between two shares of right answers, in plain arithmetic: deciding loads no statistics library.

Paired where two arms answered the same questions (McNemar 1947, exact), unpaired where only two shares
and a number of questions are known. The tests of this module check both against ``statsmodels``.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lib.client.facts import Array

SIGNIFICANCE = 0.05
"""Two-sided. Not divided by the number of comparisons: a tuned arm has to pass against every plain one."""

Z_TWO_SIDED = 1.959963984540054


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
        """Give the first arm's share less the second's (-1 to 1)."""
        return (self.only_first - self.only_second) / self.n

    @property
    def p(self) -> float:
        """Give McNemar's exact two-sided p: the fair coin's chance of a split at least this uneven."""
        return _two_sided(self.discordant, max(self.only_first, self.only_second))

    @cached_property
    def critical_gap(self) -> float:
        """Give the gap from which this many discordant questions are significant; infinite where none is.

        It lies half a step below the smallest significant gap (gaps move in steps of ``2 / n``), so that a
        share that was rounded when it was written down still falls on its own side.
        """
        least = _fewest_significant(self.discordant)
        return math.inf if least is None else (2 * least - self.discordant - 1) / self.n


def _two_sided(tosses: int, heads: int) -> float:
    """Give the exact two-sided p of ``heads`` (at least half) out of ``tosses`` of a fair coin."""
    term, tail = 1, 0
    # Whole numbers all the way: the tail of a thousand tosses is exact, and its division rounds once.
    for miss in range(tosses - heads + 1):
        tail += term
        term = term * (tosses - miss) // (miss + 1)
    return min(1.0, 2 * tail / 2**tosses)


def _fewest_significant(tosses: int) -> int | None:
    """Give the fewest heads that are significant, ``None`` where even all of them are not."""
    found, term, tail = None, 1, 0
    for miss in range(tosses // 2 + 1):
        tail += term
        if not 2 * tail / 2**tosses < SIGNIFICANCE:
            break
        found = tosses - miss
        term = term * (tosses - miss) // (miss + 1)
    return found


def z_of_two_shares(first: Array, second: Array, size: Array) -> Array:
    """Give z of two independent shares, each out of ``size`` questions, with the pooled variance.

    Shapes ``()`` or ``(n,)``. Positive where the first is higher; 0 where the shares are equal.
    """
    pooled = (first + second) / 2
    deviation = np.sqrt(2 * pooled * (1 - pooled) / size)
    return np.divide(first - second, deviation, out=np.zeros(np.shape(deviation)), where=deviation > 0)


def p_of_z(z: float) -> float:
    """Give the two-sided p of a standard normal z."""
    return math.erfc(abs(z) / math.sqrt(2))
