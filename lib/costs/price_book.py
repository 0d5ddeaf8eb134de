"""The price book of one client: every price, effort and speed that costs and latency are computed from.

Prices are looked up by ``item.component``. The models and stores of ``stack`` have the items
``base_model``, ``tuned_model``, ``embedding_model`` and ``vector_store``; all other items are those of
the price lists (``rag.retrieval_logic``, ``training.epochs``, ``latency.p95_factor``, …).
"""

import csv
import datetime
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from lib.client import ClientFile
from lib.client.quantity import likely
from lib.costs.model_prices import HostedModel, hosted_model, nearest_models, snapshot_date
from lib.costs.price import Price
from lib.costs.price_rows import PriceList, read_prices, workbook_prices
from lib.costs.units import check_override, unit_rule
from lib.errors import InputError
from lib.paths import CLIENTS, PRICES, PROJECT

SELF_HOSTED = "self-hosted/"
"""A model of this provider is an open one on the client's own GPUs: it costs hours and not tokens."""

OLD_DAYS = 180
"""A price read longer ago than this, counted from ``as_of``, is called old on the page."""

# Where a component is missing, the price that is charged instead.
FALLBACKS = {
    "cached_input": "input",
    "cache_write": "input",
    "batch_input": "input",
    "batch_cached_input": "cached_input",
    "batch_cache_write": "cache_write",
    "batch_output": "output",
}
SPEEDS = ("first_token", "prefill_speed", "cached_prefill_speed", "generation_speed")
STORE_COMPONENTS = ("monthly", "included_vectors", "per_million_vectors")
IN_HOUSE_STORE = "pgvector-self-hosted"


class PriceBook(Mapping[str, Price]):
    """Prices by ``item.component``, all of one date.

    ``as_of`` is that date; ``names`` gives the model or store behind each role of the stack;
    ``fallbacks`` names, for a price that its source does not state, the key that is charged instead.
    """

    def __init__(
        self, prices: dict[str, Price], as_of: datetime.date, names: dict[str, str], fallbacks: dict[str, str]
    ) -> None:
        """Use :func:`price_book` to make the book of a client."""
        self._prices = prices
        self.as_of = as_of
        self.names = names
        self.fallbacks = fallbacks

    def __getitem__(self, key: str) -> Price:
        """Give the price of ``item.component``."""
        return self._prices[key]

    def __iter__(self) -> Iterator[str]:
        """Go through all keys."""
        return iter(self._prices)

    def __len__(self) -> int:
        """Count the prices."""
        return len(self._prices)

    @property
    def store_is_in_house(self) -> bool:
        """Tell whether the vector store of the stack already runs on the client's own machines."""
        return any(word in self.names["vector_store"].lower() for word in ("self-hosted", "embedded"))

    @property
    def embedding_is_local(self) -> bool:
        """Tell whether the embedding model of the stack runs on the application's own processor."""
        return self["embedding_model.embedding"].high == 0

    def self_hosted(self, role: str) -> bool:
        """Tell whether the model of ``role`` runs on the client's own GPUs by the client's own choice."""
        return self.names[role].lower().startswith(SELF_HOSTED)

    def replaced(self, values: Mapping[str, float]) -> "PriceBook":
        """Give a book in which some prices hold other values, without a range. Tiers keep their ratio."""
        prices = dict(self._prices)
        for key, value in values.items():
            old = prices[key]
            ratio = value / old.likely if old.likely else 1.0
            tiers = tuple((start, amount * ratio) for start, amount in old.tiers)
            prices[key] = replace(old, low=value, likely=value, high=value, tiers=tiers)
        return PriceBook(prices, self.as_of, self.names, {k: v for k, v in self.fallbacks.items() if k not in values})

    def uncertain(self) -> dict[str, Price]:
        """Give the prices whose range is not a point and that do not merely follow another price."""
        return {
            key: price for key, price in self._prices.items() if price.low < price.high and key not in self.fallbacks
        }

    def old(self, days: int = OLD_DAYS) -> list[Price]:
        """Give the prices that were read more than ``days`` before ``as_of``."""
        return [price for price in self._prices.values() if (self.as_of - price.checked).days > days]


