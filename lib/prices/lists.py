"""Reading price lists: the workbook's own under ``data/prices`` and a client's.

Columns: ``item,component,value,unit,currency,source,checked,note`` and, where the value is uncertain,
``low`` and ``high``. The workbook's own rows also state a ``grade``.
"""

import csv
import datetime
import difflib
import io
import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from lib.arms import ARMS
from lib.errors import InputError
from lib.files import read_limited
from lib.paths import PRICES
from lib.prices.price import ESTIMATED, GRADES, OWN, Price, check_magnitude, table, unit_rule, unit_rules

COLUMNS = ("item", "component", "value", "unit", "currency", "source", "checked", "note")
RANGE = ("low", "high")
OPTIONAL = (*RANGE, "grade")
NUMBER = re.compile(r"[+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LISTS = ("models", "serving", "stores", "services", "latency", "effort", "assumptions")
"""The workbook's own lists, ``data/prices/….csv``."""
SIZE_LIMIT = 5_000_000


@dataclass(frozen=True)
class PriceList:
    """The rows of one or more price lists: (item, component) → its prices, oldest first."""

    rows: dict[tuple[str, str], tuple[Price, ...]]

    @property
    def newest(self) -> datetime.date | None:
        """The newest date on which a row was checked."""
        return max((price.checked for prices in self.rows.values() for price in prices), default=None)

    def at(self, item: str, component: str, as_of: datetime.date) -> Price | None:
        """Return the row that was checked last on or before ``as_of``, or the first one after it, or nothing.

        A row from after ``as_of`` says in its note that the history is unknown.
        """
        prices = self.rows.get((item.lower(), component))
        if not prices:
            return None
        before = [price for price in prices if price.checked <= as_of]
        if before:
            return before[-1]
        # Hours, speeds and estimates do not depend on the day.
        first = prices[0]
        if not first.is_money or first.grade == ESTIMATED:
            return first
        words = f"history unknown: read on {first.checked}, may have been different on {as_of}"
        return replace(first, note=f"{first.note}; {words}" if first.note else words)

    def on(self, as_of: datetime.date) -> dict[str, Price]:
        """Return the price of every row on a day, by ``item.component`` as written."""
        if as_of not in self._days:
            items = self.items
            self._days[as_of] = {f"{items[item]}.{part}": self.at(item, part, as_of) for item, part in self.rows}
        return self._days[as_of]

    @cached_property
    def _days(self) -> dict[datetime.date, dict[str, Price]]:
        return {}

    @cached_property
    def items(self) -> dict[str, str]:
        """Every item as written, by its lower-case form."""
        return {key[0]: prices[0].item for key, prices in self.rows.items()}


@cache
def workbook_prices() -> PriceList:
    """Return the workbook's own price rows, all files of ``data/prices`` together."""
    rows: dict[tuple[str, str], list[Price]] = {}
    for path in (PRICES / f"{name}.csv" for name in LISTS):
        for key, prices in read_prices(path).rows.items():
            rows.setdefault(key, []).extend(prices)
    return PriceList({key: tuple(sorted(prices, key=lambda price: price.checked)) for key, prices in rows.items()})


def read_prices(path: Path, currency: str = "USD", per_usd: float = 1.0) -> PriceList:
    """Read one price list; amounts in ``currency`` are turned into US dollars at ``per_usd``.

    Raises:
        InputError: it cannot be used; one sentence naming file, line, column and what is allowed.
    """
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    rows: dict[tuple[str, str], list[Price]] = {}
    try:
        _check_columns(path, reader.fieldnames)
        for row in reader:
            price = _price(f"{path}: line {reader.line_num}", row, currency, per_usd)
            known = rows.setdefault((price.item.lower(), price.component), [])
            if any(other.checked == price.checked for other in known):
                raise InputError(
                    f"{path}: line {reader.line_num} prices {price.item!r} {price.component!r} a second time "
                    f"for {price.checked}; allowed is once a date."
                )
            known.append(price)
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num} is not CSV ({error}); allowed is plain CSV.") from None
    return PriceList({key: tuple(sorted(prices, key=lambda price: price.checked)) for key, prices in rows.items()})


