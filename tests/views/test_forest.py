"""The forest plot shows each arm's share where it lies, its interval, and what the marks beside it mean."""

import pytest

from lib import paths
from lib.errors import InputError
from lib.experiment import ExperimentResult
from lib.experiment.statistics import share_of
from lib.views.experiment import forest


def made_up(kind="document_fact", **rights):
    """A run in which each arm is right in substance and style as given."""
    rows = [
        {"arm": arm, "question_id": f"q{number}", "kind": kind, "fact": right, "substance": right, "right": right}
        for arm, outcomes in rights.items()
        for number, right in enumerate(outcomes)
    ]
    arms = [{"id": arm, "title": f"<i>{arm}</i>", "stands_for": arm, "shortened_prompts": 0} for arm in rights]
    record = {
        "id": "made-up",
        "arms": arms,
        "answers": rows,
        "model": {"is_sample_model": False, "parameters": 1, "window": 9},
        "retrieval": {"k": 3, "questions": [], "reindexed": {"pages": 0, "seconds": 0.0}},
        "seconds": {},
    }
    return ExperimentResult(record, paths.RUNS)


@pytest.fixture
def run():
    return made_up(prompt=[True] * 5 + [False] * 95, rag=[True] * 80 + [False] * 20, hybrid=[True] * 97 + [False] * 3)


def test_each_point_stands_at_its_share_with_wilsons_interval_around_it(run):
    rag = share_of([True] * 80 + [False] * 20)
    points = [trace for trace in forest(run).figure.data if "rag" in trace.y[0]]
    assert len(points) == 2
    for point in points:
        assert point.x[0] == 80
        assert point.x[0] + point.error_x.array[0] == pytest.approx(100 * rag.high, abs=0.01)
        assert point.x[0] - point.error_x.arrayminus[0] == pytest.approx(100 * rag.low, abs=0.01)


def test_there_is_a_panel_for_each_column_that_the_run_has_something_to_say_on(run):
    titles = [note.text for note in forest(run).figure.layout.annotations]
    assert titles == ["Document fact (%)", "All right (%)"]
    own = made_up(kind="our <b>kind</b>", rag=[True, False])
    texts = [note.text for note in forest(own).figure.layout.annotations]
    assert len(texts) == 2 and not any("<b>" in text for text in texts)


def test_its_table_has_the_marks_and_its_caption_says_what_they_mean(run):
    table = forest(run).table
    assert [row[2] for row in table.rows] == ["5 % (2–11) ▼", "80 % (71–87)", "97 % (92–99) ▲"]
    assert table.caption == run.legend() and "Holm" in table.caption
    assert "<i>" not in table._repr_html_()


def test_a_run_without_a_judged_answer_cannot_be_drawn():
    with pytest.raises(InputError, match="made-up"):
        forest(made_up(rag=[]))
