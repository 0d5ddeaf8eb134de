"""Charts of money: what is spent on what, when, and how uncertain that is."""

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
    pale,
    plain_title,
    wrapped,
)
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import arm_title, capital, listed, months_words, probability, share

OTHER = "Other"
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
    OTHER: (),
}
KINDS = {"setup": "Set-up, once", "monthly": "Running, a month"}
DOMAINS = {"setup": (0.57, 1.0), "monthly": (0.0, 0.43)}
"""Where the two pictures stand one above the other, as shares of the height."""

SWINGS_SHOWN = 10


def group_of(component: str) -> str:
    """Return the group of a component; a new component falls under ``Other`` until it has a place."""
    return next((group for group, members in GROUPS.items() if component in members), OTHER)


def grouped(costs: Costs, arm: str, kind: str) -> dict[str, float]:
    """Add up the components of ``arm`` by group, in USD; ``kind`` is ``setup`` or ``monthly``."""
    sums = dict.fromkeys(GROUPS, 0.0)
    for component in costs.components[arm].values():
        sums[group_of(component.id)] += float(getattr(component, kind))
    return sums


def cost_bars(
    costs: Costs,
    recommended: str | None = None,
    ruled_out: Collection[str] = (),
    money: Money = DOLLARS,
    mark: str = "recommended",
) -> Chart:
    """Draw what each arm costs to set up and to run; ``costs`` holds expected scalars in USD, with components."""
    sums = {(kind, arm): grouped(costs, arm, kind) for kind in KINDS for arm in ARMS}
    # The same bars are there whatever the numbers, so that a live chart only has to move them.
    groups = [group for group in GROUPS if group != OTHER or any(parts[OTHER] for parts in sums.values())]
    # Plain values in one go: a live chart has no time for subplots that are put together trace by trace.
    traces, layout = (
        [],
        {"template": TEMPLATE, "height": 600, "barmode": "stack", "margin": {"t": 70}, "annotations": []},
    )
    for axis, (kind, (foot, head)) in enumerate(DOMAINS.items(), 1):
        totals = {arm: sum(sums[kind, arm].values()) for arm in ARMS}
        away = off_scale(totals)
        written = {arm: money.text(totals[arm]) + (", off the scale" if arm in away else "") for arm in ARMS}
        place = {
            "y": [arm_label(arm, written[arm], recommended, ruled_out, mark) for arm in ARMS],
            "xaxis": f"x{axis}",
            "yaxis": f"y{axis}",
        }
        traces += [
            place
            | {
                "type": "bar",
                "x": [None if arm in away else money.value(sums[kind, arm][group]) for arm in ARMS],
                "name": group,
                "legendgroup": group,
                "showlegend": kind == "setup",
                "orientation": "h",
                "marker": {"color": colour, "line": {"color": "white", "width": 1}},
                "hovertemplate": f"{group}: {money.currency} %{{x:,.0f}}<extra></extra>",
            }
            for group, colour in zip(groups, PART_COLOURS, strict=False)
        ]
        layout[f"xaxis{axis}"] = {"rangemode": "tozero", "nticks": 6, "tickformat": ",", "anchor": f"y{axis}"}
        layout[f"yaxis{axis}"] = {"autorange": "reversed", "domain": (foot, head), "anchor": f"x{axis}"}
        title = {"text": f"{KINDS[kind]} ({money.currency})", "showarrow": False, "font": {"size": 14}}
        at = {"x": 0, "xref": "paper", "xanchor": "left", "y": head, "yref": "paper", "yanchor": "bottom"}
        layout["annotations"].append(title | at)
    rows = [
        [
            f"{arm_title(arm)}: {title.lower()}",
            *map(money.text, (*map(sums[kind, arm].get, groups), sum(sums[kind, arm].values()))),
        ]
        for arm in ARMS
        for kind, title in KINDS.items()
    ]
    caption = f"Expected costs by group, in {money.currency}"
    spoken = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(costs.horizon_usd[each]))
    return Chart(
        id="costs",
        title="What each architecture is expected to cost to set up and to run",
        description="Two stacked bar charts: set-up cost and monthly cost of each architecture, by what it is spent on.",
        figure=go.Figure(traces, layout),
        table=Table(["Architecture", *groups, "Total"], rows, caption, right=range(1, 2 + len(groups))),
        sentence=f"{capital(plain_title(spoken))} is expected to cost {_parts_words(sums['setup', spoken], 'to set up', money)} "
        f"and {_parts_words(sums['monthly', spoken], 'a month to run', money)}.",
    )


