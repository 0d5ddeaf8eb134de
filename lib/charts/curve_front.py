"""Quality against cost: every cell a mark, those on the front numbered and joined."""

import plotly.graph_objects as go

from lib.charts.curve_lines import hover, intervals
from lib.charts.escape import safe
from lib.charts.palette import ARM_COLOURS, INK, MUTED
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves import Curve

# Two arms may stand for the same architecture and so share its colour; these symbols tell them apart.
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star", "pentagon")


def draw_front(figure: go.Figure, curve: Curve, measure: str, column: int) -> None:
    """Draw the cells of one measure into a panel: x is the mean number of prompt tokens, on a log axis."""
    front = curve.front(measure)
    figure.add_scatter(
        x=[point.x for point in front],
        y=[round(100 * point.share.share, 2) for point in front],
        mode="lines",
        line={"color": MUTED, "width": 1.5, "shape": "hv", "dash": "dot"},
        name="the front: nothing is better for fewer tokens",
        legendgroup="front",
        showlegend=column == 1,
        hoverinfo="skip",
        row=1,
        col=column,
    )
    numbers = {point.name: str(number) for number, point in enumerate(front, start=1)}
    for line in curve.line_ids:
        points = curve.line(measure, line)
        colour = ARM_COLOURS[EXPERIMENT_ARMS[line].stands_for]
        symbol = _SYMBOLS[list(EXPERIMENT_ARMS).index(line) % len(_SYMBOLS)]
        figure.add_scatter(
            x=[point.x for point in points],
            y=[round(100 * point.share.share, 2) for point in points],
            mode="markers",
            name=safe(points[0].title),
            legendgroup=line,
            showlegend=column == 1,
            marker={"color": colour, "symbol": symbol, "size": 8, "line": {"color": "white", "width": 1}},
            hovertext=[hover(point, f"{point.x:,.0f} tokens") for point in points],
            hoverinfo="text",
            row=1,
            col=column,
        )
    figure.add_scatter(
        x=[point.x for point in front],
        y=[round(100 * point.share.share, 2) for point in front],
        error_y=intervals(front) | {"color": MUTED},
        mode="markers+text",
        # The number stands inside the mark, so that no label lies over another one's.
        text=list(numbers.values()),
        textfont={"size": 11, "color": INK},
        showlegend=False,
        marker={
            "color": "white",
            "size": 18,
            "line": {"color": [ARM_COLOURS[EXPERIMENT_ARMS[point.line].stands_for] for point in front], "width": 2.5},
        },
        hovertext=[f"{numbers[point.name]}: {hover(point, f'{point.x:,.0f} tokens')}" for point in front],
        hoverinfo="text",
        row=1,
        col=column,
    )
    figure.update_xaxes(
        type="log",
        tickvals=[10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
        tickformat=",",
        row=1,
        col=column,
    )
