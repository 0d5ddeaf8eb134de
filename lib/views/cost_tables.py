"""Tables of money: components, budgets, prices, right answers, turning points, business case.

Every figure is the expected one, with P10 to P90 of the same draws beside it; as-planned figures are called so.
"""

import math
import re
from typing import Any

from lib.arms import ARMS
from lib.client.facts import queries_answered
from lib.costs import Costs, TurningPoint, break_even_volumes, payback, share_right_to_match, usd_per_correct_answer
from lib.costs.business_case import VIEW_MONTHS, today_usd
from lib.costs.comparison import Swing
from lib.costs.overview import NOT_INCLUDED, Overview
from lib.decision.result import Decision
from lib.prices import Price
from lib.views.decision import costs_table, queries_table
from lib.views.field_words import field_label, value_words
from lib.views.markup import Page, bullets, joined, with_note
from lib.views.money import DOLLARS, Money
from lib.views.prices import own_rows, serving
from lib.views.table import Table
from lib.wording import arm_title, counted, listed, months_words, number, probability, share

NOTHING = "–"
NO_HISTORY = re.compile(r"history unknown: .*? different on [0-9-]+")
NO_VOLUME = "at no realistic volume"
LEAVES_A_GAP = "not counted: leaves a gap"


def budgets(overview: Overview, money: Money = DOLLARS) -> Table:
    """Show the chance of staying within each stated budget, for every arm."""
    units = {"money.setup_usd": "", "money.monthly_usd": " a month of bills", "money.per_query_usd": " a query"}
    limits = overview.budgets()
    rows = [[arm_title(arm), *(probability(chance) for chance in overview.chances(arm).values())] for arm in ARMS]
    columns = ["Architecture", *(f"{field_label(path)}: {money.text(limits[path])}{units[path]}" for path in limits)]
    return Table(
        columns, rows, "Chance of staying within each budget: share of the draws", right=range(1, len(columns))
    )


def not_included() -> Page:
    """List what no figure holds."""
    return joined(Page("<h3>Not included in any figure</h3>"), bullets(NOT_INCLUDED))


def components(costs: Costs, kind: str, money: Money = DOLLARS) -> Table:
    """Set out one column an arm and one row a component that costs anything; ``kind`` is ``setup`` or ``monthly``."""
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
    caption = (
        f"{'Set-up, once' if kind == 'setup' else 'Running, a month'}, expected, by component, in {money.currency}"
    )
    return Table(["Component", *map(arm_title, ARMS)], rows, caption, right=range(1, 6), strong=[len(rows) - 1])


