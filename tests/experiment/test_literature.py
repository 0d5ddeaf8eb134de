"""A run beside Ovadia, Soudani and RAFT: orders, agreement and statements, worked out by hand on a made-up run."""

import csv
from math import isnan
from pathlib import Path

import pytest

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.literature import ALIKE, CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, NOT_TOLD_APART, literature_agreement
from lib.experiment.measures import MEASURES
from lib.experiment.published import PUBLISHED, published_rows, published_statements
from lib.experiment.result import ExperimentResult

# Facts right of 100: base below LoRA below bolted below RAG, and trained with pages two questions above RAG.
RIGHT = {"base": 10, "rag": 70, "lora": 30, "lora_rag": 50, "lora_with_pages": 72, "rag_few_shot": 71}
INVENTED = {"base": 2, "rag": 4, "lora": 16, "lora_rag": 10, "lora_with_pages": 1, "rag_few_shot": 3}


def run_of(right: dict[str, int], title: str = "{}") -> ExperimentResult:
    """Make a run in which each arm has the first so many of 100 facts right, and makes up so many of 20 answers."""
    rows = []
    for arm, count in right.items():
        common = {"arm": arm} | dict.fromkeys(MEASURES)
        rows += [
            common | {"question_id": f"f{place}", "kind": "seen_fact", "fact": place < count} for place in range(100)
        ]
        rows += [
            common | {"question_id": f"u{place}", "kind": "unanswerable", "hallucination": place < INVENTED[arm]}
            for place in range(20)
        ]
    arms = [{"id": arm, "title": title.format(EXPERIMENT_ARMS[arm].title)} for arm in right]
    return ExperimentResult({"id": "20260101-000000-abcdefabcdef", "arms": arms, "answers": rows}, Path("unused"))


@pytest.fixture(scope="module")
def comparison():
    return literature_agreement(run_of(RIGHT))


def row(comparison, model: str, task: str):
    return next(each for each in comparison.rows if (each.model, each.task) == (model, task))


@pytest.mark.parametrize(
    ("model", "task", "alike", "opposite", "untold", "tau"),
    [
        # base < fine-tune < both < RAG, exactly as in the run.
        ("Mistral 7B", "current events", 6, 0, 0, 1.0),
        # fine-tune < both < base < RAG: base lies on the wrong side of two; tau-b is (4 - 2) / 6.
        ("Llama2 7B", "current events", 4, 2, 0, 1 / 3),
        # base < fine-tune < RAG < both: one pair the other way round; (5 - 1) / 6.
        ("StableLM2 1.6B", "PopQA", 5, 1, 0, 2 / 3),
        # RAG < DSF < both < RAFT: RAG on the wrong side of two; RAFT over RAG by two questions is not told.
        ("LLaMA2 7B", "PubMedQA", 3, 2, 1, 1 / 3),
        # RAG < both < DSF < RAFT: three the other way round; three alike by plain shares, so tau-b is 0.
        ("LLaMA2 7B", "TF Hub", 2, 3, 1, 0.0),
    ],
)
def test_agreement_with_a_row_is_the_one_counted_by_hand(comparison, model, task, alike, opposite, untold, tau) -> None:
    found = row(comparison, model, task)
    assert (found.pairs, found.alike, found.opposite, found.not_told_apart) == (6, alike, opposite, untold)
    assert found.agreement == pytest.approx(alike / 6)
    assert found.tau_b == pytest.approx(tau)


def test_all_rows_together_are_their_sum_and_said_first(comparison) -> None:
    # Ovadia 6 + 4 + 6 + 6, Soudani 5 + 6 + 5, RAFT 3 + 2 + 2 + 2 + 2.
    assert sum(each.alike for each in comparison.rows) == 49
    assert comparison.agreement == pytest.approx(49 / 72)
    assert "Of 72 pairs of arms in 12 published rows" in comparison.sentences[0]
    assert "orders 49 as published (68 %), 18 the other way round, and does not tell 5 apart" in comparison.sentences[0]
    assert "100 answerable questions" in comparison.sentences[0], "what cannot be answered is left out"


def test_a_difference_is_said_with_the_rows_in_which_it_is_found(comparison) -> None:
    text = next(each for each in comparison.sentences if "RAG (70 %) lies above LoRA + RAG, bolted" in each)
    assert "The same in 4 of 4 rows of Ovadia et al., 1 of 3 rows of Soudani et al. and 0 of 5 rows of Zhang" in text
    assert "StableLM2 1.6B on PopQA (82.1 % against 76.1 %)" in text and "Mistral 7B on PopQA" not in text
    untold = next(each for each in comparison.sentences if "are not told apart here" in each)
    assert untold.startswith("LoRA trained with pages + RAG (72 %) and RAG (70 %)")
    assert untold.endswith("lies above in 5 of 5 rows of Zhang et al. (RAFT).")
    assert not any(".." in each for each in comparison.sentences)


