import numpy as np
import pytest

from lib.costs import (
    break_even_queries,
    break_even_volume,
    costs,
    payback,
    payback_months,
    share_right_to_match,
    usd_per_correct_answer,
)


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


def test_the_share_at_which_the_ranking_turns_gives_the_same_cost_per_right_answer():
    dear = usd_per_correct_answer(0.05, 0.9, 2.0)
    share = share_right_to_match(dear, 0.01, 2.0)
    assert usd_per_correct_answer(0.01, share, 2.0) == pytest.approx(dear)
    assert np.isnan(share_right_to_match(0.001, 0.05, 2.0))


def test_at_the_break_even_volume_both_arms_cost_the_same_over_the_horizon(case):
    found = case(traffic={"instruction_tokens": 5000})
    volume = break_even_volume(found.costs, "prompt", "fine_tune")
    there = costs(found.facts.replaced({"traffic.queries_per_month": volume}), found.book)
    assert there.horizon_usd["prompt"] == pytest.approx(there.horizon_usd["fine_tune"])


def test_payback_of_costs_is_that_of_their_totals(case):
    found = case(traffic={"queries_per_month": 5_000_000, "instruction_tokens": 5000}).costs
    months = payback(found, "prompt", "fine_tune")
    assert found.setup_usd["prompt"] + months * found.monthly_usd["prompt"] == pytest.approx(
        found.setup_usd["fine_tune"] + months * found.monthly_usd["fine_tune"]
    )


def test_cost_per_right_answer_spreads_the_whole_month_over_its_queries(case):
    found = case(evidence={"rag_score": 0.8}, money={"correction_usd": 2}).costs
    expected = (found.monthly_usd["rag"] / 25000 + 0.2 * 2) / 0.8
    assert found.usd_per_correct_answer["rag"] == pytest.approx(expected)
    assert found.usd_per_correct_answer["prompt"] is None