def formulas(costs: Costs, money: Money = DOLLARS) -> Table:
    """Say how each component that costs anything is computed, and whether it is labour or a bill."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for arm in ARMS:
        for component in costs.components[arm].values():
            if float(component.setup) or float(component.monthly):
                kind = "labour" if component.labour else "bill"
                labels.setdefault((kind, component.formula), {})[component.label] = None
    rows = [
        [", ".join(names), kind, formula.replace("USD", money.currency)] for (kind, formula), names in labels.items()
    ]
    return Table(["Components", "Kind", "How they are computed"], rows, "How each component is computed")


def prices(overview: Overview, money: Money = DOLLARS) -> Table:
    """List every price, number of hours and speed used, with its source and the day on which it was read."""
    used = {
        (overview.book[key].item, overview.book[key].component): overview.book[key] for key in overview.prices_used()
    }
    rows: dict[Any, list[Any]] = {}
    for place, price in sorted(used.items()):
        told = price.source, price.checked.isoformat(), NO_HISTORY.sub("†", price.note) or NOTHING
        free = price.low == price.high == 0
        # What costs nothing for the same reason stands in one row.
        row = rows.setdefault(told if free else place, ["", "0" if free else with_note(*_value(price, money)), *told])
        row[0] += f"{'; ' if row[0] else ''}{price.label}"
    columns = ["Item", "Value (range)", "Source", "Read on", "Note"]
    title = f"Prices, hours and speeds behind the figures; †: may have been different on {overview.book.as_of}"
    return Table(columns, [*rows.values()], title, wrap=True)


def _labels(costs: Costs) -> dict[str, str]:
    """Component id to label, work first, in the order in which the arms bring them."""
    found = {item.id: item for arm in reversed(ARMS) for item in costs.components[arm].values()}
    ordered = sorted(found.values(), key=lambda item: not item.labour)
    return {item.id: item.label for item in ordered}


def _currency_note(money: Money) -> list[str]:
    if money == DOLLARS:
        return []
    return [
        f"Vendors' prices in US dollars are shown in {money.currency}; one US dollar is {money.per_usd:g} {money.currency}."
    ]


def _value(price: Price, money: Money) -> tuple[str, str]:
    """Write a price with its range, and its unit, in the client's currency."""
    rate = money.per_usd if price.is_money else 1.0
    text, unit = _plain(price.likely * rate), price.unit.replace("USD", money.currency)
    if price.low == price.high:
        return text, unit
    return f"{text} ({_plain(price.low * rate)} to {_plain(price.high * rate)})", unit


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def turning_points(overview: Overview, recommended: str, money: Money = DOLLARS) -> Table:
    """Hold every other arm against ``recommended``: volume of equal cost, payback of its set-up, cost of a right answer.

    One right answer has its share of a person's corrections of wrong ones; the share right is the measured one, or the
    client's target where nothing is measured. The last column is the share right at which the arm costs as little.
    """
    costs, estimates, facts = overview.costs, overview.estimates, overview.estimates.facts
    cheapest = estimates.chance_cheapest()
    volumes = break_even_volumes(estimates, recommended) if recommended in ARMS else {}
    target, correction = float(facts["evidence.target_score"]), float(facts["money.correction_usd"])
    measured = {arm: float(facts[f"evidence.{arm}_score"]) for arm in ARMS}
    right = {arm: target if math.isnan(score) else score for arm, score in measured.items()}
    whole = {arm: float(costs.all_in_usd_per_query[arm]) for arm in ARMS}
    usd = {arm: float(usd_per_correct_answer(whole[arm], right[arm], correction)) for arm in ARMS}
    base = recommended if recommended in ARMS else min(usd, key=usd.get)
    rows = []
    for arm in ARMS:
        same = paid = NOTHING
        if arm in volumes:
            months = payback(estimates, arm, recommended)
            at_once = months.expected == 0 and months.p90 == 0
            same = _volume(volumes[arm])
            paid = "cheaper from the start" if at_once else _months(months, overview.months)
        turns = float(share_right_to_match(usd[base], whole[arm], correction))
        needed = NOTHING if arm == base else "not even if always right" if math.isnan(turns) else share(turns)
        known = f"{share(right[arm])} right, {'the target' if math.isnan(measured[arm]) else 'measured'}"
        answers = [with_note(money.text(usd[arm]), known), needed] if queries_answered(facts) else [NOTHING] * 2
        rows.append([arm_title(arm), probability(cheapest[arm]), same, paid, *answers])
    name = arm_title(base)
    columns = [
        "Architecture",
        f"Cheapest of all {counted(len(ARMS))}, share of draws",
        f"Costs the same as {name} at",
        f"Set-up paid back against {name} in",
        "One right answer",
        f"Right as often to match {name}",
    ]
    caption = ("Where one overtakes another: at expected costs, in brackets where eight of ten draws lie") + (
        f"; putting a wrong answer right costs {money.text(correction)}" if correction else ""
    )
    strong = [ARMS.index(recommended)] if recommended in ARMS else []
    return Table(columns, rows, caption, right=(1, 4, 5), strong=strong)


def _volume(found: TurningPoint) -> str:
    if math.isnan(found.expected):
        return NO_VOLUME
    return f"{_rounded(found.expected)} queries a month ({_rounded(found.p10)} to {_rounded(found.p90)})"


def _months(found: TurningPoint, horizon: int) -> str:
    """Write a payback: expected months, and how sure it is to come within the horizon."""
    if not found.expected <= horizon:
        return f"not within {months_words(horizon)}"
    return f"{number(float(f'{found.expected:.2g}'))} months ({_rounded(found.p10)} to {_rounded(found.p90)})"


def _rounded(value: float) -> str:
    return "?" if not math.isfinite(value) else number(float(f"{value:.2g}"))


def business_case(overview: Overview, decision: Decision, money: Money = DOLLARS) -> Table:
    """Set today's solution, the client's own plan and every architecture side by side: costs, value, payback.

    What an architecture brings is counted only where it closes every gap, or where its answers were measured.
    """
    case, months = overview.business, overview.months
    today = float(today_usd(overview.estimates.facts))
    rows = []
    if case.today_is_known:
        rows.append(
            ["Today: do nothing", NOTHING, money.text(today), money.text(today * months), NOTHING, NOTHING, NOTHING]
        )
    for arm in ARMS:
        named = (("recommended", decision.recommendation), ("your plan", case.plan))
        marks = [mark for mark, other in named if other == arm]
        counts = decision.arms[arm].closes_gaps or decision.arms[arm].measured_score is not None
        spent = [money.ranged(overview.figure(name, arm)) for name in ("setup_usd", "monthly_usd", "horizon_usd")]
        gained = (
            [NOTHING, LEAVES_A_GAP, NOTHING]
            if not counts
            else [_saved(overview, arm, money), *(_worth(overview, arm, money) if case.has_benefit else ())]
        )
        rows.append([arm_title(arm) + (f", {' and '.join(marks)}" if marks else ""), *spent, *gained])
    span = months_words(months)
    columns = [
        "Option",
        "Set-up",
        "A month",
        f"{span} with set-up",
        f"Time saved in {span}",
        f"Brings in {VIEW_MONTHS // 12} years, costs paid",
        "Pays for itself after",
    ]
    if not case.has_benefit:
        # Only hours may be known, or nothing of what it brings.
        kept = 5 if float(overview.estimates.facts["money.minutes_saved_per_answer"]) else 4
        columns, rows = columns[:kept], [row[:kept] for row in rows]
    strong = [place for place, row in enumerate(rows) if "recommended" in row[0]]
    caption = f"Business case in {money.currency}: expected, in brackets where eight of ten draws lie"
    return Table(columns, rows, caption, right=range(1, 4), strong=strong)


