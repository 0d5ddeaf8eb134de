"""The experiment's curves: what happens to the arms when one thing is varied."""

from plotly.subplots import make_subplots

from lib.charts.chart import Chart
from lib.charts.curve_front import draw_front
from lib.charts.curve_lines import draw_lines
from lib.charts.escape import safe
from lib.charts.palette import TEMPLATE
from lib.charts.table import Table
from lib.experiment.curves import Curve

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
        table=_table(curve),
        sentence=curve.sentence,
    )


def _table(curve: Curve) -> Table:
    frame = curve.table()
    texts = [place for place, column in enumerate(frame.columns) if column in ("Line", "With")]
    right = [place for place in range(len(frame.columns)) if place not in texts]
    return Table(list(frame.columns), frame.to_numpy().tolist(), curve.heading, right=right)
