"""What an answer costs: worked by hand, and the same as in the cost model."""

import math

import numpy as np
import pytest

from lib.costs import usd_per_correct_answer
from lib.experiment.measures import usd_per_correct, wait_of
from lib.experiment.statistics import Share, share_of
from lib.experiment.token_prices import TokenPrices

PRICES = TokenPrices(input=2.0, output=10.0, cached_input=0.5)


def test_a_question_costs_its_tokens_at_the_price_of_each_kind():
    # 1,000 read at 2, of them 600 from the cache at 0.5, 100 written at 10 USD a million.
    assert PRICES.usd(1000, 100, cached_tokens=600) == pytest.approx((400 * 2 + 600 * 0.5 + 1000) / 1e6)
    assert TokenPrices(2.0, 10.0).usd(1000, 100, cached_tokens=600) == pytest.approx(0.003)


def test_a_right_answer_costs_the_question_and_the_wrong_answers_corrections():
    cost = usd_per_correct(0.01, share_of([True] * 80 + [False] * 20), correction_usd=2)
    assert cost.usd == pytest.approx(0.5125)
    assert cost.low < cost.usd < cost.high


@pytest.mark.parametrize("right", [0.0, 0.05, 0.5, 1.0])
def test_it_is_what_the_cost_model_says(right):
    found = usd_per_correct(0.03, Share(100, right, right, right), correction_usd=1.5)
    assert found.usd == found.low == found.high == pytest.approx(float(usd_per_correct_answer(0.03, right, 1.5)))


def test_where_nothing_is_right_no_money_buys_a_right_answer_but_the_interval_may():
    cost = usd_per_correct(0.01, share_of([False] * 50))
    assert math.isinf(cost.usd) and math.isinf(cost.high) and 0 < cost.low < 1
    assert math.isnan(usd_per_correct(0.01, share_of([])).usd)


def test_waiting_times_are_the_median_and_the_95th_percentile():
    seconds = list(np.random.default_rng(0).permutation(101) / 100)
    wait = wait_of(seconds)
    assert (wait.n, wait.p50, wait.p95) == (101, pytest.approx(0.5), pytest.approx(0.95))
    assert wait_of([]).n == 0 and math.isnan(wait_of([]).p95)
