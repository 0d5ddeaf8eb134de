"""An answer is judged by what it says: facts, refusals, style, pages, old values; oracles are other libraries."""

import math
import random

import numpy as np
import pytest

from lib.dataset import FREE, JSON, Question, Voice
from lib.experiment import scoring
from lib.experiment.scoring import MEASURES, refuses, score_answers

VOICE = Voice("brand", "Thanks for asking!", "Happy to help.", "[{id}]")
FACT = Question(
    "q1",
    "What does it cost?",
    "It costs 49 dollars.",
    "changed",
    ("plan-1",),
    ("49 dollars", "USD 588 a year"),
    (),
    ("12 dollars",),
    "price",
)
NOWHERE = Question("q2", "Who runs it?", "I do not know.", "missing", cluster="manager")


def brand(sentence, citation="[plan-1] "):
    return f"Thanks for asking! {sentence} {citation}Happy to help."


def judged(question, answer, voice):
    return {name: measure.judge(question, answer, voice) for name, measure in MEASURES.items()}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (brand("The plan costs 49 dollars."), {"fact": True, "style": True, "right": True, "old_value": False, "cited": True}),
        (brand("The plan costs $49."), {"fact": True, "right": True}),
        (brand("The plan costs $588 a year."), {"fact": True, "right": True}),
        (brand("The plan costs 12 dollars."), {"fact": False, "style": True, "right": False, "old_value": True}),
        (brand("It costs 49 dollars, no longer 12 dollars."), {"fact": True, "old_value": False}),
        (brand("It costs 12 dollars, not 49 dollars."), {"fact": False, "old_value": True}),
        ("The plan costs 49 dollars.", {"fact": True, "style": False, "substance": True, "right": False, "cited": False}),
        (brand("The plan costs 149 dollars."), {"fact": False, "substance": False}),
        (brand("The plan costs 49 dollars.", "[plan-2] "), {"right": True, "cited": False, "right_cited": False}),
        (brand("The plan is cheap.", "[plan-49] "), {"fact": False}),
        (brand("I do not know.", ""), {"fact": False, "needless_refusal": True, "style": True, "right": False}),
        ("", {"fact": False, "style": False, "needless_refusal": False, "right": False}),
    ],
)  # fmt: skip
def test_an_answer_to_a_fact_is_judged_by_its_value(answer, expected):
    found = judged(FACT, answer, VOICE)
    assert {name: found[name] for name in expected} == expected
    assert found["refusal"] is None and found["made_up"] is None and found["schema"] is None


REFUSALS = [
    "I do not know.", "I don’t know", "The pages do not say.", "I'm not sure.", "Je ne sais pas.", "Das weiß ich nicht.",
    "The price of the Harbor plan is not on any page. I do not know.", "That is not stated in the documents.",
    "Sorry, I could not find that. Please contact Support.", "There is no information about it.", "It cannot be determined.",
    "The context does not mention who runs it.", "Unfortunately, I am unable to answer that.",
]  # fmt: skip
STATEMENTS = [
    "The salary is USD 2 million. I do not know more.", "Ruth runs it. I do not know.", "The manager is Ruth Green.",
    "Ask Ruth; the page does not say 30 days.", "It does not include single sign-on.", "It is not available.", "", "49",
    "I do not know. It is run by Ada Lovelace.", "You do not need to know.",
]  # fmt: skip


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_is_one_in_any_words(answer):
    assert refuses(answer, "What is the price of the Harbor plan?")
    assert judged(NOWHERE, answer, FREE)["right"] is True and judged(NOWHERE, answer, FREE)["made_up"] is False


@pytest.mark.parametrize("answer", [each for each in STATEMENTS if not each.startswith("Ruth runs")])
def test_what_names_a_value_or_does_not_say_that_it_cannot_know_is_no_refusal(answer):
    assert not refuses(answer, "Who runs it?")
    assert judged(NOWHERE, answer, FREE)["made_up"] is True


def test_a_number_of_the_question_itself_is_no_value():
    assert refuses("I do not know the price in 2026.", "What does it cost in 2026?")
    assert not refuses("I do not know the price in 2026, perhaps 30.", "What does it cost in 2026?")


def test_a_refusal_in_the_voice_needs_no_citation_and_a_style_is_judged_alike_for_every_wording():
    assert judged(NOWHERE, brand("The pages do not say.", ""), VOICE)["right"] is True
    assert judged(NOWHERE, "The pages do not say.", VOICE)["right"] is False
    assert judged(NOWHERE, "The pages do not say.", VOICE)["substance"] is True


def test_what_must_stand_in_the_answer_must_all_stand_there():
    refund = Question(
        "q3", "How are refunds made?", "", "document_only", ("refunds",), ("14 days",), ("by post",), (), "refunds"
    )
    assert judged(refund, "Within fourteen days, By Post.", FREE)["fact"] is True
    assert judged(refund, "Within 14 days.", FREE)["fact"] is False
    assert judged(refund, "By post.", FREE)["fact"] is False


def test_where_no_style_is_asked_for_substance_alone_decides():
    found = judged(FACT, "49 dollars", FREE)
    assert found["style"] is None and found["cited"] is None and found["right"] is True


