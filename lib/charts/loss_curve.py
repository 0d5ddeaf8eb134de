"""How the loss of a LoRA training falls, as a chart for the page; ``live_loss`` shows it while it falls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lib.charts.chart import Chart
from lib.charts.palette import PART_COLOURS, figure
from lib.charts.table import Table

if TYPE_CHECKING:
    import plotly.graph_objects as go

DASHES = ("solid", "dash", "dot", "dashdot")
# Tol's sand is too light for a thin line on white.
COLOURS = PART_COLOURS[1:5]
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
    drawn = _drawn(list(losses))
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
        sentence=_sentence(losses),
    )


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return for each step the mean of the last ``SMOOTHED_OVER`` losses, or of those there are."""
    means = []
    for step in range(1, len(losses) + 1):
        last = losses[max(0, step - SMOOTHED_OVER) : step]
        means.append(sum(last) / len(last))
    return means


def _drawn(names: Sequence[str]) -> "go.Figure":
    drawn = figure(360)
    for place, name in enumerate(names):
        style = {"color": COLOURS[place % len(COLOURS)], "dash": DASHES[place % len(DASHES)], "width": 2.5}
        drawn.add_scatter(
            x=[], y=[], mode="lines", name=name, line=style, hovertemplate="step %{x}: %{y:.3f}<extra></extra>"
        )
    drawn.update_xaxes(title_text="Training step")
    drawn.update_yaxes(title_text="Loss (nats a token)", rangemode="tozero")
    drawn.update_layout(legend_y=-0.24, showlegend=True)
    return drawn


def _step(values: Sequence[float], place: float) -> int:
    return round(place * (len(values) - 1))


def _sentence(losses: Mapping[str, Sequence[float]]) -> str:
    said = []
    for name, values in losses.items():
        means = smoothed(values)
        said.append(
            f"{name}: the loss goes from {means[0]:.2f} to {means[-1]:.2f} nats a token in {len(values):,} steps"
        )
    return "; ".join(said) + "."
