"""The Excel workbook: what is expected with its percentiles, and as planned with live formulas.

What for: ``costs --xlsx``. The expected figures and the business case are those of the draws and stay as they are;
assumptions stand in named cells, and the sheets as planned follow them.
"""

import datetime
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.arms import ARM, ARMS
from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import likely
from lib.costs.business_case import VIEW_MONTHS, today_usd
from lib.costs.estimates import Estimate
from lib.costs.overview import BUDGETS, MONEY, NOT_INCLUDED, Overview
from lib.costs.situation import SHARED
from lib.costs.spreadsheet_cell import Cell, formula_of, value_of
from lib.costs.spreadsheet_formulas import Formulas, formulas_of
from lib.errors import InputError
from lib.files import moved_into_place, path_from

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TOTALS = (
    ("setup_usd", "Set-up", "USD"),
    ("monthly_usd", "A month", "USD a month"),
    ("monthly_bill_usd", "Of which paid to vendors", "USD a month"),
    ("usd_per_query", "One more query", "USD a query"),
    ("usd_per_correct_answer", "One right answer", "USD an answer"),
    ("horizon_usd", "Set-up and all months", "USD"),
)


def write_xlsx(client: ClientFile, path: str | Path, name: str = "client file", folder: Path | None = None) -> Path:
    """Write the Excel workbook of ``client`` to ``path`` and give its path.

    ``name`` and ``folder`` as for :func:`lib.prices.price_book`. Money in the arms' sheets is in USD, in the
    summary in the client's currency.

    Raises:
        InputError: ``path`` cannot be written.
    """
    target = path_from(str(path), "--xlsx", "a name that ends in .xlsx")
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{target}: is no Excel file by its name; allowed is a name that ends in .xlsx.")
    overview = Overview.of(client, name, folder)
    formulas = formulas_of(client, overview.book)
    with moved_into_place(target) as temporary:
        _write(formulas, overview, temporary)
    return target


def _write(formulas: Formulas, overview: Overview, path: Path) -> None:
    import xlsxwriter

    # Made in memory and written at once: a full disk is then the one error of every file.
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        # The date of the prices and not today's: the same inputs give the same file.
        created = datetime.datetime.combine(formulas.book.as_of, datetime.time(12))
        workbook.set_properties({"title": f"Costs of {formulas.client.client.name}", "created": created})
        sheets = Sheets(workbook)
        _expected(sheets, overview)
        summary = sheets.add("As planned", (30, 22, 22, 22, 22, 28))
        _assumptions(sheets, formulas)
        _workings(sheets, formulas)
        for arm in ARMS:
            _arm(sheets, formulas, arm)
        _summary(sheets, summary, formulas)
    path.write_bytes(content.getvalue())


class Sheets:
    """The workbook under construction: its formats, and writing rows with names."""

    def __init__(self, workbook: "Workbook") -> None:
        """Make the formats."""
        self.workbook = workbook
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.head = workbook.add_format({"bold": True, "bottom": 1, "indent": 1})
        self.right = workbook.add_format({"align": "right"})
        self.text = workbook.add_format({"indent": 1})
        self.input = workbook.add_format(
            {"num_format": "#,##0.########", "font_color": "#0000CC", "bg_color": "#FFF9E5"}
        )
        self.number = workbook.add_format({"num_format": "#,##0.00######"})
        self.money = workbook.add_format({"num_format": "#,##0.00"})
        self.total = workbook.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        self.bold = workbook.add_format({"bold": True, "top": 1})
        self.share = workbook.add_format({"num_format": "0 %"})

    def add(self, name: str, widths: tuple[float, ...]) -> "Worksheet":
        """Add a sheet with columns of these widths, one page wide in print."""
        sheet = self.workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def headings(self, sheet: "Worksheet", row: int, *words: str) -> int:
        """Write a row of headings and give the next row."""
        for column, word in enumerate(words):
            sheet.write_string(row, column, word, self.head)
        return row + 1

    def name(self, sheet: "Worksheet", row: int, column: int, name: str) -> None:
        """Name a cell."""
        letter = chr(ord("A") + column)
        self.workbook.define_name(name, f"='{sheet.get_name()}'!${letter}${row + 1}")

    def formula(self, sheet: "Worksheet", row: int, column: int, item: Any, style: Any = None) -> None:
        """Write a computed cell with its present value; a plain number is written as such."""
        words, _ = formula_of(item)
        value = float(value_of(item))
        if isinstance(item, Cell):
            sheet.write_formula(row, column, f"={words}", style or self.number, value)
        else:
            sheet.write_number(row, column, value, style or self.number)


