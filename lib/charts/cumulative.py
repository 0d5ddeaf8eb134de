"""What each arm has cost after every month of the horizon, and where one overtakes another."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from lib.arms import ARMS
from lib.charts.arm_labels import plain_title
from lib.charts.chart import Chart
from lib.charts.money import DOLLARS, Money
from lib.charts.off_scale import off_scale
from lib.charts.palette import ARM_COLOURS, ARM_DASHES, INK, figure
from lib.charts.table import Table
from lib.costs import Costs, cumulative_usd
from lib.wording import arm_title, listed, months_words


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
    for other in ARMS:
        more_setup = float(costs.setup_usd[other] - costs.setup_usd[arm])
        more_monthly = float(costs.monthly_usd[other] - costs.monthly_usd[arm])
        if other == arm or more_setup * more_monthly >= 0:
            continue
        month = -more_setup / more_monthly
        if month <= float(costs.horizon_months):
            usd = float(costs.setup_usd[arm] + month * costs.monthly_usd[arm])
            first, later = (arm, other) if more_setup > 0 else (other, arm)
            found.append(BreakEven(first, later, month, usd))
    return sorted(found, key=lambda item: item.month)


def cumulative(
    costs: Costs, recommended: str | None = None, ruled_out: Collection[str] = (), money: Money = DOLLARS
) -> Chart:
    """Draw the money spent after each month of the horizon; ``costs`` holds scalars in USD."""
    months = round(float(costs.horizon_months))
    totals = {arm: cumulative_usd(costs.setup_usd[arm], costs.monthly_usd[arm], months) for arm in ARMS}
    away = off_scale({arm: float(line[-1]) for arm, line in totals.items()})
    arm = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(totals[each][-1]))
    crossings = break_evens(costs, arm)
    drawn = figure(430)
    for each in ARMS:
        drawn.add_scatter(
            x=list(range(months + 1)),
            y=[money.value(value) for value in totals[each]],
            name=_name(each, recommended, ruled_out),
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
        title=f"Money spent over {months} months",
        description=f"Line chart of the money spent on each architecture after every month, over {months} months.",
        figure=drawn,
        table=_table(totals, months, money),
        sentence=_sentence(totals, arm, crossings, away, ruled_out, months, money),
    )


def _name(arm: str, recommended: str | None, ruled_out: Collection[str]) -> str:
    title = arm_title(arm).replace(" (fine-tuning + RAG)", "")
    if arm == recommended:
        return f"<b>{title}</b>"
    return f"{title} (ruled out)" if arm in ruled_out else title


def _table(totals: dict, months: int, money: Money) -> Table:
    step = max(1, months // 12)
    marks = [*range(0, months, step), months]
    rows = [[f"After {months_words(month)}", *(money.text(totals[arm][month]) for arm in ARMS)] for month in marks]
    return Table(["Time", *map(arm_title, ARMS)], rows, f"{money.currency} spent so far", right=range(1, 6))


def _sentence(
    totals: dict,
    arm: str,
    crossings: list[BreakEven],
    away: set[str],
    ruled_out: Collection[str],
    months: int,
    money: Money,
) -> str:
    title = plain_title(arm)
    words = f"After {months_words(months)} {title} has cost {money.text(totals[arm][-1])}"
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
