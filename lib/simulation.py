"""The one simulation engine: what of a client's situation is uncertain, and draws of it.

Two kinds of draws come from it. *Money draws* move prices, efforts and numbers: what the client stated as a range,
what is assumed because it is not answered, and every price that has a range; choices and yes/no fields stay as
stated or at their default. *Stability draws* move those and every unanswered yes/no and choice field as well, with
priors that never combine into a contradictory client.

What for: every figure that is expected or a percentile, and the stability. May import: client, prices.

Each uncertain input has a stratified column of its own, seeded by its name. So two runs, two kinds of draws, or a
client before and after one answer, differ only in what is really different.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARM
from lib.client import ClientFile
from lib.client.facts import Array, Facts, coded, field_specs, ranges
from lib.client.field import FieldSpec
from lib.files import read_yaml
from lib.prices import PriceBook, labelled
from lib.thresholds import likely_threshold

SEED = 2026
ALL = slice(None)
DRAWS = 2**12
BLOCK = 2**14
"""More draws than this are made in blocks, which fit the processor's cache."""

FACT, PRICE = "fact", "price"
NOT_DRAWN = ("money.horizon_months", "prices.per_usd")
"""Fields that say how figures are shown and not what happens: their likely value counts, also of a range."""

HOUSE = ("constraints.data_must_stay_in_house", "constraints.runs_where")
"""Fields that decide whether models run on the client's own machines."""

SCORE_FIELDS = tuple(arm.score_field for arm in ARM.values())


@lru_cache(maxsize=512)
def column(name: str, size: int = DRAWS, block: int = 0, seed: int = SEED) -> Array:
    """Return ``size`` numbers from 0 to 1 for the input ``name``, one in each of ``size`` equal strata.

    Further blocks are the first one turned by a random angle, as in randomised quasi-Monte Carlo: strata stay strata.
    """
    source = np.random.default_rng([seed, zlib.crc32(name.encode()), block])
    if block:
        numbers = column(name, size, 0, seed) + source.random()
        numbers -= numbers >= 1
    else:
        numbers = (source.permutation(size) + source.random(size)) / size
    numbers.flags.writeable = False
    return numbers


Edit = tuple[str, float]
"""A field that a client might answer otherwise, and its coded value."""


@dataclass(frozen=True)
class UncertainInput:
    """One number that may move: triangular between ``low`` and ``high`` with its mode at ``likely``.

    ``kind`` is :data:`FACT`, :data:`PRICE` or what a higher room adds, such as a threshold.
    """

    kind: str
    name: str
    label: str
    low: float
    likely: float
    high: float

    @property
    def mean(self) -> float:
        """The mean of the triangle."""
        return (self.low + self.likely + self.high) / 3

    def at(self, share: Array) -> Array:
        """Return the value below which ``share`` (0 to 1) of the triangle lies. Same shape as ``share``."""
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


def drawn(item: UncertainInput, size: int, block: int) -> Array:
    """Return ``size`` draws of an input."""
    # An edit of one field moves one input: the first draws of all others are those of before.
    draws = _first_draws if block == 0 and size <= DRAWS else _draws
    return draws(item, size, block)


def _draws(item: UncertainInput, size: int, block: int) -> Array:
    return item.at(column(f"{item.kind} {item.name}", size, block))


@lru_cache(maxsize=2048)
def _first_draws(item: UncertainInput, size: int, block: int) -> Array:
    values = _draws(item, size, block)
    values.flags.writeable = False
    return values


@dataclass(frozen=True)
class PriorCase:
    """What an unanswered field may be where ``when`` and ``above`` hold.

    ``when`` names the values of which other fields must have one, ``above`` what they must be more than.
    """

    when: Mapping[str, tuple[float, ...]]
    above: Mapping[str, float]
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    between: tuple[float, float] | None = None

    def at(self, share: Array) -> Array:
        """Return the coded value for each ``share`` (0 to 1); a number is spread evenly over its decades."""
        if self.between is not None:
            low, high = self.between
            return np.round(low * (high / low) ** share)
        steps = np.cumsum(self.weights) / np.sum(self.weights)
        return np.asarray(self.values)[np.minimum(np.searchsorted(steps, share, side="right"), len(steps) - 1)]