def price_book(client: ClientFile, name: str = "client file", folder: Path | None = None) -> PriceBook:
    """Resolve every price for ``client`` at ``prices.as_of``.

    ``name`` is the client file as error messages call it; ``folder`` is where a relative ``prices.file``
    is looked for first. Order of precedence: the client's own list, ``genai-prices``, the workbook's
    lists. Raises :class:`InputError` for an unknown model or store, or a price list that cannot be used.
    """
    own = _own_list(client, name, folder)
    lists = [own, workbook_prices()]
    as_of = client.prices.as_of or max(filter(None, (prices.newest for prices in lists)))
    prices: dict[str, Price] = {}
    fallbacks: dict[str, str] = {}
    spelling = workbook_prices().items
    for prices_of_list in reversed(lists):
        for item, component in prices_of_list.rows:
            price = prices_of_list.at(item, component, as_of)
            key = f"{spelling.get(item, price.item)}.{component}"
            if prices_of_list is own and key in prices:
                check_override(client.prices.file, f"{price.item} {component}", price.likely, prices[key].likely)
            prices[key] = price
    for role in ("base_model", "tuned_model"):
        found = _chat_model(getattr(client.stack, role), role, lists, as_of, name, client)
        fallbacks |= _fill(prices, role, found)
        for speed in SPEEDS:
            prices[f"{role}.{speed}"] = prices[f"{_speed_class(getattr(client.stack, role))}.{speed}"]
    prices["tuned_model.training"] = _training(client.stack.tuned_model, lists, as_of)
    prices["base_model.context_window"] = _window(client, prices, as_of)
    prices["embedding_model.embedding"] = _embedding(client.stack.embedding_model, lists, as_of, name, client)
    for role, store in (("vector_store", client.stack.vector_store), ("vector_store_in_house", IN_HOUSE_STORE)):
        for component in STORE_COMPONENTS:
            prices[f"{role}.{component}"] = _store(store, component, lists, as_of, name)
    names = {role: getattr(client.stack, role) for role in ("base_model", "tuned_model", "embedding_model")}
    names |= {"vector_store": client.stack.vector_store, "vector_store_in_house": IN_HOUSE_STORE}
    return PriceBook(prices, as_of, names, fallbacks)


def _own_list(client: ClientFile, name: str, folder: Path | None) -> PriceList:
    if client.prices.file is None:
        return PriceList({})
    given = Path(client.prices.file).expanduser()
    places = [given] if given.is_absolute() else [p / given for p in (folder, CLIENTS, PROJECT, PRICES) if p]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise InputError(
            f"{name}: prices.file is {client.prices.file!r}, which does not exist; "
            "allowed is a price CSV, its path counted from the client file's folder."
        )
    return read_prices(path, client.prices.currency or "USD", float(likely(client.prices.per_usd)))


def _first(lists: list[PriceList], items: list[str], component: str, as_of: datetime.date) -> Price | None:
    return next((p for prices in lists for item in items if (p := prices.at(item, component, as_of))), None)


def _chat_model(
    model: str, role: str, lists: list[PriceList], as_of: datetime.date, name: str, client: ClientFile
) -> dict[str, Price]:
    if model.lower().startswith(SELF_HOSTED):
        note = "an open model on the client's own GPUs costs hours and not tokens"
        unit = unit_rule("input").unit
        nothing = {
            c: Price(model, c, 0.0, 0.0, 0.0, unit, "workbook's estimate", as_of, note) for c in ("input", "output")
        }
        return nothing
    hosted = hosted_model(model, as_of)
    found = dict(hosted.prices) if hosted else {}
    items = _items(model, hosted)
    for prices in reversed(lists):
        for component in ("input", "cached_input", "cache_write", "output", *FALLBACKS):
            price = _first([prices], items, component, as_of)
            if price and component in found:
                check_override(client.prices.file or "", f"{model} {component}", price.likely, found[component].likely)
            if price:
                found[component] = price
    if "input" not in found or "output" not in found:
        raise InputError(_unknown(name, role, model, "language model", nearest_models(model, [])))
    return found


