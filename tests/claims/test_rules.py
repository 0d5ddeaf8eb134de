"""The tolerances and the order of verdicts."""

import csv

import pytest
from scipy.stats import binomtest

from lib.claims.figure import Figure, Named, Stated
from lib.claims.recompute import FUNCTIONS
from lib.claims.rules import RULES, verdict
from lib.paths import DATA

ABOUT = Stated(value=95, unit="USD", about=True)
EXACT = Stated(value=95, unit="USD")
ROUNDED = Stated(value=2, unit="months", rounded_to=1)


@pytest.mark.parametrize(
    ("rule", "stated", "claimed", "found", "holds"),
    [
        ("equal", ABOUT, 95, 100, True),
        ("equal", ABOUT, 95, 80, False),
        ("equal", EXACT, 95, 100, False),
        ("equal", ROUNDED, 2, 2.31, True),
        ("equal", ROUNDED, 2, 2.6, False),
        ("equal", ABOUT, 95, float("inf"), False),
        ("covers", EXACT, [1, 10], [1.2, 10.9], True),
        ("covers", EXACT, [1, 10], [1.2, 12], False),
        ("inside", EXACT, 5, [1, 10], True),
        ("compatible", EXACT, [1, 10], [0.5, 20], True),
        ("compatible", EXACT, [1, 10], [5, 20], False),
        ("overlaps", EXACT, [1, 10], [10, 20], False),
        ("overlaps", EXACT, [1, 10], [9, 20], True),
        ("threshold", EXACT, 200, 400, True),
        ("threshold", EXACT, 200, 500, False),
        ("threshold", EXACT, 200, [100, 500], True),
        ("above", EXACT, [2, 4], [2, 3], True),
        ("above", EXACT, [2, 4], [1, 5], False),
        ("below", EXACT, [1, 2], [2, 6], True),
        ("mostly", EXACT, 1, 41, False),
        ("reaches", EXACT, 6, [4, 8], None),
        ("reaches", EXACT, 6, [7, 8], False),
    ],
)
def test_a_rule_decides_as_documented(rule: str, stated: Stated, claimed: object, found: object, holds: object) -> None:
    assert RULES[rule].holds(stated, Figure.of(claimed), Figure.of(found)) is holds


def test_the_most_telling_verdict_is_shown() -> None:
    assert verdict([("own article", False), ("list prices", False)]) == "contradicts itself"
    assert verdict([("own inputs", False), ("other article", False)]) == "contradicts itself"
    assert verdict([("assumed inputs", False), ("other article", False)]) == "does not reproduce"
    assert verdict([("own inputs", True), ("other article", False)]) == "contradicts another article"
    assert verdict([("own inputs", True), (None, None)]) == "reproduces"


def test_agreement_with_another_article_alone_reproduces_nothing() -> None:
    assert verdict([("other article", True)]) == "not checkable"
    assert verdict([("own inputs", None)]) == "not checkable"


def named(value: float | list[float]) -> Named:
    return Named("", Figure.of(value))


def test_sample_sizes_agree_with_the_published_ones() -> None:
    with (DATA / "published" / "sample_size.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["questions"] == "17":
                continue  # published as 30 points, which so few questions show only with fewer pairs that differ
            found, _ = FUNCTIONS["detectable gap"]([named(float(row["questions"])), named([0.3, 0.5])], "points")
            assert found.low == pytest.approx(float(row["smallest_gap_low"]), abs=1.2)
            assert found.high == pytest.approx(float(row["smallest_gap_high"]), abs=1.2)


def test_the_exact_p_is_bounded_by_the_fewest_and_most_changed_answers() -> None:
    # 87 % and 93 % of 200: 12 more right; at least 12 changed, at most 40 of which 26 to the better.
    found, _ = FUNCTIONS["exact p"]([named(87), named(93), named(200)], "")
    assert found.low == pytest.approx(binomtest(0, 12).pvalue)
    assert found.high == pytest.approx(binomtest(14, 40).pvalue)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure.of(70.5, "USD a month"), "USD 70.50 a month"),
        (Figure.of([11, 17], "days"), "11–17 days"),
        (Figure.of(0.01, "USD a day"), "USD 0.01 a day"),
        (Figure.of([0.00125, 0.0075], "USD a query"), "USD 0.00125–0.0075 a query"),
        (Figure.of(500_000, "tokens"), "500,000 tokens"),
        (Figure.of(float("inf"), "queries a month"), "never"),
    ],
)
def test_figures_are_written_for_people(figure: Figure, text: str) -> None:
    assert str(figure) == text
