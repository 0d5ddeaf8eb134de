"""A number that remembers how it was computed, as a spreadsheet formula.

The cost model computes with NumPy functions. Given :class:`Cell` objects in place of numbers, the very same
functions yield the formulas of the Excel workbook, so that the two cannot drift apart.
"""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

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
    """One number with its formula (without the leading ``=``)."""

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
