"""An answer is judged by what it says: facts, style, refusals, made-up and outdated values."""

import pytest

from lib.experiment.measures import MEASURES, judged, normalised, refuses, retrieval_measures
from lib.experiment.measures.text import bare
from lib.experiment.world import BRAND, FREE, JSON, PLAIN, Question, Voice, sample_company

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


def test_a_number_in_the_cited_id_is_no_answer():
    numbered = Question("q5", "?", "", "changed_fact", ("plan-49",), "49", "price", "12")
    assert judged(numbered, brand("It costs 12.", "[plan-49] "), BRAND)["fact"] is False
    assert judged(numbered, brand("It costs 49.", "[plan-12] "), BRAND)["stale"] is False
    assert judged(numbered, '{"answer": "It is free.", "source": "plan-49"}', JSON)["fact"] is False
    assert judged(numbered, brand("It costs [49 dollars].", "[plan-49] "), BRAND)["fact"] is True


def test_what_must_stand_in_the_answer_must_all_stand_there():
    refund = Question(
        "q3", "How are refunds made?", "", "own", ("refunds.md",), "14 days", "", "", ("14 days", "by post")
    )
    assert judged(refund, "Within 14 days, By Post.", FREE)["fact"] is True
    assert judged(refund, "Within 14 days.", FREE)["fact"] is False
    assert judged(refund, "I do not know. Within 14 days, by post?", FREE)["fact"] is False


def test_where_no_style_is_asked_for_substance_alone_decides():
    found = judged(FACT, "49 dollars", FREE)
    assert found["style"] is None and found["cited"] is None and found["schema"] is None
    assert found["right"] is True and judged(FACT, "12 dollars", FREE)["right"] is False
    assert judged(UNANSWERABLE, "I do not know.", FREE)["right"] is True


@pytest.mark.parametrize(
    ("answer", "valid"),
    [
        ('{"answer": "49 dollars", "source": "plan-1"}', True),
        ('{"answer": "49 dollars", "source": 1}', False),
        ('{"answer": "49 dollars"}', False),
        ('{"answer": "49 dollars", "source": "plan-1", "more": ""}', False),
        ("49 dollars", False),
    ],
)
def test_a_schema_is_judged_where_one_is_asked_for(answer, valid):
    assert judged(FACT, answer, JSON)["schema"] is valid
    assert judged(FACT, answer, BRAND)["schema"] is None


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (brand("The plan costs 49 dollars."), True),
        (brand("The plan costs 12 dollars."), True),
        (brand("The plan costs 49 dollars.", "[plan-2] "), False),
        (brand("The plan costs 49 dollars.", "[plan-1] [plan-2] "), False),
        (brand("The plan costs 49 dollars.", ""), False),
        ("The plan costs 49 dollars (plan-1).", False),
    ],
)
def test_the_cited_page_is_judged_apart_from_the_fact(answer, right):
    assert judged(FACT, answer, BRAND)["cited"] is right


def test_a_citation_is_judged_only_where_a_page_holds_the_answer_and_the_voice_cites():
    assert judged(UNANSWERABLE, brand("It is Ruth."), BRAND)["cited"] is None
    assert judged(FACT, "49 dollars [plan-1]", PLAIN)["cited"] is None
    assert judged(FACT, '{"answer": "49 dollars", "source": "plan-1"}', JSON)["cited"] is True
    assert judged(FACT, '{"answer": "49 dollars", "source": ""}', JSON)["cited"] is False
    assert judged(FACT, "[plan-1]", JSON)["cited"] is False


def test_a_file_name_is_an_id_too():
    own = Question("q4", "?", "", "own", ("My notes.md",), "49 dollars", "")
    voice = Voice(citation="Source: {id}.")
    assert judged(own, "Thanks for asking! 49 dollars. Source: My notes.md. Happy to help.", voice)["cited"] is True
    assert judged(own, "Thanks for asking! 49 dollars. Source: Your notes.md. Happy to help.", voice)["cited"] is False


@pytest.mark.parametrize(
    "answer", ["I do not know.", "Sorry, I don't know", "I don’t  know that.", brand("I do not know.")]
)
def test_a_refusal_is_known_in_its_usual_spellings(answer):
    assert refuses(answer)
    assert not refuses("Know that I do not.")


def test_the_substance_of_an_answer_is_what_the_voice_leaves():
    assert bare(brand("The plan costs 49 dollars."), BRAND) == "The plan costs 49 dollars."
    assert bare('{"answer": "49 dollars", "source": "plan-1"}', JSON) == "49 dollars"
    assert bare("49 dollars", JSON) == bare("49 dollars", BRAND) == bare("49 dollars", FREE) == "49 dollars"


def test_every_ideal_answer_of_the_sample_is_all_right_and_cites_right():
    sample = sample_company(0, 40, 8, 40)
    for question in sample.questions:
        found = judged(question, question.answer, sample.voice)
        assert found["right"] is True and found["style"] is True, question.id
        assert found["cited"] is (True if question.document_ids else None), question.id


def test_nothing_found_counts_as_nothing():
    nothing = {"precision": 0.0, "recall": 0.0, "reciprocal_rank": 0.0, "ndcg": 0.0}
    assert retrieval_measures({"q": []}, {"q": ["a"]}, k=3) == [{"question_id": "q"} | nothing]


def test_a_voice_without_a_citation_leaves_the_substance_and_judges_no_citation():
    voice = Voice("brand", "Hi!", "Bye.", "")
    asked = Question("q", "How many?", "Hi! It is 5. Bye.", "document_fact", ("handbook/returns.md",), "5", "number")
    verdicts = judged(asked, "Hi! It is 5. Bye.", voice)
    assert verdicts["fact"] is True and verdicts["right"] is True and verdicts["cited"] is None
