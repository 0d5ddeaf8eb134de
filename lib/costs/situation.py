"""Facts and prices together: what every formula of the cost model reads."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import numpy as np

from lib.client import Facts
from lib.prices import PriceBook

Array = np.ndarray

DAYS_PER_MONTH = 365.25 / 12
MINUTES_PER_MONTH = DAYS_PER_MONTH * 24 * 60
NOTHING = np.float64(0.0)

SHARED = "shared"
"""Intermediate figures that are the same in every arm stand under this name."""


@dataclass(frozen=True)
class Component:
    """One component of an arm's costs; amounts are arrays of shape ``()`` or ``(n,)``."""

    id: str
    label: str
    formula: str  # how the amounts come about, in words
    prices: tuple[str, ...]  # keys of the price rows that were read
    setup: Array  # USD, once
    monthly: Array  # USD a month
    labour: bool = False  # work, and not what is paid to vendors
    # Where the months differ: each, as the mean of the draws, shape ``(months,)``. ``monthly`` is then their mean, so
    # that months always add up to the horizon.
    by_month: Array | None = None

    def mean(self) -> "Component":
        """Return the component at the mean of its draws."""
        if not np.ndim(self.setup) and not np.ndim(self.monthly):
            return self
        return replace(self, setup=np.mean(self.setup), monthly=np.mean(self.monthly))

    @property
    def uneven(self) -> Array:
        """By how much each month is dearer than the mean one; 0 where all cost the same."""
        return NOTHING if self.by_month is None else self.by_month - self.by_month.mean()


class Situation:
    """A client's facts and the prices they meet.

    ``draws`` replaces the likely value of some prices by arrays of shape ``()`` or ``(n,)``; everything
    else stays a scalar, so that only what varies costs time.
    """

    def __init__(self, facts: Facts, book: PriceBook, draws: Mapping[str, Any] | None = None) -> None:
        """Refuse draws of prices that the book does not hold (:class:`KeyError`)."""
        self.facts = facts
        self.book = book
        self._draws = {key: np.asarray(value, dtype=float) for key, value in (draws or {}).items()}
        unknown = {key for key in self._draws if key not in book}
        if unknown:
            raise KeyError(f"not in the price book: {sorted(unknown)}")
        self._known: dict[Hashable, tuple[Any, dict[str, None]]] = {}
        self._read: list[dict[str, None]] = [{}]
        self.in_house = np.logical_or(
            facts.truth("constraints.data_must_stay_in_house"), ~facts.is_word("constraints.runs_where", "cloud")
        )
        self.on_device = facts.is_word("constraints.runs_where", "device")
        self.knowledge_needed = ~facts.is_word("knowledge.needed", "none")

    def fact(self, path: str) -> Array:
        """Return a field of the client file, in its unit."""
        return self.facts[path]

    def price(self, key: str) -> Array:
        """Return a price of the book, or its draws, in its unit; a price not stated follows its fallback."""
        key = self._charged(key)
        self._read[-1][key] = None
        return self._draws[key] if key in self._draws else np.float64(self.book[key].likely)

    def least(self, key: str) -> float:
        """Return the low end of a price that is not drawn, in its unit; 0 where the book does not hold it."""
        if key not in self.book:
            return 0.0
        self._read[-1][self._charged(key)] = None
        return self.book[key].low

    def tiered(self, key: str, prompt_tokens: Array) -> Array:
        """Return a price per million tokens for a prompt of ``prompt_tokens``: long prompts may cost more a token."""
        key = self._charged(key)
        base = self.price(key)
        price = base
        known = self.book[key]
        for start, amount in known.tiers:
            price = np.where(prompt_tokens > start, base * (amount / known.likely), price)
        return price

    def recorded(self, compute: Callable[[], Any]) -> tuple[Any, dict[str, None]]:
        """Compute something, and name the prices that it reads."""
        self._read.append({})
        return compute(), self._read.pop()

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Compute something the first time it is asked for, and return the same thing afterwards."""
        if key not in self._known:
            self._known[key] = self.recorded(compute)
        value, read = self._known[key]
        self._read[-1].update(read)
        return value

    def working(self, arm: str, name: str, label: str, unit: str, compute: Callable[[], Array]) -> Array:
        """Compute an intermediate figure of ``arm`` (or :data:`SHARED`) once; the Excel workbook shows it to its reader."""
        return self.once((arm, name), compute)

    def component(
        self,
        id: str,
        label: str,
        formula: str,
        setup: Callable[[], Array] | None = None,
        monthly: Callable[[], Array] | None = None,
        *,
        labour: bool = False,
    ) -> Component:
        """Compute a component, and keep which prices it reads; what is not given costs nothing."""
        amounts, read = self.recorded(lambda: [NOTHING if part is None else part() for part in (setup, monthly)])
        return Component(id, label, formula, tuple(read), *amounts, labour)

    def own_gpus(self, role: str) -> Array:
        """Return where the model of ``role`` runs on the client's own GPUs."""
        return np.True_ if role in self.book.own_models else self.in_house

    def by_hour(self, role: str) -> Array:
        """Return where answering with the model of ``role`` is paid by GPU hours and not by tokens."""
        return np.logical_or(self.own_gpus(role), role in self.book.hourly)

    def served(self, role: str, component: str) -> Array:
        """Return a price or speed of the model of ``role``: an open one's on the client's own GPUs, else its own.

        The client's own device costs nothing more by the hour.
        """
        found = either(
            self.own_gpus(role),
            lambda: self.price(f"self-hosted.{component}"),
            lambda: self.price(f"{role}.{component}"),
        )
        return self.off_device(lambda: found) if component == "gpu_hour" else found

    def embedding(self, component: str) -> Array:
        """Return the price or the dimensions of the embedding: of a local model where nothing may leave the house."""
        return either(
            self.in_house, lambda: self.price(f"local.{component}"), lambda: self.price(f"embedding_model.{component}")
        )

    def off_device(self, usd: Callable[[], Array]) -> Array:
        """Return what something costs where a server is paid for it: nothing on a device, which is the client's own."""
        return either(~self.on_device, usd)

    def _charged(self, key: str) -> str:
        while key not in self._draws and key in self.book.fallbacks:
            key = self.book.fallbacks[key]
        return key


def working(label: str, unit: str, name: str = "") -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Make a formula of a situation, or of a situation and an arm, an intermediate figure (:meth:`Situation.working`).

    ``name`` is what the Excel workbook calls it, where that is not the function's own name.
    """

    def marked(compute: Callable[..., Array]) -> Callable[..., Array]:
        @wraps(compute)
        def figure(situation: Situation, *arm: str) -> Array:
            place = arm[0] if arm else SHARED
            return situation.working(place, name or compute.__name__, label, unit, lambda: compute(situation, *arm))

        return figure

    return marked


def either(where: Array, yes: Callable[[], Array], no: Callable[[], Array] = lambda: NOTHING) -> Array:
    """Choose between two computations; where the choice is the same for all draws only one is made."""
    if np.ndim(where) and not where.all():
        return np.where(where, yes(), no()) if where.any() else no()
    return yes() if np.ndim(where) or where else no()