EXPECTED = {
    "setup_usd": "Set-up",
    "monthly_usd": "A month",
    "monthly_bill_usd": "Of which paid to vendors",
    "usd_per_query": "A query, all in",
    "marginal_usd_per_query": "One more query",
    "usd_per_correct_answer": "One right answer",
    "horizon_usd": "Set-up and all months",
}


def _expected(sheets: Sheets, overview: Overview) -> None:
    """Write the first sheet: expected figures with P10 and P90, chances, business case, what is not included."""
    sheet = sheets.add("Expected", (38, 14, 22, 22, 22, 22, 28))
    rate, per_usd = overview.currency, overview.per_usd
    sheet.write_string(0, 0, f"Expected costs of {overview.client.client.name}", sheets.title)
    sheet.write_string(
        1, 0, f"In {rate}; prices as of {overview.book.as_of}. Mean of {overview.estimates.size:,} draws, which stays as it "
        "is; the sheets as planned follow their assumptions."
    )  # fmt: skip
    row = sheets.headings(sheet, 3, "", "", *(ARM[arm].title for arm in ARMS))
    for name, label in EXPECTED.items():
        style = sheets.number if "per" in MONEY[name] else sheets.money
        found = {arm: overview.figure(name, arm) for arm in ARMS}
        for end, word in (("expected", "expected"), ("p10", "P10"), ("p90", "P90"), ("as_planned", "as planned")):
            sheet.write_string(row, 0, label if end == "expected" else "")
            sheet.write_string(row, 1, word)
            for column, arm in enumerate(ARMS, start=2):
                _estimate(sheets, sheet, row, column, found[arm], end, per_usd, style)
            row += 1
    for path, limit in overview.budgets().items():
        sheet.write_string(row, 0, f"Chance of {EXPECTED_OF[BUDGETS[path]]} within {overview.amount(limit)}")
        for column, arm in enumerate(ARMS, start=2):
            sheet.write_number(row, column, overview.chances(arm)[path], sheets.share)
        row += 1
    row = _business(sheets, sheet, row + 1, overview)
    sheet.write_string(row + 1, 0, "Not included: " + ", ".join(NOT_INCLUDED))
    sheet.freeze_panes(4, 2)


EXPECTED_OF = {figure: EXPECTED[name].lower() for name, figure in MONEY.items()}


def _estimate(
    sheets: Sheets,
    sheet: "Worksheet",
    row: int,
    column: int,
    found: Estimate | None,
    end: str,
    per_usd: float,
    style: Any,
) -> None:
    value = None if found is None else getattr(found, end)
    if value is None or not np.isfinite(value):
        sheet.write_string(row, column, "not measured" if value is None else "none is right", sheets.right)
    else:
        sheet.write_number(row, column, value * per_usd, style)


def _business(sheets: Sheets, sheet: "Worksheet", row: int, overview: Overview) -> int:
    case, months, per_usd = overview.business, overview.months, overview.per_usd
    row = sheets.headings(sheet, row, "Business case", "", *(ARM[arm].title for arm in ARMS))
    sums = {"Hours saved": "saved_hours", "What they are worth": "value", "Corrections": "corrections"}
    for label, name in sums.items():
        sheet.write_string(row, 0, f"{label}, {months} months")
        for column, arm in enumerate(ARMS, start=2):
            rate = 1.0 if name == "saved_hours" else per_usd
            sheet.write_number(row, column, case.total(arm, name, months).expected * rate, sheets.money)
        row += 1
    today = float(today_usd(overview.estimates.facts))
    if case.today_is_known:
        sheet.write_string(row, 0, "What runs today, a month")
        sheet.write_number(row, 2, today * per_usd, sheets.money)
        row += 1
    if not case.has_benefit:
        sheet.write_string(row, 0, "No benefit in money is stated, so no payback is counted.")
        return row + 1
    for label, span in ((f"Brings in {months} months, costs paid", months), ("Brings in three years", VIEW_MONTHS)):
        for end, word in (("expected", "expected"), ("p10", "P10"), ("p90", "P90")):
            sheet.write_string(row, 0, label if end == "expected" else "")
            sheet.write_string(row, 1, word)
            for column, arm in enumerate(ARMS, start=2):
                sheet.write_number(row, column, getattr(case.net(arm, span), end) * per_usd, sheets.money)
            row += 1
    sheet.write_string(row, 0, "Pays for itself after, months")
    for column, arm in enumerate(ARMS, start=2):
        paid = case.payback(arm).expected
        if paid <= months:
            sheet.write_number(row, column, paid, sheets.number)
        else:
            sheet.write_string(row, column, "not within the horizon", sheets.right)
    return row + 1


