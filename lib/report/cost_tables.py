"""The cost tables: every component of every arm, and how each is computed."""

from lib.arms import ARMS
from lib.charts.table import Table
from lib.report.case import Case
from lib.report.parts import Part, part
from lib.wording import arm_title


def cost_tables(case: Case) -> Part:
    """Give set-up and monthly costs by component, the formulas, and what to know about the prices."""
    return part(
        "costs",
        setup=component_table(case, "setup", "Set-up, once"),
        monthly=component_table(case, "monthly", "Running, a month"),
        formulas=formula_table(case),
        notes=[*case.costs.notes, *_price_notes(case)],
    )


def component_table(case: Case, kind: str, caption: str) -> Table:
    """Give one column an arm and one row a component that costs anything; ``kind`` is ``setup`` or ``monthly``."""
    labels = _labels(case)
    values = {
        (id_, arm): float(getattr(case.costs.components[arm][id_], kind))
        for arm in ARMS
        for id_ in labels
        if id_ in case.costs.components[arm]
    }
    used = [id_ for id_ in labels if any(values.get((id_, arm)) for arm in ARMS)]
    rows = [
        [labels[id_], *(case.money.text(values[id_, arm]) if values.get((id_, arm)) else "–" for arm in ARMS)]
        for id_ in used
    ]
    totals = getattr(case.costs, f"{kind}_usd")
    rows.append(["Total", *(case.money.text(totals[arm]) for arm in ARMS)])
    caption = f"{caption}, in {case.money.currency}"
    return Table(["Component", *map(arm_title, ARMS)], rows, caption, right=range(1, 6), strong=[len(rows) - 1])


def formula_table(case: Case) -> Table:
    """Give how each component is computed and whether it is labour."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for arm in ARMS:
        for component in case.costs.components[arm].values():
            if float(component.setup) or float(component.monthly):
                kind = "labour" if component.labour else "bill"
                labels.setdefault((kind, component.formula), {})[component.label] = None
    rows = [[", ".join(names), kind, formula] for (kind, formula), names in labels.items()]
    return Table(["Components", "Kind", "How they are computed"], rows, "How each component is computed")


def _labels(case: Case) -> dict[str, str]:
    """Component id to label, work first, in the order in which the arms bring them."""
    found = {item.id: item for arm in reversed(ARMS) for item in case.costs.components[arm].values()}
    ordered = sorted(found.values(), key=lambda item: not item.labour)
    return {item.id: item.label for item in ordered}


def _price_notes(case: Case) -> list[str]:
    notes = [f"Prices are those of {case.book.as_of.isoformat()}."]
    if case.money.per_usd != 1 or case.money.currency != "USD":
        notes.append(
            f"One US dollar counts as {case.money.per_usd:g} {case.money.currency}; amounts inside sentences of the "
            "decision are in US dollars."
        )
    old = sorted({price.item for price in case.book.old()})
    if old:
        notes.append(f"Prices read more than half a year before that date: {', '.join(old)}.")
    return notes
