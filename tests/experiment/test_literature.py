"""The published tables are read as they stand, and a run is set beside them by order and by size."""

import pytest
from test_result import result_of

from lib.experiment import EXPERIMENT_ARMS
from lib.experiment.literature import Order, Outcome, literature_agreement, published_rows
from lib.experiment.scoring import MEASURES
from lib.published import published_table
from lib.views.run_words import literature_sentences


def test_every_published_number_is_a_share_with_source_grade_and_size():
    for row in published_table("accuracy"):
        assert row["grade"] in "PSA" and row["source"] and 0.01 < float(row["parameters_b"]) < 1000
        assert 0 <= float(row["value"]) / {"share": 1, "percent": 100}[row["unit"]] <= 1
    rows = published_rows()
    assert [row.parameters for row in rows] == sorted(row.parameters for row in rows)
    stable = next(row for row in rows if row.model == "StableLM2 1.6B")
    assert stable.shares == pytest.approx({"base": 0.17, "lora": 0.218, "rag": 0.761, "lora_rag": 0.821})


def test_every_role_is_an_arms_or_says_why_there_is_none():
    roles = {arm.published for arm in EXPERIMENT_ARMS.values()} - {""}
    for row in published_table("arms"):
        assert row["why"] and (not row["role"] or row["role"] in roles)
    for statement in published_table("statements"):
        assert statement["untestable"] or {statement["higher"], statement["lower"]} <= set(EXPERIMENT_ARMS)
        assert statement["measure"] in MEASURES


def test_rafts_untuned_rows_that_fail_on_form_are_in_no_ordering():
    result = result_of({"rag": [True] * 60 + [False] * 40, "lora": [False] * 100})
    comparison = literature_agreement(result)
    hotpot = next(row for row in comparison.published if row.task == "HotpotQA")
    assert hotpot.left_out == {"rag"} and sum(comparison.counts(hotpot).values()) == 0
    pubmed = next(row for row in comparison.published if row.task == "PubMedQA")
    assert comparison.counts(pubmed) == {Order.ALIKE: 0, Order.OPPOSITE: 1, Order.NOT_TOLD_APART: 0}


def test_a_pair_that_chance_explains_is_not_ordered():
    result = result_of({"rag": [True, False] * 10, "lora": [False, True] * 10})
    assert {pair.order for pair in literature_agreement(result).pairs} == {Order.NOT_TOLD_APART}


def test_what_tuning_adds_is_told_by_size_from_published_rows_and_the_run():
    result = result_of({"rag": [False] * 100, "lora_with_pages": [True] * 100})
    comparison = literature_agreement(result)
    ours = comparison.gains[-1]
    assert (ours.parameters, ours.points) == (0.135, 100.0) and ours.low <= 100 <= ours.high
    sentence = next(text for text in literature_sentences(comparison) if text.startswith("Tuning adds"))
    small = [gain for gain in comparison.gains[:-1] if gain.parameters <= 3]
    assert (
        f"{sum(gain.points > 0 for gain in small)} of {len(small)} published rows" in sentence
        and "135 million" in sentence
    )


def test_statements_are_tested_where_the_run_can(small_run):
    told = {each.statement["id"]: each for each in literature_agreement(small_run).statements}
    assert told["biderman-rank"].verdict is Outcome.CANNOT_BE_TOLD and told["biderman-rank"].why
    assert {each.verdict for each in told.values()} <= set(Outcome) and all(each.why for each in told.values())
