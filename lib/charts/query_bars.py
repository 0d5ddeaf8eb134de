"""What a thousand more queries cost in every arm."""

from collections.abc import Collection

from lib.arms import ARMS
from lib.charts.arm_labels import arm_label, plain_title
from lib.charts.chart import Chart
from lib.charts.money import DOLLARS, Money
from lib.charts.off_scale import off_scale
from lib.charts.palette import ARM_COLOURS, figure
from lib.charts.table import Table
from lib.costs import Costs
from lib.wording import arm_title, number

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