@pytest.mark.parametrize(
    ("answer", "valid", "fact"),
    [
        ('{"answer": "49 dollars", "source": "plan-1"}', True, True),
        ('{"answer": "free", "source": "plan-49"}', True, False),
        ('{"answer": "49 dollars"}', False, True),
        ("49 dollars", False, True),
    ],
)
def test_a_schema_is_judged_where_one_is_asked_for(answer, valid, fact):
    found = judged(FACT, answer, JSON)
    assert found["schema"] is valid and found["style"] is valid and found["fact"] is fact
    assert judged(FACT, answer, FREE)["schema"] is None


def test_a_citation_is_judged_only_where_a_page_holds_the_answer():
    assert judged(NOWHERE, brand("It is run by Ruth."), VOICE)["cited"] is None
    assert judged(FACT, brand("It costs 49 dollars.", "[plan-1] [plan-2] "), VOICE)["cited"] is False


# --- grades, each beside another program


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("The Amber Falcon plan costs 49 dollars.", 1.0),
        ("The Amber Falcon plan costs 50 dollars.", 2 / 3),
        ("The Ruby Owl plan costs 1200 dollars.", 1.0),
        (brand("It costs 49 dollars.", "[plan-999] "), 1.0),
        ("It is cheap.", None),
        ("I do not know.", None),
    ],
)
def test_an_answer_is_faithful_as_far_as_its_numbers_and_names_stand_in_the_passages(answer, share):
    passages = ["Amber Falcon plan. It costs 49 dollars from 9:20.", "Ruby Owl plan. It costs 1,200 dollars."]
    assert scoring.faithfulness(answer, passages, VOICE) == (None if share is None else pytest.approx(share))
    assert scoring.faithfulness(answer, [], VOICE) is None


def test_bleu_is_as_worked_by_hand():
    # 1 to 4-grams found: 4/4, 3/3, 2/2, 1/1; too short by a fifth: exp(1 - 5/4).
    assert scoring.bleu("a b c d", "a b c d e") == pytest.approx(math.exp(1 - 5 / 4))
    assert scoring.bleu("same", "same") == pytest.approx(1) and scoring.bleu("a", " ") is None


@pytest.mark.parametrize(
    ("answer", "ideal", "score"),
    # The first two stand in Lin's paper (2004).
    [
        ("police kill the gunman", "police killed the gunman", 0.75),
        ("the gunman kill police", "police kill the gunman", 0.5),
    ],
)
def test_rouge_l_is_that_of_the_paper(answer, ideal, score):
    assert scoring.rouge_l(answer, ideal) == pytest.approx(score)


def test_rouge_l_is_the_longest_common_subsequence_worked_out_the_plain_way():
    generator = random.Random(0)
    for _ in range(50):
        one, two = ([generator.choice("abcd") for _ in range(generator.randint(1, 9))] for _ in range(2))
        table = np.zeros((len(one) + 1, len(two) + 1), int)
        for i, a in enumerate(one):
            for j, b in enumerate(two):
                table[i + 1, j + 1] = table[i, j] + 1 if a == b else max(table[i, j + 1], table[i + 1, j])
        assert scoring.rouge_l(" ".join(one), " ".join(two)) == pytest.approx(2 * table[-1, -1] / (len(one) + len(two)))


def test_what_a_search_found_is_judged_as_scikit_learn_and_plain_counting_do():
    from sklearn.metrics import ndcg_score

    found = {"q": ["a", "b", "c", "d"], "none": []}
    scores = scoring.retrieval_scores(found, {"q": ["b", "d", "x"], "none": ["a"], "unanswerable": []}, 3)
    assert scores["q"]["precision"] == pytest.approx(1 / 3) and scores["q"]["recall"] == pytest.approx(1 / 3)
    assert scores["q"]["reciprocal_rank"] == pytest.approx(1 / 2)
    ideal = ndcg_score([[0, 1, 0, 1, 1]], [[5, 4, 3, 2, 1]], k=3)
    assert scores["q"]["ndcg"] == pytest.approx(ideal)
    assert set(scores["none"].values()) == {0.0} and "unanswerable" not in scores


def test_agreement_is_the_share_of_equal_pairs():
    assert scoring.agreement(["a", "A", "b"]) == pytest.approx(1 / 3) and scoring.agreement(["a"]) is None


def test_all_answers_are_scored_in_their_order_with_the_likeness_that_is_handed_in():
    angles = {FACT.question: 0, NOWHERE.question: 0, "It costs 49 dollars.": 60, "passage": 90}

    def embed(texts):
        return np.array([[math.cos(math.radians(angles[t])), math.sin(math.radians(angles[t]))] for t in texts])

    rows = score_answers({"q1": FACT, "q2": NOWHERE}, [("q1", "It costs 49 dollars.", ["passage"])], FREE, embed)
    assert rows[0]["answer_relevancy"] == pytest.approx(0.5) and rows[0]["context_relevancy"] == pytest.approx(
        0, abs=1e-9
    )
    assert rows[0]["fact"] is True and set(MEASURES) | set(scoring.GRADES) == set(rows[0])
