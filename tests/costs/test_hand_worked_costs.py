"""Figures worked by hand from the inputs that the articles state."""

import numpy as np
import pytest

from lib.arms import ARMS
from lib.costs import costs, latency


def test_three_numbers_inference_is_70_50_and_not_95_dollars_a_month(case):
    # 100,000 × (1,500 × 0.15 + 800 × 0.60) ÷ 1,000,000 = 22.50 + 48.00
    found = case(traffic={"queries_per_month": 100000, "question_tokens": 0, "instruction_tokens": 0})
    assert found.costs.components["rag"]["inference"].monthly == pytest.approx(70.50, abs=1e-9)


def test_three_numbers_tuned_inference_without_a_prompt_is_96_dollars(case):
    # 100,000 × 800 × 1.20 ÷ 1,000,000
    found = case(traffic={"queries_per_month": 100000, "question_tokens": 0, "tuned_instruction_tokens": 0})
    assert found.costs.components["fine_tune"]["inference"].monthly == pytest.approx(96.0, abs=1e-9)


def test_query_embeddings_of_decision_matrix_are_30_cents_a_month_and_not_a_day(case):
    # 10,000 a day × 30 × 50 tokens × 0.02 ÷ 1,000,000
    found = case(traffic={"queries_per_month": 300000, "question_tokens": 50})
    assert found.costs.components["rag"]["query_embedding"].monthly == pytest.approx(0.30, abs=1e-9)


def test_training_run_of_decision_matrix_is_one_dollar_fifty_an_epoch(case):
    found = case(training_data={"labelled_examples": 500, "quality": 1.0, "tokens_per_example": 1000})
    book = found.book.replaced({"training.epochs": 1, "training.setup_runs": 1})
    assert costs(found.facts, book).components["fine_tune"]["training"].setup == pytest.approx(1.50)


def test_curation_of_40_hours_costs_6000_dollars(case):
    assert case().costs.components["fine_tune"]["data_curation"].setup == pytest.approx(6000)


def test_whole_answer_of_the_default_rag_query_is_worked_by_hand(case):
    # (800 + 50 + 1,500) × 0.15 + 800 × 0.60 = 832.50 millionths, and 50 × 0.02 = 1 for the query embedding
    assert case().costs.usd_per_query["rag"] == pytest.approx(833.5e-6)


def test_of_a_repeated_prompt_the_cold_share_is_written_and_the_rest_read_from_the_cache(case):
    # 2,000 tokens, half of them the same each time; 43,830 minutes a month and a cache of 10 minutes: of 43,830
    # queries every tenth finds it cold. GPT-4o mini writes at its input price.
    traffic = {"cacheable_share": 0.5, "instruction_tokens": 1950, "queries_per_month": 43830}
    expected = 1000 * 0.15 + 1000 * (0.1 * 0.15 + 0.9 * 0.075) + 800 * 0.60
    assert case(traffic=traffic).costs.usd_per_query["prompt"] == pytest.approx(expected / 1e6)
    # At 4 queries an hour, 2,922 a month, a cache of ten minutes is always cold: nothing is read from it.
    cold = case(traffic=traffic | {"queries_per_month": 2922})
    assert cold.costs.usd_per_query["prompt"] == pytest.approx((2000 * 0.15 + 800 * 0.60) / 1e6)


def test_a_prompt_below_the_provider_s_least_length_is_not_cached_at_all(case):
    # 850 tokens, where OpenAI caches from 1,024 tokens on.
    found = case(traffic={"cacheable_share": 0.5, "queries_per_month": 10_000_000})
    assert found.costs.usd_per_query["prompt"] == pytest.approx((850 * 0.15 + 800 * 0.60) / 1e6)


def test_writing_the_cache_costs_its_own_price_in_every_arm(case):
    # Claude Haiku 4.5 caches from 4,096 tokens on, for 5 minutes, and writes at 1.25 times its input price of 1.00.
    traffic = {"cacheable_share": 1.0, "instruction_tokens": 9950, "queries_per_month": 87660, "context_tokens": 10_000}
    found = case(stack={"base_model": "anthropic/claude-haiku-4-5"}, traffic=traffic)
    book = found.book
    assert book["base_model.cache_lifetime"].likely == 5 and book["base_model.cache_write"].likely == 1.25
    # 8,766 lifetimes a month: a tenth of the queries write, the others read at 0.10.
    cached = 0.1 * 1.25 + 0.9 * 0.10
    for arm, tokens in (("prompt", 10_000), ("rag", 20_000)):
        inference = found.costs.components[arm]["inference"].monthly / 87660
        assert inference == pytest.approx((tokens * cached + 800 * book["base_model.output"].likely) / 1e6)


