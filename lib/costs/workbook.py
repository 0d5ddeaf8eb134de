"""The Excel workbook: what is expected with its percentiles, and as planned with live formulas.

What for: ``costs --xlsx``. The expected figures and the business case are those of the draws and stay as they are;
assumptions stand in named cells, and the sheets as planned follow them.
"""

import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.arms import ARM, ARMS
from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.costs.business_case import VIEW_MONTHS, today_usd
from lib.costs.overview import BUDGETS, NOT_INCLUDED, Overview
from lib.costs.situation import SHARED
from lib.costs.spreadsheet import Cell, Formulas, formulas_of
from lib.errors import InputError
from lib.files import moved_into_place, path_from
from lib.prices import labelled

if TYPE_CHECKING:
    from xlsxwriter import Workbook

WORDS = {
    "setup_usd": "Set-up",
    "monthly_usd": "A month",
    "monthly_bill_usd": "Of which paid to vendors",
    "all_in_usd_per_query": "A query, all in",
    "usd_per_query": "One more query",
    "usd_per_correct_answer": "One right answer",
    "horizon_usd": "Set-up and all months",
}
"""What the figures are called, by their name in :class:`~lib.costs.cost_model.Costs`."""

AS_PLANNED = tuple(name for name in WORDS if name != "all_in_usd_per_query")
TITLES = [ARM[arm].title for arm in ARMS]
ENDS = {"expected": "expected", "p10": "P10", "p90": "P90", "as_planned": "as planned"}
NO_NUMBER = NOT_MEASURED, NONE_RIGHT, NOT_WITHIN = ("not measured", "none is right", "not within the horizon")
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""What a client writes stays text, also where it begins with ``=``."""

FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "indent": 1},
    "right": {"align": "right"},
    "text": {"indent": 1},
    "input": {"num_format": "#,##0.########", "font_color": "#0000CC", "bg_color": "#FFF9E5"},
    "number": {"num_format": "#,##0.00######"},
    "money": {"num_format": "#,##0.00"},
    "share": {"num_format": "0 %"},
}


def write_xlsx(client: ClientFile, path: str | Path, name: str = "client file", folder: Path | None = None) -> Path:
    """Write the Excel workbook of ``client`` to ``path`` and return its path.

    ``name`` and ``folder`` as for :func:`lib.prices.price_book`. Money in the arms' sheets is in USD, in the
    summary in the client's currency.

    Raises:
        InputError: ``path`` cannot be written.
    """
    import xlsxwriter

    target = path_from(str(path), "--xlsx", "a name that ends in .xlsx")
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{target}: is no Excel file by its name; allowed is a name that ends in .xlsx.")
    overview = Overview.of(client, name, folder)
    formulas = formulas_of(client, overview.book)
    # Made in memory and written at once: a full disk is then the one error of every file.
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as workbook:
        # The date of the prices and not today's: the same inputs give the same file.
        created = datetime.datetime.combine(overview.book.as_of, datetime.time(12))
        workbook.set_properties({"title": f"Costs of {client.client.name}", "created": created})
        formats = {name: workbook.add_format(look) for name, look in FORMATS.items()}
        _expected(Sheet(workbook, formats, "Expected", (38, 14, 22, 22, 22, 22, 28)), overview)
        summary = Sheet(workbook, formats, "As planned", (30, 22, 22, 22, 22, 28))
        _assumptions(Sheet(workbook, formats, "Assumptions", (60, 22, 12, 12, 38, 76, 14, 150)), formulas)
        shared = Sheet(workbook, formats, "Workings", (50, 20, 24))
        shared.line("Workings that are the same in every arm", style="title")
        _workings(shared, SHARED, formulas)
        for arm in ARMS:
            _arm(Sheet(workbook, formats, ARM[arm].short, (50, 20, 24, 12, 120)), formulas, arm)
        _summary(summary, formulas)
    with moved_into_place(target) as temporary:
        temporary.write_bytes(content.getvalue())
    return target


class Sheet:
    """One sheet under construction, written line by line; ``row`` is the next one, counted from 0."""

    def __init__(self, workbook: "Workbook", formats: dict[str, Any], name: str, widths: Sequence[float]) -> None:
        """Add a sheet with columns of these widths, one page wide in print."""
        self.workbook, self.formats, self.row = workbook, formats, 0
        self.sheet = workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def line(self, *cells: Any, style: str | None = None, name: str = "") -> None:
        """Write one line from the first column on and go to the next; ``None`` leaves a cell empty.

        ``style`` is that of fractions and formulas (of an assumption, of its second cell), or of a title or heading;
        ``name`` names the second cell.
        """
        for column, cell in enumerate(cells):
            look = self.formats["number" if style is None or (style == "input" and column != 1) else style]
            if isinstance(cell, Cell):
                value = cell.value if isinstance(cell.value, str) else float(cell.value)
                self.sheet.write_formula(self.row, column, f"={cell.formula}", look, value)
            elif isinstance(cell, str):
                kind = style if style in ("title", "head") else "right" if cell in NO_NUMBER else "text"
                self.sheet.write_string(self.row, column, cell, self.formats[kind])
            elif cell is not None:
                self.sheet.write_number(self.row, column, float(cell), None if isinstance(cell, int) else look)
        if name:
            self.workbook.define_name(name, f"='{self.sheet.get_name()}'!$B${self.row + 1}")
        self.row += 1

    def head(self, *words: str) -> None:
        """Write a line of headings, below an empty one."""
        self.row += 1
        self.line(*words, style="head")


def _or_words(value: float | None, rate: float = 1.0) -> float | str:
    if value is None or not np.isfinite(value):
        return NOT_MEASURED if value is None else NONE_RIGHT
    return float(value) * rate


def _expected(sheet: Sheet, overview: Overview) -> None:
    """Write the first sheet: expected figures with P10 and P90, chances, business case, what is not included."""
    sheet.line(f"Expected costs of {overview.client.client.name}", style="title")
    sheet.line(
        f"In {overview.currency}; prices as of {overview.book.as_of}. Mean of {overview.estimates.size:,} draws, which "
        "stays as it is; the sheets as planned follow their assumptions."
    )
    sheet.head("", "", *TITLES)
    sheet.sheet.freeze_panes(sheet.row, 2)
    for figure, label in WORDS.items():
        found = {arm: overview.estimates.estimate(figure, arm) for arm in ARMS}
        for end, word in ENDS.items():
            values = [_or_words(found[arm] and getattr(found[arm], end), overview.per_usd) for arm in ARMS]
            style = "number" if "per" in figure else "money"
            sheet.line(label if end == "expected" else None, word, *values, style=style)
    for path, limit in overview.budgets().items():
        words = f"Chance of {WORDS[BUDGETS[path]].lower()} within {overview.amount(limit)}"
        sheet.line(words, None, *(overview.chances(arm)[path] for arm in ARMS), style="share")
    _business(sheet, overview)
    sheet.row += 1
    sheet.line("Not included: " + ", ".join(NOT_INCLUDED))


def _business(sheet: Sheet, overview: Overview) -> None:
    case, months, per_usd = overview.business, overview.months, overview.per_usd
    sheet.head("Business case", "", *TITLES)
    for label, name in {
        "Hours saved": "saved_hours",
        "What they are worth": "value",
        "Corrections": "corrections",
    }.items():
        rate = 1.0 if name == "saved_hours" else per_usd
        sums = [case.total(arm, name, months).expected * rate for arm in ARMS]
        sheet.line(f"{label}, {months} months", None, *sums, style="money")
    if case.today_is_known:
        today = float(today_usd(overview.estimates.facts)) * per_usd
        sheet.line("What runs today, a month", None, today, style="money")
    if not case.has_benefit:
        sheet.line("No benefit in money is stated, so no payback is counted.")
        return
    for label, span in ((f"Brings in {months} months, costs paid", months), ("Brings in three years", VIEW_MONTHS)):
        for end in ("expected", "p10", "p90"):
            nets = [getattr(case.net(arm, span), end) * per_usd for arm in ARMS]
            sheet.line(label if end == "expected" else None, ENDS[end], *nets, style="money")
    paid = [case.payback(arm).expected for arm in ARMS]
    shown = [month if month <= months else NOT_WITHIN for month in paid]
    sheet.line("Pays for itself after, months", None, *shown, style="number")


def _assumptions(sheet: Sheet, formulas: Formulas) -> None:
    sheet.line("Assumptions: change a coloured cell and every figure follows", style="title")
    sheet.head("Client file", "Value", "", "", "Unit", "Field", "", "What it is")
    sheet.sheet.freeze_panes(sheet.row, 1)
    for path, cell in formulas.situation.facts.used.items():
        spec = field_specs()[path]
        words = (spec.label, cell.value, None, None, spec.unit, path, None, spec.help)
        sheet.line(*words, style="input", name=cell.formula)
    sheet.head("Price or figure", "Likely", "Low", "High", "Unit", "Source", "Read on", "Note")
    for key, cell in formulas.situation.prices_used.items():
        price = formulas.book[key]
        ends, words = (price.low, price.high), (price.unit, price.source, price.checked.isoformat(), price.note)
        label = labelled(*key.rpartition(".")[::2])
        sheet.line(label, price.likely, *ends, *words, style="input", name=cell.formula)
    sheet.head("Fixed in this workbook", "Value")
    for path, words in _fixed(formulas):
        sheet.line(path, words)
    sheet.row += 1
    sheet.line("These choose the formulas: to change one, write the workbook anew.")


def _fixed(formulas: Formulas) -> list[tuple[str, str]]:
    constraints, facts, names = formulas.client.constraints, formulas.costs.facts, formulas.book.names
    in_house = "yes" if constraints.data_must_stay_in_house else "no"
    fixed = [
        ("knowledge.needed", formulas.client.knowledge.needed),
        ("constraints.data_must_stay_in_house", in_house),
        ("constraints.runs_where", constraints.runs_where),
    ]
    for path in ("knowledge.days_between_changes", "behaviour.days_between_changes"):
        fixed += [(path, "never")] if np.isinf(facts[path]) else []
    for path in ("training_data.labelled_examples", "stack.context_window_tokens"):
        fixed += [(path, "not answered")] if np.isnan(facts[path]) else []
    roles = ("base_model", "tuned_model", "embedding_model", "vector_store")
    return fixed + [(f"stack.{role}", names[role]) for role in roles]


def _workings(sheet: Sheet, arm: str, formulas: Formulas) -> None:
    sheet.head("Figure" if arm == SHARED else "Workings", "Value", "Unit")
    for name, working in formulas.situation.rows.get(arm, {}).items():
        sheet.line(working.label, working.value, working.unit, name=formulas.situation.names[f"{arm}.{name}"])


def _arm(sheet: Sheet, formulas: Formulas, arm: str) -> None:
    costs, names = formulas.costs, formulas.situation.names
    sheet.line(f"{ARM[arm].title}: {ARM[arm].meaning}", style="title")
    _workings(sheet, arm, formulas)
    sheet.head("Component", "Set-up, USD", "A month, USD", "Kind", "How it comes about")
    first = sheet.row + 1
    for part in formulas.components[arm]:
        kind = "labour" if part.labour else "bill"
        sheet.line(part.label, part.setup, part.monthly, kind, part.formula, style="money")
    span = {letter: f"{letter}{first}:{letter}{sheet.row}" for letter in "BCD"}
    months = formulas.situation.fact("money.horizon_months").formula
    totals = {
        "setup_usd": f"SUM({span['B']})",
        "monthly_usd": f"SUM({span['C']})",
        "monthly_bill_usd": f'SUMIF({span["D"]},"bill",{span["C"]})',
        "usd_per_query": formulas.usd_per_query[arm],
        "horizon_usd": f"{names[f'{arm}.setup_usd']}+{months}*{names[f'{arm}.monthly_usd']}",
        "usd_per_correct_answer": formulas.usd_per_correct_answer.get(arm),
    }
    sheet.head("Total", "Value", "Unit")
    for name in AS_PLANNED:
        total, amount = totals[name], getattr(costs, name)[arm]
        if total is None or not np.isfinite(amount):
            continue
        cell = Cell(total, amount) if isinstance(total, str) else total
        unit = {"m": "USD a month", "u": "USD a query"}.get(name[0], "USD")
        sheet.line(WORDS[name], cell, unit, style="number", name=names[f"{arm}.{name}"])


def _summary(sheet: Sheet, formulas: Formulas) -> None:
    client, costs, names = formulas.client, formulas.costs, formulas.situation.names
    rate = formulas.situation.fact("prices.per_usd")
    sheet.line(f"Costs of {client.client.name}, as planned", style="title")
    sheet.line(f"In {client.prices.currency}; prices as of {formulas.book.as_of}")
    sheet.head("", *TITLES)
    for name in AS_PLANNED:
        amounts = {arm: getattr(costs, name)[arm] for arm in ARMS}
        cells = [
            _or_words(amount)
            if amount is None or not np.isfinite(amount)
            else Cell(names[f"{arm}.{name}"], float(amount)) * rate
            for arm, amount in amounts.items()
        ]
        sheet.line(WORDS[name], *cells, style="number" if "per" in name else "money")
    for note in costs.notes:
        sheet.line(f"Note: {note}")
    sheet.head("Spent after month", *TITLES)
    for month in range(max(costs.months, VIEW_MONTHS) + 1):
        sheet.line(month, *(_spent(formulas, arm, month, sheet.row) for arm in ARMS), style="money")


def _spent(formulas: Formulas, arm: str, month: int, row: int) -> Cell:
    """Return what is spent after ``month``, in the client's currency; nothing beyond the horizon.

    What is dearer or cheaper than the mean month by then (announced prices, moving) is a number in the formula.
    """
    names, fact = formulas.situation.names, formulas.situation.fact
    rate, months = fact("prices.per_usd"), fact("money.horizon_months")
    uneven = formulas.costs.uneven_usd.get(arm, np.zeros(0))[:month].sum() if month < formulas.costs.months else 0.0
    by_then = f"{names[f'{arm}.setup_usd']}+$A{row + 1}*{names[f'{arm}.monthly_usd']}"
    by_then += f"{uneven:+.10f}" if uneven else ""
    words = f'IF($A{row + 1}<={months.formula},({by_then})*{rate.formula},"")'
    known = month <= formulas.costs.months
    return Cell(words, float(formulas.costs.spent_usd(arm)[month] * rate.value) if known else "")
