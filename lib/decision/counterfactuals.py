"""Counterfactuals: the smallest changes of one field that change the recommendation.

All candidates of all fields are evaluated in one call; the boundary between the last value that keeps
the recommendation and the first that changes it is then narrowed, all fields at once, and
rounded to the roundest value that still changes it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lib.arms import arm_name
from lib.client.facts import Array, Facts, decoded, field_specs
from lib.client.field import FieldSpec

Recommend = Callable[[Facts], Array]
"""Gives the recommendation (positions in ARMS, -1 undecided) of shape ``(n,)`` for facts of shape ``(n,)``."""

NOT_FACTS = ("prices.per_usd",)
POINTS = 41
ROUNDS, POINTS_A_ROUND = 16, 31
WORDS_DISTANCE = 0.5  # a yes/no or a choice that changes
UNANSWERED_DISTANCE = 0.6  # a field that is empty so far
NEAR_SHARE, NEAR_FACTOR = 0.3, 3.0  # what lies this close to the present value may well happen
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


def counterfactuals(facts: Facts, recommend: Recommend) -> list[Counterfactual]:
    """Find, for every field, the smallest change that changes the recommendation; nearest first."""
    specs = {path: spec for path, spec in field_specs().items() if path in facts and path not in NOT_FACTS}
    grids = {path: candidate_values(spec, float(facts[path])) for path, spec in specs.items()}
    trials = [(path, value) for path, grid in grids.items() for value in grid]
    now = int(np.ravel(recommend(facts))[0])
    found = dict(
        zip(
            grids,
            np.split(_ask(facts, trials, recommend), np.cumsum([len(g) for g in grids.values()])[:-1]),
            strict=True,
        )
    )
    edges = []
    for path, grid in grids.items():
        edges += _edges(path, specs[path], float(facts[path]), grid, found[path] != now)
    narrowed = _narrowed(facts, edges, recommend, now)
    return _nearest(facts, specs, narrowed, recommend, now)


@dataclass(frozen=True)
class _Edge:
    """Between ``keeps`` and ``changes`` (neighbours on the grid) the recommendation changes."""

    path: str
    keeps: float
    changes: float


def candidate_values(spec: FieldSpec, now: float) -> Array:
    """Return the coded values that are tried for one field, ascending, its present value among them."""
    if spec.kind == "choice":
        return np.arange(len(spec.choices), dtype=float)
    if spec.kind == "truth":
        return np.array([0.0, 1.0])
    if spec.highest <= 1:
        grid = np.linspace(spec.lowest, spec.highest, POINTS)
    else:
        low = spec.lowest or min(1.0, spec.highest / 1e6)
        grid = np.geomspace(low, spec.highest, POINTS)
        if spec.lowest == 0:
            grid = np.concatenate([[0.0], grid])
    extra = [now] if np.isfinite(now) else []
    grid = np.unique(np.concatenate([grid, extra]))
    if spec.whole:
        grid = np.unique(np.round(grid))
    return np.append(grid, np.inf) if spec.never else grid


def _ask(facts: Facts, trials: list[tuple[str, float]], recommend: Recommend) -> Array:
    """Evaluate each trial: one field at another value, all others as they are."""
    if not trials:
        return np.empty(0, dtype=int)
    values: dict[str, Array] = {}
    for row, (path, value) in enumerate(trials):
        if path not in values:
            values[path] = np.full(len(trials), float(facts[path]))
        values[path][row] = value
    # A change is an edit of the file: the field counts as answered where it is changed, and only there.
    answered = {path: np.full(len(trials), facts.answered(path)) for path in values}
    for row, (path, _) in enumerate(trials):
        answered[path][row] = True
    return np.broadcast_to(recommend(facts.replaced(values, answered)), len(trials))


def _edges(path: str, spec: FieldSpec, now: float, grid: Array, turned: Array) -> list[_Edge]:
    """Find the nearest edge below and above the present value; from an empty field, every edge inside the range."""
    if spec.kind != "number":
        return [_Edge(path, value, value) for value, here in zip(grid, turned, strict=True) if here]
    steps = np.flatnonzero(turned[1:] != turned[:-1])
    pairs = [(grid[i], grid[i + 1]) if turned[i + 1] else (grid[i + 1], grid[i]) for i in steps]
    if np.isnan(now):
        return [_Edge(path, *pair) for pair in pairs] or [
            _Edge(path, grid[i], grid[i]) for i in np.flatnonzero(turned)[:1]
        ]
    above = [pair for pair in pairs if pair[1] > now and pair[0] >= now]
    below = [pair for pair in pairs if pair[1] < now and pair[0] <= now]
    return [_Edge(path, *pair) for pair in above[:1] + below[-1:]]


def _narrowed(facts: Facts, edges: list[_Edge], recommend: Recommend, now: int) -> list[_Edge]:
    """Narrow every edge at once; several points a round, because a round costs far more than a point."""
    keeps = np.array([edge.keeps for edge in edges])
    changes = np.array([edge.changes for edge in edges])
    specs = field_specs()
    whole = np.array([specs[edge.path].whole for edge in edges], dtype=bool)
    for _ in range(ROUNDS):
        near = np.where(whole, np.abs(keeps - changes) <= 1, np.isclose(keeps, changes, rtol=1e-6, atol=1e-9))
        open_ = np.isfinite(keeps) & np.isfinite(changes) & ~near
        if not open_.any():
            break
        rows = np.flatnonzero(open_)
        points = np.array([_between(specs[edges[i].path], keeps[i], changes[i]) for i in rows])
        trials = [(edges[i].path, point) for i, row in zip(rows, points, strict=True) for point in row]
        turned = (_ask(facts, trials, recommend) != now).reshape(points.shape)
        for i, row, changed in zip(rows, points, turned, strict=True):
            first = int(np.argmax(changed)) if changed.any() else len(row)
            keeps[i] = row[first - 1] if first else keeps[i]
            changes[i] = row[first] if first < len(row) else changes[i]
    return [_Edge(edge.path, k, c) for edge, k, c in zip(edges, keeps, changes, strict=True)]


def _between(spec: FieldSpec, start: float, end: float) -> Array:
    steps = np.arange(1, POINTS_A_ROUND + 1) / (POINTS_A_ROUND + 1)
    far = start > 0 and end > 0 and spec.highest > 1
    points = start * (end / start) ** steps if far else start + (end - start) * steps
    return np.round(points) if spec.whole else points


def _nearest(
    facts: Facts, specs: dict[str, FieldSpec], edges: list[_Edge], recommend: Recommend, now: int
) -> list[Counterfactual]:
    candidates = [(edge, value) for edge in edges for value in _rounded(specs[edge.path], edge)]
    answers = _ask(facts, [(edge.path, value) for edge, value in candidates], recommend)
    chosen: dict[_Edge, tuple[float, int]] = {}
    for (edge, value), answer in zip(candidates, answers, strict=True):
        if answer != now:
            chosen.setdefault(edge, (value, int(answer)))
    best: dict[str, Counterfactual] = {}
    for edge, (value, answer) in chosen.items():
        spec, present = specs[edge.path], float(facts[edge.path])
        change = Counterfactual(
            edge.path,
            decoded(spec, present),
            decoded(spec, value),
            arm_name(answer),
            distance(spec, present, value),
            assumed=not facts.answered(edge.path) and not np.isnan(present),
            plausible=is_plausible(spec, present, value),
        )
        if edge.path not in best or _order(change) < _order(best[edge.path]):
            best[edge.path] = change
    return sorted(best.values(), key=_order)


def is_plausible(spec: FieldSpec, now: float, to: float) -> bool:
    """Return whether a field may well take the value: any word, a value of its usual range, or one near the present one."""
    if spec.kind != "number" or np.isinf(to):
        return True
    usual = spec.plausible is not None and spec.plausible[0] <= to <= spec.plausible[1]
    if np.isnan(now) or np.isinf(now):
        return usual
    if spec.highest <= 1:
        return usual or abs(to - now) <= NEAR_SHARE
    return usual or (now > 0 and 1 / NEAR_FACTOR <= to / now <= NEAR_FACTOR)


def _order(change: Counterfactual) -> tuple[bool, float, str]:
    return not change.plausible, change.distance, change.field


def _rounded(spec: FieldSpec, edge: _Edge) -> list[float]:
    """Return values from the roundest to the exact one, none of them beyond the edge's exact value plus 2 %."""
    exact = edge.changes
    if spec.kind != "number" or not np.isfinite(exact) or exact == 0:
        return [exact]
    values = []
    up = edge.changes >= edge.keeps
    for digits in range(1, 7):
        step = 10.0 ** (np.floor(np.log10(abs(exact))) - digits + 1)
        value = (np.ceil(exact / step - 1e-9) if up else np.floor(exact / step + 1e-9)) * step
        value = float(np.clip(round(value, 9), spec.lowest, spec.highest))
        if abs(value - exact) <= 0.02 * abs(exact):
            values.append(float(np.round(value)) if spec.whole else value)
    return [*values, exact]


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