def test_a_tokenizer_that_counts_more_makes_prompts_and_answers_longer_and_the_window_smaller(case):
    # Claude Haiku 5.5 makes 1.3 tokens of one: (800 + 50) × 1.3 × 0.10 + 800 × 1.3 × 0.50
    stack = {"base_model": "anthropic/claude-haiku-5-5"}
    found = case(stack=stack, knowledge={"needed": "private", "documents": 10_000})
    assert found.costs.usd_per_query["prompt"] == pytest.approx(1.3 * (850 * 0.10 + 800 * 0.50) / 1e6)
    # What it is embedded with counts as before.
    assert found.costs.components["rag"]["document_embedding"].setup == pytest.approx(10_000 * 800 * 0.02 / 1e6)
    # Of its window of a million tokens the answer takes 1,040.
    assert found.costs.prompt_tokens["long_context"] == pytest.approx(1_000_000 - 1040)
    assert found.latency.components["rag"]["writing"] == pytest.approx(1.3 * 800 / 130 * 1000)


def test_thinking_is_billed_as_output_and_delays_the_first_word(case):
    plain, thinking = case(), case(traffic={"thinking_tokens": 400})
    for arm in ("prompt", "rag", "long_context"):
        more = thinking.costs.usd_per_query[arm] - plain.costs.usd_per_query[arm]
        assert more == pytest.approx(400 * 0.60 / 1e6)
        assert thinking.latency.first_token_ms[arm] > plain.latency.first_token_ms[arm] + 2000


def test_expert_review_costs_the_reviewer_s_time_and_no_bill(case):
    # 1,000 answers × 3 minutes = 50 hours at USD 40.
    money = {"review_minutes_per_answer": 3, "saved_usd_per_hour": 40}
    found = case(traffic={"queries_per_month": 1000}, money=money).costs
    for arm in ARMS:
        part = found.components[arm]["review"]
        assert part.monthly == pytest.approx(2000) and part.labour
    # Asked for, but without minutes or a wage: the price list's 2 minutes at USD 60.
    assumed = case(traffic={"queries_per_month": 1000}, risk={"expert_review": True}).costs
    assert assumed.components["rag"]["review"].monthly == pytest.approx(2000)
    assert "review" not in case().costs.components["rag"]


def test_a_batch_share_pays_half_the_price(case):
    # Known since October 2026.
    full, batch = case(stack=None), case(stack=None, prices={"batch_share": 1.0})
    assert batch.costs.usd_per_query["prompt"] == pytest.approx(full.costs.usd_per_query["prompt"] / 2)


def test_long_context_reads_the_whole_knowledge_base_mostly_from_the_cache(case):
    found = case(knowledge={"needed": "private", "documents": 50}, traffic={"queries_per_month": 43830})
    # 43,830 minutes a month and a cache of 10 minutes: 4,383 of 43,830 queries find it empty.
    expected = (850 * 0.15 + 40000 * (0.1 * 0.15 + 0.9 * 0.075) + 800 * 0.60) / 1e6
    assert found.costs.usd_per_query["long_context"] == pytest.approx(expected)


def test_a_knowledge_base_larger_than_the_window_is_charged_as_far_as_it_fits_and_says_so(case):
    found = case(knowledge={"needed": "private", "documents": 12000})
    assert found.costs.prompt_tokens["long_context"] == 128000 - 800
    assert any("do not fit into one prompt" in note for note in found.costs.notes)


def test_a_long_prompt_pays_the_dearer_tier_for_all_its_tokens(case):
    stack = {"base_model": "google/gemini-2.5-pro"}
    small = case(stack=stack, traffic={"instruction_tokens": 199950, "question_tokens": 50, "answer_tokens": 1})
    large = case(stack=stack, traffic={"instruction_tokens": 199951, "question_tokens": 50, "answer_tokens": 1})
    assert small.costs.usd_per_query["prompt"] == pytest.approx((200000 * 1.25 + 10) / 1e6)
    assert large.costs.usd_per_query["prompt"] == pytest.approx((200001 * 2.5 + 15) / 1e6)


def test_a_question_over_several_documents_makes_one_more_call(case):
    one, two = case(), case(knowledge={"multi_hop_share": 1.0})
    # The first call reads 2,350 tokens and writes 50; the second reads 1,500 more.
    extra = (3850 * 0.15 + 50 * 0.60 + 50 * 0.02) / 1e6
    assert two.costs.usd_per_query["rag"] - one.costs.usd_per_query["rag"] == pytest.approx(extra)


