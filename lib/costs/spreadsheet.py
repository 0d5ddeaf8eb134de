"""The cost model of one client as spreadsheet formulas, traced from the functions that compute it.

The cost model computes with NumPy functions. Given :class:`Cell` objects in place of numbers, the very same
functions yield the formulas of the Excel workbook, so that the two cannot drift apart.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from lib.arms import ARMS
from lib.client import ClientFile, Facts
from lib.client.facts import field_specs, queries_answered
from lib.costs.cost_model import Costs, arm_components, costs
from lib.costs.situation import Component, Situation
from lib.prices import PriceBook

COMPARE, ADD, MULTIPLY, ATOM = range(4)

NEVER = "1E+300"
"""What stands for ``never``: spreadsheets know no infinity, and dividing by this leaves nothing."""

# ufunc → (spreadsheet operator, precedence, precedence that the right operand needs)
OPERATORS = {
    np.add: ("+", ADD, ADD),
    np.subtract: ("-", ADD, MULTIPLY),
    np.multiply: ("*", MULTIPLY, MULTIPLY),
    np.true_divide: ("/", MULTIPLY, ATOM),
    np.greater: (">", COMPARE, ADD),
    np.greater_equal: (">=", COMPARE, ADD),
    np.less: ("<", COMPARE, ADD),
    np.less_equal: ("<=", COMPARE, ADD),
}
FUNCTIONS = {np.maximum: "MAX({0},{1})", np.minimum: "MIN({0},{1})", np.ceil: "ROUNDUP({0},0)"}


class Cell(NDArrayOperatorsMixin):
    """One number that remembers how it was computed: its formula (without the leading ``=``)."""

    def __init__(self, formula: str, value: Any, precedence: int = ATOM) -> None:
        """Take the formula, its present value, and how tightly its outermost operator binds."""
        self.formula = formula
        self.value = value
        self.precedence = precedence

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        """Compute the value and write the formula of one arithmetic step."""
        if method != "__call__" or keywords:
            return NotImplemented
        with np.errstate(divide="ignore", invalid="ignore"):
            value = ufunc(*(value_of(item) for item in inputs))
        if ufunc is np.isnan:
            # Cells hold known numbers; what is not answered is no cell.
            return value
        if ufunc in FUNCTIONS:
            return Cell(FUNCTIONS[ufunc].format(*(formula_of(item)[0] for item in inputs)), value)
        if ufunc not in OPERATORS:
            return NotImplemented
        if ufunc is np.add and any(not isinstance(item, Cell) and item == 0 for item in inputs):
            # What an arm does not have counts as nothing and need not be read.
            return next(item for item in inputs if isinstance(item, Cell))
        sign, precedence, needed_right = OPERATORS[ufunc]
        left, right = (formula_of(item) for item in inputs)
        words = f"{_bracketed(*left, precedence)}{sign}{_bracketed(*right, needed_right)}"
        return Cell(words, value, precedence)

    def __array_function__(self, function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
        """Write ``np.where`` as ``IF``; where the condition is a plain yes or no, choose at once."""
        if function is not np.where or len(arguments) != 3:
            return NotImplemented
        condition, yes, no = arguments
        if not isinstance(condition, Cell):
            return yes if condition else no
        value = np.where(condition.value, value_of(yes), value_of(no))
        parts = (condition.formula, formula_of(yes)[0], formula_of(no)[0])
        return Cell("IF({},{},{})".format(*parts), value)


def value_of(item: Any) -> Any:
    """Return the number behind a cell or the number itself."""
    return item.value if isinstance(item, Cell) else item


def formula_of(item: Any) -> tuple[str, int]:
    """Return the formula of a cell or of a plain number, and its precedence."""
    if isinstance(item, Cell):
        return item.formula, item.precedence
    number = float(item)
    if np.isinf(number):
        return NEVER, ATOM
    # Seventeen digits where they are needed: Excel must compute with the same number as Python.
    return (f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else repr(number).upper()), ATOM


def _bracketed(formula: str, precedence: int, needed: int) -> str:
    return formula if precedence >= needed else f"({formula})"


class CellNames(dict[str, str]):
    """The name of each cell by the path of its field or the key of its price; no two paths share one.

    Excel does not tell capitals from small letters.
    """

    def __missing__(self, path: str) -> str:
        """Make a name of letters, digits and underscores, numbered where another path has it already."""
        base, taken, number = re.sub(r"[^A-Za-z0-9]+", "_", path), {name.lower() for name in self.values()}, 2
        name = base
        while name.lower() in taken:
            name, number = f"{base}_{number}", number + 1
        self[path] = name
        return name


class NamedFacts(Facts):
    """The facts of one client, each number a named cell; a word, a yes/no or ``never`` stays what it is."""

    def __init__(self, facts: Facts, names: CellNames) -> None:
        """Start with no cell used."""
        vars(self).update(vars(facts))
        self._names = names
        self.used: dict[str, Cell] = {}

    def __getitem__(self, path: str) -> Any:
        """Return the cell of a number, or the plain value."""
        value = super().__getitem__(path)
        if field_specs()[path].kind != "number" or not np.isfinite(value):
            return value
        return self.used.setdefault(path, Cell(self._names[path], float(value)))


class Working(NamedTuple):
    """An intermediate figure that a reader may want to follow: its name, unit and value."""

    label: str
    unit: str
    value: Any


class NamedSituation(Situation):
    """A situation whose facts and prices are named cells, and whose workings become rows."""

    def __init__(self, facts: Facts, book: PriceBook) -> None:
        """Start with no cell used."""
        super().__init__(facts, book)
        self.names = CellNames()
        self.facts = NamedFacts(facts, self.names)
        self.prices_used: dict[str, Cell] = {}
        self.rows: dict[str, dict[str, Working]] = {}

    def price(self, key: str) -> Any:
        """Return the named cell of a price."""
        key = self._charged(key)
        return self.prices_used.setdefault(key, Cell(self.names[f"price.{key}"], self.book[key].likely))

    def working(self, arm: str, name: str, label: str, unit: str, compute: Any) -> Any:
        """Compute an intermediate figure once, keep its formula for a row, and give the row's named cell."""

        def row() -> Cell:
            value = compute()
            self.rows.setdefault(arm, {})[name] = Working(label, unit, value)
            return Cell(self.names[f"{arm}.{name}"], value_of(value))

        return self.once((arm, name), row)


