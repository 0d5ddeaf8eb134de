"""Set-up and monthly costs of every arm, stacked by what they are spent on."""

from collections.abc import Collection

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lib.arms import ARMS
from lib.charts.arm_labels import arm_label, plain_title
from lib.charts.chart import Chart
from lib.charts.groups import GROUPS, OTHER, grouped
from lib.charts.money import DOLLARS, Money
from lib.charts.off_scale import off_scale
from lib.charts.palette import INK, PART_COLOURS, TEMPLATE
from lib.charts.table import Table
from lib.costs import Costs
from lib.wording import share

KINDS = {"setup": "Set-up, once", "monthly": "Running, a month"}


def cost_bars(
    costs: Costs, recommended: str | None = None, ruled_out: Collection[str] = (), money: Money = DOLLARS
) -> Chart:
    """Draw what each arm costs to set up and to run; ``costs`` holds scalars in USD, with components."""
    figure = make_subplots(
        rows=2,
        cols=1,
        subplot_titles=[f"{title} ({money.currency})" for title in KINDS.values()],
        vertical_spacing=0.13,
    )
    figure.update_layout(template=TEMPLATE, height=640, barmode="stack", legend_y=-0.06, margin_t=70)
    for row, kind in enumerate(KINDS, 1):
        _draw(figure, row, costs, kind, recommended, ruled_out, money)
    figure.update_annotations(font_size=14, x=0, xanchor="left", selector={"xref": "paper"})
    return Chart(
        id="costs",
        title="What each architecture costs to set up and to run",
        description="Two stacked bar charts: set-up cost and monthly cost of each architecture, by what it is spent on.",
        figure=figure,
        table=_table(costs, money),
        sentence=_sentence(costs, recommended, money),
    )


def _draw(
    figure: go.Figure,
    row: int,
    costs: Costs,
    kind: str,
    recommended: str | None,
    ruled_out: Collection[str],
    money: Money,
) -> None:
    parts = {arm: grouped(costs, arm, kind) for arm in ARMS}
    totals = {arm: sum(parts[arm].values()) for arm in ARMS}
    away = off_scale(totals)
    labels = [arm_label(arm, recommended, ruled_out) for arm in ARMS]
    for place, group in enumerate((*GROUPS, OTHER)):
        drawn = [None if arm in away else money.value(parts[arm][group]) for arm in ARMS]
        # The same bars are there whatever the numbers, so that a live chart only has to move them.
        if any(drawn) or group in GROUPS:
            figure.add_bar(
                y=labels,
                x=drawn,
                name=group,
                legendgroup=group,
                showlegend=group not in {trace.name for trace in figure.data},
                orientation="h",
                marker={"color": PART_COLOURS[place], "line": {"color": "white", "width": 1}},
                hovertemplate=f"{group}: {money.currency} %{{x:,.0f}}<extra></extra>",
                row=row,
                col=1,
            )
    figure.add_scatter(
        y=labels,
        x=[0 if arm in away else money.value(totals[arm]) for arm in ARMS],
        text=["  " + money.text(totals[arm]) + (", off the scale" if arm in away else "") for arm in ARMS],
        mode="text",
        textposition="middle right",
        textfont={"color": INK},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        row=row,
        col=1,
    )
    widest = max(money.value(totals[arm]) for arm in ARMS if arm not in away)
    figure.update_xaxes(range=[0, widest * 1.22 or 1], tickformat=",", row=row, col=1)
    figure.update_yaxes(autorange="reversed", row=row, col=1)


def _table(costs: Costs, money: Money) -> Table:
    rows = [
        [f"{plain_title(arm)[0].upper()}{plain_title(arm)[1:]}: {title.lower()}"]
        + [money.text(value) for value in grouped(costs, arm, kind).values()]
        + [money.text(sum(grouped(costs, arm, kind).values()))]
        for arm in ARMS
        for kind, title in KINDS.items()
    ]
    columns = ["Architecture", *GROUPS, OTHER, "Total"]
    if not any(float(grouped(costs, arm, kind)[OTHER]) for arm in ARMS for kind in KINDS):
        rows = [row[:-2] + row[-1:] for row in rows]
        columns.remove(OTHER)
    return Table(columns, rows, f"Costs by group, in {money.currency}", right=range(1, len(columns)))


def _sentence(costs: Costs, recommended: str | None, money: Money) -> str:
    arm = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(costs.horizon_usd[each]))
    clauses = []
    for kind, verb in (("setup", "to set up"), ("monthly", "a month to run")):
        parts = grouped(costs, arm, kind)
        total, largest = sum(parts.values()), max(parts, key=lambda group: parts[group])
        clauses.append(
            f"{money.text(total)} {verb} ({share(parts[largest] / total)} of it {_lower(largest)})"
            if total
            else f"nothing {verb}"
        )
    title = plain_title(arm)
    return f"{title[0].upper()}{title[1:]} costs {' and '.join(clauses)}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
