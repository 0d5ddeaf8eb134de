"""The price book of one client: every price, effort and speed that costs and latency are computed from.

Prices are looked up by ``item.component``. The models and stores of ``stack`` have the items
``base_model``, ``tuned_model``, ``embedding_model`` and ``vector_store``; all other items are those of
the price lists (``rag.retrieval_logic``, ``training.epochs``, ``latency.p95_factor``, …).
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lib.arms import ARMS
from lib.prices.price import Price

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
    "infrastructure",
    "monitoring.base",
    "monitoring.tuned",
    "latency",
    "latency.hosted",
    "latency.local",
)
ITEMS_OF_OWN_GPUS = ("self-hosted", "self-hosting", "vector_store_in_house", "local")


@dataclass(frozen=True)
class OwnRow:
    """A row of a client's own price list: the key it became, and what the price book said before.

    ``known`` is ``None`` where the price book had no such price. ``key`` is empty, and the row ignored, where
    nothing of this client's costs or latency reads it (:attr:`PriceBook.own_rows`).
    """

    price: Price
    key: str
    known: Price | None

    @property
    def use(self) -> str:
        """Say in one word what becomes of the row: ignored, overrides or new."""
        return "ignored" if not self.key else "overrides" if self.known else "new"


class PriceBook(Mapping[str, Price]):
    """Prices by ``item.component``, all of one date.

    ``as_of`` is that date; ``names`` gives the model or store behind each role of the stack;
    ``fallbacks`` names, for a price that is not stated or a piece of work that is the same in two arms,
    the key that counts instead. ``in_house`` tells whether the client's data must stay in house, and
    ``own_models`` are the roles whose model runs on the client's own GPUs in any case.
    """

    def __init__(
        self,
        prices: dict[str, Price],
        as_of: datetime.date,
        names: dict[str, str],
        fallbacks: dict[str, str],
        in_house: bool = False,
        own_models: frozenset[str] = frozenset(),
        own_rows: tuple[OwnRow, ...] = (),
    ) -> None:
        """Use :func:`lib.prices.price_book` to make the book of a client."""
        self._prices = prices
        self.as_of = as_of
        self.names = names
        self.fallbacks = fallbacks
        self.in_house = in_house
        self.own_models = own_models
        self._own_rows = own_rows

    def __getitem__(self, key: str) -> Price:
        """Give the price of ``item.component``, or of the key that counts instead."""
        return self._prices[key] if key in self._prices else self._prices[self.charged(key)]

    def __iter__(self) -> Iterator[str]:
        """Go through all keys."""
        yield from self._prices
        yield from self.fallbacks

    def __len__(self) -> int:
        """Count the prices."""
        return len(self._prices) + len(self.fallbacks)

    @property
    def own_rows(self) -> tuple[OwnRow, ...]:
        """Give every row of the client's own list, and whether it is new, overrides a known price or is ignored."""
        read = self.read()
        return tuple(row if row.key in read else replace(row, key="") for row in self._own_rows)

    def charged(self, key: str) -> str:
        """Give the key whose price counts for ``key``: its own, or the one at the end of its fallbacks."""
        while key in self.fallbacks:
            key = self.fallbacks[key]
        return key

    @property
    def store_is_in_house(self) -> bool:
        """Tell whether the vector store of the stack already runs on the client's own machines."""
        return any(word in self.names["vector_store"].lower() for word in ("self-hosted", "embedded"))

    @property
    def embedding_is_local(self) -> bool:
        """Tell whether the embedding model of the stack runs on the application's own processor."""
        return self["embedding_model.embedding"].high == 0

    def self_hosted(self, role: str) -> bool:
        """Tell whether the model of ``role`` runs on the client's own GPUs in any case."""
        return role in self.own_models

    def replaced(self, values: Mapping[str, float]) -> "PriceBook":
        """Give a book in which some prices hold other values, without a range. Tiers keep their ratio."""
        prices = dict(self._prices)
        for key, value in values.items():
            old = self[key]
            ratio = value / old.likely if old.likely else 1.0
            tiers = tuple((start, amount * ratio) for start, amount in old.tiers)
            prices[key] = replace(old, low=value, likely=value, high=value, tiers=tiers)
        fallbacks = {key: instead for key, instead in self.fallbacks.items() if key not in values}
        return PriceBook(prices, self.as_of, self.names, fallbacks, self.in_house, self.own_models, self._own_rows)

    def read(self) -> dict[str, Price]:
        """Give the prices that this client's costs and latency depend on, without those that follow another."""
        own_gpus = self.in_house or bool(self.own_models)
        items = ITEMS_READ + (ITEMS_OF_OWN_GPUS if own_gpus else ())
        return {key: price for key, price in self._prices.items() if key.rpartition(".")[0] in items}

    def uncertain(self) -> dict[str, Price]:
        """Give those of :meth:`read` whose range is not a point."""
        return {key: price for key, price in self.read().items() if price.low < price.high}

    def old(self, days: int = OLD_DAYS) -> list[Price]:
        """Give the prices that were read more than ``days`` before ``as_of``."""
        return [price for price in self.read().values() if (self.as_of - price.checked).days > days]
