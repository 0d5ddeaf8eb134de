"""The price book of one client: every price, effort and speed that costs and latency are computed from.

Prices are looked up by ``item.component``. The models and stores of ``stack`` have the items
``base_model``, ``tuned_model``, ``embedding_model`` and ``vector_store``; all other items are those of
the price lists (``rag.retrieval_logic``, ``training.epochs``, ``latency.p95_factor``, …).
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from lib.arms import ARMS
from lib.prices.calendar import Event
from lib.prices.price import Price
from lib.prices.routes import Load, Offer, Route, break_even

OLD_DAYS = 180
"""A price read longer ago than this, counted from ``as_of``, is called old on the page."""

ITEMS_READ = (
    *ARMS,
    "base_model",
    "tuned_model",
    "embedding_model",
    "vector_store",
    "training",
    "retrieval",
    "reranking",
    "review",
    "infrastructure",
    "monitoring.base",
    "monitoring.tuned",
    "latency",
    "latency.hosted",
    "latency.local",
)
ITEMS_OF_OWN_GPUS = ("self-hosted", "self-hosting", "vector_store_in_house", "local")
NOT_IN_COSTS = ("thinking_tokens", "price_factor", "discount")
"""Components that are shown beside a field or build other prices, and are in no formula."""


@dataclass(frozen=True)
class OwnRow:
    """A row of a client's own price list: the key it became, and what the price book said before."""

    price: Price
    key: str  # empty, and the row ignored, where nothing of this client's costs or latency reads it
    known: Price | None  # ``None`` where the price book had no such price

    @property
    def use(self) -> str:
        """Say in one word what becomes of the row: ignored, overrides or new."""
        return "ignored" if not self.key else "overrides" if self.known else "new"


@dataclass(frozen=True)
class Serving:
    """How the tuned model is served: the route taken, and the others at this client's volume."""

    load: Load
    offers: tuple[Offer, ...]
    route: Route | None  # ``None`` where the client named a model that is none of the routes
    chosen: bool  # the workbook took the cheapest route; the client did not name the tuned model

    @property
    def offer(self) -> Offer | None:
        """The offer of the route taken."""
        return next((offer for offer in self.offers if offer.route == self.route), None)

    def break_even_queries(self, other: Offer) -> float | None:
        """Return the queries a month from which on ``other`` is cheaper than the route taken, ``None`` at none."""
        return break_even(self.offer, other, self.load) if self.offer and not other.why_not else None


@dataclass(frozen=True, eq=False)
class PriceBook(Mapping[str, Price]):
    """Prices by ``item.component``, all of one date. Made by :func:`lib.prices.price_book`.

    From an event on, a price under its prefix (``PREFIX.item.component``) counts instead of the one without.
    """

    prices: Mapping[str, Price]
    as_of: datetime.date
    names: Mapping[str, str]  # the model or store behind each role of the stack
    fallbacks: Mapping[str, str]  # what counts for a price that is not stated, or for work that is the same in two arms
    in_house: bool = False  # the client's data must stay in house
    own_models: frozenset[str] = frozenset()  # roles whose model runs on the client's own GPUs in any case
    hourly: frozenset[str] = frozenset()  # roles whose model runs on rented GPUs by the hour
    serving: Serving | None = None
    rows: tuple[OwnRow, ...] = field(default=(), repr=False)
    events: tuple[Event, ...] = ()  # what is known to happen within the horizon, earliest first
    remarks: tuple[str, ...] = ()  # sentences on what has no price or no day

    def __getitem__(self, key: str) -> Price:
        """Return the price of ``item.component``, or of the key that counts instead."""
        return self.prices[key] if key in self.prices else self.prices[self.charged(key)]

    def __iter__(self) -> Iterator[str]:
        """Go through all keys."""
        yield from self.prices
        yield from self.fallbacks

    def __len__(self) -> int:
        """Count the prices."""
        return len(self.prices) + len(self.fallbacks)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for everything that ends or changes within the horizon, and for own rows that are ignored."""
        said = [*(event.sentence for event in self.events), *self.remarks]
        ignored = [f"{row.price.item} {row.price.component}" for row in self.own_rows if row.use == "ignored"]
        if ignored:
            said.append(f"Nothing here reads these rows of the client's own price list: {', '.join(ignored)}.")
        return tuple(said)

    @property
    def own_rows(self) -> tuple[OwnRow, ...]:
        """Every row of the client's own list, and whether it is new, overrides a known price or is ignored."""
        # A discount is in no formula: it has lowered its model's prices already.
        read = {*self.read(), *(f"{role}.discount" for role in self.names)}
        return tuple(row if row.key in read else replace(row, key="") for row in self.rows)

    @cached_property
    def components(self) -> Mapping[str, list[str]]:
        """The components that are priced or follow another price, by their item."""
        found: dict[str, list[str]] = {}
        for key in self:
            item, _, component = key.partition(".")
            found.setdefault(item, []).append(component)
        return found

    def charged(self, key: str) -> str:
        """Return the key whose price counts for ``key``: its own, or the one at the end of its fallbacks."""
        while key in self.fallbacks:
            key = self.fallbacks[key]
        return key

    @property
    def store_is_in_house(self) -> bool:
        """Whether the vector store of the stack already runs on the client's own machines."""
        return any(word in self.names["vector_store"].lower() for word in ("self-hosted", "embedded"))

    @property
    def embedding_is_local(self) -> bool:
        """Whether the embedding model of the stack runs on the application's own processor."""
        return self["embedding_model.embedding"].high == 0

    def replaced(self, values: Mapping[str, float]) -> "PriceBook":
        """Return a book in which some prices hold other values, without a range. Tiers keep their ratio."""
        prices = dict(self.prices)
        for key, value in values.items():
            old = self[key]
            ratio = value / old.likely if old.likely else 1.0
            prices[key] = replace(old.times(ratio, ratio, ratio), low=value, likely=value, high=value)
        fallbacks = {key: instead for key, instead in self.fallbacks.items() if key not in values}
        return replace(self, prices=prices, fallbacks=fallbacks)

    def read(self, own_gpus: bool = False) -> dict[str, Price]:
        """Return the prices that this client's costs and latency depend on, without those that follow another.

        ``own_gpus`` adds what is read where models run on own GPUs, as they may in a variation of the client.
        """
        own_gpus = own_gpus or self.in_house or bool(self.own_models or self.hourly)
        items = ITEMS_READ + (ITEMS_OF_OWN_GPUS if own_gpus else ())
        items += ("migration",) if self.events else ()
        split = ((key, *key.rpartition(".")[::2]) for key in self.prices)
        return {key: self.prices[key] for key, item, part in split if item in items and part not in NOT_IN_COSTS}

    def uncertain(self, own_gpus: bool = False) -> dict[str, Price]:
        """Return those of :meth:`read` whose range is not a point."""
        return {key: price for key, price in self.read(own_gpus).items() if price.low < price.high}

    def old(self, days: int = OLD_DAYS) -> list[Price]:
        """Return the prices that were read more than ``days`` before ``as_of``."""
        return [price for price in self.read().values() if (self.as_of - price.checked).days > days]
