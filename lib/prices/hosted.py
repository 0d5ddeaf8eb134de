"""Prices of hosted models from the ``genai-prices`` package: bundled data only, never the network."""

import datetime
import difflib
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from lib.prices.price import Price, check_magnitude, table, unit_rule

# genai-prices' name of a price → ours.
COMPONENTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
}
BATCH_COMPONENTS = {theirs: f"batch_{ours}" for theirs, ours in COMPONENTS.items()}

SMALLEST_WINDOW = 128_000
"""A model with a smaller window is of an earlier time, or for speech or pictures, and is not offered in a form."""


@dataclass(frozen=True)
class HostedModel:
    """A model that ``genai-prices`` knows: its id there, its prices by component, and whether it is on its way out."""

    id: str
    prices: dict[str, Price]
    context_window: int | None
    deprecated: bool = False


@cache
def snapshot_date() -> datetime.date:
    """Return the date on which the bundled data of ``genai-prices`` was taken over."""
    return datetime.date.fromisoformat(snapshot()["checked"])


@cache
def snapshot() -> dict[str, str]:
    """Return the package, its version and the date on which its prices were taken over."""
    return table("schema/snapshot.csv")[0]


@cache
def _bundled() -> Any:
    # Built from the package's own data, so that a custom or updated snapshot set elsewhere in the process has no say.
    # The package itself is not run: it would load its updater and an HTTP client, an eighth of the time of a decision.
    spec = importlib.util.find_spec("genai_prices")
    blank = importlib.util.module_from_spec(spec)
    package = sys.modules.setdefault(spec.name, blank)
    try:
        from genai_prices.data import providers
        from genai_prices.data_snapshot import DataSnapshot
    finally:
        if package is blank:
            del sys.modules[spec.name]
    return DataSnapshot(providers=providers, from_auto_update=False)


@cache
def _found(name: str) -> tuple[Any, Any] | None:
    provider_name, _, reference = name.partition("/")
    try:
        return _bundled().find_provider_model(reference or name, None, provider_name if reference else None, None)
    except LookupError:
        return _by_id().get(name.lower())


@cache
def _by_id() -> dict[str, tuple[Any, Any]]:
    # The package looks a model up by its rules of matching, which do not always match the ids that it shows.
    return {
        f"{provider.id}/{model.id}".lower(): (provider, model)
        for provider in _bundled().providers
        for model in provider.models
    }


