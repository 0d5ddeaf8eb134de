"""What is known to change within the horizon: other prices from a day on, and moving when a model is shut down."""

from typing import Any

import numpy as np

from lib.arms import RETRIEVAL_ARMS
from lib.costs.inference import inference, serving
from lib.costs.knowledge import document_embedding, query_embedding
from lib.costs.labour import rate
from lib.costs.prompts import model_role
from lib.costs.situation import NOTHING, Array, Component, Situation
from lib.costs.training import run_usd, training
from lib.prices import Event


class Later(Situation):
    """The same facts and draws after an event: prices under its prefix count instead of today's."""

    def __init__(self, now: Situation, event: Event) -> None:
        """Share everything but the prices with ``now``."""
        vars(self).update(vars(now))
        self.now, self.event, self._known = now, event, {}

    def price(self, key: str) -> Array:
        """Return the price that counts then, or its draws."""
        return self.now.price(self._charged(key))

    def by_hour(self, role: str) -> Array:
        """Return where the model of ``role`` is paid by GPU hours then."""
        return np.logical_or(self.in_house, role in self.event.hourly)

    def _charged(self, key: str) -> str:
        while (later := f"{self.event.prefix}.{key}") not in self.book.prices and key in self.book.fallbacks:
            key = self.book.fallbacks[key]
        return later if later in self.book.prices else key


def changes(situation: Situation, arm: str) -> list[Component]:
    """USD a month, on the mean over the horizon, for what changes within it; nothing where nothing is announced.

    The component knows in which month it falls (:attr:`Component.by_month`).
    """
    roles = (model_role(arm), *(("embedding_model",) if arm in RETRIEVAL_ARMS else ()))
    events = [event for event in situation.book.events if event.role in roles]
    if not events:
        return []
    horizon = situation.fact("money.horizon_months")
    months = int(np.ceil(np.max(_plain(horizon))))
    prices, prices_by_month, work, bills, by_month = NOTHING, np.zeros(months), NOTHING, NOTHING, np.zeros(months)
    before, bills_read, work_read = _bills(situation, arm), {}, {}
    for event in events:
        then, read = situation.recorded(lambda event=event: _bills(Later(situation, event), arm))
        bills_read |= read
        prices = prices + (then - before) * np.maximum(horizon - event.at, 0.0)
        prices_by_month += _mean(then - before) * np.clip(np.arange(1, months + 1) - event.at, 0.0, 1.0)
        before = then
        if event.kind != "price":
            (labour, runs), read = situation.recorded(lambda event=event: _moving(situation, arm, event))
            work_read |= read
            work, bills = work + labour * (horizon > event.at), bills + runs * (horizon > event.at)
            by_month[int(event.at)] += _mean(labour)
            prices_by_month[int(event.at)] += _mean(runs)
    found = [
        Component(
            "price_changes",
            "Announced price changes",
            "on the mean of the months: (a month's bill at the prices from that day on − before it) × months left, "
            "and what is trained and embedded anew where a model is shut down",
            tuple(bills_read),
            NOTHING,
            (prices + bills) / horizon,
            by_month=prices_by_month,
        )
    ]
    if np.any(by_month):
        found.append(
            Component(
                "migration",
                "Moving from models that are shut down",
                "on the mean of the months: hours × USD an hour, once, in the month of the shutdown",
                tuple(work_read),
                NOTHING,
                work / horizon,
                labour=True,
                by_month=by_month,
            )
        )
    return found


def _bills(situation: Situation, arm: str) -> Array:
    """USD a month for what depends on the models of the stack."""
    parts = inference(situation, arm)
    if model_role(arm) == "tuned_model":
        parts += [training(situation, arm), serving(situation)]
    if arm in RETRIEVAL_ARMS:
        parts += [query_embedding(situation), document_embedding(situation)]
    return sum((part.monthly for part in parts), start=NOTHING)


def _moving(situation: Situation, arm: str, event: Event) -> tuple[Array, Array]:
    """USD of work and USD of bills, once, for moving to what comes after a shutdown."""
    then = Later(situation, event)
    bills = NOTHING
    if event.role == "tuned_model":
        bills = situation.price("training.setup_runs") * run_usd(then, arm)
    if event.role == "embedding_model":
        bills = document_embedding(then).setup
    return situation.price(f"migration.{event.role}") * rate(situation), bills


def _plain(amount: Any) -> Any:
    return getattr(amount, "value", amount)


def _mean(amount: Any) -> float:
    return float(np.mean(_plain(amount)))
