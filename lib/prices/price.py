"""One price (or effort, or speed) with its range, its source, its grade and its date; and which values are believable.

A price per token entered as a price per thousand or per million tokens is wrong by a factor of a thousand or a
million. Such slips must fail loudly, not flow into a client's report.
"""

import csv
import datetime
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from lib.arms import ARM
from lib.errors import InputError
from lib.paths import PRICES

ESTIMATE = "workbook's estimate"
FIRM, WEAK, ESTIMATED, OWN = "firm", "weak", "estimate", "own"
GRADES = (FIRM, WEAK, ESTIMATED)
"""``firm``: read at the vendor or in a dated copy. ``weak``: second hand, undated or a vendor's own test."""

OVERRIDE_FACTOR = 100.0
"""A price list may change a known price by at most this factor; more is taken for a slip of units."""


@dataclass(frozen=True)
class Price:
    """A dated value with its range (``low`` ≤ ``likely`` ≤ ``high``, in ``unit``) and its source."""

    item: str  # the model or service as the price source names it
    component: str  # what of it is priced
    low: float
    likely: float
    high: float
    unit: str
    source: str
    checked: datetime.date  # when somebody read the value at its source
    note: str = ""
    # (size above which it applies, value): of a token price, prompt tokens; of a store's monthly price, GB stored.
    tiers: tuple[tuple[float, float], ...] = ()
    grade: str = FIRM  # one of :data:`GRADES`, or ``own`` in a client's list

    @property
    def is_estimate(self) -> bool:
        """Whether the value is the workbook's own estimate and not a figure that a source states."""
        return self.grade == ESTIMATED

    @property
    def is_money(self) -> bool:
        """Whether the value is an amount of money, as opposed to hours, shares or speeds."""
        return self.unit.startswith("USD")

    def times(self, low: float, likely: float, high: float, **more: Any) -> "Price":
        """Return the price times an uncertain factor, its tiers times the likely one; ``more`` is replaced as well."""
        tiers = tuple((start, amount * likely) for start, amount in self.tiers)
        return replace(
            self, low=self.low * low, likely=self.likely * likely, high=self.high * high, tiers=tiers, **more
        )

    @property
    def label(self) -> str:
        """What people read: what is priced and of what, as in ``Price of input (openai/gpt-6-luna)``."""
        return labelled(self.item, self.component)


def labelled(item: str, component: str) -> str:
    """Say in words what the price list calls ``item`` and ``component``; one that counts later says from when on."""
    if item.startswith("from_"):
        day, _, item = item.partition(".")
        return f"{labelled(item, component)} from {day[5:].replace('_', '-')} on"
    rule = unit_rule(component)
    what = rule.label if component in unit_rules() else f"{rule.label} {component.replace('_', ' ')}"
    whose = ARM[item].short if item in ARM else ITEM_WORDS.get(item, item)
    return f"{what} ({whose})" if whose else what


ITEM_WORDS = {
    "base_model": "base model",
    "tuned_model": "tuned model",
    "embedding_model": "embedding model",
    "vector_store": "vector store",
    "vector_store_in_house": "vector store in house",
    "infrastructure": "machines beside the vector store",
    "monitoring.base": "monitoring",
    "monitoring.tuned": "monitoring a tuned model",
    "self-hosted": "own GPUs",
    "self-hosting": "own GPUs",
    "dedicated-gpu": "GPU endpoint",
    "local": "on the application's own processor",
    "latency.local": "on the application's own processor",
    "latency.hosted": "hosted embedding model",
    "any-model": "any hosted model",
    "any-route": "any tuned model",
    "any-store": "any store",
    "any-embedding-model": "any embedding model",
    **dict.fromkeys(("training", "retrieval", "reranking", "review", "latency", "migration"), ""),
}
"""How people call the items that are neither a model nor a service; nothing where the component says it all."""


@dataclass(frozen=True)
class UnitRule:
    """What people call one component, its unit, and its believable bounds in that unit."""

    label: str
    unit: str
    lowest: float
    highest: float


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a file under ``data/prices``, by column."""
    with (PRICES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def unit_rules() -> dict[str, UnitRule]:
    """Return the rule of every component; ``*`` stands for hours of work."""
    return {
        row.pop("component"): UnitRule(**row | {"lowest": float(row["lowest"]), "highest": float(row["highest"])})
        for row in table("schema/units.csv")
    }


def unit_rule(component: str) -> UnitRule:
    """Return the rule of ``component``; a component without a rule of its own is hours of work."""
    rules = unit_rules()
    return rules.get(component, rules["*"])


def check_magnitude(where: str, component: str, value: float) -> None:
    """Refuse a value that is out of all proportion for its component. A price of zero is allowed.

    Raises:
        InputError: naming ``where``, the value and what is believable.
    """
    rule = unit_rule(component)
    free = value == 0 and rule.unit.startswith("USD")
    if not free and not rule.lowest <= value <= rule.highest:
        raise InputError(
            f"{where}: {component} is {value:g} {rule.unit}, which looks like a slip of units; "
            f"believable is {rule.lowest:g} to {rule.highest:g} {rule.unit}."
        )


def check_override(where: str, component: str, new: float, known: float) -> None:
    """Refuse an overriding value that differs from the known one by more than :data:`OVERRIDE_FACTOR`.

    Raises:
        InputError: naming both values.
    """
    if new > 0 and known > 0 and not 1 / OVERRIDE_FACTOR <= new / known <= OVERRIDE_FACTOR:
        raise InputError(
            f"{where}: {component} is {new:g}, {max(new / known, known / new):,.0f} times off the price book's "
            f"{known:g} {unit_rule(component).unit}; allowed is the same unit as the price book's."
        )
