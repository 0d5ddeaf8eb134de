"""The ways to have a model tuned and to serve it: by the token, on an endpoint by the hour, on own GPUs.

Which one is cheapest depends on how much is asked: :func:`offers` works out a month of each at a client's volume, and
:func:`break_even` from which volume on another one is cheaper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.client import Facts
from lib.client.facts import queries_answered
from lib.prices.price import Price, table

Array = np.ndarray
MILLION = 1e6
SECONDS_PER_HOUR = 3600.0
DAYS_PER_MONTH = 365.25 / 12
HOURS_PER_MONTH = 730.0
MOST_QUERIES = 1e9
"""Nobody is asked more than this often a month: a break-even above it is none."""

SERVERLESS, ENDPOINT, OWN_GPU, CLOSED = "serverless", "endpoint", "own_gpu", "closed"
KINDS = {
    SERVERLESS: "by the token, beside other clients' adapters",
    ENDPOINT: "a GPU of its own, by the hour, used or not",
    OWN_GPU: "the client's own GPUs",
    CLOSED: "a closed model tuned and served by its maker",
}


@dataclass(frozen=True)
class Route:
    """One way to tune and serve a model."""

    id: str
    kind: str
    base: str  # the model that is tuned, as the price book names it
    # Compared where the client names neither a tuned model nor a base that can be tuned: open models of about 8 billion
    # parameters, so that the cheapest is not simply the smallest.
    candidate: bool
    title: str
    grade: str
    source: str
    checked: str
    note: str

    @property
    def by_hour(self) -> bool:
        """Whether answering is paid by GPU hours and not by tokens."""
        return self.kind in (ENDPOINT, OWN_GPU)


def gpu_seconds(read: Any, written: Any, prefill_throughput: Any, generation_throughput: Any) -> Any:
    """GPU seconds for one query: tokens read and written over what one GPU reads and writes a second."""
    return read / prefill_throughput + written / generation_throughput


def whole_gpus(queries: Any, seconds: Any, hours_per_month: Any, busy_share: Any) -> Any:
    """Whole GPUs that serve the month's queries: at least one, and enough at the busy share of its hours."""
    return np.maximum(np.ceil(queries * seconds / SECONDS_PER_HOUR / (hours_per_month * busy_share)), 1.0)


@cache
def routes() -> dict[str, Route]:
    """Return every route of ``data/prices/routes.csv`` by its id."""
    found = (Route(id=row.pop("route"), candidate=row.pop("candidate") == "yes", **row) for row in table("routes.csv"))
    return {route.id: route for route in found}


def route_of(names: list[str]) -> Route | None:
    """Return the route that one of a tuned model's ``names`` is, or ``None``."""
    return next((routes()[name] for name in names if name in routes()), None)


@dataclass(frozen=True)
class Load:
    """What a tuned model has to do for one client in a month, at likely values."""

    queries: float
    read: float  # tokens of one query
    written: float  # tokens of one answer
    trained: float  # tokens that one training run is billed for
    runs: float  # training runs, those at set-up spread over the horizon
    labour_usd: float  # what an own server costs in work
    on_device: bool = False  # the client's own device answers, whose hours cost nothing

    @classmethod
    def of(cls, facts: Facts, prices: Mapping[str, Price]) -> "Load":
        """Work the load out of a client's facts and the price lists' rows on training and own servers."""
        at = {key: price.likely for key, price in prices.items() if key.startswith(("training.", "self-hosting."))}
        knowledge = 0.0 if facts.is_word("knowledge.needed", "none") else float(facts["traffic.context_tokens"])
        labelled = float(facts["training_data.labelled_examples"])
        good = labelled * float(facts["training_data.quality"])
        examples = at["training.examples"] if np.isnan(labelled) else good
        months = float(facts["money.horizon_months"])
        changes = DAYS_PER_MONTH / float(facts["behaviour.days_between_changes"])
        retrains = min(max(changes, at["training.drift_retrains"]), at["training.most_retrains"])
        hours = at["self-hosting.maintenance"] + at["self-hosting.self_hosting"] / months
        return cls(
            queries=float(queries_answered(facts)),
            read=float(facts["traffic.tuned_instruction_tokens"] + facts["traffic.question_tokens"]) + knowledge,
            written=float(facts["traffic.answer_tokens"] + facts["traffic.thinking_tokens"]),
            trained=examples * float(facts["training_data.tokens_per_example"]) * at["training.epochs"],
            runs=retrains + at["training.setup_runs"] / months,
            labour_usd=hours * float(facts["money.engineer_usd_per_hour"]),
            on_device=bool(facts.is_word("constraints.runs_where", "device")),
        )


@dataclass(frozen=True)
class Offer:
    """One route as one client can have it: its prices by component, or why it cannot be had (``why_not``)."""

    route: Route
    prices: Mapping[str, Price]
    why_not: str = ""

    def _likely(self, component: str) -> float:
        return self.prices[component].likely if component in self.prices else 0.0

    def usd_per_month(self, load: Load, queries: float | None = None) -> float:
        """USD a month at ``queries`` (the load's own if not given).

        Tokens, or hours where these are paid; storage, training, work on an own server.
        """
        queries = load.queries if queries is None else queries
        usd = self._likely("checkpoint_storage") + self._likely("hosting") * HOURS_PER_MONTH
        run = max(load.trained / MILLION * self._likely("training"), self._likely("least_charge"))
        if self.route.by_hour and not load.on_device:
            seconds = gpu_seconds(
                load.read, load.written, self._likely("prefill_throughput"), self._likely("generation_throughput")
            )
            hours = self._likely("hours_per_month")
            gpus = whole_gpus(queries, seconds, hours, self._likely("busy_share"))
            usd += float(gpus) * hours * self._likely("gpu_hour")
        if self.route.kind == OWN_GPU:
            run = load.trained / self._likely("training_throughput") / SECONDS_PER_HOUR * self._likely("gpu_hour")
            usd += load.labour_usd
        a_query = load.read * self._likely("input") + load.written * self._likely("output")
        by_token = 0.0 if self.route.by_hour else a_query / MILLION
        return usd + load.runs * run + queries * by_token


def cheapest(offers: list[Offer], load: Load) -> Offer | None:
    """Return the cheapest of those offers that can be had; the earlier one of two that cost the same."""
    return min((offer for offer in offers if not offer.why_not), key=lambda o: o.usd_per_month(load), default=None)


def break_even(chosen: Offer, other: Offer, load: Load) -> float | None:
    """Return the queries a month from which on ``other`` costs less than ``chosen``, or ``None`` at no realistic volume.

    Both are worked out anew at each volume, since own GPUs come by the piece.
    """

    def dearer(queries: float) -> bool:
        return other.usd_per_month(load, queries) >= chosen.usd_per_month(load, queries)

    above = [volume for volume in np.geomspace(max(load.queries, 1.0), MOST_QUERIES, 200) if not dearer(volume)]
    if not above:
        return None
    low, high = max(load.queries, 1.0), float(above[0])
    while high - low > max(1.0, high * 1e-3):
        middle = (low + high) / 2
        low, high = (middle, high) if dearer(middle) else (low, middle)
    return round(high)
