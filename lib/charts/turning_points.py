"""Where one arm overtakes another, as intervals: break-even volume, payback, chance of being cheapest, return."""

import math

from lib.arms import ARMS
from lib.charts.money import DOLLARS, Money
from lib.charts.table import Table
from lib.decision.uncertainty import Draws, Interval, break_even, payback, probability_cheapest, return_on_investment
from lib.wording import arm_title, counted, number, probability, share


def turning_points(result: Draws, recommended: str) -> Table:
    """Hold every other arm against ``recommended``: volume of equal cost and payback of its set-up, P10 to P90."""
    cheapest = probability_cheapest(result)
    rows = []
    for arm in ARMS:
        if arm == recommended:
            rows.append([arm_title(arm), probability(cheapest[arm]), "–", "–", _return(result, arm)])
            continue
        volume = break_even(result, arm, recommended)
        months = payback(result, arm, recommended)
        rows.append(
            [
                arm_title(arm),
                probability(cheapest[arm]),
                _interval(volume, "queries a month", "at no volume"),
                "cheaper from the start" if months.p90 == 0 else _interval(months, "months", "never"),
                _return(result, arm),
            ]
        )
    name = arm_title(recommended)
    columns = [
        "Architecture",
        f"Cheapest of all {counted(len(ARMS))}",
        f"Costs the same as {name} at",
        f"Set-up paid back against {name} in",
        "Return on investment",
    ]
    caption = "Eight of ten draws lie in each interval; facts, prices and thresholds move within their ranges"
    strong = [ARMS.index(recommended)] if recommended in ARMS else []
    return Table(columns, rows, caption, right=(1,), strong=strong)


def today(
    result: Draws, recommended: str, now_monthly: float | None, plan: str | None, money: Money = DOLLARS
) -> Table:
    """Set the client's present monthly cost (USD) and planned arm beside the recommended one: P10 to P90."""
    rows = []
    for title, arm in (("Recommended", recommended), ("Already planned", plan)):
        if arm in ARMS:
            monthly, horizon = Interval.of(result.monthly_usd[arm]), Interval.of(result.horizon_usd[arm])
            rows.append(
                [
                    f"{title}: {arm_title(arm)}",
                    *(f"{money.text(i.p10)} to {money.text(i.p90)}" for i in (monthly, horizon)),
                ]
            )
    if now_monthly is not None:
        months = float(result.months[0])
        rows.append(["What runs today", money.text(now_monthly), money.text(now_monthly * months)])
    return Table(
        ["", "A month", "Over the horizon, set-up included"], rows, "Beside what runs or is planned today", right=(1, 2)
    )


def _interval(found: Interval, unit: str, nothing: str) -> str:
    if math.isnan(found.p50):
        return nothing
    low, high = (number(float(f"{value:.2g}")) for value in (found.p10, found.p90))
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _return(result: Draws, arm: str) -> str:
    if not result.benefit_usd[arm].any():
        return "no benefit stated"
    found = return_on_investment(result, arm)
    # Beyond a few hundred per cent a multiple reads better.
    write = share if found.p90 < 10 else lambda value: f"{number(float(f'{value:.2g}'))} times"
    return f"{write(found.p10)} to {write(found.p90)}"