def _text(path: Path) -> str:
    try:
        return read_limited(path, SIZE_LIMIT, str(path), "a price list (CSV)").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; allowed is a CSV file in UTF-8.") from None


def _check_columns(path: Path, names: list[str] | None) -> None:
    names, allowed = names or [], (*COLUMNS, *OPTIONAL)
    missing = [f"the column {name} is missing" for name in COLUMNS if name not in names]
    unknown = [f"has the column {name!r}" for name in names if name not in allowed]
    if missing or unknown:
        raise InputError(f"{path}: {[*missing, *unknown][0]}; allowed are {', '.join(allowed)}.")


def _price(where: str, row: dict[str, str | None], currency: str, per_usd: float) -> Price:
    if None in row or None in row.values():
        raise InputError(f"{where} has more or fewer cells than the header; allowed is one cell a column.")
    row = {name: value.strip() for name, value in row.items()}
    for name in ("item", "component", "value", "source"):
        if not row[name]:
            raise InputError(f"{where}: {name} is empty; allowed is a value.")
    component = row["component"]
    if component not in unit_rules() and row["item"] not in ARMS:
        near = difflib.get_close_matches(component, unit_rules(), n=3, cutoff=0.3) or ["input", "output", "monthly"]
        raise InputError(
            f"{where}: component of {row['item']!r} is {component!r}; nearest are {', '.join(near)} "
            "(any word for a piece of work, in hours, where the item is an arm)."
        )
    rule = unit_rule(component)
    if row["unit"] != rule.unit:
        raise InputError(f"{where}: unit of {component} is {row['unit']!r}; allowed is {rule.unit!r}.")
    per = {"USD": 1.0, currency: per_usd}.get(row["currency"])
    if per is None:
        raise InputError(f"{where}: currency is {row['currency']!r}; allowed is USD or the client's {currency}.")
    divisor = per if rule.unit.startswith("USD") else 1.0
    likely = _number(where, "value", row["value"]) / divisor
    low, high = (_number(where, name, row[name]) / divisor if row.get(name) else likely for name in RANGE)
    if not low <= likely <= high:
        raise InputError(f"{where}: low, value and high are {low:g}, {likely:g} and {high:g}; allowed is that order.")
    for value in (low, likely, high):
        check_magnitude(where, component, value)
    return Price(
        row["item"],
        component,
        low,
        likely,
        high,
        rule.unit,
        row["source"],
        _date(where, row["checked"]),
        row["note"],
        grade=_grade(where, row.get("grade", "")),
    )


def _number(where: str, name: str, text: str) -> float:
    # Stricter than Python, which reads 0_2 as 2 and digits of other scripts.
    number = float(text) if NUMBER.fullmatch(text) else -1.0
    if not 0 <= number < float("inf"):
        raise InputError(f"{where}: {name} is {text!r}; allowed is a number from 0 such as 0.15.")
    return number


def _grade(where: str, text: str) -> str:
    if text and text not in GRADES:
        raise InputError(f"{where}: grade is {text!r}; allowed are {', '.join(GRADES)}, or nothing.")
    return text or OWN


def _date(where: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: checked is {text!r}; allowed is a date such as 2026-11-21.") from None


@dataclass(frozen=True)
class DatedRow:
    """Where a row of ``data/prices`` stands, and when it was checked at which source."""

    file: str
    line: int
    item: str
    what: str
    checked: datetime.date
    grade: str
    source: str


def dated_rows() -> list[DatedRow]:
    """Return every row of every list under ``data/prices``, ends and routes too, oldest first."""
    found = []
    for path in sorted(PRICES.glob("*.csv")):
        for line, row in enumerate(table(path.name), 2):
            item = row.get("item") or row.get("route") or f"{row['study']}, {row['model']}"
            what = row.get("component") or row.get("event") or row.get("kind") or ""
            checked = datetime.date.fromisoformat(row["checked"])
            found.append(DatedRow(path.name, line, item, what, checked, row["grade"], row["source"]))
    return sorted(found, key=lambda row: row.checked)
