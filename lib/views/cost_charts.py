"""Charts of money: what is spent on what, when, and how uncertain that is."""

import textwrap
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lib.arms import ARMS
from lib.costs import Costs, Estimates, Swing
from lib.views.chart import (
    ARM_COLOURS,
    ARM_DASHES,
    INK,
    PART_COLOURS,
    TEMPLATE,
    Chart,
    arm_label,
    figure,
    off_scale,
    plain_title,
    short_title,
)
from lib.views.markup import safe
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import arm_title, listed, months_words, number, probability, share

GROUPS = {
    "Prompts and evaluation set": ("prompt_engineering", "evaluation_set"),
    "Building retrieval": (
        "document_loading",
        "vector_store_setup",
        "embedding_pipeline",
        "retrieval_logic",
        "integration",
    ),
    "Training data and training": ("data_curation", "training_pipeline", "training", "retraining"),
    "Answering queries": ("inference", "gpu", "serving", "self_hosting", "price_changes"),
    "Stores, embeddings, servers": (
        "query_embedding",
        "document_embedding",
        "vector_store",
        "re_ranking",
        "infrastructure",
    ),
    "Maintenance and monitoring": ("maintenance", "monitoring", "review", "migration"),
}
OTHER = "Other"


def group_of(component: str) -> str:
    """Give the group of a component; a new component falls under ``Other`` until it has a place."""
    return next((group for group, members in GROUPS.items() if component in members), OTHER)


def grouped(costs: Costs, arm: str, kind: str) -> dict[str, float]:
    """Add up the components of ``arm`` by group, in USD; ``kind`` is ``setup`` or ``monthly``."""
    sums = dict.fromkeys((*GROUPS, OTHER), 0.0)
    for component in costs.components[arm].values():
        sums[group_of(component.id)] += float(getattr(component, kind))
    return sums


KINDS = {"setup": "Set-up, once", "monthly": "Running, a month"}


def cost_bars(
    costs: Costs, recommended: str | None = None, ruled_out: Collection[str] = (), money: Money = DOLLARS
) -> Chart:
    """Draw what each arm costs to set up and to run; ``costs`` holds expected scalars in USD, with components."""
    drawn: list[dict] = []
    layout = {"template": TEMPLATE, "height": 640, "barmode": "stack", "legend": {"y": -0.06}, "margin": {"t": 70}}
    layout["annotations"] = []
    for row, kind in enumerate(KINDS):
        drawn += _kind_traces(costs, kind, str(row + 1), recommended, ruled_out, money)
        layout |= _kind_axes(costs, kind, str(row + 1), money)
        layout["annotations"].append(_kind_title(kind, money))
    return Chart(
        id="costs",
        title="What each architecture costs to set up and to run",
        description="Two stacked bar charts: set-up cost and monthly cost of each architecture, by what it is spent on.",
        # Made of plain values in one go: a live chart has no time for subplots that are put together trace by trace.
        figure=go.Figure(drawn, layout),
        table=_bars_table(costs, money),
        sentence=_bars_sentence(costs, recommended, money),
    )