def _parts_words(parts: dict[str, float], verb: str, money: Money) -> str:
    total, largest = sum(parts.values()), max(parts, key=lambda group: parts[group])
    if not total:
        return f"nothing {verb}"
    return f"{money.text(total)} {verb} ({share(parts[largest] / total)} of it {largest.lower()})"


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


def money_spent(
    estimates: Estimates,
    recommended: str | None = None,
    other: str | None = None,
    ruled_out: Collection[str] = (),
    money: Money = DOLLARS,
    mark: str = "recommended",
) -> Chart:
    """Draw the money expected to be spent over the months, with P10 to P90 of ``recommended`` and of ``other``."""
    costs, months = estimates.expected, estimates.planned.months
    arm = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(costs.horizon_usd[each]))
    banded = [each for each in (arm, other) if each in ARMS]
    lines = {each: estimates.spent(each) for each in ARMS}
    ends = {each: float(lines[each][2 if each in banded else 0, -1]) for each in ARMS}
    # What is ruled out may leave the picture: it would press those that can be chosen flat.
    drawn_to = max(ends[each] for each in ARMS if each in banded or each not in off_scale(ends) | {*ruled_out})
    away = {each for each in ARMS if ends[each] > drawn_to}
    crossings = break_evens(costs, arm)
    drawn, passed = figure(430), list(range(months + 1))
    for each in banded:
        _, low, high = lines[each]
        drawn.add_scatter(
            x=passed + passed[::-1],
            y=[money.value(value) for value in (*high, *low[::-1])],
            fill="toself",
            fillcolor=pale(ARM_COLOURS[each]),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    for each, (middle, _, _) in lines.items():
        drawn.add_scatter(
            x=passed,
            y=[money.value(value) for value in middle],
            name=arm_label(each, "", recommended, ruled_out, mark),
            mode="lines",
            line={"color": ARM_COLOURS[each], "dash": ARM_DASHES[each], "width": 4 if each == recommended else 2},
            hovertemplate=f"{plain_title(each)}, month %{{x}}: {money.currency} %{{y:,.0f}} expected<extra></extra>",
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
    drawn.update_xaxes(title_text="Months since the start", dtick=max(1, months // 12))
    drawn.update_yaxes(range=[0, money.value(drawn_to) * 1.06], tickformat=",")
    shown = [*range(0, months, max(1, months // 4)), months]
    rows = [
        [f"{arm_title(each)}, {name}", *(money.text(row[month]) for month in shown)]
        for each, line in lines.items()
        for name, row in zip(("expected", "P10", "P90"), line, strict=True)
        if each in banded or name == "expected"
    ]
    columns = ["Architecture", *(f"Month {month}" for month in shown)]
    return Chart(
        id="spent",
        title=f"Money spent over {months_words(months)}, and how uncertain it is ({money.currency})",
        description="Line chart: money expected to be spent on each architecture after every month, with the band in "
        "which eight of ten draws lie.",
        figure=drawn,
        table=Table(columns, rows, f"Spent so far, in {money.currency}", right=range(1, len(columns))),
        sentence=_spent_sentence(estimates, banded, lines, crossings, away, ruled_out, money),
    )


def _spent_sentence(
    estimates: Estimates,
    banded: list[str],
    lines: dict[str, np.ndarray],
    crossings: list[BreakEven],
    away: set[str],
    ruled_out: Collection[str],
    money: Money,
) -> str:
    arm, *rival = banded
    title, months, (middle, low, high) = plain_title(arm), estimates.planned.months, lines[arm][:, -1]
    others = [each for each in ARMS if each != arm and each not in ruled_out]
    against = listed([f"{money.text(lines[each][0, -1])} for {plain_title(each)}" for each in others])
    against = f"against {against}" if others else "and no other option passes"
    more = [
        f"it costs less than {plain_title(each)} in {probability(estimates.chance_cheapest((arm, each))[arm])} of the draws"
        for each in rival
    ]
    more += [
        f"{plain_title(item.cheaper_later)} has cost less than {plain_title(item.cheaper_first)} "
        f"from month {np.ceil(item.month):.0f} on"
        for item in crossings
    ] or [f"no other line crosses that of {title} within this time"]
    leaves = listed([plain_title(each) for each in ARMS if each in away])
    return (
        f"After {months_words(months)} {title} is expected to have cost {money.text(middle)}, in eight of ten draws "
        f"between {money.text(low)} and {money.text(high)}, {against}; {listed(more)}."
    ) + (f" {capital(leaves)} leaves the picture at the top." if away else "")


def tornado_chart(swings: list[Swing], expected: float, arm: str, other: str, money: Money = DOLLARS) -> Chart:
    """Draw the horizon cost of ``arm`` less that of ``other`` (USD) at each input's low and high value.

    ``expected`` is the expected difference.
    """
    shown = swings[:SWINGS_SHOWN]
    labels = [wrapped(swing.label, 26) for swing in shown]
    drawn = figure(120 + 42 * max(1, len(shown)))
    for colour, name in zip(PART_COLOURS[1:], ("at its low value", "at its high value"), strict=False):
        ends = [swing.at_low if "low" in name else swing.at_high for swing in shown]
        drawn.add_bar(
            y=labels,
            base=[money.value(expected)] * len(shown),
            x=[money.value(end - expected) for end in ends],
            customdata=[money.value(end) for end in ends],
            orientation="h",
            name=name,
            marker={"color": colour},
            hovertemplate=f"%{{y}} {name}: {money.currency} %{{customdata:,.0f}}<extra></extra>",
        )
    drawn.add_vline(x=money.value(expected), line={"color": INK, "width": 1})
    drawn.update_xaxes(tickformat=",", nticks=6, tickangle=0)
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed")
    drawn.update_layout(barmode="overlay")
    rows = [[swing.label, money.text(swing.at_low), money.text(swing.at_high)] for swing in swings]
    columns = ["Input", "Difference at its low value", "Difference at its high value"]
    return Chart(
        id="tornado",
        title=f"What {plain_title(arm)} costs above {plain_title(other)}, and what drives it ({money.currency})",
        description="Tornado chart: difference in cost over the horizon at the low and high value of each input.",
        figure=drawn,
        table=Table(columns, rows, "All inputs that matter", (1, 2)),
        sentence=_tornado_sentence(swings, expected, arm, other, money),
    )


def _tornado_sentence(swings: list[Swing], expected: float, arm: str, other: str, money: Money) -> str:
    words = f"Over the horizon {plain_title(arm)} is expected to cost {_more_or_less(expected, money)} than {plain_title(other)}."
    if not swings:
        return words
    widest = swings[0]
    low, high = sorted((widest.at_low, widest.at_high))
    turns = "turns" if (low < 0) != (high < 0) else "does not turn"
    return (
        f"{words} {widest.label} alone could make that {_more_or_less(low, money)} or {_more_or_less(high, money)}, "
        f"which {turns} the order."
    )


def _more_or_less(usd: float, money: Money) -> str:
    return f"{money.text(abs(usd))} {'more' if usd >= 0 else 'less'}"
