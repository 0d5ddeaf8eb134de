"""A result's tables: an interval beside every mean, marks only where chance is ruled out, old records too."""

import math

import numpy as np
import pytest

from lib import paths
from lib.errors import InputError
from lib.experiment import ExperimentResult
from lib.experiment.measures import GRADES, MEASURES, judged
from lib.experiment.resampling import mean_of
from lib.experiment.result import percent
from lib.experiment.statistics import adjusted, share_of
from lib.experiment.token_prices import TokenPrices
from lib.experiment.world import BRAND, FREE, Question

TITLES = {"rag": "RAG", "few_shot": "Few-shot prompt", "lora": "LoRA", "hybrid": "LoRA + RAG"}
STANDS_FOR = {"rag": "rag", "few_shot": "prompt", "lora": "fine_tune", "hybrid": "hybrid"}


def made_up(voice=BRAND, kind="document_fact", feeds=None, **rights):
    """A run in which each arm answers right, or wrong in substance, as given; two questions a page."""
    rows = []
    for arm, outcomes in rights.items():
        for number, right in enumerate(outcomes):
            page = f"page-{number // 2}"
            question = Question(f"q{number}", f"What is {number}?", "", kind, (page,), "49", "")
            answer = voice.render(f"It is {49 if right else 12}.", page)
            row = {"arm": arm, "question_id": question.id, "kind": kind, "question": question.question}
            row |= {"answer": answer, "about": page, "prompt_tokens": 1000 + number, "answer_tokens": 100}
            rows.append(row | {"bleu": 0.9 if right else 0.4} | judged(question, answer, voice))
    record = {
        "id": "made-up",
        "arms": [
            {"id": arm, "title": TITLES[arm], "stands_for": STANDS_FOR[arm], "feeds": (feeds or {}).get(arm)}
            | {"meaning": "", "seconds_each": [0.1, 0.2, 0.3], "shortened_prompts": 0}
            for arm in rights
        ],
        "answers": rows,
        "model": {"name": "a model", "is_sample_model": False, "parameters": 1_000_000, "window": 1024},
        "retrieval": {"k": 3, "questions": [], "reindexed": {"pages": 0, "seconds": 0.0}},
        "trainings": {},
        "seconds": {"judging": 1.5},
    }
    return ExperimentResult(record, paths.RUNS)


def right(number, of=100):
    return [True] * number + [False] * (of - number)


@pytest.fixture
def run():
    """RAG is right 80 times in 100, few-shot 5, LoRA 81 (no gap to be seen), both together 97."""
    return made_up(few_shot=right(5), rag=right(80), lora=right(81), hybrid=right(97))