def _assumptions(sheets: Sheets, formulas: Formulas) -> None:
    sheet = sheets.add("Assumptions", (44, 22, 12, 12, 38, 76, 14, 150))
    sheet.write_string(0, 0, "Assumptions: change a coloured cell and every figure follows", sheets.title)
    specs = field_specs()
    row = sheets.headings(sheet, 2, "Client file", "Value", "", "", "Unit", "Field", "", "What it is")
    for path, cell in formulas.situation.facts.used.items():
        spec = specs[path]
        sheet.write_string(row, 0, spec.label, sheets.text)
        sheet.write_number(row, 1, cell.value, sheets.input)
        for column, words in ((4, spec.unit), (5, path), (7, spec.help)):
            sheet.write_string(row, column, words, sheets.text)
        sheets.name(sheet, row, 1, cell.formula)
        row += 1
    row = sheets.headings(
        sheet, row + 1, "Price or figure", "Likely", "Low", "High", "Unit", "Source", "Read on", "Note"
    )
    for key, cell in formulas.situation.prices_used.items():
        price = formulas.book[key]
        sheet.write_string(row, 0, key, sheets.text)
        sheet.write_number(row, 1, price.likely, sheets.input)
        sheet.write_number(row, 2, price.low, sheets.number)
        sheet.write_number(row, 3, price.high, sheets.number)
        for column, words in ((4, price.unit), (5, price.source), (6, price.checked.isoformat()), (7, price.note)):
            sheet.write_string(row, column, words, sheets.text)
        sheets.name(sheet, row, 1, cell.formula)
        row += 1
    row = sheets.headings(sheet, row + 1, "Fixed in this workbook", "Value")
    for path, words in _fixed(formulas):
        sheet.write_string(row, 0, path, sheets.text)
        sheet.write_string(row, 1, words, sheets.text)
        row += 1
    sheet.write_string(row + 1, 0, "These choose the formulas: to change one, write the workbook anew.", sheets.text)
    sheet.freeze_panes(3, 1)


def _fixed(formulas: Formulas) -> list[tuple[str, str]]:
    client = formulas.client
    yes = {True: "yes", False: "no"}
    fixed = [
        ("knowledge.needed", client.knowledge.needed),
        ("constraints.data_must_stay_in_house", yes[client.constraints.data_must_stay_in_house]),
        ("constraints.runs_where", client.constraints.runs_where),
    ]
    facts = formulas.costs.facts
    for path in ("knowledge.days_between_changes", "behaviour.days_between_changes"):
        if np.isinf(facts[path]):
            fixed.append((path, "never"))
    for path in ("training_data.labelled_examples", "stack.context_window_tokens"):
        if np.isnan(facts[path]):
            fixed.append((path, "not answered"))
    return fixed + [(f"stack.{role}", name) for role, name in formulas.book.names.items() if role in _STACK]


_STACK = ("base_model", "tuned_model", "embedding_model", "vector_store")


def _workings(sheets: Sheets, formulas: Formulas) -> None:
    sheet = sheets.add("Workings", (50, 20, 24))
    sheet.write_string(0, 0, "Workings that are the same in every arm", sheets.title)
    row = sheets.headings(sheet, 2, "Figure", "Value", "Unit")
    _working_rows(sheets, sheet, row, SHARED, formulas)


def _working_rows(sheets: Sheets, sheet: "Worksheet", row: int, arm: str, formulas: Formulas) -> int:
    for name, working in formulas.situation.rows.get(arm, {}).items():
        sheet.write_string(row, 0, working.label, sheets.text)
        sheets.formula(sheet, row, 1, working.value)
        sheet.write_string(row, 2, working.unit, sheets.text)
        sheets.name(sheet, row, 1, formulas.situation.names[f"{arm}.{name}"])
        row += 1
    return row


def _arm(sheets: Sheets, formulas: Formulas, arm: str) -> None:
    sheet = sheets.add(ARM[arm].short, (50, 20, 24, 12, 120))
    sheet.write_string(0, 0, f"{ARM[arm].title}: {ARM[arm].meaning}", sheets.title)
    row = sheets.headings(sheet, 2, "Workings", "Value", "Unit")
    row = _working_rows(sheets, sheet, row, arm, formulas)
    row = sheets.headings(sheet, row + 1, "Component", "Set-up, USD", "A month, USD", "Kind", "How it comes about")
    first = row
    for component in formulas.components[arm]:
        sheet.write_string(row, 0, component.label, sheets.text)
        sheets.formula(sheet, row, 1, component.setup, sheets.money)
        sheets.formula(sheet, row, 2, component.monthly, sheets.money)
        sheet.write_string(row, 3, "labour" if component.labour else "bill", sheets.text)
        sheet.write_string(row, 4, component.formula, sheets.text)
        row += 1
    span = {letter: f"{letter}{first + 1}:{letter}{row}" for letter in "BCD"}
    months = formulas.situation.fact("money.horizon_months").formula
    totals = {
        "setup_usd": f"SUM({span['B']})",
        "monthly_usd": f"SUM({span['C']})",
        "monthly_bill_usd": f'SUMIF({span["D"]},"bill",{span["C"]})',
        "usd_per_query": formula_of(formulas.usd_per_query[arm])[0],
        "horizon_usd": f"{formulas.situation.names[f'{arm}.setup_usd']}+{months}*{formulas.situation.names[f'{arm}.monthly_usd']}",
    }
    if formulas.costs.usd_per_correct_answer[arm] is not None:
        totals["usd_per_correct_answer"] = formula_of(formulas.usd_per_correct_answer[arm])[0]
    row = sheets.headings(sheet, row + 1, "Total", "Value", "Unit")
    for name, label, unit in TOTALS:
        amount = getattr(formulas.costs, name)[arm]
        if name not in totals or not np.isfinite(amount):
            continue
        value = float(amount)
        sheet.write_string(row, 0, label, sheets.text)
        sheet.write_formula(row, 1, f"={totals[name]}", sheets.number, value)
        sheet.write_string(row, 2, unit, sheets.text)
        sheets.name(sheet, row, 1, formulas.situation.names[f"{arm}.{name}"])
        row += 1


