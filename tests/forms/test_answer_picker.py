"""The answers of all arms side by side: marked, escaped, and any question can be picked."""

import pytest
from hand_made_runs import answer, question, run_record

from lib.experiment import ExperimentResult
from lib.forms.answer_picker import SHOWN, AnswerPicker
from lib.paths import RUNS
from lib.views.answers import answers_page, highlighted


@pytest.fixture
def result() -> ExperimentResult:
    def row(arm, id_, right, text, **more):
        return answer(
            arm, id_, text=text, scores={"fact": right, "substance": right, "style": True, "right": right}, **more
        )

    facts = {"values": ["49 dollars"], "old_values": ["9 dollars"], "document_ids": ["p-1"], "kind": "changed"}
    rows = [
        row("rag", "q1", True, "It costs 49 dollars.", passage_ids=["p-1#0", "p-2#0"], searches=2),
        row("lora", "q1", False, "It costs 9 dollars. <script>"),
        row("lora", "q1", False, "Another seed's answer.", seed=1),
        row("rag", "q2", False, "No."),
        row("lora", "q2", False, "No."),
    ]
    passages = {
        "p-1#0": {"document_id": "p-1", "title": "Plan <i>", "text": "It costs 49 dollars.\n- not 149 dollars"},
        "p-2#0": {"document_id": "p-2", "title": "Other", "text": "It costs 9 dollars."},
    }
    questions = {"q1": question("q1", **facts), "q2": question("q2", **facts)}
    return ExperimentResult(run_record(rows, questions, passages=passages), RUNS)


def test_whole_values_are_marked_and_everything_is_escaped(result):
    page = str(answers_page(result, "q1"))
    assert '<mark class="wanted">49 dollars</mark>' in page and '<mark class="old">9 dollars</mark>' in page
    assert "149 dollars" in page and "1<mark" not in page
    assert "<script>" not in page and "Plan &lt;i&gt;" in page and "Another seed" not in page
    assert "found in 2 searches" in page and page.count("from a right page") == 1


def test_a_value_within_the_old_one_is_marked_as_what_it_is_whole():
    assert (
        str(highlighted("a 12 b 2", ["2"], ["12"])) == 'a <mark class="old">12</mark> b <mark class="wanted">2</mark>'
    )
    assert str(highlighted("nothing & more", [""])) == "nothing &amp; more"


def test_the_lists_hold_the_questions_of_the_chosen_sort(result):
    picker = AnswerPicker(result)
    assert [id_ for _, id_ in picker.question.options] == ["q1"]
    picker.which.value = "questions that every arm got wrong"
    assert [id_ for _, id_ in picker.question.options] == ["q2"] and "What is q2?" in picker.page.value
    picker.which.value = "all questions"
    picker.question.value = "q1"
    assert "What is q1?" in picker.page.value
    assert set(SHOWN) == set(picker.which.options)


def test_where_no_question_is_left_the_page_says_so(result):
    result.record.answers[:] = [row for row in result.record.answers if row.question_id == "q2"]
    picker = AnswerPicker(result)
    assert "No question" in picker.page.value