@dataclass
class Formulas:
    """Everything that the workbook holds, before it is written: formulas with their present values."""

    client: ClientFile
    book: PriceBook
    costs: Costs
    situation: NamedSituation
    components: dict[str, list[Component]] = field(default_factory=dict)
    usd_per_query: dict[str, Any] = field(default_factory=dict)
    usd_per_correct_answer: dict[str, Any] = field(default_factory=dict)


def formulas_of(client: ClientFile, book: PriceBook) -> Formulas:
    """Trace the cost model of ``client``: every figure as a formula of named cells."""
    facts = Facts.of(client)
    formulas = Formulas(client, book, costs(facts, book), NamedSituation(facts, book))
    for path in ("money.horizon_months", "prices.per_usd"):
        formulas.situation.fact(path)
    for arm in ARMS:
        formulas.components[arm], figures = arm_components(formulas.situation, arm)
        formulas.usd_per_query[arm] = figures["usd_per_query"]
        if formulas.costs.usd_per_correct_answer[arm] is not None:
            formulas.usd_per_correct_answer[arm] = _per_correct_answer(formulas, arm)
    return formulas


def _per_correct_answer(formulas: Formulas, arm: str) -> Any:
    situation = formulas.situation
    right = situation.fact(f"evidence.{arm}_score")
    month = Cell(situation.names[f"{arm}.monthly_usd"], float(formulas.costs.monthly_usd[arm]))
    per_query = month / queries_answered(situation.facts)
    return (per_query + (1 - right) * situation.fact("money.correction_usd")) / right
