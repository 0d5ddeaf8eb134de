"""Draws of what is uncertain: the client's ranges, assumed values, judgements, scores and thresholds."""

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import Array, Facts, field_specs, ranges
from lib.costs import PriceBook
from lib.decision.thresholds import ThresholdValues

DRAWS = 1000
SEED = 2026
SMALLEST_EVALUATION = 100
"""A score whose evaluation set is not stated is taken to rest on three-numbers' minimum of 100 examples."""


def drawn(
    client: ClientFile,
    facts: Facts,
    thresholds: ThresholdValues,
    book: PriceBook,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Facts, ThresholdValues, dict[str, Array]]:
    """Draw facts, thresholds and prices of shape ``(draws,)``.

    Ranges and plausible values are triangular around the likely value, judgements uniform within their
    give or take, measured scores spread by the size of their evaluation set (normal approximation of the
    binomial), thresholds and prices triangular over their range. Stratified (Latin hypercube), seeded.
    """
    generator = np.random.default_rng(seed)
    triangles = _field_triangles(client, facts)
    moving = {name: t for name, t in thresholds.thresholds.items() if t.low < t.high}
    scores = [f"evidence.{arm}_score" for arm in ARMS if not np.isnan(facts[f"evidence.{arm}_score"])]
    prices = book.uncertain()
    fixed = len(triangles) + len(moving) + len(scores)
    columns = _latin_hypercube(generator, fixed + len(prices), draws)
    values = {path: _triangular(columns[i], *triangle) for i, (path, triangle) in enumerate(triangles.items())}
    offset = len(triangles) + len(moving)
    for i, path in enumerate(scores):
        values[path] = _score_draw(columns[offset + i], facts, path)
    moved = {
        name: _triangular(columns[len(triangles) + i], item.low, item.likely, item.high)
        for i, (name, item) in enumerate(moving.items())
    }
    priced = {
        key: _triangular(columns[fixed + i], price.low, price.likely, price.high)
        for i, (key, price) in enumerate(prices.items())
    }
    return facts.replaced(values, answered=False), thresholds.moved(moved), priced


def _field_triangles(client: ClientFile, facts: Facts) -> dict[str, tuple[float, float, float]]:
    stated = {path: (item.low, item.likely, item.high) for path, item in ranges(client).items()}
    for path, spec in field_specs().items():
        if path in stated or path not in facts or not np.isfinite(facts[path]):
            continue
        value = float(facts[path])
        if spec.plausible and not facts.answered(path):
            stated[path] = (min(spec.plausible[0], value), value, max(spec.plausible[1], value))
        elif spec.judgement:
            low, high = max(spec.lowest, value - spec.judgement), min(spec.highest, value + spec.judgement)
            stated[path] = (low, value, high)
    return {path: item for path, item in stated.items() if item[0] < item[2]}


def _latin_hypercube(generator: np.random.Generator, columns: int, draws: int) -> Array:
    strata = np.tile(np.arange(draws), (columns, 1))
    return (generator.permuted(strata, axis=1) + generator.random((columns, draws))) / draws


def _triangular(share: Array, low: float, likely: float, high: float) -> Array:
    """Invert the triangular distribution at ``share`` (0 to 1)."""
    rise = (likely - low) / (high - low)
    left = low + np.sqrt(share * (high - low) * (likely - low))
    right = high - np.sqrt((1 - share) * (high - low) * (high - likely))
    return np.where(share < rise, left, right)


def _score_draw(share: Array, facts: Facts, path: str) -> Array:
    from statistics import NormalDist

    score = float(facts[path])
    examples = max(float(facts["evidence.eval_examples"]), SMALLEST_EVALUATION)
    deviation = np.sqrt(score * (1 - score) / examples)
    normal = np.array([NormalDist().inv_cdf(float(p)) for p in share])
    return np.clip(score + deviation * normal, 0.0, 1.0)
