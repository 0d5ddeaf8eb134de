"""Intervals and tests, from libraries: how sure a share is, and whether two arms differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan, sqrt

from lib.errors import InputError

# Two-sided; every interval and test of the experiment uses it.
SIGNIFICANCE = 0.05
POWER = 0.8


@dataclass(frozen=True)
class Share:
    """A share (0 to 1) out of ``n`` questions with its 95 % Wilson interval; all nan where n is 0."""

    n: int
    share: float
    low: float
    high: float


def share_of(outcomes: Sequence[bool]) -> Share:
    """Count the share of true outcomes, with Wilson's interval (Wilson 1927; statsmodels)."""
    from statsmodels.stats.proportion import proportion_confint

    if not outcomes:
        return Share(0, nan, nan, nan)
    right = sum(outcomes)
    low, high = proportion_confint(right, len(outcomes), alpha=SIGNIFICANCE, method="wilson")
    # Exactly 0 and 1 at the ends, where rounding leaves 1e-19: a cost per right answer divides by it.
    low, high = 0.0 if right == 0 else float(low), 1.0 if right == len(outcomes) else float(high)
    return Share(len(outcomes), right / len(outcomes), low, high)


@dataclass(frozen=True)
class Pairing:
    """Two arms on the same ``n`` questions: on how many each alone was right, and McNemar's exact p.

    ``gap`` is the first arm's share less the second's; ``smallest_gap`` the smallest one that this
    many questions can be expected to show.
    """

    n: int
    only_first: int
    only_second: int
    gap: float
    p: float
    smallest_gap: float


def paired(first: Sequence[bool], second: Sequence[bool]) -> Pairing:
    """Compare two arms on the same questions, in the same order (McNemar 1947, exact; statsmodels)."""
    from statsmodels.stats.contingency_tables import mcnemar

    if len(first) != len(second):
        raise ValueError(f"paired outcomes must be of one length, not {len(first)} and {len(second)}")
    n = len(first)
    if n == 0:
        return Pairing(0, 0, 0, nan, nan, nan)
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    p = float(mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue)
    discordant = (only_first + only_second) / n
    gap = (only_first - only_second) / n
    return Pairing(n, only_first, only_second, gap, p, smallest_gap(n, discordant))


def smallest_gap(n: int, discordant: float) -> float:
    """Return the smallest difference of two paired shares that ``n`` questions show in 4 of 5 repeats.

    Args:
        n: questions, at least 1.
        discordant: share of questions on which exactly one of the two arms is right (0 to 1). A gap
            needs at least its own size of it, so a larger gap is tried with more.

    Returns:
        The gap (0 to 1) at which McNemar's test has 80 % power at the 5 % level, two-sided (Connor,
        Biometrics 1987: n is z_a sqrt(d) + z_b sqrt(d - gap^2), squared, over gap^2); nan where so
        few questions show no gap.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    z_alpha, z_beta = norm.ppf(1 - SIGNIFICANCE / 2), norm.ppf(POWER)

    def lacking(gap: float) -> float:
        least = max(discordant, gap)
        return z_alpha * sqrt(least) + z_beta * sqrt(max(0.0, least - gap * gap)) - gap * sqrt(n)

    return nan if lacking(1.0) > 0 else float(brentq(lacking, 1e-9, 1.0))


def questions_needed(gap: float, discordant: float = 0.5) -> int:
    """Return how many questions two arms must both answer for a gap to show in 4 of 5 repeats.

    The inverse of ``smallest_gap``, for planning an evaluation set before anything is measured.

    Args:
        gap: difference of the two shares that is to be seen (above 0, up to 1).
        discordant: share of questions on which exactly one of the two arms is right. 0.5 is the careful
            guess where nothing is known: two arms at 50 % that have nothing to do with one another, so
            that pairing does not help (the number for unpaired questions, n in each arm).

    Raises:
        InputError: the gap is not above 0 and up to 1, or the discordant share not from 0 to 1.
    """
    from scipy.stats import norm

    if not 0 < gap <= 1:
        raise InputError(f"gap is {gap}; it must be above 0 and up to 1.")
    if not 0 <= discordant <= 1:
        raise InputError(f"discordant is {discordant}; it must be from 0 to 1.")
    least = max(discordant, gap)
    z_alpha, z_beta = norm.ppf(1 - SIGNIFICANCE / 2), norm.ppf(POWER)
    return ceil(((z_alpha * sqrt(least) + z_beta * sqrt(max(0.0, least - gap * gap))) / gap) ** 2 - 1e-9)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number (Holm 1979; statsmodels); nan stays nan."""
    from statsmodels.stats.multitest import multipletests

    known = [p for p in p_values if p == p]
    if not known:
        return list(p_values)
    corrected = iter(multipletests(known, method="holm")[1])
    return [float(next(corrected)) if p == p else nan for p in p_values]
