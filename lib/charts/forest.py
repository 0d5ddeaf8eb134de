"""The experiment's shares with their intervals, arm by arm and kind by kind."""

import math

from plotly.subplots import make_subplots

from lib.charts.chart import Chart
from lib.charts.escape import safe
from lib.charts.palette import ARM_COLOURS, TEMPLATE
from lib.charts.table import Table
from lib.errors import InputError
from lib.experiment.result import ExperimentResult
from lib.experiment.summary import experiment_summary

COLUMNS = 3


def forest(result: ExperimentResult) -> Chart:
    """Draw the share of right answers of every arm with its 95 % Wilson interval, one panel a kind of question."""
    panels = result.panels
    if not panels:
        raise InputError(f"run {result.id} holds no judged answer, so there is nothing to draw.")
    rows = math.ceil(len(panels) / COLUMNS)
    drawn = make_subplots(
        rows=rows,
        cols=COLUMNS,
        shared_yaxes=True,
        subplot_titles=[f"{safe(panel.title)} (%)" for panel in panels],
        horizontal_spacing=0.04,
        vertical_spacing=0.22 / rows,
    )
    drawn.update_layout(template=TEMPLATE, height=40 + rows * (46 + 21 * len(result.arms)), showlegend=False)
    for place, (_, measure, kind) in enumerate(panels):
        row, column = place // COLUMNS + 1, place % COLUMNS + 1
        for arm in result.arms.values():
            share = result.share(arm["id"], measure, kind)
            if not share.n:
                continue
            drawn.add_scatter(
                y=[safe(arm["title"])],
                x=[round(100 * share.share, 2)],
                error_x={
                    "type": "data",
                    "array": [round(100 * (share.high - share.share), 2)],
                    "arrayminus": [round(100 * (share.share - share.low), 2)],
                    "thickness": 2,
                    "width": 4,
                },
                mode="markers",
                marker={"color": ARM_COLOURS[arm["stands_for"]], "size": 9},
                hovertemplate=f"%{{x:.0f}} % ({100 * share.low:.0f}–{100 * share.high:.0f} %), n = {share.n}<extra></extra>",
                row=row,
                col=column,
            )
        drawn.update_xaxes(range=[-6, 106], tickvals=[0, 50, 100], row=row, col=column)
    drawn.update_yaxes(autorange="reversed", showgrid=True, ticklabelstandoff=4)
    drawn.update_annotations(font_size=13)
    overview = result.overview()
    table = Table(
        ["Arm of the experiment", *overview.columns],
        [[title, *row] for title, row in zip(overview.index, overview.to_numpy().tolist(), strict=True)],
        result.legend(),
        right=range(1, 1 + len(overview.columns)),
    )
    return Chart(
        id="experiment",
        title="Measured: who answers right, keeps the style and refuses where it should",
        description="Dot plots with 95 percent intervals: share of questions that each arm of the experiment answered "
        "right, one panel for each kind of question.",
        figure=drawn,
        table=table,
        sentence=experiment_summary(result).headline,
    )
