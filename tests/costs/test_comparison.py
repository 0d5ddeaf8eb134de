"""Right answers, payback, volumes at which two arms cost the same, and what drives a difference."""

import numpy as np
import pytest

from lib.arms import ARMS
from lib.client import check_client, load_client
from lib.costs import Estimates, break_even_volumes, payback, share_right_to_match, tornado, usd_per_correct_answer
from lib.paths import CLIENTS
from lib.prices import price_book
from lib.simulation import DRAWS


def estimates(size: int = DRAWS, **sections) -> Estimates:
    client = check_client({"client": {"name": "Test"}, **sections})
    return Estimates.of(client, price_book(client), size)


def test_cost_per_correct_answer_is_worked_by_hand():
    # (0.01 + 0.2 × 2) ÷ 0.8
    assert usd_per_correct_answer(0.01, 0.8, 2.0) == pytest.approx(0.5125)


def test_what_was_not_measured_has_no_cost_per_correct_answer():
    assert usd_per_correct_answer(0.01, None, 2.0) is None
    assert usd_per_correct_answer(0.01, np.nan, 2.0) is None


def test_no_right_answer_is_infinitely_dear():
    assert np.isinf(usd_per_correct_answer(0.01, 0.0, 2.0))


def test_the_share_at_which_the_ranking_turns_gives_the_same_cost_per_right_answer():
    dear = usd_per_correct_answer(0.05, 0.9, 2.0)
    share = share_right_to_match(dear, 0.01, 2.0)
    assert usd_per_correct_answer(0.01, share, 2.0) == pytest.approx(dear)
    assert np.isnan(share_right_to_match(0.001, 0.05, 2.0))


def test_cost_per_right_answer_spreads_the_whole_month_over_its_queries(case):
    found = case(evidence={"rag_score": 0.8}, money={"correction_usd": 2}).costs
    expected = (found.monthly_usd["rag"] / 25000 + 0.2 * 2) / 0.8
    assert found.usd_per_correct_answer["rag"] == pytest.approx(expected)
    assert found.usd_per_correct_answer["prompt"] is None


# Knowledge in the prompt gets cheaper a query as its cache stays warm, own GPUs come in whole ones: no straight lines.
CLIENTS_WITH_TURNS = {
    "long context": {"knowledge": {"needed": "private", "documents": 100}},
    "own GPUs": {"constraints": {"data_must_stay_in_house": True}, "traffic": {"instruction_tokens": 20_000}},
    "long prompt": {"traffic": {"instruction_tokens": 20_000, "tuned_instruction_tokens": 50, "answer_tokens": 100}},
}


@pytest.mark.parametrize("sections", CLIENTS_WITH_TURNS.values(), ids=CLIENTS_WITH_TURNS)
def test_on_the_two_sides_of_a_break_even_volume_the_order_is_the_other_way_round(sections):
    found = estimates(**sections)
    seen = 0
    for arm in ARMS:
        for other, point in break_even_volumes(found, arm).items():
            if np.isnan(point.expected):
                continue
            seen += 1
            sides = point.expected * np.array([0.999, 1.001])
            facts = found.facts.replaced({"traffic.queries_per_month": sides}, answered=False)
            total = found.expected_costs(facts).horizon_usd
            before, after = np.broadcast_to(total[arm] - total[other], 2)
            assert before * after <= 0, (arm, other, point)
    assert seen


def test_the_break_even_volume_is_the_same_from_both_sides():
    found = estimates(**CLIENTS_WITH_TURNS["long prompt"])
    there = break_even_volumes(found, "prompt")["fine_tune"]
    back = break_even_volumes(found, "fine_tune")["prompt"]
    assert there.expected == pytest.approx(back.expected, rel=1e-6)
    assert there.p10 <= there.expected <= there.p90


def test_an_arm_that_is_dearer_at_every_volume_has_no_break_even():
    point = break_even_volumes(estimates(512), "prompt")["hybrid"]
    assert np.isnan(point.expected) and point.share == 0


def test_payback_is_extra_set_up_over_monthly_saving():
    found = estimates(traffic={"queries_per_month": 5_000_000, "instruction_tokens": 20_000, "answer_tokens": 100})
    point, usd = payback(found, "fine_tune", "prompt"), found.expected
    assert usd.setup_usd["prompt"] + point.expected * usd.monthly_usd["prompt"] == pytest.approx(
        usd.setup_usd["fine_tune"] + point.expected * usd.monthly_usd["fine_tune"]
    )
    assert point.p10 <= point.expected <= point.p90
    never = payback(estimates(512), "hybrid", "prompt")
    assert np.isinf(never.expected) and never.share == 0
    assert payback(estimates(512), "prompt", "hybrid").expected == 0


def test_the_tornado_is_ordered_and_turns_about_the_expected_difference():
    client = load_client(CLIENTS / "support-knowledge-base.yaml")
    found = Estimates.of(client, price_book(client))
    bars = tornado(found, "hybrid", "rag")
    assert [bar.width for bar in bars] == sorted((bar.width for bar in bars), reverse=True)
    expected = float(found.expected.horizon_usd["hybrid"] - found.expected.horizon_usd["rag"])
    for bar in bars:
        low, high = sorted((bar.at_low, bar.at_high))
        assert low <= expected + 1e-6 and expected - 1e-6 <= high
