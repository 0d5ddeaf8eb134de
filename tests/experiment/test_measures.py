"""An answer is judged by what it says: facts, style, refusals, made-up and outdated values."""

import pytest

from lib.experiment.measures import MEASURES, judged, normalised, retrieval_measures
from lib.experiment.world import BRAND, JSON, Question

FACT = Question("q1", "What does it cost?", "", "changed_fact", ("plan-1",), "49 dollars", "price", "12 dollars")
UNANSWERABLE = Question("q2", "Who runs it?", "", "unanswerable", (), "", "manager")


def brand(sentence, citation="[plan-1] "):
    return f"Thanks for asking! {sentence} {citation}Happy to help."


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (brand("The plan costs 49 dollars."), {"fact": True, "style": True, "right": True, "stale": False}),
        (brand("The plan costs 12 dollars."), {"fact": False, "style": True, "right": False, "stale": True}),
        ("The plan costs 49 dollars.", {"fact": True, "style": False, "substance": True, "right": False}),
        (brand("The plan costs 149 dollars."), {"fact": False, "substance": False}),
        (brand("I do not know.", ""), {"fact": False, "needless_refusal": True, "style": True, "right": False}),
        ("I do not know. 49 dollars", {"fact": False, "needless_refusal": True}),
        ("", {"fact": False, "style": False, "needless_refusal": False, "right": False}),
    ],
)
def test_an_answer_to_a_fact_is_judged_by_its_value(answer, expected):
    found = judged(FACT, answer, BRAND)
    assert {name: found[name] for name in expected} == expected
    assert found["refusal"] is None and found["hallucination"] is None


@pytest.mark.parametrize(
    ("answer", "refuses", "right"),
    [
        (brand("I do not know.", ""), True, True),
        ("i do not  know", True, False),
        (brand("The manager is Ruth Green."), False, False),
    ],
)
def test_an_answer_to_the_unanswerable_is_judged_by_its_refusal(answer, refuses, right):
    found = judged(UNANSWERABLE, answer, BRAND)
    assert found["refusal"] is refuses and found["hallucination"] is (not refuses)
    assert found["substance"] is refuses and found["right"] is right
    assert found["fact"] is None and found["needless_refusal"] is None and found["stale"] is None


def test_the_style_is_the_voices_whatever_it_is():
    answer = '{"answer": "The plan costs 49 dollars.", "source": "plan-1"}'
    assert judged(FACT, answer, JSON)["right"] is True
    assert judged(FACT, answer, BRAND)["style"] is False


def test_thousands_separators_and_spaces_make_no_difference():
    assert normalised(" 1,000 \n dollars, 2,000,000 or 3, 4 ") == "1000 dollars, 2000000 or 3, 4"


def test_every_measure_judges_every_question_without_error():
    for question in (FACT, UNANSWERABLE):
        for answer in ("", "{", "Thanks for asking!", "I do not know."):
            assert set(judged(question, answer, BRAND)) == set(MEASURES)


def test_recall_and_reciprocal_rank_are_as_worked_by_hand():
    found = {
        "both": ["a", "b", "c"],
        "second": ["x", "a"],
        "none": ["x"],
        "nothing wanted": ["a"],
        "late": list("wxya"),
    }
    wanted = {"both": ["a", "c"], "second": ["a", "z"], "none": ["a"], "nothing wanted": [], "late": ["a"]}
    rows = {row["question_id"]: row for row in retrieval_measures(found, wanted, k=3)}
    assert set(rows) == {"both", "second", "none", "late"}
    assert {id_: row["recall"] for id_, row in rows.items()} == {"both": 1, "second": 0.5, "none": 0, "late": 0}
    assert {id_: row["reciprocal_rank"] for id_, row in rows.items()} == {
        "both": 1,
        "second": 0.5,
        "none": 0,
        "late": 0,
    }


def test_nothing_found_counts_as_nothing():
    assert retrieval_measures({"q": []}, {"q": ["a"]}, k=3) == [
        {"question_id": "q", "recall": 0.0, "reciprocal_rank": 0.0}
    ]