def _saved(overview: Overview, arm: str, money: Money) -> str:
    case, months = overview.business, overview.months
    hours = case.total(arm, "saved_hours", months).expected
    if not hours:
        return "not stated"
    value = f", worth {money.text(case.total(arm, 'value', months).expected)}" if case.wage_is_known else ""
    return f"{number(round(hours))} hours{value}"


def _worth(overview: Overview, arm: str, money: Money) -> tuple[str, str]:
    case = overview.business
    paid = case.payback(arm)
    span = months_words(overview.months)
    within = "" if paid.share >= 0.995 else f"; within {span} in {probability(paid.share)} of the draws"
    words = f"{paid.expected:.1f} months{within}" if paid.expected <= overview.months else f"not within {span}"
    return money.ranged(case.net(arm, VIEW_MONTHS)), words


def business_assumptions(overview: Overview, money: Money = DOLLARS) -> Page:
    """Say in words what the business case rests on."""
    facts, case = overview.estimates.facts, overview.business
    wrong = float(facts["money.correction_usd"])
    minutes, wage = float(facts["money.minutes_saved_per_answer"]), float(facts["money.saved_usd_per_hour"])
    share_used, ramp = float(facts["money.adoption_share"]), float(facts["money.ramp_up_months"])
    lines = [
        f"A right answer saves {number(minutes)} minutes"
        + (
            f" of people who cost {money.text(wage)} an hour."
            if case.wage_is_known
            else "; whose time that is, and what it costs, is not stated, so it is counted in hours only."
        )
        if minutes
        else "No saved time is stated, so none is counted.",
        f"{share(share_used)} of the questions are brought to it, after {number(ramp)} months in which this grows evenly; bills are cautiously those of that share from the first month on.",
        "Today's solution is not stated to cost anything."
        if not case.today_is_known
        else f"What runs today costs {money.text(float(today_usd(facts)))} a month, which is saved as questions are brought to what is new.",
        "Where nothing is measured, the target is taken for the share of right answers"
        + (
            f"; each wrong one costs {money.text(wrong)} to put right."
            if wrong
            else "; wrong ones are taken to cost nothing."
        ),
    ]
    return bullets(lines)


def business_sum(overview: Overview, arm: str, money: Money = DOLLARS) -> str:
    """Say of which sums the result of the business case is made up; nothing where no benefit is stated."""
    case, months = overview.business, overview.months
    if not case.has_benefit:
        return ""
    value, avoided, costs, wrong = (
        case.total(arm, name, months).expected for name in ("value", "avoided", "costs", "corrections")
    )
    brings = {"of time saved": value, "no longer spent on what runs today": avoided}
    takes = {"of costs": costs, "for putting wrong answers right": wrong}
    more, less = (listed([f"{money.text(usd)} {of}" for of, usd in part.items() if usd]) for part in (brings, takes))
    return f"Over {months_words(months)}: {more}, less {less}, come to {money.text(case.net(arm, months).expected)}."


def sensitivity(swings: list[Swing], money: Money = DOLLARS) -> Table:
    """Say what the business case turns on, widest first."""
    rows = []
    for swing in swings:
        low, high = (value_words(swing.field, end, money) for end in swing.ends)
        rows.append([swing.label, low, money.text(swing.at_low), high, money.text(swing.at_high)])
    columns = ["If this is otherwise", "at", "it brings", "at", "it brings"]
    return Table(columns, rows, f"What the three-year result turns on, in {money.currency}", right=(1, 2, 3, 4))


def text(overview: Overview, decision: Decision, money: Money = DOLLARS) -> str:
    """Write the costs as plain text for a terminal; the business case needs to know which options close every gap."""
    costs = overview.costs
    lines = [f"Costs of {overview.client.client.name}, in {money.currency}, prices as of {overview.book.as_of}", ""]
    tables = [costs_table(decision)]
    tables += [budgets(overview, money)] if overview.budgets() else []
    tables += [components(costs, "setup", money), components(costs, "monthly", money), queries_table(decision)]
    tables += [business_case(overview, decision, money)] if overview.business.has_benefit else []
    tables += [serving(overview.book, money)] + ([own_rows(overview.book)] if overview.book.own_rows else [])
    for table in tables:
        lines += [table.caption, table.to_text(), ""]
    lines += [f"Note: {note}" for note in [*overview.notes(), *_currency_note(money)]]
    lines += ["", "Not included: " + ", ".join(NOT_INCLUDED), "", "Prices and figures used:"]
    for key in overview.prices_used():
        price = overview.book[key]
        value, unit = _value(price, money)
        note = f"; {price.note}" if price.note else ""
        lines.append(f"  {key}: {value} {unit} [{price.source}, {price.checked}{note}]")
    return "\n".join(lines)
