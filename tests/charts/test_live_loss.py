"""The loss is shown while it falls, once, and the finished run's losses stay."""

import pytest

from lib.charts.live_loss import LiveLoss
from lib.experiment import ExperimentResult
from lib.paths import RUNS


class Picture:
    def __init__(self):
        self.shown = []

    def update(self, chart):
        self.shown.append(chart)


@pytest.fixture
def picture(monkeypatch):
    picture = Picture()

    def display(chart, display_id):
        assert display_id
        picture.update(chart)
        return picture

    monkeypatch.setattr("IPython.display.display", display)
    return picture


def test_each_trainings_last_step_is_shown_in_one_picture(picture):
    live = LiveLoss()
    for step in range(1, 51):
        live("closed_book", step, 5.0 / step, 50)
    live("with_pages", 1, 4.0, 1)
    assert live.losses["closed book"][-1] == pytest.approx(0.1) and len(live.losses["closed book"]) == 50
    assert [trace.name for trace in picture.shown[-1].figure.data] == ["closed book", "with pages"]
    # Drawing costs training time: not every step is drawn.
    assert len(picture.shown) < 10


def test_a_training_that_goes_on_after_an_interruption_is_told_anew_from_there(picture):
    live = LiveLoss()
    for step, loss in ((1, 3.0), (2, 2.0), (3, 1.0), (2, 2.5)):
        live("closed_book", step, loss, 4)
    assert live.losses == {"closed book": [3.0, 2.5]}


def test_a_stored_run_shows_the_losses_that_it_had(picture):
    live = LiveLoss()
    live.finish(ExperimentResult({"trainings": {"with_pages": {"losses": [2.0, 1.0]}}}, RUNS))
    assert len(picture.shown) == 1
    live = LiveLoss()
    live.finish(ExperimentResult({"trainings": {}}, RUNS))
    assert len(picture.shown) == 1
