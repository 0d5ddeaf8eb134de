"""The critical gap parts what McNemar's exact test finds significant from what it does not."""

import math

import pytest
from statsmodels.stats.contingency_tables import mcnemar

from lib.decision.measured import Pair
from lib.stats import SIGNIFICANCE


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        # 2 × (1 + 11 + 55) of 2^11 ways: the published "RAG 65 % against 24 %" on 17 questions.
        (9, 2, 134 / 2048),
        # Five of five is 2 of 2^5 ways and shows nothing; six of six, 2 of 2^6, does.
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (4, 4, 1.0),
        (0, 0, 1.0),
    ],
)
def test_mcnemar_s_p_is_the_one_worked_out_by_hand(only_first: int, only_second: int, p: float) -> None:
    assert Pair(17, only_first, only_second).p == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize(("only_first", "only_second"), [(30, 10), (110, 90), (90, 110), (700, 610), (1, 40), (3, 3)])
def test_mcnemar_s_p_is_that_of_statsmodels(only_first: int, only_second: int) -> None:
    expected = float(mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue)
    assert Pair(2000, only_first, only_second).p == pytest.approx(expected, rel=1e-9)


def test_a_tail_too_small_for_a_float_is_no_error() -> None:
    assert Pair(5000, 5000, 0).p == 0.0


def test_the_critical_gap_parts_significant_from_other_splits_even_after_rounding() -> None:
    for discordant in range(61):
        for only_first in range(discordant + 1):
            pair = Pair(100, only_first, discordant - only_first)
            significant = pair.p < SIGNIFICANCE and pair.gap > 0
            for rounding in (-0.008, 0.0, 0.008):
                assert (pair.gap + rounding >= pair.critical_gap) == significant, pair


def test_six_discordant_questions_must_all_fall_on_one_side() -> None:
    # Gaps of six discordant among 100 are 6, 4, 2, … points; only 6 is significant, so the line lies at 5.
    assert Pair(100, 6, 0).critical_gap == pytest.approx(0.05)
    assert Pair(100, 5, 0).critical_gap == math.inf
