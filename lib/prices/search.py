"""Finding every price of one client: in the client's own list, in ``genai-prices``, in the workbook's lists."""

import datetime
import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from lib.client import ClientFile, Facts
from lib.client.quantity import likely
from lib.errors import InputError
from lib.files import path_from
from lib.paths import CLIENTS, PRICES
from lib.prices.book import OwnRow, PriceBook, Serving
from lib.prices.calendar import SHUTDOWN, TRAINING_ENDS, WORDS, End, Event, ends_of, gone, later, months_after
from lib.prices.hosted import HostedModel, changes_after, hosted_model, nearest_models, snapshot_date, sold_models
from lib.prices.lists import PriceList, read_prices, workbook_prices
from lib.prices.price import ESTIMATE, ESTIMATED, Price, check_override, table, unit_rule
from lib.prices.routes import ENDPOINT, OWN_GPU, Load, Offer, Route, cheapest, route_of, routes

SELF_HOSTED = "self-hosted"
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
SPEEDS = ("first_token", "first_token_p95_factor", "prefill_speed", "cached_prefill_speed", "generation_speed")
CHARACTER = (*SPEEDS, "context_window", "cache_least", "cache_lifetime", "thinking_tokens", "tokens_per_text")
"""What a model is like, beside its prices."""
ROUTE_COMPONENTS = ("training", "hosting", "checkpoint_storage", "least_charge")
"""What is paid for a tuned model beside its tokens."""
GPU_COMPONENTS = ("gpu_hour", "hours_per_month", "busy_share", "prefill_throughput", "generation_throughput")
MODEL_ROLES = ("base_model", "tuned_model")
ROLES = (*MODEL_ROLES, "embedding_model")
STORE_COMPONENTS = (
    "monthly",
    "minimum",
    "included_storage",
    "storage",
    "writes",
    "million_queries",
    "million_queries_per_gb",
)
IN_HOUSE_STORE = "pgvector-self-hosted"
MAKERS = ("anthropic", "cohere", "deepseek", "google", "mistral", "openai", "voyageai", "x-ai")
"""The providers whose models a form offers."""
FUTURE_DAYS = 366
"""A row of a client's list may be dated this many days after the price book, and no more."""


def price_book(client: ClientFile, name: str = "client file", folder: Path | None = None) -> PriceBook:
    """Resolve every price for ``client`` at ``prices.as_of``.

    ``name`` is the client file as error messages call it; ``folder`` is where a relative ``prices.file``
    is looked for first. Order of precedence: the client's own list, ``genai-prices``, the workbook's
    lists. ``prices.as_of`` that is not answered is the newest date on which the workbook's prices were checked.

    Raises:
        InputError: for an unknown model or store, or a price list that cannot be used.
    """
    as_of = client.prices.as_of or newest_date()
    own = _own_list(client, name, folder, as_of)
    return _Search(client, name, (own, workbook_prices()), as_of, as_of).book()


def newest_date() -> datetime.date:
    """Return the newest date on which a price of the workbook was checked."""
    return max(workbook_prices().newest, snapshot_date())


def offered(role: str) -> list[str]:
    """Return the names that a form offers for a role of the stack: what is priced and can be bought, A to Z.

    For ``base_model`` and ``embedding_model`` these are the models of the price book's lists and of their makers in
    ``genai-prices``; any other name that the price book knows can still be typed.
    """
    day = newest_date()
    if role == "vector_store":
        return sorted(_stores(), key=str.lower)
    if role == "tuned_model":
        return sorted((route for route in routes() if not gone([route], day)), key=str.lower)
    kind = "embedding" if role == "embedding_model" else "output"
    listed = {prices[0].item for (_, part), prices in workbook_prices().rows.items() if part == kind} - {"local"}
    known = {name for name in sold_models(kind, MAKERS) if not gone([name], day)}
    answering = listed - set(routes()) if kind == "output" else listed
    return sorted(answering | known, key=str.lower)


def _own_list(client: ClientFile, name: str, folder: Path | None, as_of: datetime.date) -> PriceList:
    if client.prices.file is None:
        return PriceList({})
    allowed = "a price CSV, its path counted from the client file's folder"
    path = path_from(client.prices.file, f"{name}: prices.file", allowed, folder or CLIENTS)
    if not path.exists():
        raise InputError(f"{name}: prices.file is {client.prices.file!r}, which does not exist; allowed is {allowed}.")
    own = read_prices(path, client.prices.currency or "USD", float(likely(client.prices.per_usd)))
    if own.newest and (own.newest - as_of).days > FUTURE_DAYS:
        raise InputError(
            f"{path}: a row is checked on {own.newest}; allowed is no later than a year after the prices' "
            f"date {as_of} (prices.as_of)."
        )
    return own