def _summary(sheets: Sheets, sheet: "Worksheet", formulas: Formulas) -> None:
    client, found = formulas.client, formulas.costs
    rate = formulas.situation.fact("prices.per_usd")
    currency = client.prices.currency
    per_usd = float(likely(client.prices.per_usd))
    sheet.write_string(0, 0, f"Costs of {client.client.name}, as planned", sheets.title)
    sheet.write_string(1, 0, f"In {currency}; prices as of {formulas.book.as_of}")
    row = sheets.headings(sheet, 3, "", *(ARM[arm].title for arm in ARMS))
    first = row
    for name, label, _ in TOTALS:
        style = sheets.number if name.startswith("usd_per") else sheets.money
        sheet.write_string(row, 0, label)
        for column, arm in enumerate(ARMS, start=1):
            amount = getattr(found, name)[arm]
            if amount is None or not np.isfinite(amount):
                sheet.write_string(row, column, "not measured" if amount is None else "none is right", sheets.right)
                continue
            value = float(amount) * per_usd
            sheet.write_formula(
                row, column, f"={formulas.situation.names[f'{arm}.{name}']}*{rate.formula}", style, value
            )
        row += 1
    for note in found.notes:
        sheet.write_string(row + 1, 0, f"Note: {note}")
        row += 1
    horizon = int(found.horizon_months)
    head = row + 2
    row = sheets.headings(sheet, head, "Spent after month", *(ARM[arm].title for arm in ARMS))
    names, months = formulas.situation.names, formulas.situation.fact("money.horizon_months").formula
    for month in range(max(horizon, VIEW_MONTHS) + 1):
        sheet.write_number(row, 0, month)
        for column, arm in enumerate(ARMS, start=1):
            spent = (float(found.setup_usd[arm]) + month * float(found.monthly_usd[arm])) * per_usd
            total = f"({names[f'{arm}.setup_usd']}+$A{row + 1}*{names[f'{arm}.monthly_usd']})*{rate.formula}"
            words = f'=IF($A{row + 1}<={months},{total},"")'
            sheet.write_formula(row, column, words, sheets.money, spent if month <= horizon else "")
        row += 1
    _charts(sheets, sheet, first, head, horizon, currency)


def _charts(sheets: Sheets, sheet: "Worksheet", first: int, head: int, horizon: int, currency: str) -> None:
    bars = sheets.workbook.add_chart({"type": "column"})
    lines = sheets.workbook.add_chart({"type": "line"})
    total = first + len(TOTALS) - 1
    bars.add_series(
        {
            "categories": ["As planned", 3, 1, 3, len(ARMS)],
            "values": ["As planned", total, 1, total, len(ARMS)],
            "points": [{"fill": {"color": arm.colour}} for arm in ARM.values()],
            "gap": 60,
        }
    )
    bars.set_title({"name": f"Set-up and {horizon} months, {currency}"})
    bars.set_legend({"none": True})
    for chart in (bars, lines):
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    for column in range(1, len(ARMS) + 1):
        lines.add_series(
            {
                "name": ["As planned", head, column],
                "categories": ["As planned", head + 1, 0, head + 1 + horizon, 0],
                "values": ["As planned", head + 1, column, head + 1 + horizon, column],
                "line": {"color": ARM[ARMS[column - 1]].colour, "width": 2},
            }
        )
    lines.set_title({"name": f"Spent after each month, {currency}"})
    sheet.insert_chart(3, 7, bars, {"description": "Columns: total over the horizon by arm", "x_scale": 1.3})
    sheet.insert_chart(20, 7, lines, {"description": "Lines: money spent after each month by arm", "x_scale": 1.3})
