import numpy as np

from lib.costs import ARMS


def test_default_answers_take_four_to_nine_seconds_and_begin_within_one_and_a_half(case):
    found = case().latency
    for arm in ARMS:
        assert 4000 <= found.p95_ms[arm] <= 9000
        assert found.first_token_ms[arm] < 1500


def test_fine_tune_is_faster_than_rag_and_long_context_is_slower(case):
    found = case(knowledge={"needed": "private", "documents": 100}).latency
    assert found.p95_ms["fine_tune"] < found.p95_ms["hybrid"] < found.p95_ms["rag"] < found.p95_ms["long_context"]


def test_the_whole_answer_is_the_sum_of_its_parts_times_the_factor(case):
    found = case()
    factor = found.book["latency.p95_factor"].likely
    for arm in ARMS:
        total = sum(found.latency.components[arm].values())
        assert np.isclose(found.latency.p95_ms[arm], total * factor)


def test_a_large_model_writes_more_slowly_than_a_small_one(case):
    large = case(stack={"base_model": "openai/gpt-4o"}).latency
    assert large.p95_ms["rag"] > case().latency.p95_ms["rag"]


def test_questions_over_several_documents_slow_the_slowest_answers_once_they_are_common(case):
    rare, common = case(knowledge={"multi_hop_share": 0.04}), case(knowledge={"multi_hop_share": 0.3})
    assert rare.latency.p95_ms["rag"] < common.latency.p95_ms["rag"]
    assert rare.latency.p95_ms["prompt"] == common.latency.p95_ms["prompt"]


def test_data_in_house_answers_at_the_speed_of_own_gpus(case):
    found = case(constraints={"data_must_stay_in_house": True})
    assert found.latency.components["rag"]["writing"] == 800 / 60 * 1000


def test_a_steady_stream_reads_a_long_prompt_from_the_cache(case):
    knowledge = {"needed": "private", "documents": 100}
    slow = case(knowledge=knowledge)
    fast = case(knowledge=knowledge, traffic={"queries_per_month": 1_000_000})
    assert fast.latency.first_token_ms["long_context"] < slow.latency.first_token_ms["long_context"]
