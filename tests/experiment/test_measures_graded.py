"""Answers are graded all at once: against the passages shown, the question, and the ideal answer."""

import numpy as np
import pytest

from lib.errors import InputError
from lib.experiment.measures import GRADES, about, agreement, consistency, graded
from lib.experiment.measures.grounding import checkable_parts
from lib.experiment.world import BRAND, Question

QUESTION = Question(
    "q1", "What does the Amber Falcon plan cost?", "It costs 49 dollars.", "own", ("plan-1",), "49 dollars", ""
)
NOWHERE = Question("q2", "Who runs it?", "I do not know.", "unanswerable", (), "", "")
PASSAGES = {
    "plan-1#1": {"document_id": "plan-1", "title": "Amber Falcon plan", "text": "It costs 49 dollars from 9:20."},
    "plan-2#1": {"document_id": "plan-2", "title": "Ruby Owl plan", "text": "It costs 1,200 dollars."},
}


def row(answer, passages=("plan-1#1", "plan-2#1"), question="q1"):
    return {"question_id": question, "answer": answer, "passage_ids": list(passages)}


def grades(*rows, embed=None):
    return graded(rows, [QUESTION, NOWHERE], PASSAGES, BRAND, embed)


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("The Amber Falcon plan costs 49 dollars.", 1.0),
        ("The Amber Falcon plan costs 50 dollars.", 2 / 3),
        ("The Ruby Owl plan costs 1200 dollars.", 1.0),
        ("At the Amber Owl, from 9:21.", 2 / 3),
        ("Thanks for asking! It costs 49 dollars. [plan-999] Happy to help.", 1.0),
        ("It is cheap.", None),
        ("The Amber Falcon plan is not on any page. I do not know.", None),
        ("", None),
    ],
)
def test_an_answer_is_faithful_as_far_as_its_numbers_and_names_stand_in_the_passages(answer, share):
    assert grades(row(answer))[0]["faithfulness_offline"] == (None if share is None else pytest.approx(share))


def test_an_answer_without_passages_cannot_be_unfaithful_to_them():
    found = grades(row("It costs 49 dollars.", ()))[0]
    assert found["faithfulness_offline"] is None and found["context_relevancy_offline"] is None


def test_numbers_dates_and_names_can_be_checked_and_ordinary_words_cannot():
    assert checkable_parts("Ask Ruth Green on 12 July 2025. The fee is 3.50 dollars, due 2026-09-01. Please pay.") == [
        "ruth", "green", "12", "july", "2025", "3.50", "2026-09-01",
    ]  # fmt: skip


def test_relevancy_is_the_likeness_of_the_embeddings_that_are_handed_in():
    angles = {
        QUESTION.question: 0,
        "It costs 49 dollars.": 60,
        "Away with you": 120,
        "Amber Falcon plan. It costs 49 dollars from 9:20.": 0,
        "Ruby Owl plan. It costs 1,200 dollars.": 90,
    }
    calls = []

    def embed(texts):
        calls.append(texts)
        return np.array([[np.cos(np.radians(angles[text])), np.sin(np.radians(angles[text]))] for text in texts])

    brand = "Thanks for asking! It costs 49 dollars. [plan-1] Happy to help."
    first, again, away, empty = grades(row(brand), row(brand, ["plan-2#1"]), row("Away with you"), row(""), embed=embed)
    assert first["answer_relevancy_offline"] == again["answer_relevancy_offline"] == pytest.approx(0.5)
    assert first["context_relevancy_offline"] == pytest.approx(0.5)
    assert again["context_relevancy_offline"] == pytest.approx(0, abs=1e-12)
    assert away["answer_relevancy_offline"] == 0 and empty["answer_relevancy_offline"] == 0
    assert len(calls) == 1 and len(calls[0]) == len(set(calls[0]))


def test_a_real_embedder_finds_an_answer_to_the_point_more_relevant_than_one_beside_it(embedder):
    on, off = grades(
        row("The Amber Falcon plan costs 49 dollars."), row("Bread is baked."), embed=embedder.embed_queries
    )
    assert 1 >= on["answer_relevancy_offline"] > off["answer_relevancy_offline"] + 0.3
    assert on["context_relevancy_offline"] == off["context_relevancy_offline"] > 0.3


def test_every_row_gets_every_grade_in_its_place_and_what_its_question_is_about():
    found = grades(row("It costs 49 dollars."), row("Nothing", (), "q2"))
    assert all(set(grade) == {*GRADES, "about"} for grade in found)
    assert [grade["about"] for grade in found] == ["plan-1", "q2"]
    assert found[0]["bleu"] == pytest.approx(1) and found[0]["rouge_l"] == 1 and found[1]["rouge_l"] == 0
    assert about(QUESTION) == "plan-1" and graded([], [], {}, BRAND) == []


@pytest.mark.parametrize(
    ("wrong", "named"), [({"question_id": "q9"}, "q9"), ({"passage_ids": ["plan-9#1"]}, "plan-9#1")]
)
def test_a_row_that_names_what_is_not_there_is_refused(wrong, named):
    with pytest.raises(InputError, match=named):
        grades(row("It costs 49 dollars.") | wrong)


def test_answers_agree_as_often_as_two_of_them_say_the_same():
    assert agreement(["49 dollars", " 49  Dollars ", "12 dollars"]) == pytest.approx(1 / 3)
    assert agreement(["1,000", "1000"]) == 1 and agreement(["only one"]) is None
    assert consistency([["a", "a"], ["a", "b"], ["once"]]) == [1, 0]
