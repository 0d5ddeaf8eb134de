"""A live run starts by one click, tells the time left, and ends by another."""

import threading

import pytest
from hand_made_runs import record

from lib.errors import InputError
from lib.experiment import ExperimentResult
from lib.forms.live_run import LiveRun
from lib.paths import RUNS

RESULT = ExperimentResult(record("run-1", {"rag": [True, False]}, True, True), RUNS)


def finished(live: LiveRun) -> LiveRun:
    live.start()
    live.thread.join(10)
    assert not live.thread.is_alive()
    return live


def test_a_run_tells_how_far_it_is_and_shows_its_numbers_at_the_end():
    told, seen = [], []

    def run(config, *, progress, data_must_stay_in_house):
        assert data_must_stay_in_house
        progress("Answers: RAG", 0, 10)
        progress("Answers: RAG", 10, 10)
        seen.append(live.message.value)
        return RESULT

    live = LiveRun(run=run, done=told.append, data_must_stay_in_house=True)
    finished(live)
    assert "Answers: RAG: 10 of 10" in seen[0] and "run-1" in live.message.value and "All right" in live.page.value
    assert told == [RESULT] and live.stop_button.disabled and not live.start_button.disabled


def test_stop_ends_at_the_next_step_and_a_further_click_goes_on():
    calls, entered, go_on = [], threading.Event(), threading.Event()

    def run(config, *, progress):
        calls.append(config)
        if len(calls) == 1:
            entered.set()
            go_on.wait(10)
            progress("LoRA", 1, 2)
        return RESULT

    live = LiveRun(run=run)
    live.start()
    entered.wait(10)
    live.stop()
    go_on.set()
    live.thread.join(10)
    assert "kept" in live.message.value and live.result is None
    assert finished(live).result is RESULT and calls[0] == calls[1]


def test_what_went_wrong_is_shown_where_the_person_looks():
    def run(config, *, progress):
        raise InputError("DATABASE_URL: nobody answers.")

    assert "nobody answers" in finished(LiveRun(run=run)).message.value


@pytest.mark.parametrize(("done", "left"), [(1, "s left"), (10, "")])
def test_the_time_left_is_told_while_there_is_some(done, left, monkeypatch):
    clock = iter([0.0, 100.0, 200.0, 300.0])
    monkeypatch.setattr("lib.forms.live_run.time.monotonic", lambda: next(clock))
    live = LiveRun(run=lambda *_, **__: RESULT)
    live.progress("Search", 0, 10)
    live.progress("Search", done, 10)
    assert left in live.message.value and ("left" in live.message.value) == bool(left)
