"""Counterfactuals: the smallest changes of one field that change the recommendation.

Round values of all fields are evaluated in one call; between the last that keeps the recommendation and the first that
changes it all values of three digits are tried, all fields at once, and the nearest is rounded as far as it still
changes it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lib.arms import arm_name
from lib.client.facts import Array, Facts, decoded, field_specs
from lib.client.field import FieldSpec
from lib.thresholds import likely_threshold

Recommend = Callable[[Facts], Array]
"""The recommendation (positions in ARMS, -1 undecided) of shape ``(n,)`` for facts of shape ``(n,)``."""

NOT_FACTS = ("prices.per_usd",)
POINTS = 41
MANTISSAS = np.array([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8])
DIGITS = 3
LEAST = 1e-5  # of an amount that may be 0
BEYOND = 0.02  # a rounder value may lie this far beyond the nearest one that changes the answer
WORDS_DISTANCE = 0.5  # a yes/no or a choice that changes
UNANSWERED_DISTANCE = 0.6  # a field that is empty so far
DECADES = 3.0  # a thousandfold change counts as 1


@dataclass(frozen=True)
class Counterfactual:
    """One field whose change from ``from_value`` to ``to_value`` alone makes ``recommendation`` the answer.

    ``assumed`` tells that the client has not answered the field: ``from_value`` is the default. ``plausible`` tells that
    the change is one that may well happen; the others are folded away on a page.
    """

    field: str
    from_value: Any
    to_value: Any
    recommendation: str
    distance: float
    assumed: bool = False
    plausible: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the change as ``decide --json`` prints it: ``from_value`` is ``from``, ``to_value`` ``to``."""
        plain = {name.removesuffix("_value"): value for name, value in asdict(self).items()}
        return plain | {"distance": round(self.distance, 4)}


def counterfactuals(facts: Facts, recommend: Recommend, now: int) -> list[Counterfactual]:
    """Find, for every field, the smallest change that changes the recommendation ``now``; nearest first."""
    specs = {path: spec for path, spec in field_specs().items() if path in facts and path not in NOT_FACTS}

    def answers(rows: list[tuple[str, Array]]) -> list[Array]:
        trials = [(path, value) for path, values in rows for value in values]
        found = _ask(facts, trials, recommend)
        return np.split(found, np.cumsum([len(values) for _, values in rows])[:-1]) if rows else []

    grids = [(path, round_values(spec, float(facts[path]))) for path, spec in specs.items()]
    edges = [
        (path, *edge)
        for (path, grid), found in zip(grids, answers(grids), strict=True)
        for edge in _edges(specs[path], float(facts[path]), grid, found != now)
    ]
    finer = [(path, _between(specs[path], keeps, changes)) for path, keeps, changes in edges]
    rounded = [
        (path, _rounded(specs[path], values[np.argmax(found != now)], changes >= keeps))
        for (path, keeps, changes), (_, values), found in zip(edges, finer, answers(finer), strict=True)
    ]
    best: dict[str, Counterfactual] = {}
    for (path, values), found in zip(rounded, answers(rounded), strict=True):
        first = int(np.argmax(found != now))
        change = _change(facts, specs[path], path, float(values[first]), int(found[first]))
        if path not in best or _order(change) < _order(best[path]):
            best[path] = change
    return sorted(best.values(), key=_order)


def round_values(spec: FieldSpec, now: float) -> Array:
    """Return the coded values that are tried for one field, ascending, its present value among them."""
    if spec.kind == "choice":
        return np.arange(len(spec.choices), dtype=float)
    if spec.kind == "truth":
        return np.array([0.0, 1.0])
    if spec.highest <= 1:
        grid = np.linspace(spec.lowest, spec.highest, POINTS)
    else:
        low = spec.lowest or (1.0 if spec.whole else LEAST)
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(spec.highest)) + 1)
        grid = np.append(np.outer(decades, MANTISSAS), [spec.lowest, spec.highest])
        grid = grid[(grid >= spec.lowest) & (grid <= spec.highest)]
    if spec.whole:
        grid = np.round(grid)
    # Not np.unique, which loads numpy's masked arrays.
    grid = np.array(sorted({*grid, now} if np.isfinite(now) else set(grid)))
    return np.append(grid, np.inf) if spec.never else grid


