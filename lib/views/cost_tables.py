"""Tables of money: totals, components, formulas, prices, right answers, turning points."""

import math

import numpy as np

from lib.arms import ARM, ARMS
from lib.costs import Costs, share_right_to_match, usd_per_correct_answer
from lib.costs.bounds import spread
from lib.costs.overview import Overview
from lib.decision.uncertainty import Draws, Interval, break_even, payback, probability_cheapest, return_on_investment
from lib.prices import Price
from lib.views.markup import Page, joined, safe
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import arm_title, counted, number, probability, share

NOTHING = "–"


def cost_tables(overview: Overview, money: Money = DOLLARS) -> Page:
    """Give totals, set-up and monthly costs by component, the formulas, and what to know about the prices."""
    notes = [f"Prices are those of {overview.book.as_of.isoformat()}.", *overview.notes(), *_currency_note(money)]
    return joined(
        totals(overview, money),
        components(overview.costs, "setup", money),
        components(overview.costs, "monthly", money),
        *(Page('<p class="muted">{}</p>').format(safe(note)) for note in notes),
        formulas(overview.costs),
    )


def totals(overview: Overview, money: Money = DOLLARS) -> Table:
    """Give the totals of every arm, and the range of the sum over the horizon."""
    costs, months = overview.costs, round(float(overview.costs.horizon_months))
    rows = []
    for arm in ARMS:
        low, _, high = spread(overview.corners.horizon_usd[arm])
        rows.append(
            [
                arm_title(arm),
                money.text(costs.setup_usd[arm]),
                money.text(costs.monthly_usd[arm]),
                money.text(costs.monthly_bill_usd[arm]),
                money.text(costs.horizon_usd[arm]),
                f"{money.text(low)} to {money.text(high)}",
            ]
        )
    columns = ["Architecture", "Set-up", "A month", "of it bills", f"{months} months with set-up", "At least, at most"]
    caption = (
        f"Totals, in {money.currency}; the last column has every price and range at its cheap, then at its dear end"
    )
    return Table(columns, rows, caption, right=range(1, 6))


def components(costs: Costs, kind: str, money: Money = DOLLARS) -> Table:
    """Give one column an arm and one row a component that costs anything; ``kind`` is ``setup`` or ``monthly``."""
    labels = _labels(costs)
    values = {
        (id_, arm): float(getattr(costs.components[arm][id_], kind))
        for arm in ARMS
        for id_ in labels
        if id_ in costs.components[arm]
    }
    used = [id_ for id_ in labels if any(values.get((id_, arm)) for arm in ARMS)]
    rows = [
        [labels[id_], *(money.text(values[id_, arm]) if values.get((id_, arm)) else NOTHING for arm in ARMS)]
        for id_ in used
    ]
    sums = getattr(costs, f"{kind}_usd")
    rows.append(["Total", *(money.text(sums[arm]) for arm in ARMS)])
    caption = f"{'Set-up, once' if kind == 'setup' else 'Running, a month'}, by component, in {money.currency}"
    return Table(["Component", *map(arm_title, ARMS)], rows, caption, right=range(1, 6), strong=[len(rows) - 1])


def formulas(costs: Costs) -> Table:
    """Give how each component that costs anything is computed, and whether it is labour or a bill."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for arm in ARMS:
        for component in costs.components[arm].values():
            if float(component.setup) or float(component.monthly):
                kind = "labour" if component.labour else "bill"
                labels.setdefault((kind, component.formula), {})[component.label] = None
    rows = [[", ".join(names), kind, formula] for (kind, formula), names in labels.items()]
    return Table(["Components", "Kind", "How they are computed"], rows, "How each component is computed")


def prices(overview: Overview) -> Table:
    """Give every price, number of hours and speed used, with its source and the day on which it was read."""
    used = {
        (overview.book[key].item, overview.book[key].component): overview.book[key] for key in overview.prices_used()
    }
    rows = [
        [_item(price), _value(price), price.unit, price.source, price.checked.isoformat(), price.note or NOTHING]
        for _, price in sorted(used.items())
    ]
    columns = ["Item", "Value (range)", "Unit", "Source", "Read on", "Note"]
    return Table(columns, rows, "Prices, hours and speeds behind the figures", wrap=True)


def _labels(costs: Costs) -> dict[str, str]:
    """Component id to label, work first, in the order in which the arms bring them."""
    found = {item.id: item for arm in reversed(ARMS) for item in costs.components[arm].values()}
    ordered = sorted(found.values(), key=lambda item: not item.labour)
    return {item.id: item.label for item in ordered}


def _currency_note(money: Money) -> list[str]:
    if money == DOLLARS:
        return []
    return [
        f"One US dollar counts as {money.per_usd:g} {money.currency}; amounts inside sentences of the decision are "
        "in US dollars."
    ]


def _item(price: Price) -> str:
    item = ARM[price.item].title if price.item in ARM else price.item
    return f"{item}: {price.component.replace('_', ' ')}"


def _value(price: Price) -> str:
    text = _plain(price.likely)
    return text if price.low == price.high else f"{text} ({_plain(price.low)} to {_plain(price.high)})"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def right_answers(costs: Costs, recommended: str, money: Money = DOLLARS) -> Table:
    """Rank the arms by USD for one right answer, a person's corrections of wrong ones included.

    The share right is the measured one, or the client's target where nothing is measured. The last column
    is where the ranking turns: the share right at which the arm costs as little as ``recommended``.
    """
    facts = costs.facts
    target, correction = float(facts["evidence.target_score"]), float(facts["money.correction_usd"])
    queries = float(facts["traffic.queries_per_month"])
    if not queries:
        return Table(["Architecture"], [], "No queries are asked, so there are no answers to cost")
    measured = {arm: float(facts[f"evidence.{arm}_score"]) for arm in ARMS}
    right = {arm: target if np.isnan(score) else score for arm, score in measured.items()}
    whole = {arm: float(costs.monthly_usd[arm]) / queries for arm in ARMS}
    usd = {arm: float(usd_per_correct_answer(whole[arm], right[arm], correction)) for arm in ARMS}
    base = recommended if recommended in ARMS else min(usd, key=usd.get)
    rows = []
    for arm in sorted(ARMS, key=lambda each: usd[each]):
        turns = float(share_right_to_match(usd[base], whole[arm], correction))
        known = "measured" if not np.isnan(measured[arm]) else "target, not measured"
        needed = "–" if arm == base else "not even if always right" if np.isnan(turns) else share(turns)
        rows.append(
            [arm_title(arm), f"{share(right[arm])} ({known})", money.text(whole[arm]), money.text(usd[arm]), needed]
        )
    columns = [
        "Architecture",
        "Answers right",
        "A query, all costs",
        "One right answer",
        f"Right as often to match {arm_title(base)}",
    ]
    caption = f"Cost of one right answer; putting a wrong one right costs {money.text(correction)}"
    strong = [place for place, row in enumerate(rows) if row[0] == arm_title(base)]
    return Table(columns, rows, caption, right=(2, 3, 4), strong=strong)


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
