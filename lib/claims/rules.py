"""How a claimed figure is held against a recomputed one, and the verdict that follows: every tolerance in one place."""

from collections.abc import Callable, Iterable
from math import isinf

from lib.claims.claim import Stated
from lib.claims.figure import Figure

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


def equal(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """One number is the other, within its tolerance or within half a step of its last stated digit."""
    if isinf(found.low):
        return isinf(claimed.low)
    step = stated.rounded_to
    allowed = step / 2 if step else (ABOUT if stated.about else EXACT) * abs(found.low)
    return all(
        abs(mine - theirs) <= allowed + 1e-12 for mine, theirs in ((claimed.low, found.low), (claimed.high, found.high))
    )


def covers(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """The claimed range holds the whole recomputed one."""
    return _within(found, claimed)


def inside(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """The claimed figure, a single case or a budget, lies within the recomputed range of its kind."""
    return _within(claimed, found)


def compatible(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """The same quantity stated twice: one of the two ranges holds the other."""
    return _within(found, claimed) or _within(claimed, found)


def overlaps(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """Another article's range has more than an end point in common with the claimed one.

    A figure called approximate is a range of ±10 %.
    """
    spread = ABOUT if stated.about else 0.0
    low, high = claimed.low * (1 - spread), claimed.high * (1 + spread)
    if low == high or found.is_point:
        return low <= found.high and found.low <= high
    return low < found.high and found.low < high


def threshold(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """Two thresholds (or the nearest ends of two ranges of them) are within a factor of two."""
    if claimed.low <= found.high and found.low <= claimed.high:
        return True
    nearest = found.low / claimed.high if found.low > claimed.high else claimed.low / found.high
    return nearest <= THRESHOLD_FACTOR


def above(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """Greater: at neither end below, at one end above."""
    return claimed.low >= found.low and claimed.high >= found.high and claimed != found.in_unit(claimed.unit)


def below(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """Less: at neither end above, at one end below."""
    return claimed.low <= found.low and claimed.high <= found.high and claimed != found.in_unit(claimed.unit)


def mostly(stated: Stated, claimed: Figure, found: Figure) -> bool:
    """``found`` is the percentage of measurements in which the statement holds."""
    return found.low >= MOSTLY


def reaches(stated: Stated, claimed: Figure, found: Figure) -> bool | None:
    """The claimed gap is one that the sample can see; ``None`` where that depends on what is not stated."""
    return True if claimed.low >= found.high else False if claimed.low < found.low else None


def _within(inner: Figure, outer: Figure) -> bool:
    return inner.low >= outer.low * (1 - SLACK) - 1e-12 and inner.high <= outer.high * (1 + SLACK) + 1e-12


RULES: dict[str, Callable[[Stated, Figure, Figure], bool | None]] = {
    rule.__name__: rule
    for rule in (equal, covers, inside, compatible, overlaps, threshold, above, below, mostly, reaches)
}


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