def test_fine_tune_retrains_when_needed_knowledge_changes_and_hybrid_does_not(case):
    found = case(knowledge={"needed": "private", "days_between_changes": 7})
    assert found.costs.retrains_per_month["fine_tune"] == pytest.approx(30.4375 / 7)
    assert found.costs.retrains_per_month["hybrid"] == pytest.approx(1 / 3, abs=1e-3)


def test_retraining_is_never_more_frequent_than_is_possible(case):
    found = case(behaviour={"days_between_changes": 0.01})
    assert found.costs.retrains_per_month["hybrid"] == pytest.approx(30.4375)


@pytest.mark.parametrize(
    ("arm", "least", "most"),
    [
        ("prompt", 500, 2000),
        ("long_context", 1350, 2500),
        ("rag", 3000, 4500),
        ("fine_tune", 8000, 10000),
        ("hybrid", 11000, 15000),
    ],
)
def test_set_up_lands_where_the_articles_agree(case, arm, least, most):
    assert least <= case().costs.setup_usd[arm] <= most


def test_components_add_up_to_the_totals(case):
    found = case(knowledge={"needed": "private", "documents": 5000}).costs
    for arm in ARMS:
        parts = found.components[arm].values()
        assert sum(part.setup for part in parts) == pytest.approx(found.setup_usd[arm])
        assert sum(part.monthly for part in parts) == pytest.approx(found.monthly_usd[arm])
        assert sum(part.monthly for part in parts if not part.labour) == pytest.approx(found.monthly_bill_usd[arm])
        assert found.setup_usd[arm] + 12 * found.monthly_usd[arm] == pytest.approx(found.horizon_usd[arm])


def test_every_component_names_prices_that_the_book_holds(case):
    for sections in ({}, {"constraints": {"data_must_stay_in_house": True}}):
        found = case(**sections)
        for parts in found.costs.components.values():
            assert all(key in found.book for part in parts.values() for key in part.prices)


def test_a_price_that_no_component_and_no_time_names_changes_nothing(case):
    found = case(knowledge={"needed": "private", "documents": 500})
    parts = [part for by_id in found.costs.components.values() for part in by_id.values()]
    named = {key for part in parts for key in part.prices} | {
        key for keys in found.latency.prices.values() for key in keys
    }
    assert {"base_model.input", "vector_store.storage", "latency.p95_factor", "training.epochs"} <= named
    # Every one doubled at once, of those that nothing names.
    others = {key: 2 * price.likely for key, price in found.book.items() if found.book.charged(key) not in named}
    again, times = (compute(found.facts, found.book.replaced(others)) for compute in (costs, latency))
    assert len(others) > 50 and again.horizon_usd == found.costs.horizon_usd and times.p95_ms == found.latency.p95_ms


def test_data_in_house_replaces_hosted_models_by_own_gpus_and_says_so(case):
    found = case(constraints={"data_must_stay_in_house": True}, stack={"vector_store": "pinecone"})
    parts = found.costs.components["hybrid"]
    assert "inference" not in parts and parts["gpu"].monthly == pytest.approx(730 * 1.79)
    assert parts["query_embedding"].monthly == 0
    assert parts["vector_store"].monthly == pytest.approx(12)
    assert any("must stay in house" in note for note in found.costs.notes)


def test_more_load_needs_more_gpus(case):
    house = {"data_must_stay_in_house": True}
    found = case(constraints=house, traffic={"queries_per_month": 10_000_000})
    gpus = found.costs.components["rag"]["gpu"].monthly / (730 * 1.79)
    seconds = 10_000_000 * (2350 / 13000 + 800 / 1500)
    assert gpus == pytest.approx(np.ceil(seconds / (730 * 3600 * 0.3)))


def test_a_self_hosted_model_of_the_stack_costs_hours_and_not_tokens(case):
    found = case(stack={"base_model": "self-hosted/open-8b"})
    assert "gpu" in found.costs.components["rag"]
    assert "inference" in found.costs.components["hybrid"]


@pytest.mark.parametrize("facts", [{"risk": {"wrong_answer": "high"}}, {"evidence": {"retrieval_precision": 0.6}}])
def test_re_ranking_costs_and_takes_time_where_it_is_advised(case, facts):
    plain, advised = case(), case(**facts)
    # 25,000 searches at 2 USD a thousand, and 188 ms.
    assert plain.costs.components["rag"]["re_ranking"].monthly == 0
    assert advised.costs.components["rag"]["re_ranking"].monthly == pytest.approx(50)
    assert plain.latency.components["rag"]["re_ranking"] == 0
    assert advised.latency.components["rag"]["re_ranking"] == 188
    assert case(evidence={"retrieval_precision": 0.8}).costs.components["rag"]["re_ranking"].monthly == 0
