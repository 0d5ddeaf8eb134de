"""What drives the difference in cost between two arms: one bar for each uncertain input, widest first."""

import textwrap

from lib.charts.arm_labels import plain_title
from lib.charts.chart import Chart
from lib.charts.escape import safe
from lib.charts.money import DOLLARS, Money
from lib.charts.palette import INK, PART_COLOURS, figure
from lib.charts.table import Table
from lib.decision.uncertainty import Swing

SHOWN = 10


def tornado_chart(swings: list[Swing], likely: float, arm: str, other: str, money: Money = DOLLARS) -> Chart:
    """Draw the horizon cost of ``arm`` less that of ``other`` (USD) at each input's low and high value.

    ``likely`` is the difference where every input is at its likely value.
    """
    shown = swings[:SHOWN]
    labels = ["<br>".join(textwrap.wrap(safe(swing.label), 32)) for swing in shown]
    drawn = figure(150 + 40 * max(1, len(shown)))
    for place, name in enumerate(("at its low value", "at its high value")):
        ends = [swing.at_low if place == 0 else swing.at_high for swing in shown]
        drawn.add_bar(
            y=labels,
            base=[money.value(likely)] * len(shown),
            x=[money.value(end - likely) for end in ends],
            customdata=[money.value(end) for end in ends],
            orientation="h",
            name=name,
            marker={"color": PART_COLOURS[place + 1]},
            hovertemplate=f"%{{y}} {name}: {money.currency} %{{customdata:,.0f}}<extra></extra>",
        )
    drawn.add_vline(x=money.value(likely), line={"color": INK, "width": 1})
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
        sentence=_sentence(swings, likely, arm, other, money),
    )


def _sentence(swings: list[Swing], likely: float, arm: str, other: str, money: Money) -> str:
    more = "more" if likely >= 0 else "less"
    words = f"Over the horizon {plain_title(arm)} costs {money.text(abs(likely))} {more} than {plain_title(other)}"
    if not swings:
        return words + "."
    widest = swings[0]
    low, high = sorted((widest.at_low, widest.at_high))
    words += f"; {widest.label.lower()} alone moves that between {money.text(low)} and {money.text(high)}"
    turns = (widest.at_low < 0) != (widest.at_high < 0)
    return words + (", which turns the order." if turns else ", which does not turn the order.")
