"""The experiment's curves: what happens when one thing is varied, and how the loss falls."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plotly.subplots import make_subplots

from lib.experiment import MEASURES, ExperimentResult
from lib.experiment.curves import Curve
from lib.experiment.result import percent
from lib.views.chart import PART_COLOURS, TEMPLATE, Chart, figure
from lib.views.markup import safe
from lib.views.table import Table

# Colours of the palette that are dark enough for a thin line, each with its dash and mark.
_COLOURS = ("#332288", "#44AA99", "#CC6677", "#6B6B6B")
_DASHES = ("solid", "dash", "dot", "longdash")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def curve_chart(curve: Curve) -> Chart:
    """Draw a curve, one panel a measure, with its 95 % intervals; its table says n at every place."""
    panels = curve.panels
    titles = [_panel_title(*panel) for panel in panels]
    drawn = make_subplots(
        rows=1,
        cols=len(panels),
        shared_yaxes=True,
        subplot_titles=[f"{safe(title)} (%)" for title in titles],
        horizontal_spacing=0.04,
    )
    drawn.update_layout(template=TEMPLATE, height=380, legend_y=-0.25)
    for column, panel in enumerate(panels, start=1):
        for number, series in enumerate(curve.series):
            line = [point for point in curve.line(panel, series) if point.share.n]
            look = number % len(_COLOURS)
            drawn.add_scatter(
                x=[point.x for point in line],
                y=[round(100 * point.share.share, 2) for point in line],
                error_y={
                    "type": "data",
                    "array": [round(100 * (point.share.high - point.share.share), 2) for point in line],
                    "arrayminus": [round(100 * (point.share.share - point.share.low), 2) for point in line],
                    "thickness": 1.5,
                    "width": 3,
                },
                name=safe(series),
                legendgroup=series,
                showlegend=column == 1,
                mode="lines+markers",
                line={"color": _COLOURS[look], "dash": _DASHES[look], "width": 2},
                marker={"color": _COLOURS[look], "symbol": _SYMBOLS[look], "size": 8},
                hovertemplate=f"%{{x:,}}: %{{y:.0f}} %<extra>{safe(series)}</extra>",
                row=1,
                col=column,
            )
        places = sorted({point.x for point in curve.points if (point.measure, point.kinds) == panel})
        kind = "log" if curve.entry.log_x else "linear"
        drawn.update_xaxes(type=kind, tickvals=places, ticktext=[f"{x:,.0f}" for x in places], row=1, col=column)
    drawn.update_yaxes(range=[-4, 104], tickvals=[0, 25, 50, 75, 100])
    drawn.update_xaxes(title={"text": safe(curve.entry.x_title), "font": {"size": 12}, "standoff": 8})
    drawn.update_annotations(font_size=13)
    rows = [
        [
            point.series,
            f"{point.x:,.0f}",
            _panel_title(point.measure, point.kinds),
            percent(point.share),
            str(point.share.n),
        ]
        for point in curve.points
    ]
    columns = ["Line", curve.entry.x_title, "Measure", "Share (95 % interval)", "Questions"]
    return Chart(
        id=f"curve-{curve.id}",
        title=curve.entry.title,
        description=f"Line chart with 95 percent intervals over {curve.entry.x_title.lower()}: {', '.join(titles).lower()}.",
        figure=drawn,
        table=Table(columns, rows, f"{curve.entry.title}; {curve.model}", right=[1, 3, 4]),
        sentence=curve.caption,
    )


def _panel_title(measure: str, kinds: str) -> str:
    title = MEASURES[measure].title
    return f"{title}: {kinds}" if kinds else title


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
        several = len({training.seed for training in result.record.trainings}) > 1
        self.losses = {
            training.name.replace("_", " ") + (f", seed {training.seed}" if several else ""): training.losses
            for training in result.record.trainings
            if training.losses and not training.shipped
        }
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
