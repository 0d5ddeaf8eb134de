"""Pairs of changes that reach an arm which no change of a single field reaches."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import Facts, decoded, field_specs
from lib.decision.decide import model_of, recommender
from lib.decision.flips import NOT_FACTS, Flip, Recommend, candidate_values, distance, flips
from lib.decision.measured import facts_of

VALUES = 7
BLOCK = 20_000


@dataclass(frozen=True)
class PairFlip:
    """Two fields whose changes together make ``recommendation`` the answer."""

    fields: tuple[str, str]
    from_values: tuple[Any, Any]
    to_values: tuple[Any, Any]
    recommendation: str
    distance: float


def pairs_for(client: ClientFile, source: str | Path | None = None) -> list[PairFlip]:
    """Find the pairs for one client; ``source`` as for :func:`lib.decision.decide`."""
    facts, recommend = facts_of(client), recommender(model_of(client, source))
    return pair_flips(facts, recommend, flips(facts, recommend))


def pair_flips(facts: Facts, recommend: Recommend, singles: list[Flip]) -> list[PairFlip]:
    """Find the nearest pair on a coarse grid for every arm that neither stands nor is reached by one change."""
    now = int(np.ravel(recommend(facts))[0])
    reached = {flip.recommendation for flip in singles} | ({ARMS[now]} if now >= 0 else set())
    wanted = [place for place, arm in enumerate(ARMS) if arm not in reached]
    if not wanted:
        return []
    specs = {path: spec for path, spec in field_specs().items() if path in facts and path not in NOT_FACTS}
    steps = {
        path: _thinned(candidate_values(spec, float(facts[path])), float(facts[path])) for path, spec in specs.items()
    }
    far = {
        path: np.array([distance(specs[path], float(facts[path]), value) for value in values])
        for path, values in steps.items()
    }
    best: dict[int, PairFlip] = {}
    for block in _blocks(list(combinations(steps, 2)), steps):
        _search(block, facts, recommend, steps, far, wanted, best)
    return [best[place] for place in wanted if place in best]


def _thinned(values: np.ndarray, now: float) -> np.ndarray:
    """Keep at most a few values of a field's grid, spread over its range, its present value left out."""
    values = values[values != now]
    return values[np.unique(np.linspace(0, len(values) - 1, min(VALUES, len(values))).round().astype(int))]


def _blocks(pairs: list[tuple[str, str]], steps: dict[str, np.ndarray]) -> Iterator[list[tuple[str, str]]]:
    block, size = [], 0
    for pair in pairs:
        block.append(pair)
        size += len(steps[pair[0]]) * len(steps[pair[1]])
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _search(block, facts, recommend, steps, far, wanted, best) -> None:
    rows = [(a, i, b, j) for a, b in block for i in range(len(steps[a])) for j in range(len(steps[b]))]
    values: dict[str, np.ndarray] = {}
    for row, (a, i, b, j) in enumerate(rows):
        for path, place in ((a, i), (b, j)):
            values.setdefault(path, np.full(len(rows), float(facts[path])))[row] = steps[path][place]
    answers = np.broadcast_to(recommend(facts.replaced(values, answered=False)), len(rows))
    away = np.array([far[a][i] + far[b][j] for a, i, b, j in rows])
    specs = field_specs()
    for place in wanted:
        hits = np.flatnonzero(answers == place)
        if not hits.size:
            continue
        row = hits[np.argmin(away[hits])]
        if place in best and best[place].distance <= away[row]:
            continue
        a, i, b, j = rows[row]
        best[place] = PairFlip(
            (a, b),
            (decoded(specs[a], float(facts[a])), decoded(specs[b], float(facts[b]))),
            (decoded(specs[a], float(steps[a][i])), decoded(specs[b], float(steps[b][j]))),
            ARMS[place],
            float(away[row]),
        )
