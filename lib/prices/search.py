"""Finding every price of one client: in the client's own list, in ``genai-prices``, in the workbook's lists."""

import csv
import datetime
import difflib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from lib.client import ClientFile
from lib.client.quantity import likely
from lib.errors import InputError
from lib.paths import CLIENTS, PRICES, PROJECT
from lib.prices.book import PriceBook
from lib.prices.hosted import hosted_model, nearest_models, snapshot_date
from lib.prices.lists import PriceList, read_prices, workbook_prices
from lib.prices.price import ESTIMATE, Price
from lib.prices.units import check_override, unit_rule

SELF_HOSTED = "self-hosted/"
"""A model of this provider is an open one on the client's own GPUs: it costs hours and not tokens."""

# Where a component is missing, the price that is charged instead.
FALLBACKS = {
    "cached_input": "input",
    "cache_write": "input",
    "batch_input": "input",
    "batch_cached_input": "cached_input",
    "batch_cache_write": "cache_write",
    "batch_output": "output",
}
DISCOUNTS = ("cached_input", "batch_input", "batch_cached_input", "batch_output")
SPEEDS = ("first_token", "prefill_speed", "cached_prefill_speed", "generation_speed")
MODEL_ROLES = ("base_model", "tuned_model")
STORE_COMPONENTS = ("monthly", "included_vectors", "per_million_vectors")
IN_HOUSE_STORE = "pgvector-self-hosted"


def price_book(client: ClientFile, name: str = "client file", folder: Path | None = None) -> PriceBook:
    """Resolve every price for ``client`` at ``prices.as_of``.

    ``name`` is the client file as error messages call it; ``folder`` is where a relative ``prices.file``
    is looked for first. Order of precedence: the client's own list, ``genai-prices``, the workbook's
    lists. Raises :class:`InputError` for an unknown model or store, or a price list that cannot be used.
    """
    own = _own_list(client, name, folder)
    lists = (own, workbook_prices())
    as_of = client.prices.as_of or max(prices.newest for prices in lists if prices.newest)
    return _Search(client, name, lists, as_of).book()


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