def test_shares_stand_between_wilsons_and_the_clustered_limits(run):
    frame = run.to_frame().set_index(["arm", "measure", "kind"])
    row = frame.loc[("rag", "right", "all")]
    expected = share_of(right(80))
    assert (row["n"], row["share"]) == (100, 0.8)
    assert (row["low"], row["high"]) == (expected.low, expected.high)
    clustered = mean_of(np.array(right(80), float), [number // 2 for number in range(100)])
    assert (row["clustered_low"], row["clustered_high"]) == pytest.approx((clustered.low, clustered.high))
    # Both questions of a page are right or wrong together, so the clusters' interval is the wider one.
    assert row["clustered_high"] - row["clustered_low"] > 1.2 * (row["high"] - row["low"])


def test_means_of_grades_stand_in_the_same_table_with_a_bootstrap_interval(run):
    frame = run.to_frame()
    grades = frame[frame["form"] == "mean"]
    assert set(grades["measure"]) == {"bleu"} and set(frame["form"]) == {"share", "mean"}
    row = grades.set_index(["arm", "kind"]).loc[("rag", "all")]
    assert row["share"] == pytest.approx(0.8 * 0.9 + 0.2 * 0.4) and row["low"] < row["share"] < row["high"]
    mean = run.mean("rag", "bleu")
    assert (mean.mean, mean.low, mean.high) == pytest.approx((row["share"], row["low"], row["high"]))


def test_every_row_has_its_mean_between_its_limits(run):
    frame = run.to_frame()
    for low, high in (("low", "high"), ("clustered_low", "clustered_high")):
        assert ((frame[low] <= frame["share"]) & (frame["share"] <= frame[high])).all()
    assert not frame.duplicated(["arm", "measure", "kind"]).any()
    assert list(dict.fromkeys(frame["arm"])) == list(run.arms)


def test_the_overview_marks_what_differs_from_the_best_untuned_arm_by_more_than_chance(run):
    table = run.overview()["All right"]
    assert table["RAG"] == percent(share_of(right(80))) == "80 % (71–87)"
    assert table["LoRA"] == "81 % (72–87)"
    assert table["LoRA + RAG"].endswith(" ▲") and table["Few-shot prompt"].endswith(" ▼")
    assert "than RAG, the untuned arm that is all right most often" in run.legend()
    assert "Holm's correction for" in run.legend() and "can be chance" in run.legend()


def test_marks_are_corrected_for_all_comparisons_of_the_table():
    # 6 questions won and none lost: p is .031 alone, .094 and more after Holm with three and more comparisons.
    run = made_up(rag=right(80), few_shot=right(74), lora=right(80), hybrid=right(86))
    p = run.pairing("hybrid", "rag", "right").p
    assert p == pytest.approx(0.03125) and adjusted([p, 1.0, 1.0])[0] > 0.05
    assert not any(mark in cell for cell in run.overview()["All right"] for mark in "▲▼")


def test_another_reference_can_be_chosen_and_an_unknown_one_is_refused(run):
    table = run.overview("hybrid")["All right"]
    assert table["RAG"].endswith(" ▼") and table["LoRA + RAG"] == "97 % (92–99)"
    assert "than LoRA + RAG, on the same questions" in run.legend("hybrid")
    assert "▲" not in run.overview(marks=False).to_string()
    with pytest.raises(InputError, match="telepathy"):
        run.overview("telepathy")


def test_a_run_of_one_arm_has_nothing_to_mark():
    run = made_up(rag=right(8, 10))
    assert run.overview().loc["RAG", "All right"] == "80 % (49–94)" and "▲" not in run.legend()


def test_the_legend_names_the_gap_that_an_unmarked_comparison_could_have_shown(run):
    gap = run.pairing("lora", "rag", "right").smallest_gap
    assert f"100 questions can be expected to show a gap of {round(100 * gap)} point" in run.legend()
    few = made_up(rag=right(1, 3), few_shot=right(2, 3))
    assert "3 questions can be expected to show no gap at all" in few.legend()


def test_a_voice_without_a_style_has_no_column_for_it_and_kinds_of_ones_own_have_one():
    run = made_up(voice=FREE, kind="our_refunds", rag=right(7, 10), few_shot=right(2, 10))
    assert [panel.title for panel in run.panels] == ["Our refunds", "All right"]
    assert run.overview().loc["RAG", "Our refunds"] == run.overview().loc["RAG", "All right"] == "70 % (40–89)"


def test_two_arms_are_compared_with_an_interval_and_the_smallest_visible_gap(run):
    frame = run.compare("right").set_index(["first", "second"])
    row = frame.loc[("rag", "hybrid")]
    assert (row["n"], row["only_first"], row["only_second"], row["gap"]) == (100, 0, 17, pytest.approx(-0.17))
    assert row["low"] < -0.17 < row["high"] < 0 and row["p"] == pytest.approx(2 * 0.5**17)
    assert row["smallest_gap"] == run.pairing("rag", "hybrid", "right").smallest_gap > 0
    assert frame["p_holm"].tolist() == pytest.approx(adjusted(frame["p"].tolist()))


def test_grades_are_compared_in_the_same_columns(run):
    frame = run.compare("bleu").set_index(["first", "second"])
    row = frame.loc[("rag", "hybrid")]
    assert row["gap"] == pytest.approx(-0.17 * 0.5) and row["low"] < row["gap"] < row["high"] < 0
    assert row["only_first"] is None or math.isnan(row["only_first"])
    assert row["p"] < 0.001 and row["smallest_gap"] > 0
    assert list(frame.columns) == list(run.compare("right").set_index(["first", "second"]).columns)


def test_questions_that_one_of_two_arms_has_not_answered_are_left_out_of_their_comparison(run):
    run.record["answers"] = [r for r in run.record["answers"] if (r["arm"], r["question_id"]) != ("lora", "q0")]
    assert run.pairing("rag", "lora", "right").n == 99 and run.pairing("rag", "hybrid", "right").n == 100
    assert run.share("lora", "right").n == 99


def test_the_arm_that_feeds_a_score_stands_for_the_products_arm_even_where_another_was_luckier():
    run = made_up(rag=right(60), few_shot=right(5), feeds={"few_shot": "prompt_score"})
    for arm in run.record["arms"]:
        arm["stands_for"] = "rag"
    frame = run.product_arms("right").set_index("stands_for")
    assert frame.loc["rag", "arm"] == "few_shot" and frame.loc["rag", "fixed"]
    for arm in run.record["arms"]:
        del arm["feeds"]
    frame = ExperimentResult(run.record, run.folder).product_arms("right").set_index("stands_for")
    assert frame.loc["rag", "arm"] == "rag" and not frame.loc["rag", "fixed"]


def test_effort_is_tokens_waits_and_with_prices_money(run):
    frame = run.efficiency()
    row = frame.loc["RAG"]
    assert (
        row["prompt_tokens"] == pytest.approx(1049.5) and row["prompt_tokens_low"] < 1049.5 < row["prompt_tokens_high"]
    )
    assert (row["seconds_p50"], row["seconds_p95"]) == pytest.approx((0.2, 0.29)) and row["seconds_n"] == 3
    assert "usd_per_query" not in frame and "cached_tokens" not in frame and "first_token_p50" not in frame
    costs = run.efficiency(TokenPrices(input=2.0, output=10.0), correction_usd=2.0).loc["RAG"]
    usd = (1049.5 * 2 + 100 * 10) / 1e6
    assert costs["usd_per_query"] == pytest.approx(usd)
    assert costs["usd_per_correct"] == pytest.approx((usd + 0.2 * 2) / 0.8)
    assert costs["usd_per_correct_low"] == pytest.approx(
        (usd + (1 - share_of(right(80)).high) * 2) / share_of(right(80)).high
    )


def test_cached_tokens_and_the_wait_for_the_first_text_count_where_they_were_recorded(run):
    for row in run.record["answers"]:
        row |= {"cached_tokens": 400, "first_token_seconds": 0.05}
    row = run.efficiency(TokenPrices(2.0, 10.0, cached_input=0.5)).loc["RAG"]
    assert row["cached_tokens"] == 400 and row["first_token_p95"] == pytest.approx(0.05)
    assert row["usd_per_query"] == pytest.approx((649.5 * 2 + 400 * 0.5 + 1000) / 1e6)


def test_retrieval_has_every_measure_with_its_interval(run):
    ranks = {"precision": 1 / 3, "recall": 1.0, "ndcg": 1.0}
    run.record["retrieval"]["questions"] = [
        {"question_id": f"q{n}", "reciprocal_rank": 1.0 if n % 4 else 0.5} | ranks for n in range(100)
    ]
    row = run.retrieval().set_index("kind").loc["document_fact"]
    assert row["n"] == 100 and row["reciprocal_rank"] == pytest.approx(0.875)
    assert row["reciprocal_rank_low"] < 0.875 < row["reciprocal_rank_high"]
    assert [row["precision"], row["precision_low"], row["precision_high"]] == pytest.approx([1 / 3] * 3)
    assert row["ndcg"] == 1


def test_perplexity_is_the_geometric_mean_where_it_was_measured(run):
    assert run.perplexity().empty
    for number, row in enumerate(row for row in run.record["answers"] if row["arm"] == "rag"):
        row["perplexity"] = 2.0 if number % 2 else 8.0
    frame = ExperimentResult(run.record, run.folder).perplexity()
    assert list(frame.index) == ["rag"] and frame.loc["rag", "perplexity"] == pytest.approx(4)
    assert frame.loc["rag", "low"] <= 4 <= frame.loc["rag", "high"] and frame.loc["rag", "n"] == 100


def test_a_record_from_before_the_newer_measures_reads_too(run):
    old = ("fact", "style", "refusal", "hallucination", "needless_refusal", "stale", "substance", "right")
    newer = {*MEASURES, *GRADES, "about", "prompt_tokens", "answer_tokens"} - set(old)
    for row in run.record["answers"]:
        for name in newer & set(row):
            del row[name]
    run.record["retrieval"]["questions"] = [{"question_id": "q0", "recall": 1.0, "reciprocal_rank": 0.5}]
    read = ExperimentResult(run.record, run.folder)
    assert set(read.to_frame()["measure"]) <= set(old) and read.share("rag", "cited").n == 0
    assert read.answers["cited"].isna().all() and read.perplexity().empty
    assert list(read.retrieval().columns[:4]) == ["kind", "recall", "reciprocal_rank", "n"]
    assert math.isnan(read.efficiency().loc["RAG", "prompt_tokens"]) and read.compare("right")["n"].eq(100).all()
    assert "Run made-up" in str(read) and "made-up" in read._repr_html_()


def test_the_page_escapes_titles_and_kinds_and_keeps_a_name_on_one_line():
    hostile = "<b>x</b>"
    run = made_up(kind=hostile, rag=right(3, 4), few_shot=right(1, 4))
    run.record["arms"][0]["title"] = '<script>alert("1")</script>'
    page = run._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page and "<b>" not in page
    assert 'th scope="row" style="' in page and "white-space:nowrap" in page


@pytest.mark.parametrize("wrong", [{"measure": "charm"}, {"kind": "riddle"}])
def test_what_the_run_does_not_hold_is_refused_everywhere(run, wrong):
    asked = {"measure": "right", "kind": "all"} | wrong
    for ask in (run.compare, lambda **kinds: run.pairing("rag", "lora", **kinds)):
        with pytest.raises(InputError, match=next(iter(wrong.values()))):
            ask(**asked)
    with pytest.raises(InputError, match="right"):
        run.mean("rag", "right")