def _ask(facts: Facts, trials: list[tuple[str, float]], recommend: Recommend) -> Array:
    """Evaluate each trial: one field at another value, all others as they are."""
    if not trials:
        return np.empty(0, dtype=int)
    values = {path: np.full(len(trials), float(facts[path])) for path in dict.fromkeys(path for path, _ in trials)}
    # A change is an edit of the file: the field counts as answered where it is changed, and only there.
    answered = {path: np.full(len(trials), facts.answered(path)) for path in values}
    for row, (path, value) in enumerate(trials):
        values[path][row], answered[path][row] = value, True
    return np.broadcast_to(recommend(facts.replaced(values, answered)), len(trials))


def _edges(spec: FieldSpec, now: float, grid: Array, turned: Array) -> list[tuple[float, float]]:
    """Find the last value that keeps and the first that changes, below and above the present one.

    From an empty field every such place counts, and the lowest value where all of them change.
    """
    if spec.kind != "number":
        return [(value, value) for value in grid[turned]]
    steps = np.flatnonzero(turned[1:] != turned[:-1])
    pairs = [(grid[i], grid[i + 1]) if turned[i + 1] else (grid[i + 1], grid[i]) for i in steps]
    if np.isnan(now):
        return pairs or [(value, value) for value in grid[turned][:1]]
    above = [pair for pair in pairs if pair[1] > now and pair[0] >= now]
    below = [pair for pair in pairs if pair[1] < now and pair[0] <= now]
    return above[:1] + below[-1:]


def _between(spec: FieldSpec, keeps: float, changes: float) -> Array:
    """Return the values of three digits between two neighbours, from the one that keeps to the one that changes."""
    low, high = sorted((keeps, changes))
    if low == high or not np.isfinite(high):
        return np.array([changes])
    step = _step(high * (1 - 1e-9), DIGITS)
    values = np.round(np.arange(np.floor(low / step) + 1, np.ceil(high / step)) * step, 12)
    values = np.unique(np.round(values)) if spec.whole else values
    values = values[(values > low) & (values < high)]
    return np.append(values if changes > keeps else values[::-1], changes)


def _rounded(spec: FieldSpec, nearest: float, up: bool) -> Array:
    """Return values from the roundest to the nearest one, none of them much beyond it."""
    if spec.kind != "number" or not np.isfinite(nearest) or nearest == 0:
        return np.array([nearest])
    steps = _step(abs(nearest), np.arange(1, DIGITS + 1))
    values = (np.ceil(nearest / steps - 1e-9) if up else np.floor(nearest / steps + 1e-9)) * steps
    values = np.clip(np.round(values, 12), spec.lowest, spec.highest)
    values = np.round(values) if spec.whole else values
    return np.append(values[np.abs(values - nearest) <= BEYOND * abs(nearest)], nearest)


def _step(size: float, digits: Array | int) -> Array:
    """Return what one more in the last of so many digits adds to a number of a size."""
    return 10.0 ** (np.floor(np.log10(size)) - digits + 1)


def _change(facts: Facts, spec: FieldSpec, path: str, to: float, answer: int) -> Counterfactual:
    now = float(facts[path])
    assumed = not facts.answered(path) and not np.isnan(now)
    plausible = is_plausible(spec, now, to)
    values = decoded(spec, now), decoded(spec, to)
    return Counterfactual(path, *values, arm_name(answer), distance(spec, now, to), assumed, plausible)


def is_plausible(spec: FieldSpec, now: float, to: float) -> bool:
    """Return whether a field may well take the value: any word, a value of its usual range, or one near the present one."""
    if spec.kind != "number" or np.isinf(to):
        return True
    usual = spec.plausible is not None and spec.plausible[0] <= to <= spec.plausible[1]
    if np.isnan(now) or np.isinf(now):
        return usual
    if spec.highest <= 1:
        return usual or abs(to - now) <= likely_threshold("near_share")
    factor = likely_threshold("near_factor")
    return usual or (now > 0 and 1 / factor <= to / now <= factor)


def _order(change: Counterfactual) -> tuple[bool, float, str]:
    return not change.plausible, change.distance, change.field


def distance(spec: FieldSpec, now: float, to: float) -> float:
    """Measure a change so that fields can be compared: share of the range, decades, or a fixed step for words."""
    if spec.kind != "number":
        return WORDS_DISTANCE
    if np.isnan(now):
        return UNANSWERED_DISTANCE
    if spec.highest <= 1:
        return abs(to - now)
    if not (np.isfinite(now) and np.isfinite(to)) or now <= 0 or to <= 0:
        return 1.0
    return abs(np.log10(to / now)) / DECADES
