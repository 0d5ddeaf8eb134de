"""Lines with intervals over an axis of few places."""

import plotly.graph_objects as go

from lib.charts.escape import safe
from lib.charts.palette import ARM_COLOURS, ARM_DASHES
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves import Curve, CurvePoint

# For lines that are no arms: colours of the palette that are dark enough for a thin line, each with its dash.
_COLOURS = ("#332288", "#44AA99", "#CC6677", "#6B6B6B")
_DASHES = ("solid", "dash", "dot", "longdash")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
# Neighbouring lines are drawn this share of the axis apart, so that their intervals do not hide one another.
_APART = 0.012


def draw_lines(figure: go.Figure, curve: Curve, measure: str, column: int) -> None:
    """Draw the lines of one measure into a panel."""
    places = sorted({point.x for point in curve.points})
    lines = [line for line in curve.line_ids if (measure, line) in curve.lines]
    for number, line in enumerate(lines):
        points = [point for point in curve.line(measure, line) if point.share.n]
        colour, dash, symbol = _looks(line, curve.line_ids.index(line))
        figure.add_scatter(
            x=[_beside(point.x, number - (len(lines) - 1) / 2, places, curve.entry.log_x) for point in points],
            y=[round(100 * point.share.share, 2) for point in points],
            error_y=intervals(points),
            name=safe(points[0].title if points else line),
            legendgroup=line,
            showlegend=column == 1,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"color": colour, "symbol": symbol, "size": 8},
            hovertext=[hover(point, f"{point.x:,.0f}") for point in points],
            hoverinfo="text",
            row=1,
            col=column,
        )
    figure.update_xaxes(
        type="log" if curve.entry.log_x else "linear",
        tickvals=places,
        ticktext=[f"{place:,.0f}" for place in places],
        row=1,
        col=column,
    )


def intervals(points: list[CurvePoint]) -> dict:
    """Give the intervals of points as Plotly's error bars, in percent."""
    return {
        "type": "data",
        "array": [round(100 * (point.share.high - point.share.share), 2) for point in points],
        "arrayminus": [round(100 * (point.share.share - point.share.low), 2) for point in points],
        "thickness": 1.5,
        "width": 3,
    }


def hover(point: CurvePoint, place: str) -> str:
    """Say what a point shows: line, place, share, interval, n."""
    share = point.share
    return (
        f"{safe(point.name)}, {place}: {100 * share.share:.0f} % "
        f"({100 * share.low:.0f}–{100 * share.high:.0f} %), n = {share.n}"
    )


def _looks(line: str, number: int) -> tuple[str, str, str]:
    """Return a line's colour, dash and symbol: an arm's own, or the next of the list."""
    symbol = _SYMBOLS[number % len(_SYMBOLS)]
    if line in EXPERIMENT_ARMS:
        arm = EXPERIMENT_ARMS[line].stands_for
        return ARM_COLOURS[arm], ARM_DASHES[arm], symbol
    return _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)], symbol


def _beside(x: float, steps: float, places: list[float], log: bool) -> float:
    """Move a point a little to the side."""
    if len(places) < 2:
        return x
    share = steps * _APART
    return round(x * (places[-1] / places[0]) ** share if log else x + share * (places[-1] - places[0]), 4)
