"""How a claimed figure is held against a recomputed one: every tolerance of the audit, in one place."""

from collections.abc import Callable
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