@dataclass
class _Search:
    """One search through the price lists; ``lists`` are the client's own and the workbook's.

    ``as_of`` is the day on which the client plans, ``day`` the one whose prices are looked up: the same, or a later one.
    """

    client: ClientFile
    name: str
    lists: tuple[PriceList, PriceList]
    as_of: datetime.date
    day: datetime.date
    prices: dict[str, Price] = field(default_factory=dict)
    fallbacks: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    own_models: set[str] = field(default_factory=set)
    hourly: set[str] = field(default_factory=set)
    overridden: dict[str, Price] = field(default_factory=dict)

    def book(self) -> PriceBook:
        stack = self.client.stack
        self._listed()
        self._model("base_model", stack.base_model)
        self._sold("base_model", stack.base_model)
        serving = self._serving()
        for component in CHARACTER:
            self._character(component)
        for component in GPU_COMPONENTS:
            self._hours(component)
        self._embedding(stack.embedding_model)
        stores = {"vector_store": stack.vector_store, "vector_store_in_house": IN_HOUSE_STORE}
        for role, store in stores.items():
            self._store(role, store)
        self.fallbacks |= {key: instead for key, instead in _same_work().items() if key not in self.prices}
        own_rows = self._own_rows()
        events = self._events() if self.day == self.as_of else ()
        return PriceBook(
            self.prices,
            self.as_of,
            self.models | stores,
            self.fallbacks,
            self.in_house,
            frozenset(self.own_models),
            frozenset(self.hourly),
            serving,
            own_rows,
            events,
            self._remarks(),
        )

    def _events(self) -> tuple[Event, ...]:
        """Find what is known to happen within the horizon, and price the time after each event under its prefix."""
        if self.in_house:
            return ()
        happenings = sorted((day, role, end) for role in ROLES for day, end in self._happens(role))
        events, stack, before = [], dict(self.client.stack), self._now
        for day, role, end in happenings:
            prefix = f"from_{day:%Y_%m_%d}"
            if end:
                stack[role] = None if role == "tuned_model" else end.replacement or stack[role]
            client = self.client.model_copy(update={"stack": self.client.stack.model_copy(update=stack)})
            book = _Search(client, self.name, self.lists, self.as_of, day).book()
            self.prices |= {
                f"{prefix}.{key}": book[key]
                for key in book
                if key.partition(".")[0] in ROLES and book[key] != self._now(key)
            }
            model, at, kind = self.models[role], months_after(self.as_of, day), end.event if end else "price"
            said = self._ending(role, model, end, book) if end else _change(role, model, day, before, book)
            events.append(Event(at, day, role, model, kind, prefix, said, book.hourly | book.own_models))
            before = book.__getitem__
        return tuple(events)

    @property
    def _last_day(self) -> datetime.date:
        return later(self.as_of, math.ceil(likely(self.client.money.horizon_months)))

    def _happens(self, role: str) -> list[tuple[datetime.date, End | None]]:
        """Return the ends of a role's model and the days within the horizon on which its price changes."""
        if role in self.own_models:
            return []
        model, last = self.models[role], self._last_day
        names = self._names(model)
        over = [end for end in ends_of(names, self.as_of) if self.as_of < end.date <= last and end.event == SHUTDOWN]
        found: list[tuple[datetime.date, End | None]] = [(end.date, end) for end in over[:1]]
        if self.as_of >= snapshot_date():
            # What changed before the prices were read is history, and was not announced to whoever planned earlier.
            days = changes_after(model, self.as_of)
            found += [(day, None) for day in days if day <= last and (not over or day < over[0].date)]
        return found

    def _remarks(self) -> tuple[str, ...]:
        """Say which models of the stack are on their way out without a day, or cannot be tuned again from a day on."""
        if self.in_house:
            return ()
        last, said = self._last_day, []
        for role in ROLES:
            model = self.models[role]
            hosted, names = self._hosted(model), self._names(model)
            if hosted and hosted.deprecated and not ends_of(names, self.as_of):
                said.append(f"{_role(role)}: genai-prices marks {model} as deprecated and states no day.")
            said += [
                f"{_role(role)}: {end.says(model)}."
                for end in ends_of(names, self.as_of)
                if end.event == TRAINING_ENDS and self.as_of < end.date <= last
            ]
        return tuple(said)

    def _now(self, key: str) -> Price:
        while key not in self.prices:
            key = self.fallbacks[key]
        return self.prices[key]

    def _ending(self, role: str, model: str, end: End, book: PriceBook) -> str:
        after = book.names[role]
        moves = (
            f"from then on the prices of {after} count, and moving to it is costed."
            if after != model
            else "its prices are carried on, and moving to another model is costed."
        )
        return f"{_role(role)}: {end.says(model)}; {moves}"

    @property
    def in_house(self) -> bool:
        """Whether no model may run outside the client's own machines."""
        return self.client.constraints.data_must_stay_in_house or self.client.constraints.runs_where != "cloud"

    def _sold(self, role: str, model: str) -> None:
        """Refuse what can no longer be bought for new work; in house a hosted model gives way to an open one anyway."""
        end = None if self.in_house else gone(self._names(model), self.as_of)
        if end:
            instead = f", such as {end.replacement}" if end.replacement else ""
            raise InputError(
                f"{self.name}: stack.{role} is {model!r}, which {WORDS[end.event]} since {end.date} ({end.source}); "
                f"allowed is a model that can be bought on {self.as_of}{instead}, or an earlier prices.as_of."
            )

    def _serving(self) -> Serving:
        """Choose how the tuned model is served, and price it."""
        stated = self.client.stack.tuned_model
        load = Load.of(Facts.of(self.client), self.prices)
        fitting, others = self._routes()
        named = route_of(self._names(stated)) if stated else None
        compared = dict.fromkeys([*([named] if named else []), *fitting, *others])
        offers = {route: self._offer(route) for route in compared}
        if stated is None:
            route = cheapest([offers[route] for route in fitting], load).route
            model = route.id
        else:
            model, route = stated, named
        if route and route.kind == ENDPOINT:
            self.hourly.add("tuned_model")
        self._model("tuned_model", model)
        self._sold("tuned_model", model)
        names = [*self._names(model), model.partition("/")[0], "any-route"]
        for component in ROUTE_COMPONENTS:
            self._put(f"tuned_model.{component}", names, component)
        return Serving(load, tuple(offers.values()), route, stated is None)

    def _routes(self) -> tuple[list[Route], list[Route]]:
        """Return the routes to choose from, and others to compare them with.

        Where the client's base can be tuned, that is what is chosen from; else an open model takes its place.
        """
        base = self._names(self.client.stack.base_model)
        of_base = [route for route in routes().values() if route.base in base and not self._why_not(route)]
        open_ones = [route for route in routes().values() if route.candidate]
        return (of_base, open_ones) if of_base else (open_ones, [])

    def _why_not(self, route: Route) -> str:
        if self.in_house:
            return "" if route.kind == OWN_GPU else "nothing may leave the client's own machines"
        end = gone([route.id], self.as_of)
        return f"{end.says(route.id)}" if end else ""

    def _offer(self, route: Route) -> Offer:
        names = [*self._names(route.id), route.id.partition("/")[0]]
        kinds = {ENDPOINT: ["dedicated-gpu", SELF_HOSTED], OWN_GPU: [SELF_HOSTED]}.get(route.kind, ["any-route"])
        hosted = self._hosted(route.id)
        known = hosted.prices if hosted else {}
        components = ("input", "output", *ROUTE_COMPONENTS, *GPU_COMPONENTS, "training_throughput")
        found = {part: self._find(self.lists, [*names, *kinds], part) or known.get(part) for part in components}
        return Offer(route, {part: price for part, price in found.items() if price}, self._why_not(route))

    def _put(self, key: str, items: Sequence[str], component: str, known: Price | None = None) -> Price | None:
        """Keep the price of ``component`` of the first of ``items`` that has one; the client's own list comes first.

        ``known`` is what ``genai-prices`` states; it comes before the workbook's lists.
        """
        own, ours = (self._find([prices], items, component) for prices in self.lists)
        ours = known or ours
        if own and ours:
            check_override(self.client.prices.file or self.name, f"{own.item} {component}", own.likely, ours.likely)
            self.overridden[key] = ours
        found = own or ours
        if found:
            self.prices[key] = found
        return found

    def _find(self, lists: Sequence[PriceList], items: Sequence[str], component: str) -> Price | None:
        found = (prices.at(item, component, self.as_of) for prices in lists for item in items)
        return next((price for price in found if price), None)

    def _listed(self) -> None:
        own, ours = self.lists
        self.prices |= ours.on(self.as_of)
        for item, component in own.rows:
            written = ours.items.get(item) or own.items[item]
            hosted = self._hosted(written)
            self._put(f"{written}.{component}", [item], component, hosted.prices.get(component) if hosted else None)

    def _hosted(self, model: str) -> HostedModel | None:
        return hosted_model(model, self.day)

    def _names(self, model: str) -> list[str]:
        """Name a model as the client does and as ``genai-prices`` does."""
        hosted = self._hosted(model)
        return [model, hosted.id] if hosted else [model]

    def _kin(self, model: str) -> list[str]:
        """Name a model, then what it was tuned from, then its makers: what holds for these holds for it."""
        names = self._names(model)
        route = route_of(names)
        if route and route.base:
            names.append(route.base)
        return list(dict.fromkeys([*names, *(name.partition("/")[0] for name in reversed(names) if "/" in name)]))

    def _model(self, role: str, model: str) -> None:
        hosted = self._hosted(model)
        known = hosted.prices if hosted else {}
        names = self._names(model)
        parts = ("input", "output", *FALLBACKS)
        found = {part: self._put(f"{role}.{part}", names, part, known.get(part)) for part in parts}
        found = {part: price for part, price in found.items() if price}
        priced = "input" in found and "output" in found
        self.models[role] = model
        if model.lower().startswith(f"{SELF_HOSTED}/") or (self.in_house and not priced):
            self.own_models.add(role)
            found = self._no_tokens(model)
        elif role in self.hourly:
            found = self._no_tokens(model)
        elif not priced and role == "tuned_model" and (like_its_base := self._like_its_base(model)):
            found = like_its_base
        elif not priced:
            raise InputError(self._unknown(role, model, "a language model", nearest_models(model, "output")))
        agreed = self._put(f"{role}.discount", names, "discount")
        self._charge(role, {part: less(price, agreed.likely) for part, price in found.items()} if agreed else found)

    def _like_its_base(self, model: str) -> dict[str, Price]:
        """Price a tuned model of which only the base is known, ``provider/ft:base``, as its base times a factor."""
        base = self._hosted(model.replace("ft:", "", 1)) if "ft:" in model else None
        if base is None:
            return {}
        factor = self.prices["any-model.price_factor"]
        low, middle, high = factor.low, factor.likely, factor.high
        note = f"the price of {base.id} times {middle:g} ({low:g} to {high:g}): not stated"
        return {
            part: price.times(low, middle, high, source=ESTIMATE, grade=ESTIMATED, note=note)
            for part, price in base.prices.items()
            if part in ("input", "output", *FALLBACKS)
        }

    def _no_tokens(self, model: str) -> dict[str, Price]:
        unit = unit_rule("input").unit
        note = "a model on GPUs of its own costs hours and not tokens"
        return {
            part: Price(model, part, 0.0, 0.0, 0.0, unit, ESTIMATE, self.as_of, note, grade=ESTIMATED)
            for part in ("input", "output")
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
        for part in ("input", "output", *FALLBACKS):
            self.prices.pop(f"{role}.{part}", None)
        self.prices |= {f"{role}.{part}": price for part, price in found.items()}
        self.fallbacks |= {f"{role}.{part}": f"{role}.{other}" for part, other in instead.items() if part not in found}

    def _unknown(self, role: str, value: str, what: str, nearest: list[str]) -> str:
        return (
            f"{self.name}: stack.{role} is {value!r}, which the price book does not know as {what}; "
            f"nearest are {', '.join(nearest)}, or give its price in prices.file."
        )

    def _character(self, component: str) -> None:
        for role in MODEL_ROLES:
            model = self.models[role]
            kinds = [SELF_HOSTED, "any-model"] if role in self.own_models else ["any-model"]
            kinds = ["dedicated-gpu", *kinds] if role in self.hourly else kinds
            known = self._window(model) if component == "context_window" else None
            self._put(f"{role}.{component}", [*self._kin(model), *kinds], component, known)
        if self.prices[f"tuned_model.{component}"] is self.prices[f"base_model.{component}"]:
            # Two models of one kind are as fast as one another, also where that speed is drawn at random.
            del self.prices[f"tuned_model.{component}"]
            self.fallbacks[f"tuned_model.{component}"] = f"base_model.{component}"

    def _hours(self, component: str) -> None:
        """Price the GPU hours of each role: those of its endpoint, else those of an own server."""
        for role in MODEL_ROLES:
            names = [*self._names(self.models[role]), "dedicated-gpu"] if role in self.hourly else []
            if not self._put(f"{role}.{component}", names, component):
                self.fallbacks[f"{role}.{component}"] = f"{SELF_HOSTED}.{component}"

    def _window(self, model: str) -> Price | None:
        route = route_of(self._names(model))
        hosted = self._hosted(model) or (self._hosted(route.base) if route and route.base else None)
        if hosted is None or hosted.context_window is None:
            return None
        tokens = float(hosted.context_window)
        source = hosted.prices["input"].source
        return Price(hosted.id, "context_window", tokens, tokens, tokens, "tokens", source, snapshot_date())

    def _embedding(self, model: str) -> None:
        self.models["embedding_model"] = model
        self._sold("embedding_model", model)
        key, hosted = "embedding_model.embedding", self._hosted(model)
        embeds = hosted and "input" in hosted.prices and "output" not in hosted.prices
        known = replace(hosted.prices["input"], component="embedding") if embeds else None
        if not self._put(key, self._names(model), "embedding", known):
            if not self.in_house:
                near = nearest_models(model, "embedding", self._items("embedding"))
                raise InputError(self._unknown("embedding_model", model, "an embedding model", near))
            self.prices[key] = replace(self.prices["local.embedding"], item=model)
        self._put("embedding_model.dimensions", [*self._kin(model), "any-embedding-model"], "dimensions")

    def _store(self, role: str, store: str) -> None:
        if not self._find(self.lists, [store], "monthly") and not self._find(self.lists, [store], "minimum"):
            if any(store.lower() in prices.items for prices in self.lists):
                raise InputError(
                    f"{self.name}: stack.vector_store is {store!r}, whose monthly price the price list does not state; "
                    "allowed is a row with the component monthly or minimum."
                )
            known = [item for item in self._items("monthly") + self._items("minimum") if item in _stores()]
            near = difflib.get_close_matches(store, known, n=3, cutoff=0.3) or known
            raise InputError(self._unknown("vector_store", store, "a vector store", near))
        for component in STORE_COMPONENTS:
            self._put(f"{role}.{component}", [store, "any-store"], component)
        self._plans(role, store)

    def _plans(self, role: str, store: str) -> None:
        """Make the larger machines or plans of a store, ``store/…``, steps of its monthly price by GB stored."""
        sizes = {item for prices in self.lists for item in prices.items if item.startswith(f"{store.lower()}/")}
        plans = sorted(
            (
                self._find(self.lists, [size], "included_storage").likely,
                self._find(self.lists, [size], "monthly").likely,
            )
            for size in sizes
        )
        if not plans:
            return
        monthly, included = self.prices[f"{role}.monthly"], self.prices[f"{role}.included_storage"]
        holds = [included.likely, *(size for size, _ in plans)]
        steps = tuple((start, amount) for start, (_, amount) in zip(holds, plans, strict=False))
        self.prices[f"{role}.monthly"] = replace(monthly, tiers=steps)
        last = holds[-1]
        self.prices[f"{role}.included_storage"] = replace(included, low=last, likely=last, high=last)

    def _items(self, component: str) -> list[str]:
        rows = (prices[0] for list_ in self.lists for (_, part), prices in list_.rows.items() if part == component)
        return sorted({price.item for price in rows})

    def _own_rows(self) -> tuple[OwnRow, ...]:
        """Tell of each row of the client's own list which price it became and what that was before."""
        rows = []
        for price in (self.lists[0].at(*key, self.as_of) for key in self.lists[0].rows):
            keys = [key for key, used in self.prices.items() if used is price]
            # Under its own name every row is kept; what counts is that a formula reads it.
            role = [key for key in keys if key != f"{price.item}.{price.component}"]
            key = (role or keys or [""])[0]
            rows.append(OwnRow(price, key, self.overridden.get(key)))
        return tuple(rows)


def less(price: Price, discount: float) -> Price:
    """Return a price of which the share ``discount`` is let off, as a client has agreed with the provider."""
    note = f"{price.note}; " * bool(price.note) + f"{discount:.0%} let off, as agreed"
    rest = 1 - discount
    return price.times(rest, rest, rest, note=note)


def _role(role: str) -> str:
    return role.replace("_", " ").capitalize()


def _change(role: str, model: str, day: datetime.date, before: Callable[[str], Price], after: PriceBook) -> str:
    parts = ("input", "output") if role != "embedding_model" else ("embedding",)
    prices = {part: (before(f"{role}.{part}").likely, after[f"{role}.{part}"].likely) for part in parts}
    changed = [f"{part} {new:g} instead of {old:g}" for part, (old, new) in prices.items() if new != old]
    words = " and ".join(changed) or "other terms"
    return f"{_role(role)}: {model} costs {words} USD per million tokens from {day} on."


@cache
def _same_work() -> dict[str, str]:
    return {row["key"]: row["follows"] for row in table("schema/same_work.csv")}


@cache
def _stores() -> frozenset[str]:
    prices = read_prices(PRICES / "stores.csv")
    return frozenset(item for item in prices.items.values() if "/" not in item and item != "any-store")
