"""Every interval and every test of the workbook, once.

Two-sided at 5 %, power 80 %. A *cluster* is all questions about one thing (a fact, a document): they are right or
wrong together, so clusters and not questions are the units of the statistics; where none are given each question is
about its own. An interval and its test come from
the same standard error and the same distribution, so that the one leaves 0 out exactly where the other is
significant. Distributions are ``scipy.special``'s, loaded where one is first needed: deciding starts without it;
``tests/test_stats.py`` holds everything against ``statsmodels``, ``scipy.stats`` and ``scikit-learn``.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import ceil, nan, sqrt
from statistics import NormalDist

import numpy as np

from lib.errors import InputError

SIGNIFICANCE = 0.05
POWER = 0.8
EQUIVALENCE_MARGIN = 0.05
"""Two shares are called equal where their difference surely lies within five points."""

Z_TWO_SIDED = NormalDist().inv_cdf(1 - SIGNIFICANCE / 2)
Z_ONE_SIDED = NormalDist().inv_cdf(1 - SIGNIFICANCE)
_Z_POWER = NormalDist().inv_cdf(POWER)
# So few differing clusters make a variance that is not to be trusted.
_FEW = 10

# --- one share or mean -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proportion:
    """A share (0 to 1) of ``n`` questions with its 95 % interval; all nan where n is 0."""

    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Mean:
    """A mean over ``n`` values with its 95 % interval and standard error; nan where it cannot be known."""

    n: int
    mean: float
    low: float
    high: float
    standard_error: float


def wilson(right: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval (0 to 1) of ``right`` out of ``n`` (Wilson 1927).

    Both may be fractions: a share of an effective number of questions. The ends are exactly 0 and 1 where
    nothing or everything is right: a cost per right answer divides by them.
    """
    if n <= 0:
        return nan, nan
    share, square = right / n, Z_TWO_SIDED**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z_TWO_SIDED / (1 + square / n) * sqrt(max(0.0, share * (1 - share) / n + square / (4 * n**2)))
    return (0.0 if right <= 0 else centre - half), (1.0 if right >= n else centre + half)


