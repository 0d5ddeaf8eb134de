"""What a sample of a given size can show."""

from math import comb, sqrt
from statistics import NormalDist

POWER = 0.80
LEVEL = 0.05
TWO_SIDED = NormalDist().inv_cdf(1 - LEVEL / 2)


def detectable(size: float, discordant_share: float) -> float:
    """Give the smallest paired difference of two shares (0–1) seen with 80 % power at the 5 % level.

    Normal approximation of McNemar's test, variance at its largest (the null's): (z₁ + z₂) √(ψ / n).
    """
    return (TWO_SIDED + NormalDist().inv_cdf(POWER)) * sqrt(discordant_share / size)


def interval(right: float, size: float) -> tuple[float, float]:
    """Give Wilson's 95 % interval of ``right`` of ``size``, as shares."""
    share, square = right / size, TWO_SIDED**2
    centre = (share + square / (2 * size)) / (1 + square / size)
    half = TWO_SIDED / (1 + square / size) * sqrt(share * (1 - share) / size + square / (4 * size**2))
    return centre - half, centre + half


def discordant(before: float, after: float) -> tuple[float, float]:
    """Give the least and greatest share of pairs that can differ between two shares right (0–1)."""
    return abs(after - before), min(before + after, 2 - before - after)


def exact_p_values(before: float, after: float, size: int) -> tuple[float, float]:
    """Give the least and greatest McNemar exact p-value that two shares right (0–1) allow."""
    gained = round((after - before) * size)
    most = round(discordant(before, after)[1] * size)
    values = [_two_sided(lost, gained + 2 * lost) for lost in range((most - gained) // 2 + 1)]
    return min(values), max(values)


def _two_sided(fewer: int, pairs: int) -> float:
    return min(1.0, 2 * sum(comb(pairs, count) for count in range(fewer + 1)) / 2**pairs)