def test_an_order_counts_only_where_the_paired_test_tells_the_arms_apart() -> None:
    # Five discordant questions on one side have p = 0.0625 even before any adjustment.
    close = literature_agreement(run_of({"base": 10, "rag": 15}))
    assert {pair.verdict for pair in close.pairs} == {NOT_TOLD_APART}
    assert close.pairs[0].p == pytest.approx(0.0625)
    # Six have 2 / 2^6, and one pair needs no adjustment.
    clear = literature_agreement(run_of({"base": 10, "rag": 16}))
    assert {pair.verdict for pair in clear.pairs} == {ALIKE}
    # With a third arm there are three pairs, and Holm makes 3 × 0.03125 of it.
    adjusted = literature_agreement(run_of({"base": 10, "rag": 16, "lora": 10}))
    assert next(p.p for p in adjusted.pairs if {p.higher, p.lower} == {"base", "rag"}) == pytest.approx(0.09375)


def test_statements_of_the_papers_hold_do_not_hold_or_cannot_be_told(comparison) -> None:
    verdicts = {each.statement.id: each for each in comparison.statements}
    assert verdicts["ovadia-rag-over-tuning"].verdict == HOLDS
    assert verdicts["raft-bolting-lowers"].verdict == DOES_NOT_HOLD
    assert "30 % against 50 % of 100 questions" in verdicts["raft-bolting-lowers"].why
    assert verdicts["raft-with-passages-over-rag"].verdict == CANNOT_BE_TOLD
    assert verdicts["raft-with-passages-over-rag"].p == pytest.approx(0.5), "two of two is 2 of 2^2 ways"
    assert "+2 points on 100 questions are within chance" in verdicts["raft-with-passages-over-rag"].why
    invents = verdicts["gekhman-invents-more"]
    assert (invents.verdict, invents.share_higher, invents.share_lower) == (HOLDS, 0.8, 0.1)
    rank = verdicts["biderman-rank"]
    assert rank.verdict == CANNOT_BE_TOLD and isnan(rank.p) and "one rank only" in rank.why


def test_a_run_without_the_arms_cannot_tell_and_says_which_it_lacks() -> None:
    found = literature_agreement(run_of({"rag_few_shot": 71}))
    assert found.pairs == () and isnan(found.agreement)
    assert "no two arms that a paper compares" in found.sentences[0]
    assert {each.verdict for each in found.statements} == {CANNOT_BE_TOLD}
    assert found.statements[0].why == "the run has no arm rag and no arm lora"
    assert "20260101" in found._repr_html_()


def test_a_measure_that_judges_none_of_the_questions_is_refused() -> None:
    with pytest.raises(InputError, match="'fact' judges no question of kind 'unanswerable'"):
        literature_agreement(run_of(RIGHT), kind="unanswerable")
    with pytest.raises(InputError, match="kind: 'nothing'"):
        literature_agreement(run_of(RIGHT), kind="nothing")


def test_every_published_arm_has_a_counterpart_or_a_reason_for_none() -> None:
    with (PUBLISHED / "arms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(each["why"] for each in rows)
    assert {each["our_arm"] for each in rows} - {""} <= set(EXPERIMENT_ARMS)
    ovadia = published_rows()[0]
    assert ovadia.shares == {"base": 0.481, "rag": 0.875, "lora": 0.504, "lora_rag": 0.810}
    assert set(ovadia.without_counterpart) == {"fine_tune_paraphrased", "hybrid_paraphrased"}


def test_every_statement_is_a_test_of_two_arms_or_says_why_it_cannot_be() -> None:
    for item in published_statements():
        assert item.measure in MEASURES and item.grade in {"P", "S", "A"} and item.source
        assert {item.higher, item.lower} <= set(EXPERIMENT_ARMS) if not item.untestable else not item.higher
    assert len({item.id for item in published_statements()}) == len(published_statements())


def test_frames_have_a_row_each_and_the_page_escapes_what_came_from_outside() -> None:
    found = literature_agreement(run_of(RIGHT, title="<i>{}</i>"))
    assert len(found.to_frame()) == 72 and len(found.rows_frame()) == 12
    assert set(found.statements_frame()["verdict"]) == {HOLDS, DOES_NOT_HOLD, CANNOT_BE_TOLD}
    page = found._repr_html_()
    assert "<i>" not in page and "&lt;i&gt;RAG&lt;/i&gt;" in page
