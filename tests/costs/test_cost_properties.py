"""What must hold for every client, whatever the facts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.arms import ARMS
from lib.client import Facts, check_client
from lib.client.facts import field_specs
from lib.costs import costs, latency
from lib.prices import price_book

CLIENT = check_client({"client": {"name": "Test"}})
FACTS = Facts.of(CLIENT)
STACKS = (
    {},
    {"base_model": "anthropic/claude-haiku-4-5"},
    {"base_model": "google/gemini-2.5-pro", "tuned_model": "together/ft-8b"},
    {"base_model": "google/gemini-4-argon", "vector_store": "pinecone"},  # dearer from December on
    {"base_model": "openai/gpt-4o-mini", "vector_store": "supabase"},  # shut down in January
)
BOOKS = [price_book(check_client({"client": {"name": "Test"}, "stack": stack})) for stack in STACKS]
BOUNDS = {
    "knowledge.needed": (0, 2),
    "knowledge.documents": (0, 1e6),
    "knowledge.tokens_per_document": (1, 1e5),
    "knowledge.days_between_changes": (0.001, 1000),
    "knowledge.hours_until_visible": (0, 1000),
    "knowledge.multi_hop_share": (0, 1),
    "behaviour.days_between_changes": (0.001, 1000),
    "training_data.labelled_examples": (0, 1e5),
    "training_data.quality": (0, 1),
    "traffic.queries_per_month": (0, 1e8),
    "traffic.question_tokens": (0, 1e4),
    "traffic.instruction_tokens": (0, 1e5),
    "traffic.context_tokens": (0, 1e5),
    "traffic.answer_tokens": (1, 1e4),
    "traffic.cacheable_share": (0, 1),
    "money.engineer_usd_per_hour": (0, 1000),
    "money.adoption_share": (0, 1),
    "prices.batch_share": (0, 1),
    "constraints.data_must_stay_in_house": (0, 1),
}
WHOLE = {"knowledge.needed", "constraints.data_must_stay_in_house", "knowledge.documents"}


def number(path: str) -> st.SearchStrategy[float]:
    low, high = BOUNDS[path]
    return st.integers(int(low), int(high)).map(float) if path in WHOLE else st.floats(low, high)


SITUATIONS = st.fixed_dictionaries({}, optional={path: number(path) for path in BOUNDS})
BOOK = st.sampled_from(BOOKS)


def amounts(found) -> list[np.ndarray]:
    return [
        by_arm[arm]
        for by_arm in (
            found.setup_usd,
            found.monthly_usd,
            found.monthly_bill_usd,
            found.usd_per_query,
            found.horizon_usd,
        )
        for arm in ARMS
    ]


def test_all_drawn_fields_are_fields_of_the_client_file():
    assert set(BOUNDS) <= set(field_specs())


@given(SITUATIONS, BOOK)
def test_no_cost_is_ever_negative_or_unknown(values, book):
    found = costs(FACTS.replaced(values), book)
    assert all(np.all(np.isfinite(amount)) and np.all(amount >= 0) for amount in amounts(found))
    parts = [part for by_id in found.components.values() for part in by_id.values()]
    # Only a price that falls may lower a month.
    assert all(part.setup >= 0 and (part.monthly >= 0 or part.id == "price_changes") for part in parts)


@given(SITUATIONS, BOOK, number("traffic.queries_per_month"), st.floats(1, 1000))
def test_more_queries_are_never_cheaper_in_total(values, book, queries, factor):
    facts = FACTS.replaced(values | {"traffic.queries_per_month": [queries, queries * factor]})
    found = costs(facts, book)
    for by_arm in (found.monthly_usd, found.monthly_bill_usd, found.horizon_usd):
        for arm in ARMS:
            few, many = np.broadcast_to(by_arm[arm], 2)
            assert many >= few * (1 - 1e-12)


@given(SITUATIONS, BOOK, st.sampled_from([key for key, price in BOOKS[0].items() if price.is_money]))
def test_doubling_a_price_never_lowers_a_total(values, book, key):
    facts = FACTS.replaced(values)
    once = amounts(costs(facts, book))
    twice = amounts(costs(facts, book.replaced({key: 2 * book[key].likely}))) if key in book else once
    assert all(b >= a * (1 - 1e-12) for a, b in zip(once, twice, strict=True))


@given(st.lists(SITUATIONS, min_size=2, max_size=5), BOOK)
def test_arrays_give_the_same_as_one_row_at_a_time(rows, book):
    paths = sorted({path for row in rows for path in row})
    table = {path: np.array([row.get(path, float(FACTS[path])) for row in rows]) for path in paths}
    together = costs(FACTS.replaced(table), book)
    together_latency = latency(FACTS.replaced(table), book)
    for i in range(len(rows)):
        facts = FACTS.replaced({path: column[i] for path, column in table.items()})
        alone, alone_latency = costs(facts, book), latency(facts, book)
        for one, many in zip(amounts(alone), amounts(together), strict=True):
            assert one == pytest.approx(np.broadcast_to(many, len(rows))[i], rel=1e-12, abs=1e-12)
        for arm in ARMS:
            many = np.broadcast_to(together_latency.p95_ms[arm], len(rows))
            assert alone_latency.p95_ms[arm] == pytest.approx(many[i], rel=1e-12)


def test_totals_without_components_are_the_same_totals():
    whole, lean = costs(FACTS, BOOKS[0]), costs(FACTS, BOOKS[0], keep_components=False)
    assert amounts(whole) == amounts(lean)
    assert lean.components == {}


def test_every_price_of_the_book_is_in_order():
    for book in BOOKS:
        assert all(price.low <= price.likely <= price.high for price in book.values())


def test_draws_of_a_price_count_for_everything_that_follows_it():
    draws = {"prompt.prompt_engineering": np.array([0.0, 10.0])}
    found = costs(FACTS, BOOKS[0], draws)
    for arm in ("prompt", "long_context", "rag", "hybrid"):
        low, high = found.setup_usd[arm]
        assert high - low == pytest.approx(1500)
    assert found.setup_usd["fine_tune"].shape == ()


def test_draws_of_an_unknown_price_are_refused():
    with pytest.raises(KeyError, match=r"prompt\.singing"):
        costs(FACTS, BOOKS[0], {"prompt.singing": 1.0})
