"""Bootstrap intervals for means, resampling what the questions are about and not the questions.

Questions about one thing are right or wrong together: counting them as independent makes intervals too
narrow. A cluster is all questions about one thing (Davison and Hinkley 1997, section 3.8).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING

from lib.experiment.statistics import POWER, SIGNIFICANCE

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000
COMPARISON_RESAMPLES = 10_000


@dataclass(frozen=True)
class Mean:
    """A mean over ``n`` values with its 95 % bootstrap interval; all nan where n is 0."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Two arms' values on the same ``n`` questions: difference of means with its 95 % interval.

    ``gap`` is the first arm's mean less the second's, ``p`` two-sided from the same resamples,
    ``smallest_gap`` the smallest one that so many questions can be expected to show (80 % power, 5 %).
    """

    n: int
    gap: float
    low: float
    high: float
    p: float
    smallest_gap: float


def resampled_means(
    values: "np.ndarray", clusters: Sequence[Hashable] | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> "np.ndarray":
    """Resample clusters with replacement and take each column's mean, all columns on the same resamples.

    Args:
        values: one row a question, one column a thing measured; nan where it is not.
        clusters: what each question is about; each about its own where not given.
        resamples: how often.
        seed: same seed, same resamples.

    Returns:
        Resamples × columns; nan where a resample holds no value of a column.
    """
    import numpy as np

    values = np.asarray(values, float)
    numbers = np.arange(len(values)) if clusters is None else _numbered(clusters)
    groups = int(numbers.max(initial=-1)) + 1
    known = ~np.isnan(values)
    sums, counts = (np.zeros((groups, values.shape[1])) for _ in range(2))
    np.add.at(sums, numbers, np.where(known, values, 0.0))
    np.add.at(counts, numbers, known)
    drawn = np.random.default_rng(seed).integers(0, max(1, groups), (resamples, groups))
    # How often each cluster was drawn; with it, every column's mean is two matrix products.
    places = drawn + groups * np.arange(resamples)[:, None]
    times = np.bincount(places.ravel(), minlength=resamples * groups).reshape(resamples, groups).astype(float)
    with np.errstate(invalid="ignore"):
        return (times @ sums) / (times @ counts)


def clustered_intervals(
    values: "np.ndarray", clusters: Sequence[Hashable] | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> "np.ndarray":
    """Give each column's 95 % percentile interval (Efron 1979), clusters resampled.

    Where all values of a column are alike the interval has no width: for shares of 0 and 100 % read
    Wilson's beside it.

    Args:
        values: one row a question, one column a thing measured; nan where it is not.
        clusters: what each question is about; each about its own where not given.
        resamples: how often.
        seed: same seed, same interval.

    Returns:
        Columns × 2 (low, high), never beyond the column's mean; nan for a column without values.
    """
    import numpy as np

    values = np.asarray(values, float)
    intervals = np.full((values.shape[1], 2), nan)
    held = ~np.isnan(values).all(axis=0)
    if held.any():
        columns = values[:, held]
        means = np.nanmean(columns, axis=0)
        drawn = resampled_means(columns, clusters, resamples, seed)
        low, high = np.nanquantile(drawn, [SIGNIFICANCE / 2, 1 - SIGNIFICANCE / 2], axis=0)
        # A sum in another order may differ in its last place.
        intervals[held] = np.column_stack([np.minimum(low, means), np.maximum(high, means)])
    return intervals


def mean_of(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Mean:
    """Give the mean of values with its bootstrap interval; see ``clustered_intervals``."""
    import numpy as np

    if not len(values):
        return Mean(0, nan, nan, nan)
    column = np.asarray(values, float)[:, None]
    low, high = clustered_intervals(column, clusters, resamples, seed)[0]
    return Mean(len(values), float(column.mean()), float(low), float(high))


def differences(
    values: "np.ndarray",
    clusters: Sequence[Hashable] | None = None,
    resamples: int = COMPARISON_RESAMPLES,
    seed: int = 0,
) -> list[Difference]:
    """Test each column's mean against 0, where the values are two arms' differences on the same questions.

    ``p`` is twice the smaller share of resamples on either side of 0, counting the sample itself
    (Davison and Hinkley 1997, section 4.4), so never below 2 / (``resamples`` + 1).

    Args:
        values: one row a question, one column a pair of arms; nan where one of the two was not judged.
        clusters: what each question is about; each about its own where not given.
        resamples: how often clusters are drawn; many, for p values that are corrected for many pairs.
        seed: same seed, same resamples.
    """
    import numpy as np
    from scipy.stats import norm

    values = np.asarray(values, float)
    drawn = resampled_means(values, clusters, resamples, seed)
    seen_at = float(norm.ppf(1 - SIGNIFICANCE / 2) + norm.ppf(POWER))
    found = []
    for column, means in zip(values.T, drawn.T, strict=True):
        known, means = column[~np.isnan(column)], means[~np.isnan(means)]
        if not len(known):
            found.append(Difference(0, nan, nan, nan, nan, nan))
            continue
        gap = float(known.mean())
        low, high = np.quantile(means, [SIGNIFICANCE / 2, 1 - SIGNIFICANCE / 2])
        side = min(int((means <= 0).sum()), int((means >= 0).sum()))
        p = min(1.0, 2 * (side + 1) / (len(means) + 1))
        smallest = seen_at * float(means.std())
        found.append(Difference(len(known), gap, min(gap, float(low)), max(gap, float(high)), p, smallest))
    return found


def difference_of(
    first: Sequence[float],
    second: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    resamples: int = COMPARISON_RESAMPLES,
    seed: int = 0,
) -> Difference:
    """Compare two arms' means on the same questions, in the same order, by a paired bootstrap.

    See ``differences``.

    Raises:
        ValueError: the two are not of one length.
    """
    import numpy as np

    if len(first) != len(second):
        raise ValueError(f"paired values must be of one length, not {len(first)} and {len(second)}")
    apart = np.asarray(first, float) - np.asarray(second, float)
    return differences(apart[:, None], clusters, resamples, seed)[0]


@dataclass(frozen=True)
class SeedMean:
    """A mean over ``runs`` with different seeds, ``sd`` between them, and its 95 % t interval (nan below 2)."""

    runs: int
    mean: float
    sd: float
    low: float
    high: float


def mean_over_seeds(means: Sequence[float], least: float = 0.0, most: float = 1.0) -> SeedMean:
    """Give the mean of the runs' own means with Student's t interval over runs (scipy).

    Seeds are the units: what differs between them (training, sample, questions) is all in the interval,
    as in a random-effects analysis with one effect a run.

    Args:
        means: one a run, nan left out.
        least: the smallest possible mean, at which the interval is cut.
        most: the largest possible mean.
    """
    import numpy as np
    from scipy.stats import t

    known = np.asarray([mean for mean in means if mean == mean], float)
    if not len(known):
        return SeedMean(0, nan, nan, nan, nan)
    middle = float(known.mean())
    if len(known) == 1:
        return SeedMean(1, middle, nan, nan, nan)
    sd = float(known.std(ddof=1))
    half = float(t.ppf(1 - SIGNIFICANCE / 2, len(known) - 1)) * sd / sqrt(len(known))
    return SeedMean(len(known), middle, sd, max(least, middle - half), min(most, middle + half))


def _numbered(clusters: Sequence[Hashable]) -> "np.ndarray":
    import numpy as np

    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], int)
