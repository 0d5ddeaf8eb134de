"""The cost tables: totals, every component of every arm, how each is computed, and the prices behind it."""

from lib.arms import ARM, ARMS
from lib.charts.money import DOLLARS, Money
from lib.charts.table import Table
from lib.costs import Costs
from lib.costs.bounds import spread
from lib.costs.overview import Overview
from lib.prices import Price
from lib.report.parts import Part, part
from lib.wording import arm_title

NOTHING = "–"


def cost_tables(overview: Overview, money: Money = DOLLARS) -> Part:
    """Give totals, set-up and monthly costs by component, the formulas, and what to know about the prices."""
    return part(
        "costs",
        totals=totals(overview, money),
        setup=components(overview.costs, "setup", money),
        monthly=components(overview.costs, "monthly", money),
        formulas=formulas(overview.costs),
        notes=[f"Prices are those of {overview.book.as_of.isoformat()}.", *overview.notes(), *_currency_note(money)],
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