@cache
def hosted_model(name: str, as_of: datetime.date) -> HostedModel | None:
    """Return the prices of ``provider/model`` on the day ``as_of``, or ``None`` where the package knows no such model.

    A model without a provider is looked for among all of them.
    """
    found = _found(name)
    if found is None:
        return None
    provider, model = found
    identity = f"{provider.id}/{model.id}"
    note = _history(model, as_of)
    moments = _moments(model, as_of)
    noon = moments[len(moments) // 2]
    standard = _resolved(identity, provider, [model.get_prices(moment) for moment in moments], COMPONENTS, note)
    variants = [variant for variant in model.price_variants or () if variant.when == {"processing": "batch"}]
    batch = any(variant.constraint is None or variant.constraint.active(noon) for variant in variants)
    in_batch = {}
    if batch:
        over_the_day = [model.get_prices(moment, {"processing": "batch"}) for moment in moments]
        in_batch = _resolved(identity, provider, over_the_day, BATCH_COMPONENTS, note)
        for component, price in in_batch.items():
            usual = standard.get(component.removeprefix("batch_"))
            if usual and usual.tiers and not price.tiers:
                # A discount on a long prompt is one on the price of long prompts.
                steps = tuple((start, amount * price.likely / usual.likely) for start, amount in usual.tiers)
                in_batch[component] = replace(price, tiers=steps)
    window = model.context_window or _window_elsewhere(identity)
    return HostedModel(identity, standard | in_batch, window, bool(model.deprecated))


def _moments(model: Any, as_of: datetime.date) -> list[datetime.datetime]:
    # Noon in UTC, or every half hour of the day where a provider charges by the time of the day.
    prices = model.prices if isinstance(model.prices, list) else []
    by_time = any(hasattr(price.constraint, "start_time") for price in prices)
    start = datetime.datetime.combine(as_of, datetime.time(0, 15), datetime.UTC)
    if by_time:
        return [start + datetime.timedelta(minutes=30 * step) for step in range(48)]
    return [datetime.datetime.combine(as_of, datetime.time(12), datetime.UTC)]


def changes_after(name: str, as_of: datetime.date) -> list[datetime.date]:
    """Return the announced days after ``as_of`` on which the price of ``provider/model`` changes, earliest first."""
    found = _found(name)
    prices = found[1].prices if found else None
    days = {getattr(price.constraint, "start_date", None) for price in prices} if isinstance(prices, list) else set()
    return sorted(day for day in days if day and day > as_of)


def nearest_models(name: str, kind: str, others: Sequence[str] = ()) -> list[str]:
    """Return the three known names most like ``name``, nearest first.

    ``kind`` is ``output`` for models that answer, ``embedding`` for those that do not; ``others`` are names from
    price lists.
    """
    known = [*_names(kind), *others]
    provider = name.partition("/")[0]
    same = [other for other in known if other.startswith(provider + "/")]
    return difflib.get_close_matches(name, same or known, cutoff=0.4) or difflib.get_close_matches(
        name, known, cutoff=0.0
    )


def sold_models(kind: str, providers: Sequence[str]) -> list[str]:
    """Return the models of ``providers`` that are not marked as deprecated nor small; ``kind`` as for :func:`nearest_models`."""
    return [name for name in _names(kind, sold=True) if name.partition("/")[0] in providers]


@cache
def _names(kind: str, sold: bool = False) -> list[str]:
    return [
        f"{provider.id}/{model.id}"
        for provider in _bundled().providers
        for model in provider.models
        if _answers(model) == (kind == "output")
        and not (sold and (model.deprecated or (kind == "output" and (model.context_window or 0) < SMALLEST_WINDOW)))
        and (kind == "output" or "embed" in model.id)
    ]


def _answers(model: Any) -> bool:
    prices = model.prices[0].prices if isinstance(model.prices, list) else model.prices
    return getattr(prices, "output_mtok", None) is not None


def _window_elsewhere(identity: str) -> int | None:
    # Some providers' entries lack the context window; OpenRouter's entry of the same model often has it.
    router = next(provider for provider in _bundled().providers if provider.id == "openrouter")
    model = next((model for model in router.models if model.id == identity), None)
    return model.context_window if model else None


def _history(model: Any, as_of: datetime.date) -> str:
    if isinstance(model.prices, list) or as_of >= snapshot_date():
        return ""
    return f"history unknown: one undated price, read on {snapshot_date()}, may have been different on {as_of}"


def _resolved(
    identity: str, provider: Any, over_the_day: Sequence[Any], names: dict[str, str], note: str
) -> dict[str, Price]:
    """Make prices of what holds at each moment of the day: their mean, between the least and the most."""
    link = provider.pricing_urls[0] if provider.pricing_urls else provider.name
    source = f"genai-prices {snapshot()['version']} ({link})"
    found = {}
    for their_name, component in names.items():
        values = [getattr(prices, their_name, None) for prices in over_the_day]
        if any(value is None for value in values):
            continue
        amounts = [float(getattr(value, "base", value)) for value in values]
        tiers = tuple((float(tier.start), float(tier.price)) for tier in getattr(values[0], "tiers", ()))
        for amount in (*amounts, *(amount for _, amount in tiers)):
            check_magnitude(f"genai-prices: {identity}", component, amount)
        low, likely, high = min(amounts), sum(amounts) / len(amounts), max(amounts)
        words = f"{note}; " if note and low < high else note
        words += "the price depends on the time of the day" if low < high else ""
        unit = unit_rule(component).unit
        likely = likely if low < high else low
        found[component] = Price(identity, component, low, likely, high, unit, source, snapshot_date(), words, tiers)
    return found
