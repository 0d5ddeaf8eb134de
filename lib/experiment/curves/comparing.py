"""Comparing a curve's points: neighbours on the same questions, where a line stops rising, which cells are a front."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lib.experiment.curves.point import CurvePoint
from lib.experiment.statistics import SIGNIFICANCE, Pairing, adjusted, paired


@dataclass(frozen=True)
class Neighbours:
    """Two neighbouring points of a line: the later against the earlier, on the questions that both were asked.

    ``p_holm`` is McNemar's exact p, adjusted (Holm) for all neighbours that were compared together.
    """

    earlier: CurvePoint
    later: CurvePoint
    pairing: Pairing
    p_holm: float

    @property
    def told_apart(self) -> bool:
        """Whether the difference is more than chance."""
        return self.p_holm < SIGNIFICANCE


def compared(later: CurvePoint, earlier: CurvePoint) -> Pairing:
    """Compare two points on the questions that both were asked; the gap is the first's share less the second's."""
    common = [id_ for id_ in later.outcomes if id_ in earlier.outcomes]
    return paired([later.outcomes[id_] for id_ in common], [earlier.outcomes[id_] for id_ in common])


def lines_of(points: Iterable[CurvePoint]) -> dict[tuple[str, str], list[CurvePoint]]:
    """Sort points into lines (measure, line), each in the order of the x axis."""
    lines: dict[tuple[str, str], list[CurvePoint]] = {}
    for point in points:
        lines.setdefault((point.measure, point.line), []).append(point)
    return {key: sorted(line, key=lambda point: point.x) for key, line in lines.items()}


def neighbours(lines: Iterable[Sequence[CurvePoint]]) -> list[Neighbours]:
    """Compare each point with the one before it on its line."""
    pairs = [(earlier, later) for line in lines for earlier, later in pairwise(line)]
    pairings = [compared(later, earlier) for earlier, later in pairs]
    return [
        Neighbours(earlier, later, pairing, p)
        for (earlier, later), pairing, p in zip(pairs, pairings, adjusted([each.p for each in pairings]), strict=True)
    ]


def level_from(line: Sequence[CurvePoint]) -> CurvePoint | None:
    """Return the first point from which on no point of the line is told apart from its best one.

    ``None`` where the last point is worse than the best: the line ends in a fall.
    """
    best = max(line, key=lambda point: point.share.share)
    reached = None
    for point in reversed(line):
        if point is not best and compared(best, point).p < SIGNIFICANCE:
            break
        reached = point
    return reached


def front(points: Iterable[CurvePoint]) -> list[CurvePoint]:
    """Return the points that no other beats at once in a lower x and a higher share, from the lowest x on."""
    best: list[CurvePoint] = []
    for point in sorted(points, key=lambda point: (point.x, -point.share.share)):
        if not best or point.share.share > best[-1].share.share:
            best.append(point)
    return best
