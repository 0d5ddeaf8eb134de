"""What an answer takes: waiting time, money a question, and money a right answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, nan

from lib.experiment.statistics import Share


@dataclass(frozen=True)
class Wait:
    """Waiting times of ``n`` answers in seconds: the typical one (median) and the 95th percentile; nan for none."""

    n: int
    p50: float
    p95: float


def wait_of(seconds: Sequence[float]) -> Wait:
    """Give the median and the 95th percentile of waiting times (linear between two neighbours; numpy)."""
    import numpy as np

    if not len(seconds):
        return Wait(0, nan, nan)
    p50, p95 = np.percentile(seconds, [50, 95])
    return Wait(len(seconds), float(p50), float(p95))


@dataclass(frozen=True)
class CostPerCorrect:
    """USD for one right answer with the limits that follow from the share's interval; inf where none is right."""

    usd: float
    low: float
    high: float


def usd_per_correct(usd_a_query: float, share: Share, correction_usd: float = 0.0) -> CostPerCorrect:
    """Give (cost of a question + share wrong × correction) ÷ share right, and its limits.

    Args:
        usd_a_query: cost of one question, in USD.
        share: of right answers, with its interval; its upper limit gives the lower cost.
        correction_usd: what it costs a person to put one wrong answer right.
    """

    def at(right: float) -> float:
        if isnan(right):
            return nan
        return (usd_a_query + (1 - right) * correction_usd) / right if right > 0 else inf

    return CostPerCorrect(at(share.share), at(share.high), at(share.low))
