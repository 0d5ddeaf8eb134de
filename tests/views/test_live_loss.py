"""The loss is shown while it falls, in one picture, and the finished run's losses stay as a chart."""

import pytest
from hand_made_runs import run_record

from lib.experiment import ExperimentConfig, ExperimentResult
from lib.experiment.record import TrainingInfo
from lib.paths import RUNS
from lib.views import Chart
from lib.views.curves import HEIGHT, WIDTH, LiveLoss, live_picture


class Shown(list):
    def update(self, page):
        self.append(page)


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()

    def display(what, display_id=False):
        shown.append(what)
        return shown if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    return shown


def test_each_trainings_last_step_is_shown_in_one_picture(shown):
    live = LiveLoss()
    for step in range(1, 51):
        live("closed_book", step, 5.0 / step, 50)
    live("with_pages", 1, 4.0, 1)
    assert live.losses["closed book"][-1] == pytest.approx(0.1) and len(live.losses["closed book"]) == 50
    assert "closed book: step 50 of 50" in shown[-1].data and "with pages: step 1 of 1" in shown[-1].data
    # Drawing costs training time: not every step is drawn.
    assert len(shown) < 10


def test_the_line_runs_from_the_left_and_falls_with_the_loss():
    page = live_picture({"a<b": [4.0, 2.0]}, {"a<b": 4})
    # Two of four steps; the mean of 4 and 2 is 3, three quarters of the highest.
    assert f'points="{WIDTH / 4:.1f},0.0 {WIDTH / 2:.1f},{HEIGHT / 4:.1f}"' in page
    assert "a&lt;b: step 2 of 4, loss 3.000" in page


def test_a_training_that_goes_on_after_an_interruption_is_told_anew_from_there(shown):
    live = LiveLoss()
    for step, loss in ((1, 3.0), (2, 2.0), (3, 1.0), (2, 2.5)):
        live("closed_book", step, loss, 4)
    assert live.losses == {"closed book": [3.0, 2.5]}


def test_the_finished_runs_losses_stay_as_a_chart_and_the_moving_picture_goes(shown):
    live = LiveLoss()
    live("with_pages", 1, 2.0, 1)
    base = {"adapter": "", "settings": {}, "examples": 1, "tokens": 1}
    training = TrainingInfo(name="with_pages", seed=0, losses=[2.0, 1.0], **base)
    live.finish(ExperimentResult(run_record([], {}, trainings=[training], config=ExperimentConfig()), RUNS))
    assert shown[-2].data == "" and isinstance(shown[-1], Chart)


def test_a_run_without_trainings_shows_nothing(shown):
    LiveLoss().finish(ExperimentResult(run_record([], {}, config=ExperimentConfig()), RUNS))
    assert shown == []
