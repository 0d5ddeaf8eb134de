"""How a claimed figure is held against a recomputed one, and the verdict that follows: every tolerance in one place."""

from collections.abc import Callable, Iterable
from math import isinf
from typing import NamedTuple

from lib.claims.figure import Figure, Stated

ABOUT = 0.10
"""A figure called approximate reproduces within ±10 % of the recomputed one."""
EXACT = 0.02
"""Any other single figure reproduces within ±2 %, which leaves room for rounding."""
SLACK = 0.10
"""A range's ends may be exceeded by 10 %: ranges are published in round figures."""
THRESHOLD_FACTOR = 2.0
"""Two thresholds on one quantity contradict each other when they differ by more than this factor."""
MOSTLY = 50.0
"""A statement about measurements holds when it holds in at least this many per cent of them."""


class Rule(NamedTuple):
    """What must hold, in words, and whether it does: ``None`` where that depends on what is not stated."""

    words: str
    holds: Callable[[Stated, Figure, Figure], bool | None]
    """Given what is stated, the claimed figure and the one found."""


def _equal(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """One number is the other, within its tolerance or within half a step of its last stated digit."""
    if isinf(found.low):
        return isinf(claimed.low)
    step = stated.rounded_to
    allowed = step / 2 if step else (ABOUT if stated.about else EXACT) * abs(found.low)
    return all(
        abs(mine - theirs) <= allowed + 1e-12 for mine, theirs in ((claimed.low, found.low), (claimed.high, found.high))
    )


def _overlaps(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """A figure called approximate is a range of ±10 %."""
    spread = ABOUT if stated.about else 0.0
    low, high = claimed.low * (1 - spread), claimed.high * (1 + spread)
    if low == high or found.is_point:
        return low <= found.high and found.low <= high
    return low < found.high and found.low < high


def _threshold(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """Of two ranges of thresholds the nearest ends count."""
    if claimed.low <= found.high and found.low <= claimed.high:
        return True
    nearest = found.low / claimed.high if found.low > claimed.high else claimed.low / found.high
    return nearest <= THRESHOLD_FACTOR


def _above(one: Figure, other: Figure) -> bool:
    """At neither end below, at one end above."""
    return one.low >= other.low and one.high >= other.high and one != other.in_unit(one.unit)


def _within(inner: Figure, outer: Figure) -> bool:
    return inner.low >= outer.low * (1 - SLACK) - 1e-12 and inner.high <= outer.high * (1 + SLACK) + 1e-12


RULES = {
    "equal": Rule("the claimed figure against the recomputed one", _equal),
    "covers": Rule("the claimed range must hold the recomputed one", lambda _, claimed, found: _within(found, claimed)),
    "inside": Rule(
        "the claimed figure must lie within the recomputed range", lambda _, claimed, found: _within(claimed, found)
    ),
    "compatible": Rule(
        "the same quantity stated twice: one range must hold the other",
        lambda _, claimed, found: _within(found, claimed) or _within(claimed, found),
    ),
    "overlaps": Rule("the other article's figure must share more than an end point with the claimed one", _overlaps),
    "threshold": Rule("two thresholds must be within a factor of 2", _threshold),
    "above": Rule("must be greater", lambda _, claimed, found: _above(claimed, found)),
    "below": Rule("must be less", lambda _, claimed, found: _above(found, claimed)),
    "mostly": Rule("must hold in at least half of the measured comparisons", lambda _, __, found: found.low >= MOSTLY),
    "reaches": Rule(
        "the claimed gap must be one that the sample can see",
        lambda _, claimed, found: True if claimed.low >= found.high else False if claimed.low < found.low else None,
    ),
}
"""How a claimed figure may be held against a found one."""

REPRODUCES = "reproduces"
DOES_NOT_REPRODUCE = "does not reproduce"
CONTRADICTS_ITSELF = "contradicts itself"
CONTRADICTS_ANOTHER = "contradicts another article"
CONTRADICTED_BY_MEASUREMENT = "contradicted by measurement"
NOT_CHECKABLE = "not checkable"

# A failed check leads to the verdict of what it was held against.
# - own article: the article states the quantity twice, or parts that it says make it up, or an order that
#   its own figures reverse;
# - measurement: published results say otherwise;
# - own inputs: arithmetic on the article's own volumes, tokens and prices gives another figure;
# - assumed inputs, list prices: the arithmetic needs something that the article does not state;
# - other article: the same quantity, elsewhere.
FAILED = {
    "own article": CONTRADICTS_ITSELF,
    "measurement": CONTRADICTED_BY_MEASUREMENT,
    "own inputs": CONTRADICTS_ITSELF,
    "assumed inputs": DOES_NOT_REPRODUCE,
    "list prices": DOES_NOT_REPRODUCE,
    "other article": CONTRADICTS_ANOTHER,
}

# The most telling first: what an article says against itself needs no outside source, measurements outrank
# arithmetic on assumed inputs, and two articles may both have their reasons.
PRIORITY = (
    CONTRADICTS_ITSELF,
    CONTRADICTED_BY_MEASUREMENT,
    DOES_NOT_REPRODUCE,
    CONTRADICTS_ANOTHER,
    REPRODUCES,
    NOT_CHECKABLE,
)

# Agreement with another article is no reproduction: both may have copied it.
REPRODUCING = {"own article", "measurement", "own inputs", "assumed inputs", "list prices"}


def verdict(outcomes: Iterable[tuple[str | None, bool | None]]) -> str:
    """Return the verdict of a claim from its checks' (held against, holds) pairs.

    A check that compares nothing, or whose outcome depends on what the article does not state
    (``None``), decides nothing.
    """
    found = {NOT_CHECKABLE}
    for against, holds in outcomes:
        if holds is False:
            found.add(FAILED[against])
        elif holds and against in REPRODUCING:
            found.add(REPRODUCES)
    return next(each for each in PRIORITY if each in found)
