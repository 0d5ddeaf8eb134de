"""The experiment's curves: what happens when one thing is varied, and how the loss falls."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lib.experiment import ExperimentResult
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves import Curve, CurvePoint
from lib.views.chart import ARM_COLOURS, ARM_DASHES, INK, MUTED, PART_COLOURS, TEMPLATE, Chart, figure
from lib.views.markup import safe
from lib.views.table import Table

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


# Two arms may stand for the same architecture and so share its colour; these symbols tell them apart.
_ARM_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star", "pentagon")


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
        symbol = _ARM_SYMBOLS[list(EXPERIMENT_ARMS).index(line) % len(_ARM_SYMBOLS)]
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


_DRAWN = {"lines": draw_lines, "front": draw_front}
# The front's legend has a line for each arm and needs the room.
_HEIGHTS = {"lines": 400, "front": 540}
_LEGENDS = {"lines": -0.2, "front": -0.17}
_KINDS = {
    "lines": "Line chart with 95 percent intervals, one line for each way of answering or searching",
    "front": "Scatter plot of quality against prompt tokens, with the cells on the front numbered, joined and given their "
    "95 percent intervals",
}


def curve_chart(curve: Curve) -> Chart:
    """Draw a curve, one panel a measure, with its 95 % Wilson intervals; its table says n at every place."""
    panels = curve.entry.panels
    figure = make_subplots(
        rows=1,
        cols=len(panels),
        shared_yaxes=True,
        subplot_titles=[f"{safe(panel.title)} (%)" for panel in panels],
        horizontal_spacing=0.04,
    )
    shape = curve.entry.shape
    figure.update_layout(template=TEMPLATE, height=_HEIGHTS[shape], legend_y=_LEGENDS[shape])
    for column, panel in enumerate(panels, start=1):
        _DRAWN[shape](figure, curve, panel.measure, column)
    figure.update_yaxes(range=[-4, 104], tickvals=[0, 25, 50, 75, 100])
    figure.update_xaxes(title={"text": safe(curve.entry.x_title), "font": {"size": 12}, "standoff": 8})
    figure.update_annotations(font_size=13)
    measures = ", ".join(panel.title.lower() for panel in panels)
    return Chart(
        id=f"curve-{curve.id}",
        title=curve.entry.title,
        description=f"{_KINDS[shape]}: {measures}, in percent, over {curve.entry.x_title.lower()}.",
        figure=figure,
        table=_curve_table(curve),
        sentence=curve.sentence,
    )


def _curve_table(curve: Curve) -> Table:
    frame = curve.table()
    texts = [place for place, column in enumerate(frame.columns) if column in ("Line", "With")]
    right = [place for place in range(len(frame.columns)) if place not in texts]
    return Table(list(frame.columns), frame.to_numpy().tolist(), curve.heading, right=right)


if TYPE_CHECKING:
    import plotly.graph_objects as go

LOSS_DASHES = ("solid", "dash", "dot", "dashdot")
# Tol's sand is too light for a thin line on white.
LOSS_COLOURS = PART_COLOURS[1:5]
# A step sees few lessons, so single losses jump; the line shows the mean of so many of the last steps.
SMOOTHED_OVER = 8
# Places of the table, as shares of the training.
TABLE_PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)


def loss_curve(losses: Mapping[str, Sequence[float]]) -> Chart:
    """Draw the loss after each step of one or several trainings.

    Args:
        losses: the loss of each step in nats a token, by the training's name; none may be empty.

    Raises:
        ValueError: there is no training, or one without a step.
    """
    if not losses or not all(losses.values()):
        raise ValueError("a loss curve needs at least one training, and each at least one step")
    drawn = _loss_lines(list(losses))
    for trace, (name, values) in zip(drawn.data, losses.items(), strict=True):
        trace.update(x=list(range(1, len(values) + 1)), y=smoothed(values), name=name)
    rows = [
        [name, *(f"{smoothed(values)[_step(values, place)]:.3f}" for place in TABLE_PLACES)]
        for name, values in losses.items()
    ]
    return Chart(
        id="loss-curve",
        title="How the loss falls while the model is tuned",
        description="Line chart: loss in nats a token after each training step, one line for each training.",
        figure=drawn,
        table=Table(
            ["Training", "First step", "After a quarter", "After half", "After three quarters", "Last step"],
            rows,
            f"Loss in nats a token, mean of the last {SMOOTHED_OVER} steps",
            range(1, 6),
        ),
        sentence=_loss_sentence(losses),
    )


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return for each step the mean of the last ``SMOOTHED_OVER`` losses, or of those there are."""
    means = []
    for step in range(1, len(losses) + 1):
        last = losses[max(0, step - SMOOTHED_OVER) : step]
        means.append(sum(last) / len(last))
    return means


