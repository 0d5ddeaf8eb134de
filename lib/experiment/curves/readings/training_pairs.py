"""Reading the curve over the number of training examples."""

from typing import TYPE_CHECKING

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves.comparing import level_from
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.readings.words import move, sources, with_n
from lib.wording import listed

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve


def read(curve: "Curve") -> str:
    """Say from how many examples on the style is there, what the facts do, and who of the articles is near."""
    styles = [curve.line("style", line) for line in curve.line_ids]
    style = "; ".join(f"{line[0].title} {_level(line)}" for line in styles)
    facts = [curve.line("fact", line) for line in curve.line_ids]
    text = f"Style: {style}. Facts that stand on the pages and in no training pair, {_span(facts[0])}: "
    text += "; ".join(f"{line[0].title} {move(line)}" for line in facts) + ". "
    return text + _answer(curve)


def _span(line: list[CurvePoint]) -> str:
    return f"from {line[0].x:,.0f} to {line[-1].x:,.0f} examples"


def _level(line: list[CurvePoint]) -> str:
    """Say from where on a line is no longer told apart from its best point."""
    best = max(line, key=lambda point: point.share.share)
    if best.share.share == 0:
        return "never"
    start = level_from(line)
    if start is None:
        return f"best with {best.x:,.0f} examples ({with_n(best)}), and lower again at the end ({with_n(line[-1])})"
    if start is line[-1]:
        return f"still rising at the end: {with_n(start)} with {start.x:,.0f} examples"
    return f"as good as it gets from {start.x:,.0f} examples on ({with_n(start)}; at the end {with_n(line[-1])})"


def _answer(curve: "Curve") -> str:
    """Set what the complete answers need beside the numbers that the articles ask for."""
    best = max(
        (curve.line("right", line) for line in curve.line_ids),
        key=lambda line: max(point.share.share for point in line),
    )
    title = best[0].title
    if max(point.share.share for point in best) == 0:
        return "No number of examples here gave an answer that was right in everything."
    start = level_from(best)
    if start is None or start is best[-1]:
        beyond = sources([stated.source for stated in curve.entry.stated if stated.low > best[-1].x])
        return (
            f"Right in substance and style, {title} has {with_n(best[-1])} with {best[-1].x:,.0f} examples and is not "
            f"level before that: more may still help, as {beyond} would expect."
        )
    need = start.x
    more = [f"{stated.text} ({stated.source})" for stated in curve.entry.stated if stated.low > need]
    near = [f"{stated.text} ({stated.source})" for stated in curve.entry.stated if stated.low <= need <= stated.high]
    less = [f"{stated.text} ({stated.source})" for stated in curve.entry.stated if stated.high < need]
    said = [
        f"within {listed(near)}" if near else "",
        f"fewer than {listed(more)}" if more else "",
        f"more than {listed(less)}" if less else "",
    ]
    facts = " Examples teach the form; " if EXPERIMENT_ARMS[best[0].line].retrieves else " "
    facts += "the facts come from the pages." if EXPERIMENT_ARMS[best[0].line].retrieves else ""
    return (
        f"Right in substance and style, {title} is as good as it gets from {need:,.0f} examples on ({with_n(start)}): "
        f"{', '.join(part for part in said if part)}.{facts.rstrip()}"
    )