@dataclass(frozen=True)
class Prior:
    """What one field may be while nobody has answered it: the first case that holds counts."""

    field: str
    cases: tuple[PriorCase, ...]

    @property
    def conditions(self) -> set[str]:
        """The other fields on which its cases depend."""
        return {path for case in self.cases for path in (*case.when, *case.above)}


@lru_cache(maxsize=4)
def read_priors(path: Path) -> tuple[Prior, ...]:
    """Read priors from a data file, in the order in which they are drawn."""
    rows = read_yaml(path)
    return tuple(Prior(row["field"], tuple(_case(row["field"], case) for case in row["cases"])) for row in rows)


def _case(path: str, row: Mapping[str, Any]) -> PriorCase:
    def values(path: str, stated: Any) -> tuple[float, ...]:
        spec = field_specs()[path]
        return tuple(coded(spec, value) for value in (stated if isinstance(stated, list) else [stated]))

    when, above = {other: values(other, value) for other, value in row.get("when", {}).items()}, row.get("above", {})
    if "between" in row:
        return PriorCase(when, above, between=tuple(float(end) for end in row["between"]))
    weights = {True: row["chance"], False: 1 - row["chance"]} if "chance" in row else row["weights"]
    return PriorCase(when, above, values(path, list(weights)), tuple(weights.values()))


@dataclass(frozen=True)
class Draw:
    """Variations of one client: ``facts`` and ``prices`` of shape ``()`` or ``(n,)``, and what else moves, by kind."""

    facts: Facts
    prices: dict[str, Array]
    others: dict[str, dict[str, Array]] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulation:
    """One client's facts and prices at their likely values, with everything that may move.

    ``inputs`` are the numbers that move in every draw, ``priors`` the fields that move in stability draws only.
    """

    facts: Facts
    book: PriceBook
    inputs: tuple[UncertainInput, ...]
    priors: tuple[Prior, ...] = ()

    @classmethod
    def of(
        cls, client: ClientFile, book: PriceBook, extra: Sequence[UncertainInput] = (), priors: Sequence[Prior] = ()
    ) -> "Simulation":
        """Collect what is uncertain for ``client``: its own numbers, the prices, and what a higher room adds.

        Of ``priors`` those count whose field the client has not answered.
        """
        facts = Facts.of(client)
        unanswered = tuple(prior for prior in priors if not facts.answered(prior.field))
        # A draw in which nothing may leave the house meets the prices of own GPUs, and these move as well.
        prices = _prices(book, any(prior.field in HOUSE for prior in unanswered))
        found = [*_facts(client, facts), *_scores(client, facts), *prices, *extra]
        return cls(facts, book, tuple(item for item in found if item.low < item.high), unanswered)

    def money_draw(self, size: int = DRAWS, block: int = 0, rows: slice = ALL) -> Draw:
        """Return ``size`` money draws; ``block`` numbers further, independent ones."""
        return self.moved({item: drawn(item, size, block)[rows] for item in self.inputs})

    def stability_draw(self, size: int = DRAWS, block: int = 0, edits: Sequence[Edit] = (), rows: slice = ALL) -> Draw:
        """Return ``size`` stability draws: the money draws of the same number, with unanswered choices moved too.

        With ``edits`` so many of the client after each of them, one after another: prices stay as they are. With ``rows``
        only these of the draws.
        """
        draw, times = self.money_draw(size, block, rows), max(1, len(edits))
        draw = self._edited(draw, size, block, edits, rows) if edits else draw
        facts, drawn = draw.facts, set()
        for prior in self.priors:
            values = self._prior(prior, facts, drawn, np.tile(column(f"prior {prior.field}", size, block)[rows], times))
            facts = facts.replaced({prior.field: values}, {prior.field: np.asarray(True)})
            drawn.add(prior.field)
        return Draw(facts, draw.prices, draw.others)

    def _edited(self, draw: Draw, size: int, block: int, edits: Sequence[Edit], rows: slice) -> Draw:
        count = len(range(size)[rows])

        def tiled(values: Mapping[str, Array]) -> dict[str, Array]:
            return {name: np.tile(value, len(edits)) for name, value in values.items() if np.ndim(value)}

        def spread(value: Any) -> Array:
            return np.array(np.broadcast_to(value, (len(edits), count))).ravel()

        values, answered = tiled(draw.facts), {}
        for place, (path, value) in enumerate(edits):
            mine, spec = slice(place * count, (place + 1) * count), field_specs()[path]
            if spec.judgement:
                item = UncertainInput(FACT, path, spec.label, *_judged(spec, value))
                value = drawn(item, size, block)[rows]
            values.setdefault(path, spread(draw.facts[path]))[mine] = value
            answered.setdefault(path, spread(self.facts.answered(path)))[mine] = True
        others = {kind: tiled(moved) for kind, moved in draw.others.items()}
        return Draw(self.facts.replaced(values, answered), tiled(draw.prices), others)

    def moved(self, values: Mapping[UncertainInput, Array]) -> Draw:
        """Return the variations in which some inputs take other values, all of shape ``()`` or ``(n,)``."""
        by_kind: dict[str, dict[str, Array]] = {FACT: {}, PRICE: {}}
        for item, value in values.items():
            by_kind.setdefault(item.kind, {})[item.name] = value
        facts = self.facts.replaced(by_kind.pop(FACT), answered=False)
        return Draw(facts, by_kind.pop(PRICE), by_kind)

    def _prior(self, prior: Prior, facts: Facts, drawn: set[str], share: Array) -> Array:
        result = np.broadcast_to(facts[prior.field], share.shape).astype(float)
        # A field that is neither answered nor drawn yet says nothing of this one.
        known = {path: np.asarray(path in drawn) | facts.answered_at(path) for path in prior.conditions}
        left = np.broadcast_to(~facts.answered_at(prior.field), share.shape).copy()
        for case in prior.cases:
            holds = left.copy()
            for path, values in case.when.items():
                holds &= known[path] & np.any([facts[path] == value for value in values], axis=0)
            for path, limit in case.above.items():
                holds &= known[path] & (facts[path] > limit)
            result = np.where(holds, case.at(share), result)
            left &= ~holds
        return result


