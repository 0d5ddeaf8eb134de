"""Bills of vector stores, worked by hand from bytes: vectors × dimensions × 4."""

import pytest

from lib.costs import derived
from lib.costs.situation import Situation

MILLION_VECTORS = {"documents": 1_000_000, "tokens_per_document": 750, "days_between_changes": "never"}
QUERIES = {"queries_per_month": 100_000}


@pytest.fixture
def month(case):
    def bill(store: str, **knowledge) -> float:
        found = case(
            knowledge={"needed": "private", **MILLION_VECTORS, **knowledge},
            traffic=QUERIES,
            stack={"vector_store": store},
        )
        return float(found.costs.components["rag"]["vector_store"].monthly)

    return bill


def test_a_million_vectors_of_1536_dimensions_take_6_gigabytes(case):
    found = case(knowledge={"needed": "private", **MILLION_VECTORS})
    assert derived.stored_gigabytes(Situation(found.facts, found.book)) == pytest.approx(6.144)


@pytest.mark.parametrize(
    ("documents", "dollars"),
    [(10_000, 25), (50_000, 30), (100_000, 75), (200_000, 125), (500_000, 225), (1_000_000, 425)],
)
def test_supabase_takes_the_machine_that_holds_the_vectors(month, documents, dollars):
    assert month("supabase", documents=documents) == pytest.approx(dollars)


def test_supabase_beyond_its_largest_machine_pays_by_the_gigabyte(month):
    assert month("supabase", documents=2_000_000) == pytest.approx(425 + (12.288 - 6.144) * 69)


def test_pinecone_is_its_minimum_until_usage_exceeds_it(month):
    # 6.144 GB × 0.33 = 2.03; 100,000 queries read 6.144 units each at 16 USD a million: 9.83. The minimum is 50.
    assert month("pinecone") == pytest.approx(50)
    # Ten times the vectors: 61.44 GB × 0.33 = 20.28; 0.1 million queries × 61.44 × 16 = 98.30.
    assert month("pinecone", documents=10_000_000) == pytest.approx(61.44 * (0.33 + 1.6))


def test_what_is_indexed_anew_is_written_and_charged(month):
    # 5 % of 61.44 GB once a month at 4 USD a GB.
    changing = month("pinecone", documents=10_000_000, days_between_changes=365.25 / 12)
    assert changing - month("pinecone", documents=10_000_000) == pytest.approx(0.05 * 61.44 * 4)


def test_a_free_plan_ends_where_it_is_full(month):
    assert month("pinecone-starter", documents=300_000) == 0
    assert month("pinecone-starter", documents=1_000_000) == 20
    assert month("pinecone-starter", documents=2_000_000) == 50


def test_s3_vectors_charges_storage_and_queries(month):
    assert month("s3-vectors") == pytest.approx(6.144 * 0.06 + 0.1 * 2.5)


def test_turbopuffer_has_a_minimum(month):
    # 6.144 GB × 0.33 + 0.1 million queries × 6.144 GB × 1 USD a PB = 2.64
    assert month("turbopuffer") == pytest.approx(16)
