"""The uncertain total: what the recommended arm and the next best have cost, as P10 to P90 over the months."""

import numpy as np

from lib.charts.arm_labels import plain_title
from lib.charts.chart import Chart
from lib.charts.money import DOLLARS, Money
from lib.charts.palette import ARM_COLOURS, ARM_DASHES, figure
from lib.charts.table import Table
from lib.decision.uncertainty import Draws, fan, probability_cheapest
from lib.wording import arm_title, months_words, probability

CLEAR = 0.18


def fan_chart(result: Draws, arms: tuple[str, ...], money: Money = DOLLARS) -> Chart:
    """Draw P10, P50 and P90 of the money spent for each of ``arms``; the first is the recommended one."""
    drawn = figure(430)
    bands = {arm: fan(result, arm) for arm in arms}
    for arm, band in bands.items():
        months = list(range(band.shape[1]))
        low, middle, high = ([money.value(value) for value in row] for row in band)
        colour = ARM_COLOURS[arm]
        drawn.add_scatter(
            x=months + months[::-1],
            y=high + low[::-1],
            fill="toself",
            fillcolor=_clear(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        drawn.add_scatter(
            x=months,
            y=middle,
            mode="lines",
            name=arm_title(arm).replace(" (fine-tuning + RAG)", ""),
            line={"color": colour, "dash": ARM_DASHES[arm], "width": 3},
            hovertemplate=f"{plain_title(arm)}, month %{{x}}: {money.currency} %{{y:,.0f}}<extra></extra>",
        )
    drawn.update_xaxes(title_text="Months since the start")
    drawn.update_yaxes(title_text=f"{money.currency} spent", rangemode="tozero", tickformat=",")
    drawn.update_layout(legend_y=-0.24, hovermode="closest")
    rows = [
        [f"{arm_title(arm)}, {name}", *(money.text(value) for value in row[:: max(1, (band.shape[1] - 1) // 4)])]
        for arm, band in bands.items()
        for name, row in zip(("P10", "P50", "P90"), band, strict=True)
    ]
    months = range(0, next(iter(bands.values())).shape[1], max(1, (next(iter(bands.values())).shape[1] - 1) // 4))
    return Chart(
        id="fan",
        title="How uncertain the total is",
        description="Fan chart: money spent over the months, with the band in which eight of ten draws lie.",
        figure=drawn,
        table=Table(
            ["Arm and percentile", *(f"Month {month}" for month in months)], rows, "Money spent so far", range(1, 6)
        ),
        sentence=_sentence(result, bands, money),
    )


def _clear(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{CLEAR})"


def _sentence(result: Draws, bands: dict[str, np.ndarray], money: Money) -> str:
    arm, band = next(iter(bands.items()))
    months = band.shape[1] - 1
    words = (
        f"After {months_words(months)} {plain_title(arm)} has cost between {money.text(band[0, -1])} and "
        f"{money.text(band[2, -1])} in eight of ten draws, half of them below {money.text(band[1, -1])}"
    )
    if len(bands) > 1:
        cheapest = probability_cheapest(result, tuple(bands))
        words += f"; it is the cheapest of those shown in {probability(cheapest[arm])} of the draws"
    return words + "."