def _kind_traces(
    costs: Costs, kind: str, axis: str, recommended: str | None, ruled_out: Collection[str], money: Money
) -> list[dict]:
    parts = {arm: grouped(costs, arm, kind) for arm in ARMS}
    totals = {arm: sum(parts[arm].values()) for arm in ARMS}
    away = off_scale(totals)
    place = {"y": [arm_label(arm, recommended, ruled_out) for arm in ARMS], "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    drawn = [
        place
        | {
            "type": "bar",
            "x": [None if arm in away else money.value(parts[arm][group]) for arm in ARMS],
            "name": group,
            "legendgroup": group,
            "showlegend": kind == "setup",
            "orientation": "h",
            "marker": {"color": colour, "line": {"color": "white", "width": 1}},
            "hovertemplate": f"{group}: {money.currency} %{{x:,.0f}}<extra></extra>",
        }
        for group, colour in zip((*GROUPS, OTHER), PART_COLOURS, strict=False)
        # The same bars are there whatever the numbers, so that a live chart only has to move them.
        if group in GROUPS or any(grouped(costs, arm, each)[group] for arm in ARMS for each in KINDS)
    ]
    written = place | {
        "type": "scatter",
        "x": [0 if arm in away else money.value(totals[arm]) for arm in ARMS],
        "text": ["  " + money.text(totals[arm]) + (", off the scale" if arm in away else "") for arm in ARMS],
        "mode": "text",
        "textposition": "middle right",
        "textfont": {"color": INK},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [*drawn, written]


DOMAINS = {"setup": (0.565, 1.0), "monthly": (0.0, 0.435)}
"""Where the two pictures stand one above the other, as shares of the height."""


def _kind_axes(costs: Costs, kind: str, axis: str, money: Money) -> dict[str, dict]:
    totals = {arm: sum(grouped(costs, arm, kind).values()) for arm in ARMS}
    away = off_scale(totals)
    widest = max(money.value(totals[arm]) for arm in ARMS if arm not in away)
    across = {"range": [0, widest * 1.22 or 1], "tickformat": ",", "anchor": f"y{axis}"}
    down = {"autorange": "reversed", "domain": DOMAINS[kind], "anchor": f"x{axis}"}
    return {f"xaxis{axis}": across, f"yaxis{axis}": down}


def _kind_title(kind: str, money: Money) -> dict:
    place = {"x": 0, "y": DOMAINS[kind][1], "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return place | {"text": f"{KINDS[kind]} (expected, {money.currency})", "showarrow": False, "font": {"size": 14}}


def _bars_table(costs: Costs, money: Money) -> Table:
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
    return Table(columns, rows, f"Expected costs by group, in {money.currency}", right=range(1, len(columns)))


def _bars_sentence(costs: Costs, recommended: str | None, money: Money) -> str:
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
    return f"{title[0].upper()}{title[1:]} is expected to cost {' and '.join(clauses)}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


@dataclass(frozen=True)
class BreakEven:
    """The month (a fraction counts) from which ``cheaper_later`` has cost less than ``cheaper_first``."""

    cheaper_first: str
    cheaper_later: str
    month: float
    usd: float


def break_evens(costs: Costs, arm: str) -> list[BreakEven]:
    """Find where the total of ``arm`` crosses that of another arm within the horizon, earliest first.

    Empty where ``arm`` is no arm, as when nothing is decidable yet.
    """
    found: list[BreakEven] = []
    if arm not in ARMS:
        return found
    mine = costs.spent_usd(arm)
    for other in (each for each in ARMS if each != arm):
        ahead = costs.spent_usd(other) - mine
        for month in np.flatnonzero(ahead[:-1] * ahead[1:] < 0):
            part = ahead[month] / (ahead[month] - ahead[month + 1])
            first, later = (arm, other) if ahead[month] > 0 else (other, arm)
            usd = float(mine[month] + part * (mine[month + 1] - mine[month]))
            found.append(BreakEven(first, later, float(month + part), usd))
    return sorted(found, key=lambda item: item.month)


def cumulative(
    costs: Costs, recommended: str | None = None, ruled_out: Collection[str] = (), money: Money = DOLLARS
) -> Chart:
    """Draw the money spent after each month of the horizon; ``costs`` holds expected scalars in USD."""
    months = costs.months
    totals = {arm: costs.spent_usd(arm) for arm in ARMS}
    away = off_scale({arm: float(line[-1]) for arm, line in totals.items()})
    arm = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(totals[each][-1]))
    crossings = break_evens(costs, arm)
    drawn = figure(430)
    for each in ARMS:
        drawn.add_scatter(
            x=list(range(months + 1)),
            y=[money.value(value) for value in totals[each]],
            name=_line_name(each, recommended, ruled_out),
            mode="lines",
            line={"color": ARM_COLOURS[each], "dash": ARM_DASHES[each], "width": 4 if each == recommended else 2},
            hovertemplate=f"{plain_title(each)}, month %{{x}}: {money.currency} %{{y:,.0f}}<extra></extra>",
        )
    for crossing in crossings:
        drawn.add_annotation(
            x=round(crossing.month, 3),
            y=money.value(crossing.usd),
            text=f"month {np.ceil(crossing.month):.0f}",
            ax=0,
            ay=-34,
            arrowcolor=INK,
            bgcolor="white",
        )
    tallest = max(float(totals[each][-1]) for each in ARMS if each not in away)
    drawn.update_xaxes(title_text="Months since the start", dtick=max(1, months // 12))
    drawn.update_yaxes(title_text=f"{money.currency} spent", range=[0, money.value(tallest) * 1.06], tickformat=",")
    drawn.update_layout(legend_y=-0.24, hovermode="closest")
    return Chart(
        id="cumulative",
        title=f"Money spent over {months_words(months)}, expected",
        description=f"Line chart of the money spent on each architecture after every month, over {months} months.",
        figure=drawn,
        table=_cumulative_table(totals, months, money),
        sentence=_cumulative_sentence(totals, arm, crossings, away, ruled_out, months, money),
    )


def _line_name(arm: str, recommended: str | None, ruled_out: Collection[str]) -> str:
    title = short_title(arm)
    if arm == recommended:
        return f"<b>{title}</b>"
    return f"{title} (ruled out)" if arm in ruled_out else title


def _cumulative_table(totals: dict, months: int, money: Money) -> Table:
    step = max(1, months // 12)
    marks = [*range(0, months, step), months]
    rows = [[f"After {months_words(month)}", *(money.text(totals[arm][month]) for arm in ARMS)] for month in marks]
    return Table(
        ["Time", *map(arm_title, ARMS)], rows, f"Expected to be spent so far, in {money.currency}", right=range(1, 6)
    )


def _cumulative_sentence(
    totals: dict,
    arm: str,
    crossings: list[BreakEven],
    away: set[str],
    ruled_out: Collection[str],
    months: int,
    money: Money,
) -> str:
    title = plain_title(arm)
    words = f"After {months_words(months)} {title} is expected to have cost {money.text(totals[arm][-1])}"
    others = [each for each in ARMS if each != arm and each not in ruled_out] or [each for each in ARMS if each != arm]
    words += ", against " + listed([f"{money.text(totals[each][-1])} for {plain_title(each)}" for each in others])
    if crossings:
        words += "; " + listed(
            [
                f"{plain_title(item.cheaper_later)} has cost less than {plain_title(item.cheaper_first)} "
                f"from month {np.ceil(item.month):.0f} on"
                for item in crossings
            ]
        )
    else:
        words += f"; no other line crosses that of {title} within this time"
    if away:
        words += f". {listed([plain_title(each) for each in away]).capitalize()} leaves the picture at the top"
    return words + "."


THOUSAND = 1000


def query_bars(
    costs: Costs, recommended: str | None = None, ruled_out: Collection[str] = (), money: Money = DOLLARS
) -> Chart:
    """Draw the cost of a thousand more queries; ``costs`` holds scalars in USD."""
    usd = {arm: THOUSAND * float(costs.usd_per_query[arm]) for arm in ARMS}
    away = off_scale(usd)
    drawn = figure(320)
    drawn.add_bar(
        y=[arm_label(arm, recommended, ruled_out) for arm in ARMS],
        x=[0 if arm in away else money.value(usd[arm]) for arm in ARMS],
        text=[" " + money.text(usd[arm]) + (", off the scale" if arm in away else "") for arm in ARMS],
        textposition="outside",
        cliponaxis=False,
        orientation="h",
        marker={"color": [ARM_COLOURS[arm] for arm in ARMS]},
        hoverinfo="skip",
    )
    widest = max(money.value(usd[arm]) for arm in ARMS if arm not in away)
    drawn.update_xaxes(range=[0, widest * 1.25 or 1])
    drawn.update_yaxes(autorange="reversed")
    rows = [[arm_title(arm), money.text(usd[arm]), number(round(float(costs.input_tokens[arm])))] for arm in ARMS]
    cheapest = min(ARMS, key=lambda arm: usd[arm])
    dearest = max(ARMS, key=lambda arm: usd[arm])
    times = f", {usd[dearest] / usd[cheapest]:.0f} times as much" if usd[cheapest] > 0 else ""
    return Chart(
        id="queries",
        title=f"What 1,000 more queries cost ({money.currency})",
        description="Bar chart of the cost of a thousand more queries for each architecture.",
        figure=drawn,
        table=Table(
            ["Architecture", "1,000 more queries", "Tokens read by one query"],
            rows,
            f"Cost of more queries, in {money.currency}",
            right=[1, 2],
        ),
        sentence=(
            f"A thousand more queries cost least with {plain_title(cheapest)} ({money.text(usd[cheapest])}) and most "
            f"with {plain_title(dearest)} ({money.text(usd[dearest])}{times})."
        ),
    )


BAND_OPACITY = 0.18


def fan_chart(estimates: Estimates, arms: tuple[str, ...], money: Money = DOLLARS) -> Chart:
    """Draw expected, P10 and P90 of the money spent for each of ``arms``; the first is the recommended one."""
    drawn = figure(430)
    bands = {arm: estimates.spent(arm) for arm in arms}
    months = estimates.planned.months
    for arm, band in bands.items():
        passed = list(range(months + 1))
        middle, low, high = ([money.value(value) for value in row] for row in band)
        colour = ARM_COLOURS[arm]
        drawn.add_scatter(
            x=passed + passed[::-1],
            y=high + low[::-1],
            fill="toself",
            fillcolor=_clear(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        drawn.add_scatter(
            x=passed,
            y=middle,
            mode="lines",
            name=short_title(arm),
            line={"color": colour, "dash": ARM_DASHES[arm], "width": 3},
            hovertemplate=f"{plain_title(arm)}, month %{{x}}: {money.currency} %{{y:,.0f}} expected<extra></extra>",
        )
    drawn.update_xaxes(title_text="Months since the start")
    drawn.update_yaxes(title_text=f"{money.currency} spent", rangemode="tozero", tickformat=",")
    drawn.update_layout(legend_y=-0.24, hovermode="closest")
    shown = range(0, months + 1, max(1, months // 4))
    rows = [
        [f"{arm_title(arm)}, {name}", *(money.text(row[month]) for month in shown)]
        for arm, band in bands.items()
        for name, row in zip(("expected", "P10", "P90"), band, strict=True)
    ]
    columns = ["Architecture", *(f"Month {month}" for month in shown)]
    return Chart(
        id="fan",
        title="How uncertain the total is",
        description="Fan chart: money expected to be spent over the months, with the band in which eight of ten draws lie.",
        figure=drawn,
        table=Table(columns, rows, "Money spent so far", range(1, len(columns))),
        sentence=_fan_sentence(estimates, bands, money),
    )


def _clear(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND_OPACITY})"


def _fan_sentence(estimates: Estimates, bands: dict[str, np.ndarray], money: Money) -> str:
    arm, (middle, low, high) = next(iter(bands.items()))
    words = (
        f"After {months_words(estimates.planned.months)} {plain_title(arm)} is expected to have cost "
        f"{money.text(middle[-1])}; in eight of ten draws between {money.text(low[-1])} and {money.text(high[-1])}"
    )
    if len(bands) > 1:
        cheapest = estimates.chance_cheapest(tuple(bands))
        words += f"; it is the cheapest of those shown in {probability(cheapest[arm])} of the draws"
    return words + "."


SWINGS_SHOWN = 10


def tornado_chart(swings: list[Swing], expected: float, arm: str, other: str, money: Money = DOLLARS) -> Chart:
    """Draw the horizon cost of ``arm`` less that of ``other`` (USD) at each input's low and high value.

    ``expected`` is the expected difference.
    """
    shown = swings[:SWINGS_SHOWN]
    labels = ["<br>".join(textwrap.wrap(safe(swing.label), 32)) for swing in shown]
    drawn = figure(150 + 40 * max(1, len(shown)))
    for place, name in enumerate(("at its low value", "at its high value")):
        ends = [swing.at_low if place == 0 else swing.at_high for swing in shown]
        drawn.add_bar(
            y=labels,
            base=[money.value(expected)] * len(shown),
            x=[money.value(end - expected) for end in ends],
            customdata=[money.value(end) for end in ends],
            orientation="h",
            name=name,
            marker={"color": PART_COLOURS[place + 1]},
            hovertemplate=f"%{{y}} {name}: {money.currency} %{{customdata:,.0f}}<extra></extra>",
        )
    drawn.add_vline(x=money.value(expected), line={"color": INK, "width": 1})
    drawn.update_xaxes(
        title_text=f"{money.currency} by which {plain_title(arm)} costs more than {plain_title(other)}", tickformat=","
    )
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed")
    drawn.update_layout(barmode="overlay", legend_y=-0.25)
    rows = [[swing.label, money.text(swing.at_low), money.text(swing.at_high)] for swing in swings]
    return Chart(
        id="tornado",
        title=f"What drives the difference between {plain_title(arm)} and {plain_title(other)}",
        description="Tornado chart: difference in cost over the horizon at the low and high value of each input.",
        figure=drawn,
        table=Table(
            ["Input", "Difference at its low value", "Difference at its high value"],
            rows,
            "All inputs that matter",
            (1, 2),
        ),
        sentence=_tornado_sentence(swings, expected, arm, other, money),
    )


def _tornado_sentence(swings: list[Swing], expected: float, arm: str, other: str, money: Money) -> str:
    more = "more" if expected >= 0 else "less"
    words = (
        f"Over the horizon {plain_title(arm)} is expected to cost {money.text(abs(expected))} {more} "
        f"than {plain_title(other)}"
    )
    if not swings:
        return words + "."
    widest = swings[0]
    low, high = sorted((widest.at_low, widest.at_high))
    turns = (widest.at_low < 0) != (widest.at_high < 0)
    words += f". {widest.label} alone could make that {_more_or_less(low, money)} or {_more_or_less(high, money)}"
    return words + (", which turns the order." if turns else ", which does not turn the order.")


def _more_or_less(usd: float, money: Money) -> str:
    return f"{money.text(abs(usd))} {'more' if usd >= 0 else 'less'}"
