import numpy as np
import pytest

from lib.costs import break_even_queries, cumulative_usd, payback_months, usd_per_correct_answer


def test_cost_per_correct_answer_is_worked_by_hand():
    # (0.01 + 0.2 × 2) ÷ 0.8
    assert usd_per_correct_answer(0.01, 0.8, 2.0) == pytest.approx(0.5125)


def test_what_was_not_measured_has_no_cost_per_correct_answer():
    assert usd_per_correct_answer(0.01, None, 2.0) is None
    assert usd_per_correct_answer(0.01, np.nan, 2.0) is None


def test_no_right_answer_is_infinitely_dear():
    assert np.isinf(usd_per_correct_answer(0.01, 0.0, 2.0))


def test_break_even_is_where_both_arms_cost_the_same():
    queries = break_even_queries(100, 0.002, 600, 0.001)
    assert queries == pytest.approx(500_000)
    assert 100 + queries * 0.002 == pytest.approx(600 + queries * 0.001)


def test_an_arm_that_is_always_cheaper_has_no_break_even():
    assert np.isnan(break_even_queries(100, 0.001, 600, 0.002))
    assert np.isnan(break_even_queries(100, 0.001, 600, 0.001))


def test_payback_is_extra_set_up_over_monthly_saving():
    assert payback_months(1000, 500, 4000, 200) == pytest.approx(10)
    assert np.isinf(payback_months(1000, 200, 4000, 500))
    assert payback_months(1000, 500, 900, 400) == 0


def test_payback_and_break_even_take_arrays():
    assert payback_months(0, np.array([10.0, 20.0]), 100, 0).tolist() == [10.0, 5.0]
    assert break_even_queries(0, 1.0, np.array([10.0, 20.0]), 0.5).tolist() == [20.0, 40.0]


def test_cumulative_curves_begin_at_set_up_and_add_a_month_each():
    assert cumulative_usd(100, 10, 3).tolist() == [100, 110, 120, 130]
    assert cumulative_usd(np.array([1.0, 2.0]), 10, 2).shape == (2, 3)
