"""Costs of all arms, as one vectorised computation over the facts' arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lib.arms import ARMS, RETRIEVAL_ARMS, TUNED_ARMS
from lib.client import Facts
from lib.client.facts import queries_answered
from lib.costs.changes import changes
from lib.costs.derived import document_tokens
from lib.costs.inference import inference, inference_usd_per_query, serving
from lib.costs.knowledge import (
    document_embedding,
    infrastructure,
    query_embedding,
    query_embedding_usd,
    re_ranking,
    re_ranking_usd,
    vector_store,
)
from lib.costs.labour import labour, monitoring, review
from lib.costs.prompts import prompt
from lib.costs.situation import NOTHING, Array, Component, Situation
from lib.costs.training import retrains_per_month, training
from lib.prices import IN_HOUSE_STORE, PriceBook

IN_HOUSE_NOTE = (
    "Data must stay in house: hosted models are replaced by an open model of about 8 billion parameters on the "
    "client's own GPUs, hosted embeddings by a local model, and a hosted vector store by {store}."
)
DEVICE_NOTE = (
    "Everything runs on the client's own device: an open model and its index stand there and cost nothing by the hour or "
    "the query; training runs are costed on a rented GPU. The device, its power and its upkeep are not included, and "
    "answer times are those of an open model on a server's GPU: how fast the device is, is not known."
)

WINDOW_NOTE = "Long context: the documents do not fit into one prompt; its cost is that of the part which does."


@dataclass
class Costs:
    """Costs by arm: money in USD, arrays of shape ``()`` or ``(n,)``."""

    facts: Facts
    book: PriceBook
    horizon_months: Array
    setup_usd: dict[str, Array] = field(default_factory=dict)  # over all components, work included
    monthly_usd: dict[str, Array] = field(default_factory=dict)  # likewise
    monthly_bill_usd: dict[str, Array] = field(default_factory=dict)  # what vendors are paid of it
    usd_per_query: dict[str, Array] = field(default_factory=dict)  # of one more: inference, embedding, re-ranking
    input_tokens: dict[str, Array] = field(default_factory=dict)  # read by one query
    prompt_tokens: dict[str, Array] = field(default_factory=dict)  # must fit the context window
    retrains_per_month: dict[str, Array] = field(default_factory=dict)
    components: dict[str, dict[str, Component]] = field(default_factory=dict)  # by id; none where totals were asked for
    # Where months differ: by how much each is dearer than the mean month (USD, mean of the draws), shape ``(months,)``.
    uneven_usd: dict[str, Array] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def horizon_usd(self) -> dict[str, Array]:
        """Set-up plus all months of the horizon."""
        return {arm: self.setup_usd[arm] + self.horizon_months * self.monthly_usd[arm] for arm in ARMS}

    @property
    def months(self) -> int:
        """The whole months of the horizon."""
        return int(np.max(self.horizon_months))

    def by_month_usd(self, arm: str) -> Array:
        """Return what each month of the horizon costs: shape ``(months,)`` or ``(n, months)``."""
        flat = np.repeat(np.asarray(self.monthly_usd[arm], dtype=float)[..., np.newaxis], self.months, axis=-1)
        return flat + self.uneven_usd[arm] if arm in self.uneven_usd else flat

    def spent_usd(self, arm: str) -> Array:
        """Return the USD spent after 0, 1, … months: shape ``(months + 1,)`` or ``(n, months + 1)``."""
        running, setup = np.cumsum(self.by_month_usd(arm), axis=-1), np.asarray(self.setup_usd[arm], dtype=float)
        before = np.zeros((*running.shape[:-1], 1))
        return setup[..., np.newaxis] + np.concatenate([before, running], axis=-1)

    @cached_property
    def all_in_usd_per_query(self) -> dict[str, Array]:
        """The whole month over its queries; what one query costs where none is asked."""
        queries = queries_answered(self.facts)
        asked = np.maximum(queries, 1.0)
        return {arm: np.where(queries > 0, self.monthly_usd[arm] / asked, self.usd_per_query[arm]) for arm in ARMS}

    @cached_property
    def usd_per_correct_answer(self) -> dict[str, Array | None]:
        """USD for one right answer where the share of right answers was measured, ``None`` elsewhere.

        The whole month's cost is spread over its queries, and each wrong answer is put right at
        ``money.correction_usd``: (USD a month ÷ queries + share wrong × correction) ÷ share right. Infinite where
        nothing is asked.
        """
        asked = queries_answered(self.facts) > 0
        return {
            arm: usd_per_correct_answer(
                np.where(asked, self.all_in_usd_per_query[arm], np.inf),
                self.facts[f"evidence.{arm}_score"],
                self.facts["money.correction_usd"],
            )
            for arm in ARMS
        }


def usd_per_correct_answer(cost_per_query: Any, share_right: Any, correction_usd: Any) -> Array | None:
    """Return USD per correct answer: (cost per query + share wrong × correction) ÷ share right.

    ``cost_per_query`` and ``correction_usd`` in USD, ``share_right`` from 0 to 1; arrays broadcast.
    ``None`` where nothing was measured (``None`` or ``nan``); infinite where no answer is right.
    """
    if share_right is None or np.all(np.isnan(share_right)):
        return None
    right = np.asarray(share_right, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(right > 0, (cost_per_query + (1 - right) * correction_usd) / right, np.inf)


def arm_components(situation: Situation, arm: str) -> tuple[list[Component], dict[str, Array]]:
    """Compute the components of one arm, and its figures of one query (USD, tokens, retrainings a month)."""
    tokens = prompt(situation, arm)
    answering = inference_usd_per_query(situation, arm)
    components = labour(situation, arm)
    per_query = answering
    if arm in TUNED_ARMS:
        components.append(training(situation, arm))
    components += inference(situation, arm)
    if arm in TUNED_ARMS:
        components.append(situation.once("serving", lambda: serving(situation)))
    if arm in RETRIEVAL_ARMS:
        parts = (query_embedding, document_embedding, vector_store, re_ranking, infrastructure)
        components += situation.once("retrieval", lambda: [part(situation) for part in parts])
        per_query = answering + query_embedding_usd(situation) + re_ranking_usd(situation)
    components.append(monitoring(situation, arm))
    components += situation.once("review", lambda: review(situation))
    components += changes(situation, arm)
    figures = {
        "usd_per_query": per_query,
        "input_tokens": tokens.input,
        "prompt_tokens": tokens.call,
        "retrains_per_month": retrains_per_month(situation, arm) if arm in TUNED_ARMS else NOTHING,
    }
    return components, figures


def costs(
    facts: Facts, book: PriceBook, draws: Mapping[str, Any] | None = None, *, keep_components: bool = True
) -> Costs:
    """Compute the costs of all arms: of one situation (arrays of shape ``()``) or n of them (``(n,)``).

    ``draws`` are arrays of such a shape for prices of the book by key; likely values count elsewhere. Without
    ``keep_components`` only totals are kept.

    Examples:
        >>> from lib.client import Facts, check_client
        >>> from lib.prices import price_book
        >>> client = check_client({"client": {"name": "Northwind"}, "knowledge": {"needed": "private"}})
        >>> facts = Facts.of(client).replaced({"traffic.queries_per_month": [1_000.0, 100_000.0]})
        >>> found = costs(facts, price_book(client))
        >>> found.monthly_usd["rag"].shape, bool(found.monthly_usd["rag"][0] < found.monthly_usd["rag"][1])
        ((2,), True)
    """
    situation = Situation(facts, book, draws)
    result = Costs(facts, book, facts["money.horizon_months"])
    for arm in ARMS:
        components, figures = arm_components(situation, arm)
        result.setup_usd[arm] = _total(component.setup for component in components)
        result.monthly_usd[arm] = _total(component.monthly for component in components)
        result.monthly_bill_usd[arm] = _total(component.monthly for component in components if not component.labour)
        for component in components:
            if component.by_month is not None:
                result.uneven_usd[arm] = result.uneven_usd.get(arm, 0.0) + component.uneven
        for name, value in figures.items():
            getattr(result, name)[arm] = np.asarray(value)
        if keep_components:
            result.components[arm] = {component.id: component for component in components}
    if np.all(situation.on_device):
        result.notes.append(DEVICE_NOTE)
    elif np.any(situation.in_house):
        store = book.names["vector_store"] if book.store_is_in_house else IN_HOUSE_STORE
        result.notes.append(IN_HOUSE_NOTE.format(store=store))
    result.notes += book.warnings
    read = result.prompt_tokens["long_context"] - result.prompt_tokens["prompt"]
    if np.any(document_tokens(situation) > read + 0.5):
        result.notes.append(WINDOW_NOTE)
    return result


def _total(amounts: Any) -> Array:
    return np.asarray(sum(amounts, start=NOTHING))