def _facts(client: ClientFile, facts: Facts) -> list[UncertainInput]:
    stated = {path: (item.low, item.likely, item.high) for path, item in ranges(client).items()}
    specs = field_specs()
    for path, spec in specs.items():
        if path in stated or path not in facts or not np.isfinite(facts[path]):
            continue
        value = float(facts[path])
        if spec.plausible and not facts.answered(path):
            stated[path] = (min(spec.plausible[0], value), value, max(spec.plausible[1], value))
        elif spec.judgement:
            stated[path] = _judged(spec, value)
    return [
        UncertainInput(FACT, path, specs[path].label, *triangle)
        for path, triangle in stated.items()
        if path not in NOT_DRAWN and path not in SCORE_FIELDS
    ]


def _judged(spec: FieldSpec, value: float) -> tuple[float, float, float]:
    """Return how low and high an answered value can be that is somebody's estimate, itself between them."""
    return max(spec.lowest, value - spec.judgement), value, min(spec.highest, value + spec.judgement)


def _scores(client: ClientFile, facts: Facts) -> list[UncertainInput]:
    """Measured scores spread by the size of their evaluation set: a triangle of the binomial's variance.

    Where the size is not stated, or smaller, it is taken to be the least that can carry a decision.
    A range that the client stated without the number of examples stands as it is. Arms are drawn
    independently of one another, which overstates how much two scores of one run move apart.
    """
    found, stated, smallest = [], ranges(client), likely_threshold("evaluation_examples")
    for path in SCORE_FIELDS:
        score = float(facts[path])
        if np.isnan(score):
            continue
        examples = float(facts["evidence.eval_examples"])
        reach = np.sqrt(6 * score * (1 - score) / max(examples, smallest))
        low, high = max(0.0, score - reach), min(1.0, score + reach)
        if path in stated and not examples:
            low, high = stated[path].low, stated[path].high
        found.append(UncertainInput(FACT, path, field_specs()[path].label, low, score, high))
    return found


def _prices(book: PriceBook, own_gpus: bool) -> list[UncertainInput]:
    return [
        UncertainInput(PRICE, key, labelled(*key.rpartition(".")[::2]), price.low, price.likely, price.high)
        for key, price in book.uncertain(own_gpus).items()
    ]
