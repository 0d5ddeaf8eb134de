"""Comparing arms: a right answer, what drives a difference, and where one overtakes another.

Turning points are found by evaluating the cost model again, never by taking it for a straight line: a knowledge base
in the prompt gets cheaper a query as its cache stays warm, and own GPUs come in whole ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.arms import ARMS
from lib.costs.cost_model import Costs, costs
from lib.costs.estimates import Estimates
from lib.simulation import FACT, PRICE

Array = np.ndarray
QUERIES = "traffic.queries_per_month"
REALISTIC = 100.0
"""A volume more than so many times the client's (or less than one over so many of it) is called unrealistic."""

POINTS = 65
DRAWN = 256
"""So many of the draws are evaluated again at every volume."""


def share_right_to_match(usd_per_correct: Any, cost_per_query: Any, correction_usd: Any) -> Array:
    """Return the share of right answers at which an arm's right answer costs ``usd_per_correct``: where a ranking turns.

    Solves (cost per query + share wrong × correction) ÷ share right = ``usd_per_correct`` for the share. ``nan``
    where not even an arm that is always right gets there.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.asarray(usd_per_correct, float) + correction_usd
        share = (np.asarray(cost_per_query, float) + correction_usd) / wanted
    return np.where(share <= 1, share, np.nan)


@dataclass(frozen=True)
class TurningPoint:
    """Where two arms change places, ``nan`` where they do not: for the expected costs, and P10 to P90 of the draws."""

    expected: float
    p10: float
    p90: float
    share: float  # of the draws in which they change places at all

    @classmethod
    def of(cls, expected: float, drawn: Array) -> "TurningPoint":
        """Take percentiles of the draws that have a finite value."""
        known = drawn[np.isfinite(drawn)]
        p10, p90 = np.quantile(known, (0.1, 0.9)) if known.size else (np.nan, np.nan)
        return cls(float(expected), float(p10), float(p90), known.size / max(drawn.size, 1))


def payback(estimates: Estimates, arm: str, instead_of: str) -> TurningPoint:
    """Return the months after which the dearer set-up of ``arm`` is paid back by its cheaper months.

    0 where it is no dearer to set up nor to run; infinite where it never pays back.
    """

    def months(found: Costs) -> Array:
        extra = np.asarray(found.setup_usd[arm], float) - found.setup_usd[instead_of]
        saved = np.asarray(found.monthly_usd[instead_of], float) - found.monthly_usd[arm]
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = np.where((extra <= 0) & (saved >= 0), 0.0, extra / saved)
        return np.where((paid >= 0) & ((saved > 0) | (paid == 0)), paid, np.inf)

    return TurningPoint.of(months(estimates.expected), np.broadcast_to(months(estimates.drawn), estimates.size))


def break_even_volumes(estimates: Estimates, arm: str) -> dict[str, TurningPoint]:
    """Return, for every other arm, the queries a month at which it costs the same as ``arm`` over the horizon.

    Looked for between a hundredth and a hundred times the client's volume; where there are several the nearest to
    it counts.
    """
    now = max(float(estimates.facts[QUERIES]), 1.0)
    grid = now * np.geomspace(1 / REALISTIC, REALISTIC, POINTS)
    expected = estimates.expected_costs(estimates.facts.replaced({QUERIES: grid}, answered=False)).horizon_usd
    drawn = _drawn_at(estimates, grid)
    return {
        other: TurningPoint.of(
            _refined(estimates, arm, other, expected[arm] - expected[other], grid, now),
            _crossings(drawn[arm] - drawn[other], grid, now),
        )
        for other in ARMS
        if other != arm
    }


def _drawn_at(estimates: Estimates, grid: Array) -> dict[str, Array]:
    """Return the horizon cost of each arm in some draws at every volume: shape (draws, volumes)."""
    step = max(1, estimates.size // DRAWN)

    def rows(values: Array) -> Array:
        return np.repeat(values[::step], grid.size) if np.ndim(values) else values

    draw = estimates.draw
    facts = {path: rows(draw.facts[path]) for path in draw.facts if np.ndim(draw.facts[path])}
    count = len(range(0, estimates.size, step))
    facts[QUERIES] = np.tile(grid, count)
    prices = {key: rows(values) for key, values in draw.prices.items()}
    found = costs(draw.facts.replaced(facts, answered=False), estimates.book, prices, keep_components=False)
    return {arm: np.broadcast_to(found.horizon_usd[arm], count * grid.size).reshape(count, -1) for arm in ARMS}


def _turns(difference: Array, grid: Array, now: float) -> tuple[Array, Array]:
    """Return for each row whether the difference changes its sign, and after which volume, the nearest to ``now``."""
    turns = np.sign(difference[:, 1:]) * np.sign(difference[:, :-1]) < 0
    return turns.any(axis=1), np.argmin(np.where(turns, np.abs(np.log(grid[:-1] / now)), np.inf), axis=1)


def _refined(estimates: Estimates, arm: str, other: str, difference: Array, grid: Array, now: float) -> float:
    (turns,), (place,) = _turns(np.broadcast_to(difference, (1, grid.size)), grid, now)
    if not turns:
        return np.nan
    from scipy.optimize import brentq  # in here for start-up time

    def at(volume: float) -> float:
        found = estimates.expected_costs(estimates.facts.replaced({QUERIES: volume}, answered=False)).horizon_usd
        return float(found[arm] - found[other])

    return brentq(at, grid[place], grid[place + 1], rtol=1e-8)


def _crossings(difference: Array, grid: Array, now: float) -> Array:
    """Return for each draw the volume at which the difference changes its sign; ``nan`` where it does not."""
    turns, place = _turns(difference, grid, now)
    a, b = np.take_along_axis(difference, np.stack([place, place + 1], axis=1), axis=1).T
    with np.errstate(divide="ignore", invalid="ignore"):
        volume = grid[place] + (grid[place + 1] - grid[place]) * a / (a - b)
    return np.where(turns, volume, np.nan)


@dataclass(frozen=True)
class Swing:
    """One bar of a tornado: the result with one input at its low and at its high value, all others at their mean."""

    label: str
    at_low: float
    at_high: float
    field: str = ""  # of the client file, where the input is one
    ends: tuple[float, float] | None = None  # its two values

    @property
    def width(self) -> float:
        """How far the result moves between the two ends."""
        return abs(self.at_high - self.at_low)


def widest_first(swings: Sequence[Swing]) -> list[Swing]:
    """Sort swings by how much they move, those that move nothing left out."""
    return sorted((swing for swing in swings if swing.width > 1e-9), key=lambda swing: (-swing.width, swing.label))


def tornado(estimates: Estimates, arm: str, other: str) -> list[Swing]:
    """Return how each input moves the expected difference in horizon cost (``arm`` − ``other``, USD); widest first."""
    inputs, book = [item for item in estimates.simulation.inputs if item.kind in (FACT, PRICE)], estimates.book
    count = 2 * len(inputs)
    rows = {item: np.full(count, item.mean) for item in inputs}
    for place, item in enumerate(inputs):
        rows[item][2 * place : 2 * place + 2] = item.low, item.high
    moved = estimates.simulation.moved(rows)
    total = costs(moved.facts, book, moved.prices, keep_components=False).horizon_usd
    difference = np.broadcast_to(total[arm] - total[other], count)
    # The model is not quite straight, so its value at the means is not quite the expected one: shift by the rest.
    means = estimates.simulation.moved({item: np.asarray(item.mean) for item in inputs})
    centre = costs(means.facts, book, means.prices, keep_components=False).horizon_usd
    expected = estimates.expected.horizon_usd
    difference = difference + float(expected[arm] - expected[other]) - float(centre[arm] - centre[other])
    ends = difference.reshape(-1, 2).tolist()
    return widest_first([Swing(item.label, *pair) for item, pair in zip(inputs, ends, strict=True)])
