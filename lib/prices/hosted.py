"""Prices of hosted models from the ``genai-prices`` package: bundled data only, never the network."""

import csv
import datetime
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.paths import PRICES
from lib.prices.price import Price
from lib.prices.units import check_magnitude, unit_rule

# genai-prices' name of a price → ours.
COMPONENTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
}
BATCH_COMPONENTS = {
    "input_mtok": "batch_input",
    "cache_read_mtok": "batch_cached_input",
    "cache_write_mtok": "batch_cache_write",
    "output_mtok": "batch_output",
}


@dataclass(frozen=True)
class HostedModel:
    """A model that ``genai-prices`` knows: its id there, and its prices by component."""

    id: str
    prices: dict[str, Price]
    batch: bool
    context_window: int | None


@cache
def snapshot_date() -> datetime.date:
    """Give the date on which the bundled data of ``genai-prices`` was taken over."""
    return datetime.date.fromisoformat(snapshot()["checked"])


@cache
def snapshot() -> dict[str, str]:
    """Give the package, its version and the date on which its prices were taken over."""
    with (PRICES / "schema" / "snapshot.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


@cache
def _bundled() -> Any:
    # Built from the package's own data, so that a custom or updated snapshot set elsewhere in the process has no say.
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False)


@cache
def hosted_model(name: str, as_of: datetime.date) -> HostedModel | None:
    """Give the prices of ``provider/model`` on the day ``as_of``, or ``None`` where the package knows no such model.

    A model without a provider is looked for among all of them.
    """
    provider_name, _, reference = name.partition("/")
    try:
        if reference:
            provider, model = _bundled().find_provider_model(reference, None, provider_name, None)
        else:
            provider, model = _bundled().find_provider_model(name, None, None, None)
    except LookupError:
        return None
    # Noon of the day in UTC: some providers charge by the hour of the day, and noon is nobody's night rate.
    moment = datetime.datetime.combine(as_of, datetime.time(12), datetime.UTC)
    identity = f"{provider.id}/{model.id}"
    note = _history(model, as_of)
    standard = _resolved(identity, provider, model.get_prices(moment), COMPONENTS, note)
    batch_prices, batch = standard, False
    variants = [variant for variant in model.price_variants or () if variant.when == {"processing": "batch"}]
    if any(variant.constraint is None or variant.constraint.active(moment) for variant in variants):
        batch = True
        in_batch = model.get_prices(moment, {"processing": "batch"})
        batch_prices = _resolved(identity, provider, in_batch, BATCH_COMPONENTS, note)
    prices = standard | (batch_prices if batch else {})
    return HostedModel(identity, prices, batch, model.context_window or _window_elsewhere(identity))


def nearest_models(name: str, kind: str, others: Sequence[str] = (), count: int = 3) -> list[str]:
    """Give the known names most like ``name``, nearest first.

    ``kind`` is ``output`` for models that answer, ``embedding`` for those that do not; ``others`` are names from
    price lists.
    """
    known = [
        f"{provider.id}/{model.id}"
        for provider in _bundled().providers
        for model in provider.models
        if _answers(model) == (kind == "output")
    ] + list(others)
    provider = name.partition("/")[0]
    same = [other for other in known if other.startswith(provider + "/")]
    return difflib.get_close_matches(name, same or known, n=count, cutoff=0.4) or difflib.get_close_matches(
        name, known, n=count, cutoff=0.0
    )


def _answers(model: Any) -> bool:
    prices = model.prices[0].prices if isinstance(model.prices, list) else model.prices
    return getattr(prices, "output_mtok", None) is not None


def _window_elsewhere(identity: str) -> int | None:
    # Some providers' entries lack the context window; OpenRouter's entry of the same model often has it.
    router = next(provider for provider in _bundled().providers if provider.id == "openrouter")
    model = next((model for model in router.models if model.id == identity), None)
    return model.context_window if model else None


def _history(model: Any, as_of: datetime.date) -> str:
    if isinstance(model.prices, list):
        return ""
    if as_of >= snapshot_date():
        return ""
    return f"history unknown: one undated price, read on {snapshot_date()}, may have been different on {as_of}"


def _resolved(identity: str, provider: Any, prices: Any, names: dict[str, str], note: str) -> dict[str, Price]:
    import genai_prices

    link = provider.pricing_urls[0] if provider.pricing_urls else provider.name
    source = f"genai-prices {genai_prices.__version__} ({link})"
    found = {}
    for their_name, component in names.items():
        value = getattr(prices, their_name, None)
        if value is None:
            continue
        base = float(getattr(value, "base", value))
        tiers = tuple((float(tier.start), float(tier.price)) for tier in getattr(value, "tiers", ()))
        for amount in (base, *(amount for _, amount in tiers)):
            check_magnitude(f"genai-prices: {identity}", component, amount)
        unit = unit_rule(component).unit
        found[component] = Price(identity, component, base, base, base, unit, source, snapshot_date(), note, tiers)
    return found