def proportion(outcomes: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Proportion:
    """Return the share of right outcomes (0 to 1, or true and false) with Wilson's interval, widened for clusters.

    The interval is Wilson's for the *effective* number of questions, n over the design effect (Kish 1965; Korn and
    Graubard 1998), never more than n; where all outcomes are alike, for the number of clusters.
    """
    values = np.asarray(outcomes, float)
    n = len(values)
    if n == 0:
        return Proportion(0, nan, nan, nan)
    share, size = float(values.mean()), float(n)
    if clusters is not None:
        variance, groups = _variance_of_mean(values, clusters)
        independent = share * (1 - share) / n
        size = n / max(1.0, variance / independent) if independent > 0 and groups > 1 else float(groups)
    low, high = wilson(share * size, size)
    return Proportion(n, share, min(low, share), max(high, share))


def clustered_mean(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Mean:
    """Return a mean with its 95 % interval from the clustered standard error (Miller 2024), Student's t.

    Fewer than two clusters give no interval.
    """
    numbers = np.asarray(values, float)
    if not len(numbers):
        return Mean(0, nan, nan, nan, nan)
    variance, groups = _variance_of_mean(numbers, clusters)
    middle = float(numbers.mean())
    if groups < 2:
        return Mean(len(numbers), middle, nan, nan, nan)
    error = sqrt(variance)
    half = _t_limit(groups - 1) * error
    return Mean(len(numbers), middle, middle - half, middle + half, error)


# --- two arms on the same questions ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Two arms on the same ``n`` questions about ``clusters`` things; all nan where n is 0."""

    n: int
    clusters: int
    gap: float  # the first arm's mean less the second's (-1 to 1 for shares)
    low: float  # of its 95 % interval
    high: float
    p: float  # two-sided, from the same standard error and degrees of freedom
    equivalence_p: float  # of two one-sided tests against ``EQUIVALENCE_MARGIN`` (Schuirmann 1987)
    smallest_gap: float  # that so many questions show in 4 of 5 repeats

    @property
    def significant(self) -> bool:
        """Whether the gap is more than chance; the interval then leaves out 0."""
        return self.p < SIGNIFICANCE

    @property
    def equivalent(self) -> bool:
        """Whether the arms are surely within the margin of one another: the only ground to say "no difference"."""
        return self.equivalence_p < SIGNIFICANCE


def difference(
    first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> Difference:
    """Compare two arms' outcomes (true or false) or grades on the same questions, in the same order.

    The standard error is the clustered one in closed form, with its small-sample factor. Student's t has one degree
    of freedom less than there are clusters *in which the arms differ*: the others say nothing about which arm is
    better, as in McNemar's test. Below ten such clusters the variance is widened by two more, which keeps interval and
    p near the exact ones; where no cluster differs from another, exact binomial limits take their place.

    Raises:
        ValueError: the two are not of one length.
    """
    if len(first) != len(second):
        raise ValueError(f"paired outcomes must be of one length, not {len(first)} and {len(second)}")
    apart = np.asarray(first, float) - np.asarray(second, float)
    n = len(apart)
    if n == 0:
        return Difference(0, 0, nan, nan, nan, nan, nan, nan)
    variance, groups = _variance_of_mean(apart, clusters)
    gap = float(apart.mean())
    if variance < 1e-18 or groups < 2:
        return _without_spread(n, groups, gap)
    sums, counts = _sums(apart, clusters)
    differing = int((np.abs(sums) > 1e-12).sum())
    freedom = differing - 1
    if differing < _FEW:
        # Two clusters more, one for each arm (Agresti and Min 2005): so few alone would tell too small a variance.
        more = float((sums**2).sum()) / differing
        residuals = ((sums - counts * gap) ** 2).sum() + more
        variance = groups / (groups - 1) * residuals / (n + 2 * counts.mean()) ** 2
        freedom = min(groups, _FEW) - 1
    error = sqrt(variance)
    half = _t_limit(freedom) * error
    p = 2 * float(_special().stdtr(freedom, -abs(gap) / error))
    outside = float(_special().stdtr(freedom, (abs(gap) - EQUIVALENCE_MARGIN) / error))
    seen_at = (Z_TWO_SIDED + _Z_POWER) * error
    return Difference(n, groups, gap, gap - half, gap + half, p, outside, seen_at)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Return McNemar's exact two-sided p (1947): the fair coin's chance of a split at least this uneven.

    The two are the questions on which the one arm alone was right, and the other alone.
    """
    tosses = only_first + only_second
    return min(1.0, 2 * float(_special().bdtr(min(only_first, only_second), tosses, 0.5))) if tosses else 1.0


def fewest_significant(discordant: int) -> int | None:
    """Return the smallest ``only_first`` of so many discordant questions at which ``mcnemar_p`` is significant.

    ``None`` where even all of them are not (below six).
    """
    for fewer in range(discordant // 2, -1, -1):
        if mcnemar_p(discordant - fewer, fewer) < SIGNIFICANCE:
            return discordant - fewer
    return None


def two_proportions_z(first, second, n):
    """Return z of two independent shares, each out of ``n`` questions, with the pooled variance.

    Numbers or arrays of one shape. Positive where the first is higher; 0 where both are all right or all wrong.
    """
    pooled = (first + second) / 2
    deviation = np.sqrt(2 * pooled * (1 - pooled) / n)
    return np.divide(first - second, deviation, out=np.zeros(np.shape(deviation)), where=deviation > 0)


def p_of_z(z: float) -> float:
    """Return the two-sided p of a standard normal z."""
    return math.erfc(abs(z) / sqrt(2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p values for their number (Holm 1979), in their order; nan stays nan and does not count."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p == p)
    corrected, largest = [nan] * len(p_values), 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        corrected[place] = largest
    return corrected


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Return the agreement of two graders beyond chance (Cohen 1960): 1 full, 0 chance.

    Nan where there is nothing to agree on: no answer, or both gave one and the same grade throughout.

    Raises:
        ValueError: the two are not of one length.
    """
    if len(first) != len(second):
        raise ValueError(f"grades must be of one length, not {len(first)} and {len(second)}")
    n = len(first)
    if n == 0:
        return nan
    first, second = list(first), list(second)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    expected = sum(first.count(grade) * second.count(grade) for grade in set(first) | set(second)) / n**2
    return nan if expected == 1 else (seen - expected) / (1 - expected)


# --- planning ----------------------------------------------------------------------------------------------------


def smallest_gap(n: float, discordant: float, per_cluster: float = 1.0, correlation: float = 0.0) -> float:
    """Return the smallest difference (0 to 1) of two paired shares that ``n`` questions show in 4 of 5 repeats.

    McNemar's test then has 80 % power at the 5 % level (Connor, Biometrics 1987: n is z_a sqrt(d) + z_b sqrt(d - gap^2),
    squared, over gap^2); nan where so few questions show no gap. ``discordant``, d, is the share of questions on which
    exactly one of the two arms is right; a gap needs at least its own size of it, so a larger gap is tried with more.
    ``per_cluster`` questions about one thing and the ``correlation`` of their outcomes make n smaller by 1 + (m - 1)
    times it.
    """
    from scipy.optimize import brentq  # in here for start-up time

    size = n / (1 + (per_cluster - 1) * correlation)

    def lacking(gap: float) -> float:
        return _connor(gap, discordant) - gap * sqrt(size)

    return nan if lacking(1.0) > 0 else float(brentq(lacking, 1e-9, 1.0))


def questions_needed(gap: float, discordant: float = 0.5) -> int:
    """Return how many questions two arms must both answer for a gap (of their shares) to show in 4 of 5 repeats.

    The inverse of ``smallest_gap``, for planning an evaluation set before anything is measured. A ``discordant`` share
    of 0.5 is the careful guess where nothing is known: two arms at 50 % that have nothing to do with one another.

    Raises:
        InputError: the gap is not above 0 and up to 1, or the discordant share not from 0 to 1.
    """
    if not 0 < gap <= 1:
        raise InputError(f"gap is {gap}; it must be above 0 and up to 1.")
    if not 0 <= discordant <= 1:
        raise InputError(f"discordant is {discordant}; it must be from 0 to 1.")
    return ceil((_connor(gap, discordant) / gap) ** 2 - 1e-9)


def _connor(gap: float, discordant: float) -> float:
    least = max(discordant, gap)
    return Z_TWO_SIDED * sqrt(least) + _Z_POWER * sqrt(max(0.0, least - gap * gap))


def _special():
    from scipy import special  # in here for start-up time

    return special


def _t_limit(freedom: int) -> float:
    return float(_special().stdtrit(freedom, 1 - SIGNIFICANCE / 2))


def _sums(values: np.ndarray, clusters: Sequence[Hashable] | None) -> tuple[np.ndarray, np.ndarray]:
    """Return each cluster's sum and its number of values."""
    if clusters is None:
        return values, np.ones(len(values))
    numbers: dict[Hashable, int] = {}
    of = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], int)
    return np.bincount(of, values), np.bincount(of).astype(float)


def _variance_of_mean(values: np.ndarray, clusters: Sequence[Hashable] | None) -> tuple[float, int]:
    """Return the clustered variance of the mean (Liang and Zeger 1986, times G / (G - 1)) and the clusters' number."""
    sums, counts = _sums(values, clusters)
    groups = len(sums)
    if groups < 2:
        return nan, groups
    residuals = sums - counts * values.mean()
    return float(groups / (groups - 1) * (residuals**2).sum() / len(values) ** 2), groups


def _without_spread(n: int, groups: int, gap: float) -> Difference:
    """Compare two arms that differ alike in every cluster, or in none: exact limits for so many equal coins.

    With ``groups`` clusters that all point one way, the sign test's p is twice a half to that power, and the
    Clopper-Pearson limit of the share that points so leaves out one half exactly where p is significant. Where
    none differs, the same limit bounds the share of clusters that could.
    """
    limit = (SIGNIFICANCE / 2) ** (1 / groups)
    if math.isclose(gap, 0.0, abs_tol=1e-12):
        unseen = 1 - limit
        return Difference(n, groups, 0.0, -unseen, unseen, 1.0, (1 - EQUIVALENCE_MARGIN) ** groups, unseen)
    nearest = abs(gap) * (2 * limit - 1)
    low, high = (nearest, abs(gap)) if gap > 0 else (-abs(gap), -nearest)
    p = min(1.0, 2 * 0.5**groups)
    within = 0.0 if abs(gap) < EQUIVALENCE_MARGIN and nearest > -EQUIVALENCE_MARGIN else 1.0
    return Difference(n, groups, gap, low, high, p, within, nan if p >= SIGNIFICANCE else abs(gap))