def _loss_lines(names: Sequence[str]) -> "go.Figure":
    drawn = figure(360)
    for place, name in enumerate(names):
        style = {
            "color": LOSS_COLOURS[place % len(LOSS_COLOURS)],
            "dash": LOSS_DASHES[place % len(LOSS_DASHES)],
            "width": 2.5,
        }
        drawn.add_scatter(
            x=[], y=[], mode="lines", name=name, line=style, hovertemplate="step %{x}: %{y:.3f}<extra></extra>"
        )
    drawn.update_xaxes(title_text="Training step")
    drawn.update_yaxes(title_text="Loss (nats a token)", rangemode="tozero")
    drawn.update_layout(legend_y=-0.24, showlegend=True)
    return drawn


def _step(values: Sequence[float], place: float) -> int:
    return round(place * (len(values) - 1))


def _loss_sentence(losses: Mapping[str, Sequence[float]]) -> str:
    said = []
    for name, values in losses.items():
        means = smoothed(values)
        said.append(
            f"{name}: the loss goes from {means[0]:.2f} to {means[-1]:.2f} nats a token in {len(values):,} steps"
        )
    return "; ".join(said) + "."


SECONDS_BETWEEN = 1.0
WIDTH, HEIGHT = 560, 120


class LiveLoss:
    """Give it to ``run_experiment`` as ``on_loss``; call ``finish`` with the result."""

    def __init__(self) -> None:
        """Know of no training yet."""
        self.losses: dict[str, list[float]] = {}
        self._totals: dict[str, int] = {}
        self._picture: Any = None
        self._drawn = 0.0

    def __call__(self, training: str, step: int, loss: float, total: int) -> None:
        """Take the loss of one step, and show it unless the last picture is fresh."""
        name = training.replace("_", " ")
        known = self.losses.setdefault(name, [])
        self._totals[name] = total
        del known[step - 1 :]
        known.append(loss)
        if step == total or time.monotonic() - self._drawn > SECONDS_BETWEEN:
            self._show(live_picture(self.losses, self._totals))

    def finish(self, result: ExperimentResult) -> None:
        """Show the losses of a finished run, also where it had been trained before."""
        from IPython.display import display

        if self._picture is not None:
            self._show("")
        trainings = result.record["trainings"]
        self.losses = {name.replace("_", " "): training["losses"] for name, training in trainings.items()}
        if self.losses:
            display(loss_curve(self.losses))

    def _show(self, page: str) -> None:
        from IPython.display import HTML, display

        if self._picture is None:
            self._picture = display(HTML(page), display_id=True)
        else:
            self._picture.update(HTML(page))
        self._drawn = time.monotonic()


def live_picture(losses: dict[str, list[float]], totals: dict[str, int]) -> str:
    """Draw each training's losses so far as one line of an SVG, with its last value in words."""
    highest = max(max(values) for values in losses.values())
    lines, words = [], []
    for place, (name, values) in enumerate(losses.items()):
        colour = PART_COLOURS[1 + place % (len(PART_COLOURS) - 1)]
        means = smoothed(values)
        points = " ".join(
            f"{WIDTH * step / max(1, totals[name]):.1f},{HEIGHT * (1 - mean / highest):.1f}"
            for step, mean in enumerate(means, start=1)
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        words.append(
            f'<span style="color:{colour}">■</span> {safe(name)}: step {len(values)} of {totals[name]}, '
            f"loss {means[-1]:.3f} nats a token"
        )
    return (
        f'<svg role="img" aria-label="Loss of the trainings so far" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" style="border-left:1px solid #9aa5b1;border-bottom:1px solid #9aa5b1">{"".join(lines)}</svg>'
        f"<p>{'<br>'.join(words)}</p>"
    )
