"""What is uncertain in one client's decision: ranges, assumed values, judgements, scores, thresholds, prices.

Every uncertain input is a triangle (low, likely, high). A point of the unit cube, one coordinate an
input, becomes facts, thresholds and prices that go through frameworks, costs and recommendation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import Array, Facts, field_specs, ranges
from lib.costs import PriceBook
from lib.decision.readings import Situation
from lib.decision.thresholds import ThresholdValues

FACT, THRESHOLD, PRICE = "fact", "threshold", "price"

SMALLEST_EVALUATION = 100
"""A score whose evaluation set is not stated is taken to rest on three-numbers' minimum of 100 examples."""


@dataclass(frozen=True)
class UncertainInput:
    """One input that may move: triangular between ``low`` and ``high`` with its mode at ``likely``."""

    kind: str
    name: str
    label: str
    low: float
    likely: float
    high: float

    def at(self, share: Array) -> Array:
        """Give the value below which ``share`` (0 to 1) of the triangle lies. Same shape as ``share``."""
        low, likely, high = self.low, self.likely, self.high
        rise = (likely - low) / (high - low)
        if rise == 0.0:
            return high - np.sqrt((1 - share) * ((high - low) * (high - likely)))
        if rise == 1.0:
            return low + np.sqrt(share * ((high - low) * (likely - low)))
        # One square root for both sides of the mode: this runs over millions of draws.
        left = share < rise
        root = np.sqrt(
            np.where(left, share * ((high - low) * (likely - low)), (1 - share) * ((high - low) * (high - likely)))
        )
        return np.where(left, low + root, high - root)


@dataclass(frozen=True)
class Model:
    """One client's facts, prices and thresholds at their likely values, with the inputs that may move."""

    facts: Facts
    book: PriceBook
    thresholds: ThresholdValues
    inputs: tuple[UncertainInput, ...]

    @classmethod
    def of(cls, client: ClientFile, book: PriceBook, thresholds: ThresholdValues) -> "Model":
        """Collect what is uncertain for ``client``."""
        facts = Facts.of(client)
        return cls(facts, book, thresholds, tuple(_inputs(client, facts, book, thresholds)))

    def situation(self, cube: Array) -> Situation:
        """Turn points of the unit cube, shape ``(inputs, n)``, into n situations."""
        return self.moved({item: item.at(row) for item, row in zip(self.inputs, cube, strict=True)})

    def moved(self, values: dict[UncertainInput, Array]) -> Situation:
        """Give the situations in which some inputs take other values, all of shape ``()`` or ``(n,)``."""
        by_kind = {kind: {i.name: v for i, v in values.items() if i.kind == kind} for kind in (FACT, THRESHOLD, PRICE)}
        facts = self.facts.replaced(by_kind[FACT], answered=False)
        return Situation(facts, self.book, self.thresholds.moved(by_kind[THRESHOLD]), by_kind[PRICE])


def latin_hypercube(columns: int, draws: int, seed: int) -> Array:
    """Give a stratified sample of the unit cube, shape ``(columns, draws)``, without importing SciPy."""
    generator = np.random.default_rng(seed)
    strata = np.tile(np.arange(draws), (columns, 1))
    return (generator.permuted(strata, axis=1) + generator.random((columns, draws))) / draws


def _inputs(client: ClientFile, facts: Facts, book: PriceBook, thresholds: ThresholdValues) -> Sequence[UncertainInput]:
    found = [*_facts(client, facts), *_scores(facts)]
    found += [
        UncertainInput(THRESHOLD, name, f"threshold {name}", item.low, item.likely, item.high)
        for name, item in thresholds.thresholds.items()
    ]
    found += [
        UncertainInput(
            PRICE, key, f"{price.item}: {price.component.replace('_', ' ')}", price.low, price.likely, price.high
        )
        for key, price in book.uncertain().items()
    ]
    return [item for item in found if item.low < item.high]


def _facts(client: ClientFile, facts: Facts) -> list[UncertainInput]:
    stated = {path: (item.low, item.likely, item.high) for path, item in ranges(client).items()}
    for path, spec in field_specs().items():
        if path in stated or path not in facts or not np.isfinite(facts[path]):
            continue
        value = float(facts[path])
        if spec.plausible and not facts.answered(path):
            stated[path] = (min(spec.plausible[0], value), value, max(spec.plausible[1], value))
        elif spec.judgement:
            stated[path] = (max(spec.lowest, value - spec.judgement), value, min(spec.highest, value + spec.judgement))
    specs = field_specs()
    return [UncertainInput(FACT, path, specs[path].label, *triangle) for path, triangle in stated.items()]


def _scores(facts: Facts) -> list[UncertainInput]:
    """Measured scores spread by the size of their evaluation set: a triangle of the binomial's variance."""
    found = []
    for arm in ARMS:
        path = f"evidence.{arm}_score"
        score = float(facts[path])
        if np.isnan(score):
            continue
        examples = max(float(facts["evidence.eval_examples"]), SMALLEST_EVALUATION)
        reach = np.sqrt(6 * score * (1 - score) / examples)
        low, high = max(0.0, score - reach), min(1.0, score + reach)
        found.append(UncertainInput(FACT, path, field_specs()[path].label, low, score, high))
    return found
