"""The phrases that all readings share."""

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from lib.experiment.curves.comparing import compared
from lib.experiment.curves.point import CurvePoint
from lib.experiment.result import percent
from lib.experiment.statistics import SIGNIFICANCE, Pairing
from lib.wording import listed

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve

# So many told-apart steps are named; of more, the number is given.
_NAMED = 3


def with_n(point: CurvePoint) -> str:
    """Write a point's share as ``81 % (74–87, n = 100)``."""
    return f"{percent(point.share)[:-1]}, n = {point.share.n})" if point.share.n else "nothing asked"


def p_value(p: float) -> str:
    """Write a p value as ``p = 0.012``."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def gap(size: float) -> str:
    """Write a difference of shares as ``12 points``."""
    number = round(100 * abs(size))
    return "less than a point" if number == 0 else "1 point" if number == 1 else f"{number} points"


def visible(pairing: Pairing) -> str:
    """Say what the smallest gap is that could have been seen."""
    if isnan(pairing.smallest_gap):
        return "so few questions can show no gap"
    return f"a gap of {gap(pairing.smallest_gap)} or more would show"


def move(line: Sequence[CurvePoint]) -> str:
    """Say where a line starts and ends, and whether that is more than chance."""
    first, last = line[0], line[-1]
    pairing = compared(last, first)
    ends = f"from {percent(first.share)} to {percent(last.share)}"
    if pairing.gap == 0:
        return f"stays where it is ({percent(first.share)}, n = {pairing.n})"
    if pairing.p >= SIGNIFICANCE:
        return f"goes {ends}, which can be chance (n = {pairing.n}, {p_value(pairing.p)}; {visible(pairing)})"
    way = "rises" if pairing.gap > 0 else "falls"
    return f"{way} {ends} (n = {pairing.n}, {p_value(pairing.p)})"


def moved(line: Sequence[CurvePoint]) -> float:
    """Return by how much (−1 to 1) a line has risen from its first to its last point; 0 where that can be chance."""
    pairing = compared(line[-1], line[0])
    return pairing.gap if pairing.p < SIGNIFICANCE else 0.0


def told_apart(curve: "Curve") -> str:
    """Say how many neighbouring points differ by more than chance, and what gap could be seen between them."""
    steps = curve.neighbours
    if not steps:
        return "There is one point on each line, and so no step to compare."
    apart = [step for step in steps if step.told_apart]
    titles = {panel.measure: panel.title.lower() for panel in curve.entry.panels}
    place = "neighbours on the front" if curve.entry.shape == "front" else "neighbouring points"
    text = (
        f"Of {len(steps)} {'pair' if len(steps) == 1 else 'pairs'} of {place} {len(apart) or 'none'} can be told apart"
    )
    if 0 < len(apart) <= _NAMED:
        named = [
            f"{titles[step.later.measure]} of {step.later.name}, {step.earlier.x:,.0f} to {step.later.x:,.0f}"
            for step in apart
        ]
        text += f" ({'; '.join(named)})"
    gaps = [step.pairing.smallest_gap for step in steps if not isnan(step.pairing.smallest_gap)]
    if not gaps:
        return f"{text}; so few questions can show no gap between them."
    least, most = round(100 * min(gaps)), round(100 * max(gaps))
    span = gap(max(gaps)) if least == most else f"{least} to {most} points"
    return f"{text} (McNemar, exact, after Holm); a gap has to be {span} to show with so many questions."


def sources(names: Sequence[str]) -> str:
    """Name articles and papers, each once."""
    return listed(list(dict.fromkeys(names)))
