"""How fast costs are, as printed ratios: ``pytest tests/benchmarks -s``. Nothing here asserts a time."""

import time

import numpy as np

from lib.arms import ARMS
from lib.client import Facts, check_client
from lib.costs import costs, latency
from lib.prices import price_book

DRAWS = 1_000_000
BLOCK = 20_000
"""Blocks of this size stay in the processor's cache and keep the memory small."""

ROWS = 1_000
FIELDS = {
    "traffic.queries_per_month": (1e3, 1e5),
    "traffic.answer_tokens": (100, 1000),
    "traffic.context_tokens": (500, 3000),
    "knowledge.documents": (0, 5000),
    "money.engineer_usd_per_hour": (100, 200),
}
CLIENT = check_client({"client": {"name": "Benchmark"}, "knowledge": {"needed": "private", "documents": 1000}})
FACTS, BOOK = Facts.of(CLIENT), price_book(CLIENT)


def drawn(size: int) -> tuple[dict, dict]:
    generator = np.random.default_rng(0)
    fields = {path: generator.uniform(*bounds, size) for path, bounds in FIELDS.items()}
    prices = {
        key: generator.triangular(price.low, price.likely, price.high, size) for key, price in BOOK.uncertain().items()
    }
    return fields, prices


def test_a_million_draws_in_blocks_against_row_by_row():
    fields, prices = drawn(BLOCK)
    start = time.perf_counter()
    for _ in range(DRAWS // BLOCK):
        together = costs(FACTS.replaced(fields), BOOK, prices, keep_components=False)
        latency(FACTS.replaced(fields), BOOK, prices)
    blocks = time.perf_counter() - start
    start = time.perf_counter()
    rows = []
    for i in range(ROWS):
        facts = FACTS.replaced({path: column[i] for path, column in fields.items()})
        draws = {key: column[i] for key, column in prices.items()}
        rows.append(costs(facts, BOOK, draws, keep_components=False))
        latency(facts, BOOK, draws)
    row_by_row = (time.perf_counter() - start) * DRAWS / ROWS
    print(f"\n{DRAWS:,} draws of {len(FIELDS)} fields and {len(prices)} prices through costs and latency:")
    print(f"in blocks {blocks:.2f} s, row by row {row_by_row:,.0f} s (extrapolated): {row_by_row / blocks:,.0f} times")
    for arm in ARMS:
        expected = np.broadcast_to(together.horizon_usd[arm], BLOCK)[:ROWS]
        assert np.allclose([row.horizon_usd[arm] for row in rows], expected, rtol=1e-12)
