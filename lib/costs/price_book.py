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

from lib.arms import ARMS
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
ITEMS_READ = (
    *ARMS,
    "base_model",
    "tuned_model",
    "embedding_model",
    "vector_store",
    "training",
    "retrieval",
    "prompt-cache",
    "reranking",
    "infrastructure",
    "monitoring.base",
    "monitoring.tuned",
    "latency",
    "latency.hosted",
    "latency.local",
)
ITEMS_OF_OWN_GPUS = ("self-hosted", "self-hosting", "speed.self-hosted", "vector_store_in_house", "any-model", "local")
IN_HOUSE_STORE = "pgvector-self-hosted"


class PriceBook(Mapping[str, Price]):
    """Prices by ``item.component``, all of one date.

    ``as_of`` is that date; ``names`` gives the model or store behind each role of the stack;
    ``fallbacks`` names, for a price that is not stated or a piece of work that is the same in two arms,
    the key that counts instead. ``in_house`` tells whether the client's data must stay in house.
    """

    def __init__(
        self,
        prices: dict[str, Price],
        as_of: datetime.date,
        names: dict[str, str],
        fallbacks: dict[str, str],
        in_house: bool = False,
    ) -> None:
        """Use :func:`price_book` to make the book of a client."""
        self._prices = prices
        self.as_of = as_of
        self.names = names
        self.fallbacks = fallbacks
        self.in_house = in_house

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
        """Tell whether the model of ``role`` runs on the client's own GPUs by the client's own choice."""
        return self.names[role].lower().startswith(SELF_HOSTED)

    def replaced(self, values: Mapping[str, float]) -> "PriceBook":
        """Give a book in which some prices hold other values, without a range. Tiers keep their ratio."""
        prices = dict(self._prices)
        for key, value in values.items():
            old = self[key]
            ratio = value / old.likely if old.likely else 1.0
            tiers = tuple((start, amount * ratio) for start, amount in old.tiers)
            prices[key] = replace(old, low=value, likely=value, high=value, tiers=tiers)
        fallbacks = {key: instead for key, instead in self.fallbacks.items() if key not in values}
        return PriceBook(prices, self.as_of, self.names, fallbacks, self.in_house)

    def read(self) -> dict[str, Price]:
        """Give the prices that this client's costs and latency depend on, without those that follow another."""
        own_gpus = self.in_house or any(self.self_hosted(role) for role in ("base_model", "tuned_model"))
        items = ITEMS_READ + (ITEMS_OF_OWN_GPUS if own_gpus else ())
        return {key: price for key, price in self._prices.items() if key.rpartition(".")[0] in items}

    def uncertain(self) -> dict[str, Price]:
        """Give those of :meth:`read` whose range is not a point."""
        return {key: price for key, price in self.read().items() if price.low < price.high}

    def old(self, days: int = OLD_DAYS) -> list[Price]:
        """Give the prices that were read more than ``days`` before ``as_of``."""
        return [price for price in self.read().values() if (self.as_of - price.checked).days > days]


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
    fallbacks |= _speeds(prices, client)
    prices["tuned_model.training"] = _training(client.stack.tuned_model, lists, as_of)
    prices["base_model.context_window"] = _window(client, prices, as_of)
    prices["embedding_model.embedding"] = _embedding(client.stack.embedding_model, lists, as_of, name, client)
    for role, store in (("vector_store", client.stack.vector_store), ("vector_store_in_house", IN_HOUSE_STORE)):
        for component in STORE_COMPONENTS:
            prices[f"{role}.{component}"] = _store(store, component, lists, as_of, name)
    names = {role: getattr(client.stack, role) for role in ("base_model", "tuned_model", "embedding_model")}
    names |= {"vector_store": client.stack.vector_store, "vector_store_in_house": IN_HOUSE_STORE}
    fallbacks |= {key: instead for key, instead in _same_work().items() if key not in prices}
    return PriceBook(prices, as_of, names, fallbacks, client.constraints.data_must_stay_in_house)


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
        raise InputError(_unknown(name, role, model, "a language model", nearest_models(model, "output")))
    return found


def _items(model: str, hosted: HostedModel | None) -> list[str]:
    return [model, hosted.id] if hosted else [model]


def _unknown(name: str, role: str, value: str, what: str, nearest: list[str]) -> str:
    return (
        f"{name}: stack.{role} is {value!r}, which the price book does not know as {what}; "
        f"nearest are {', '.join(nearest)}, or give its price in prices.file."
    )


def _fill(prices: dict[str, Price], role: str, found: dict[str, Price]) -> dict[str, str]:
    prices |= {f"{role}.{component}": price for component, price in found.items()}
    instead = dict(FALLBACKS)
    if "cached_input" not in found:
        # Without a price for cached tokens a batch pays its ordinary, discounted, input price for them.
        instead["batch_cached_input"] = "batch_input"
    return {f"{role}.{component}": f"{role}.{other}" for component, other in instead.items() if component not in found}


@cache
def _same_work() -> dict[str, str]:
    with (PRICES / "schema" / "same_work.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["follows"] for row in csv.DictReader(file)}


@cache
def _speed_words() -> dict[str, str]:
    with (PRICES / "schema" / "speed_classes.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["speeds"] for row in csv.DictReader(file)}


def _speed_class(model: str) -> str:
    if model.lower().startswith(SELF_HOSTED):
        return "speed.self-hosted"
    parts = set(model.lower().replace("/", "-").replace("_", "-").replace(":", "-").split("-"))
    return next((speeds for word, speeds in _speed_words().items() if word in parts), "speed.large")


def _speeds(prices: dict[str, Price], client: ClientFile) -> dict[str, str]:
    base, tuned = _speed_class(client.stack.base_model), _speed_class(client.stack.tuned_model)
    prices |= {f"base_model.{speed}": prices[f"{base}.{speed}"] for speed in SPEEDS}
    if tuned == base:
        # Two models of one class are as fast as one another, also where that speed is drawn at random.
        return {f"tuned_model.{speed}": f"base_model.{speed}" for speed in SPEEDS}
    prices |= {f"tuned_model.{speed}": prices[f"{tuned}.{speed}"] for speed in SPEEDS}
    return {}


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
        own = [prices.items[item] for prices in lists for item, part in prices.rows if part == "embedding"]
        near = nearest_models(model, "embedding", own)
        raise InputError(_unknown(name, "embedding_model", model, "an embedding model", near))
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
    raise InputError(_unknown(name, "vector_store", store, "a vector store", near))
