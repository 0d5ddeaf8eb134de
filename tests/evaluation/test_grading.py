"""Hand grading: blind and the same after a restart, saved after every click, intervals and agreement as told."""

from pathlib import Path

import pandas
import pytest
from sklearn.metrics import cohen_kappa_score

from lib.errors import InputError
from lib.evaluation import GradeBook, Sheet, agreement, alerts, evidence_of, gate, history
from lib.evaluation.grading import Grade, read_grades


@pytest.fixture
def sheet() -> Sheet:
    rows = pandas.DataFrame(
        [
            {
                "question_id": f"q{number}",
                "question": f"How long is {number}?",
                "system": system,
                "answer": f"{number} days",
            }
            for number in range(40)
            for system in ("prompt", "rag")
        ]
    )
    return Sheet.of(rows)


def test_every_grade_is_on_disk_at_once_and_grading_goes_on_after_a_restart(sheet: Sheet, tmp_path: Path) -> None:
    book = GradeBook(sheet, "Ada", tmp_path / "grades.jsonl")
    first = book.todo()[0]
    book.put(first, correct=True, style=False)
    assert read_grades(book.path)[0].correct is True
    again = GradeBook(sheet, "Ada", tmp_path / "grades.jsonl")
    assert again.verdict(first, "style") is False
    assert first not in again.todo()
    assert len(again.todo()) == 79


def test_two_graders_share_a_file_without_losing_each_others_grades(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "grades.jsonl"
    ada, bo = GradeBook(sheet, "Ada", path), GradeBook(sheet, "Bo", path)
    ada.put(sheet.answers[0], correct=True)
    bo.put(sheet.answers[0], correct=False)
    assert {(grade.grader, grade.correct) for grade in read_grades(path)} == {("Ada", True), ("Bo", False)}


def test_the_order_is_the_graders_own_and_keeps_a_questions_answers_together(sheet: Sheet) -> None:
    ada = sheet.in_order("Ada")
    assert ada == sheet.in_order("Ada")
    assert ada != sheet.in_order("Bo")
    assert sorted(answer.key for answer in ada) == sorted(answer.key for answer in sheet.answers)
    assert all(one.question_id == other.question_id for one, other in zip(ada[::2], ada[1::2], strict=True))
    assert {answer.system for answer in ada[::2]} == {"prompt", "rag"}


def test_the_share_is_of_graded_answers_only_with_wilsons_interval(sheet: Sheet, tmp_path: Path) -> None:
    book = GradeBook(sheet, "Ada", tmp_path / "g.jsonl")
    for number, answer in enumerate(answer for answer in sheet.answers[:20] if answer.system == "rag"):
        book.put(answer, correct=number < 7)
    share = book.share("rag")
    # Wilson 1927, 7 of 10: 0.397 to 0.892.
    assert (share.n, share.share) == (10, 0.7)
    assert (share.low, share.high) == pytest.approx((0.3968, 0.8922), abs=5e-4)


def test_a_difference_is_told_only_where_it_is_more_than_chance(sheet: Sheet, tmp_path: Path) -> None:
    book = GradeBook(sheet, "Ada", tmp_path / "g.jsonl")
    for answer in sheet.answers:
        book.put(answer, correct=True)
    assert "No difference shows yet" in book.words()
    for answer in sheet.answers[:40]:
        book.put(answer, correct=answer.system == "rag")
    assert "RAG is ahead by 50 points on 40 questions" in book.words()


def test_agreement_is_cohens_kappa_of_what_both_graded() -> None:
    ones = [True, True, False, True, False, False, True, True]
    others = [True, False, False, True, False, True, True, True]
    first = [Grade(str(i), "rag", "Ada", correct=value) for i, value in enumerate(ones)] + [Grade("9", "rag", "Ada")]
    second = [Grade(str(i), "rag", "Bo", correct=value) for i, value in enumerate(others)]
    kappa, n = agreement(first, second)
    assert n == 8
    assert kappa == pytest.approx(cohen_kappa_score(ones, others))


def test_evidence_is_the_share_right_by_architecture_and_the_smallest_number_graded(
    sheet: Sheet, tmp_path: Path
) -> None:
    book = GradeBook(sheet, "Ada", tmp_path / "g.jsonl")
    for answer in sheet.answers[:20]:
        book.put(answer, correct=answer.system == "rag" or answer.question_id in ("q0", "q1"))
    assert evidence_of(book) == {"prompt_score": 0.2, "rag_score": 1.0, "eval_examples": 10}
    with pytest.raises(InputError, match="'graph' is no architecture"):
        evidence_of(book, {"rag": "graph"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("question_id,question,answer\n1,a,b\n", "the column 'system' is missing"),
        ("question_id,question,system,answer\n1,a,rag,b\n1,a,rag,c\n", "row 3 answers question '1' by 'rag' a second"),
        ("question_id,question,system,answer\n", "holds no answers"),
        ("question_id,question,system,answer\n,a,rag,b\n", "row 2 names no question_id"),
    ],
)
def test_a_bad_sheet_is_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        Sheet.read(path)


def test_a_measure_outside_its_target_raises_an_alert() -> None:
    found = alerts({"hallucination": 0.06, "precision_at_k": 0.7, "faithfulness": 0.5, "unknown": 0.0})
    assert [alert.target.measure for alert in found] == ["hallucination", "faithfulness"]
    assert found[0].words == "Answers that make something up: 6 %; the target is at most 5 %."


@pytest.mark.parametrize(
    ("right", "questions", "begins"),
    [
        ({}, 100, "Not known: neither"),
        ({"rag": 0.7}, 40, "Not known: 40 graded questions are too few"),
        ({"rag": 0.7, "prompt": 0.4}, 100, "Yes: at best 70 %"),
        ({"rag": 0.86}, 100, "No: 86 %"),
        ({"rag": 0.82}, 100, "Not shown: 82 %"),
        ({"fine_tune": 0.99}, 100, "Not known: neither"),
    ],
)
def test_the_gate_says_whether_a_gap_is_measured(right: dict, questions: int, begins: str) -> None:
    assert gate(right, questions, 0.85).startswith(begins)


def test_history_has_a_row_for_each_evaluation_and_system_oldest_first() -> None:
    grades = [
        Grade(str(i), "rag", "Ada", correct=i < 3, at=f"2026-11-0{2 if i else 1}T00:00:00+00:00") for i in range(4)
    ]
    frame = history(
        {"second": grades, "first": [Grade("1", "rag", "Ada", correct=True, at="2026-10-01T00:00:00+00:00")]}
    )
    assert list(frame["evaluation"]) == ["first", "second"]
    assert frame.loc[1, "share"] == 0.75
