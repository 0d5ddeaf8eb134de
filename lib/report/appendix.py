"""Every input and every source."""

from typing import Any

from lib.articles import articles
from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import Range
from lib.report.case import Case
from lib.views.cost_tables import prices
from lib.views.markup import Page, render
from lib.views.table import Table
from lib.wording import arm_title, counted, listed, number


def inputs(case: Case) -> Page:
    """Give every field of the client file: its value, unit, and whether it was answered or is assumed."""
    tables = [_section_table(case.client, section) for section in ClientFile.model_fields]
    answered = sum(row[2] == "answered" for table in tables for row in table.rows)
    total = sum(len(table.rows) for table in tables)
    return render("inputs.html", tables=tables, answered=answered, total=total)


def sources(case: Case) -> Page:
    """Give the articles, and every price, effort and speed that the figures come from."""
    rows = [
        [item.title, item.author or "not stated", str(item.date or "not stated"), id_]
        for id_, item in articles().items()
    ]
    table = Table(
        ["Title", "Author", "Date", "Called here"],
        rows,
        f"The {counted(len(rows))} articles behind the frameworks",
        wrap=True,
    )
    return render("sources.html", articles=table, prices=prices(case.overview), thresholds=threshold_table(case))


def threshold_table(case: Case) -> Table:
    """Give the source of every threshold of the frameworks."""
    rows = [[verdict.id, rule.question, rule.source] for verdict in case.decision.frameworks for rule in verdict.trace]
    return Table(["Framework", "Rule", "Where its limit comes from"], rows, "Limits of the frameworks' rules")


def _section_table(client: ClientFile, section: str) -> Table:
    part_of = getattr(client, section)
    rows = []
    for name in type(part_of).model_fields:
        spec = field_specs()[f"{section}.{name}"]
        value = getattr(part_of, name)
        state = "answered" if name in part_of.model_fields_set else "assumed"
        if state == "assumed" and value in (None, [], {}):
            state = "not answered"
        rows.append([spec.label, _shown(value), state, spec.unit or "–", spec.help])
    columns = ["Input", "Value", "State", "Unit", "What it means"]
    title = section.replace("_", " ")
    return Table(columns, rows, title[0].upper() + title[1:], wrap=True)


def _shown(value: Any) -> str:
    if isinstance(value, Range):
        return f"{number(value.low)} to {number(value.high)}, likely {number(value.likely)}"
    if isinstance(value, list):
        return listed(value)
    if isinstance(value, dict):
        return ", ".join(f"{arm_title(arm)}: {word.replace('_', ' ')}" for arm, word in value.items()) or "–"
    return "–" if value is None else number(value) if isinstance(value, bool | int | float) else str(value)
