"""What is uncertain in one client's decision: ranges, assumed values, judgements, scores, thresholds, prices.

Every uncertain input is a triangle (low, likely, high). A point of the unit cube, one coordinate an
input, becomes facts, thresholds and prices that go through frameworks, costs and recommendation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.arms import ARM, ARMS
from lib.client import ClientFile
from lib.client.facts import Array, Facts, field_specs, ranges
from lib.decision.features import EvaluationContext
from lib.decision.measured import measured_run, usable_client
from lib.decision.thresholds import ThresholdValues
from lib.prices import PriceBook

FACT, THRESHOLD, PRICE = "fact", "threshold", "price"

SCORE_FIELDS = tuple(arm.score_field for arm in ARM.values())


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
    own_scores: frozenset[str] = frozenset()
    """Arms whose scores are those of the client file's stored run: draws move them, and they stay paired."""

    @classmethod
    def of(cls, client: ClientFile, book: PriceBook, thresholds: ThresholdValues) -> "Model":
        """Collect what is uncertain for ``client``."""
        client = usable_client(client)
        facts = Facts.of(client)
        run = measured_run(facts.text("evidence.run"))
        own = frozenset(arm for arm in ARMS if run.is_own(arm, facts[f"evidence.{arm}_score"]))
        return cls(facts, book, thresholds, tuple(_inputs(client, facts, book, thresholds)), own)

    def context(self, cube: Array) -> EvaluationContext:
        """Turn points of the unit cube, shape ``(inputs, n)``, into n situations."""
        return self.moved({item: item.at(row) for item, row in zip(self.inputs, cube, strict=True)})

    def moved(self, values: dict[UncertainInput, Array]) -> EvaluationContext:
        """Give the situations in which some inputs take other values, all of shape ``()`` or ``(n,)``."""
        by_kind = {kind: {i.name: v for i, v in values.items() if i.kind == kind} for kind in (FACT, THRESHOLD, PRICE)}
        facts = self.facts.replaced(by_kind[FACT], answered=False)
        limits = self.thresholds.moved(by_kind[THRESHOLD])
        return EvaluationContext(facts, self.book, limits, by_kind[PRICE], self.own_scores)


def latin_hypercube(columns: int, draws: int, seed: int) -> Array:
    """Give a stratified sample of the unit cube, shape ``(columns, draws)``, without importing SciPy."""
    generator = np.random.default_rng(seed)
    strata = np.tile(np.arange(draws), (columns, 1))
    return (generator.permuted(strata, axis=1) + generator.random((columns, draws))) / draws


def _inputs(client: ClientFile, facts: Facts, book: PriceBook, thresholds: ThresholdValues) -> Sequence[UncertainInput]:
    found = [*_facts(client, facts), *_scores(client, facts, thresholds)]
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
    stated = {
        path: (item.low, item.likely, item.high) for path, item in ranges(client).items() if path not in SCORE_FIELDS
    }
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


def _scores(client: ClientFile, facts: Facts, thresholds: ThresholdValues) -> list[UncertainInput]:
    """Measured scores spread by the size of their evaluation set: a triangle of the binomial's variance.

    A range that the client stated without the number of examples stands as it is. Arms are drawn
    independently of one another, which overstates how much two scores of one run move apart.
    """
    found, stated = [], ranges(client)
    for path in SCORE_FIELDS:
        score = float(facts[path])
        if np.isnan(score):
            continue
        examples = float(facts["evidence.eval_examples"])
        reach = np.sqrt(6 * score * (1 - score) / max(examples, float(thresholds["evaluation_examples"])))
        low, high = max(0.0, score - reach), min(1.0, score + reach)
        if path in stated and not examples:
            low, high = stated[path].low, stated[path].high
        found.append(UncertainInput(FACT, path, field_specs()[path].label, low, score, high))
    return found