@dataclass
class _Search:
    """One search through the price lists; ``lists`` are the client's own and the workbook's."""

    client: ClientFile
    name: str
    lists: tuple[PriceList, PriceList]
    as_of: datetime.date
    prices: dict[str, Price] = field(default_factory=dict)
    fallbacks: dict[str, str] = field(default_factory=dict)
    own_models: set[str] = field(default_factory=set)

    def book(self) -> PriceBook:
        self._listed()
        for role in MODEL_ROLES:
            self._model(role, getattr(self.client.stack, role))
        self._speeds()
        stack = self.client.stack
        self.prices["tuned_model.training"] = self._find(
            [*self._names(stack.tuned_model), "any-tuned-model"], "training"
        )
        self.prices["base_model.context_window"] = self._window(stack.base_model)
        self.prices["embedding_model.embedding"] = self._embedding(stack.embedding_model)
        stores = {"vector_store": stack.vector_store, "vector_store_in_house": IN_HOUSE_STORE}
        for role, store in stores.items():
            self.prices |= {f"{role}.{component}": self._store(store, component) for component in STORE_COMPONENTS}
        self.fallbacks |= {key: instead for key, instead in _same_work().items() if key not in self.prices}
        models = {role: getattr(stack, role) for role in (*MODEL_ROLES, "embedding_model")}
        return PriceBook(
            self.prices,
            self.as_of,
            models | stores,
            self.fallbacks,
            self.client.constraints.data_must_stay_in_house,
            frozenset(self.own_models),
        )

    def _listed(self) -> None:
        own, ours = self.lists
        for prices in (ours, own):
            for item, component in prices.rows:
                price = prices.at(item, component, self.as_of)
                key = f"{ours.items.get(item, price.item)}.{component}"
                if key in self.prices:
                    self._check(price, self.prices[key])
                self.prices[key] = price

    def _check(self, new: Price, known: Price) -> None:
        where = self.client.prices.file or self.name
        check_override(where, f"{new.item} {new.component}", new.likely, known.likely)

    def _find(self, items: list[str], component: str) -> Price | None:
        found = (prices.at(item, component, self.as_of) for prices in self.lists for item in items)
        return next((price for price in found if price), None)

    def _names(self, model: str) -> list[str]:
        hosted = hosted_model(model, self.as_of)
        return [model, hosted.id] if hosted else [model]

    def _model(self, role: str, model: str) -> None:
        hosted = hosted_model(model, self.as_of)
        found = dict(hosted.prices) if hosted else {}
        for component in ("input", "output", *FALLBACKS):
            price = self._find(self._names(model), component)
            if price and component in found:
                self._check(price, found[component])
            if price:
                found[component] = price
        known = "input" in found and "output" in found
        in_house = self.client.constraints.data_must_stay_in_house
        if model.lower().startswith(SELF_HOSTED) or (in_house and not known):
            self.own_models.add(role)
            found = self._no_tokens(model)
        elif not known:
            raise InputError(self._unknown(role, model, "a language model", nearest_models(model, "output")))
        self._charge(role, found)

    def _no_tokens(self, model: str) -> dict[str, Price]:
        unit = unit_rule("input").unit
        note = "an open model on the client's own GPUs costs hours and not tokens"
        return {
            part: Price(model, part, 0.0, 0.0, 0.0, unit, ESTIMATE, self.as_of, note) for part in ("input", "output")
        }

    def _charge(self, role: str, found: dict[str, Price]) -> None:
        instead = dict(FALLBACKS)
        for part in DISCOUNTS:
            # Nobody pays more with a discount: an own price below it counts for those tokens too.
            if part in found and found[part].likely > found.get(instead[part], found["input"]).likely:
                del found[part]
        if "cached_input" not in found:
            # Without a price for cached tokens a batch pays its ordinary, discounted, input price for them.
            instead["batch_cached_input"] = "batch_input"
        self.prices |= {f"{role}.{part}": price for part, price in found.items()}
        self.fallbacks |= {f"{role}.{part}": f"{role}.{other}" for part, other in instead.items() if part not in found}

    def _unknown(self, role: str, value: str, what: str, nearest: list[str]) -> str:
        return (
            f"{self.name}: stack.{role} is {value!r}, which the price book does not know as {what}; "
            f"nearest are {', '.join(nearest)}, or give its price in prices.file."
        )

    def _speeds(self) -> None:
        names = {}
        for role in MODEL_ROLES:
            model = getattr(self.client.stack, role)
            names[role] = [*self._names(model), "speed.self-hosted" if role in self.own_models else _speed_class(model)]
        for speed in SPEEDS:
            base, tuned = (self._find(names[role], speed) for role in MODEL_ROLES)
            self.prices[f"base_model.{speed}"] = base
            if tuned is base:
                # Two models of one class are as fast as one another, also where that speed is drawn at random.
                self.fallbacks[f"tuned_model.{speed}"] = f"base_model.{speed}"
            else:
                self.prices[f"tuned_model.{speed}"] = tuned

    def _window(self, model: str) -> Price:
        hosted = hosted_model(model, self.as_of)
        own = self._find(self._names(model), "context_window")
        if own or hosted is None or hosted.context_window is None:
            return own or self.prices["any-model.context_window"]
        tokens = float(hosted.context_window)
        source = hosted.prices["input"].source
        return Price(hosted.id, "context_window", tokens, tokens, tokens, "tokens", source, snapshot_date())

    def _embedding(self, model: str) -> Price:
        hosted = hosted_model(model, self.as_of)
        listed = self._find(self._names(model), "embedding")
        if hosted and "input" in hosted.prices and "output" not in hosted.prices:
            known = replace(hosted.prices["input"], component="embedding")
            if listed:
                self._check(listed, known)
            return listed or known
        if listed is None and self.client.constraints.data_must_stay_in_house:
            return replace(self.prices["local.embedding"], item=model)
        if listed is None:
            own = [
                price[0].item
                for prices in self.lists
                for (_, part), price in prices.rows.items()
                if part == "embedding"
            ]
            near = nearest_models(model, "embedding", own)
            raise InputError(self._unknown("embedding_model", model, "an embedding model", near))
        return listed

    def _store(self, store: str, component: str) -> Price:
        price = self._find([store], component)
        if price:
            return price
        if any(prices.has(store) for prices in self.lists):
            raise InputError(
                f"{self.name}: stack.vector_store is {store!r}, whose {component} the price list does not state; "
                f"allowed is a row with the component {component}."
            )
        known = sorted(
            {
                price[0].item
                for prices in self.lists
                for (_, part), price in prices.rows.items()
                if part == "included_vectors"
            }
        )
        near = difflib.get_close_matches(store, known, n=3, cutoff=0.3) or known
        raise InputError(self._unknown("vector_store", store, "a vector store", near))


@cache
def _same_work() -> dict[str, str]:
    with (PRICES / "schema" / "same_work.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["follows"] for row in csv.DictReader(file)}


@cache
def _speed_words() -> dict[str, str]:
    with (PRICES / "schema" / "speed_classes.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["speeds"] for row in csv.DictReader(file)}


def _speed_class(model: str) -> str:
    parts = set(model.lower().replace("/", "-").replace("_", "-").replace(":", "-").split("-"))
    return next((speeds for word, speeds in _speed_words().items() if word in parts), "speed.large")
