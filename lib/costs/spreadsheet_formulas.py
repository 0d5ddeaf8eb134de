"""The cost model of one client as spreadsheet formulas, traced from the functions that compute it."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile, Facts
from lib.client.facts import field_specs, queries_answered
from lib.costs.cost_model import Costs, arm_components, costs
from lib.costs.situation import Component, Situation
from lib.costs.spreadsheet_cell import Cell, value_of
from lib.prices import PriceBook


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
