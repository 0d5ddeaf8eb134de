import numpy as np
import pytest

from lib.arms import ARMS


def test_default_answers_take_six_to_ten_seconds_and_begin_within_one_and_a_half(case):
    found = case().latency
    for arm in ARMS:
        assert 6000 <= found.p95_ms[arm] <= 10_000
        assert found.first_token_ms[arm] < 1500


def test_fine_tune_is_faster_than_rag_and_long_context_is_slower(case):
    found = case(knowledge={"needed": "private", "documents": 100}).latency
    assert found.p95_ms["fine_tune"] < found.p95_ms["hybrid"] < found.p95_ms["rag"] < found.p95_ms["long_context"]


def test_the_whole_answer_is_the_sum_of_its_parts_times_their_factors(case):
    found = case()
    factor = found.book["latency.p95_factor"].likely
    for arm in ARMS:
        parts = found.latency.components[arm]
        # GPT-4o mini: 536 ms to the first token at the median, 844 ms (1.57 times) for the slowest 5 %.
        expected = 536 * 1.57 + (sum(parts.values()) - 536) * factor
        assert np.isclose(found.latency.p95_ms[arm], expected)


def test_a_model_is_as_fast_as_its_rows_say_and_not_as_its_name(case):
    luna, mini = (case(stack={"base_model": name}) for name in ("openai/gpt-6-luna", "openai/gpt-4o-mini"))
    assert luna.latency.components["rag"]["first_token"] == 740
    assert mini.latency.components["rag"]["first_token"] == 536
    assert luna.latency.components["rag"]["writing"] == 800 / 130.6 * 1000


def test_questions_over_several_documents_slow_the_slowest_answers_once_they_are_common(case):
    rare, common = case(knowledge={"multi_hop_share": 0.04}), case(knowledge={"multi_hop_share": 0.3})
    assert rare.latency.p95_ms["rag"] < common.latency.p95_ms["rag"]
    assert rare.latency.p95_ms["prompt"] == common.latency.p95_ms["prompt"]


def test_data_in_house_answers_at_the_speed_of_own_gpus(case):
    found = case(constraints={"data_must_stay_in_house": True})
    assert found.latency.components["rag"]["writing"] == pytest.approx(800 / 62 * 1000)


def test_a_steady_stream_reads_a_long_prompt_from_the_cache(case):
    knowledge = {"needed": "private", "documents": 100}
    slow = case(knowledge=knowledge, traffic={"queries_per_month": 2000})
    fast = case(knowledge=knowledge, traffic={"queries_per_month": 1_000_000})
    assert fast.latency.first_token_ms["long_context"] < slow.latency.first_token_ms["long_context"]


def test_a_cache_speeds_up_every_arm_that_reads_a_repeated_prompt(case):
    traffic = {"instruction_tokens": 6000, "queries_per_month": 1_000_000}
    cold, warm = case(traffic=traffic), case(traffic=traffic | {"cacheable_share": 0.95})
    for arm in ("prompt", "rag"):
        assert warm.latency.first_token_ms[arm] < cold.latency.first_token_ms[arm]
    assert case(traffic=traffic).latency.p95_ms["long_context"] == pytest.approx(cold.latency.p95_ms["prompt"])


def test_an_answer_that_is_checked_first_begins_to_show_when_it_is_whole(case):
    for risk in ({"wrong_answer": "high"}, {"expert_review": True}):
        found = case(risk=risk).latency
        for arm in ARMS:
            assert found.first_token_ms[arm] == found.p95_ms[arm]
