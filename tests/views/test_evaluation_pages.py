"""What grading came to, as pages: the example with two graders, counted by hand."""

import pytest

from lib.client import load_client
from lib.client.folder import DEFAULT_CLIENT
from lib.evaluation.store import open_evaluation
from lib.views import evaluation as view


@pytest.fixture(scope="module")
def example():
    return open_evaluation(DEFAULT_CLIENT)


def test_shares_are_those_of_whoever_graded_most_with_intervals(example):
    book = example.counted()
    rows = {row[0]: row for row in view.shares_table(book).rows}
    assert rows["RAG"][2].startswith("92 % (") and rows["Prompt engineering"][2].startswith("42 % (")
    assert "invented example" in str(view.shares_caption(example, book))


def test_two_graders_agreement_is_kappa(example):
    # 22 of 24 alike; Anna says yes to 16 of 24, Ben to 16: chance 0.5556, kappa (0.9167 - 0.5556) / 0.4444 = 0.81.
    (row,) = view.agreement_table(example).rows
    assert row == ["Anna and Ben", "24", "0.81", "almost always"]


def test_a_missed_target_raises_an_alert(example):
    assert "Missed" in str(view.targets_table({"correct": 0.42})) and "Missed" not in str(
        view.targets_table({"correct": 0.92})
    )
    assert view.measured(example.counted(), load_client(DEFAULT_CLIENT))["correct"] == pytest.approx(11 / 12)


def test_history_has_a_row_for_each_system_and_grader(example):
    chart = view.history_chart([example])
    assert len(chart.table.rows) == 4 and {trace.name for trace in chart.figure.data} == {"RAG", "Prompt engineering"}


def test_the_gate_does_not_decide_on_twelve_questions(example):
    assert "too few" in str(view.gate_words(example.counted(), load_client(DEFAULT_CLIENT)))