def _items(model: str, hosted: HostedModel | None) -> list[str]:
    return [model, hosted.id] if hosted else [model]


def _unknown(name: str, role: str, value: str, what: str, nearest: list[str]) -> str:
    return (
        f"{name}: stack.{role} is {value!r}, a {what} that the price book does not know; "
        f"nearest are {', '.join(nearest)}, or give its price in prices.file."
    )


def _fill(prices: dict[str, Price], role: str, found: dict[str, Price]) -> dict[str, str]:
    fallbacks = {}
    for component, price in found.items():
        prices[f"{role}.{component}"] = price
    for component, instead in FALLBACKS.items():
        if component == "batch_cached_input" and f"{role}.cached_input" in fallbacks:
            # Without a price for cached tokens a batch pays its ordinary, discounted, input price for them.
            instead = "batch_input"
        if component not in found:
            found[component] = replace(found[instead], note=f"not stated by its source, {instead} is charged")
            prices[f"{role}.{component}"] = found[component]
            fallbacks[f"{role}.{component}"] = f"{role}.{instead}"
    return fallbacks


@cache
def _speed_words() -> dict[str, str]:
    with (PRICES / "schema" / "speed_classes.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["speeds"] for row in csv.DictReader(file)}


def _speed_class(model: str) -> str:
    if model.lower().startswith(SELF_HOSTED):
        return "speed.self-hosted"
    parts = set(model.lower().replace("/", "-").replace("_", "-").replace(":", "-").split("-"))
    return next((speeds for word, speeds in _speed_words().items() if word in parts), "speed.large")


def _training(model: str, lists: list[PriceList], as_of: datetime.date) -> Price:
    items = _items(model, hosted_model(model, as_of))
    return _first(lists, [*items, "any-tuned-model"], "training", as_of)


def _window(client: ClientFile, prices: dict[str, Price], as_of: datetime.date) -> Price:
    hosted = hosted_model(client.stack.base_model, as_of)
    own = prices.get(f"{client.stack.base_model}.context_window")
    if own or hosted is None or hosted.context_window is None:
        return own or prices["any-model.context_window"]
    tokens = float(hosted.context_window)
    source = prices["base_model.input"].source
    return Price(hosted.id, "context_window", tokens, tokens, tokens, "tokens", source, snapshot_date())


def _embedding(model: str, lists: list[PriceList], as_of: datetime.date, name: str, client: ClientFile) -> Price:
    hosted = hosted_model(model, as_of)
    listed = _first(lists, _items(model, hosted), "embedding", as_of)
    if hosted and "input" in hosted.prices and "output" not in hosted.prices:
        known = replace(hosted.prices["input"], component="embedding")
        if listed:
            check_override(client.prices.file or "", f"{model} embedding", listed.likely, known.likely)
        return listed or known
    if listed is None:
        own = [
            item
            for prices in lists
            for (lower, part) in prices.rows
            if part == "embedding"
            for item in [prices.items[lower]]
        ]
        near = nearest_models(model, own)
        raise InputError(_unknown(name, "embedding_model", model, "embedding model", near))
    return listed


def _store(store: str, component: str, lists: list[PriceList], as_of: datetime.date, name: str) -> Price:
    price = _first(lists, [store], component, as_of)
    if price:
        return price
    known = sorted({prices.items[item] for prices in lists for item, part in prices.rows if part == "included_vectors"})
    if store.lower() in (item.lower() for item in known) or any(prices.has(store) for prices in lists):
        raise InputError(
            f"{name}: stack.vector_store is {store!r}, whose {component} the price list does not state; "
            f"allowed is a row with the component {component}."
        )
    near = difflib.get_close_matches(store, known, n=3, cutoff=0.3) or known
    raise InputError(_unknown(name, "vector_store", store, "vector store", near))
