"""A live run of the experiment from the notebook: one click starts it, one stops it, a third goes on where it was."""

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lib.experiment import ExperimentConfig, ExperimentResult, make_config, run_experiment
from lib.forms.reporting import Live
from lib.views.experiment import forest
from lib.views.markup import joined

_SECONDS_BETWEEN = 0.5


class Stopped(Exception):
    """The person has clicked Stop; what was finished is kept."""


class LiveRun(Live):
    """Two buttons, a bar with the time left, and at the end the run's numbers.

    ``run`` is what is called (``run_experiment``); ``done`` is told of the finished run.
    """

    saved_as = "A live run of the experiment: run this cell in JupyterLab."

    def __init__(
        self,
        config: ExperimentConfig | None = None,
        run: Callable[..., ExperimentResult] = run_experiment,
        done: Callable[[ExperimentResult], None] = lambda result: None,
        **options: Any,
    ) -> None:
        """Show the buttons; nothing runs yet. ``options`` are passed on to ``run``."""
        super().__init__()
        self.config = config or make_config(quick=True)
        self.run, self.done, self.options = run, done, options
        self.result: ExperimentResult | None = None
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._stage, self._started, self._shown = "", 0.0, 0.0
        self.start_button, self.stop_button = self.button("Run it live", self.start), self.button("Stop", self.stop)
        self.start_button.tooltip = "About five minutes on two quiet cores"
        self.stop_button.tooltip, self.stop_button.disabled = "What was finished is kept", True
        self.bar = widgets.FloatProgress(min=0, max=1, layout=widgets.Layout(width="320px", visibility="hidden"))
        self.page = widgets.HTML()
        self.fill(widgets.HBox([self.start_button, self.stop_button, self.bar]), self.message, self.page)

    def start(self) -> None:
        """Begin in the background, or go on with what an earlier click began."""
        self._stop.clear()
        self._working(True)
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End at the next step."""
        self._stop.set()
        self.say("Stopping at the next step.")

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is and how long it still takes; end where Stop was clicked."""
        if self._stop.is_set():
            raise Stopped
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started = stage, now
        if now - self._shown < _SECONDS_BETWEEN and done < total:
            return
        self._shown = now
        self.bar.value = done / total if total else 1.0
        left = (now - self._started) / done * (total - done) if done else 0.0
        self.say(f"{stage}: {done:,} of {total:,}" + (f", about {left:,.0f} s left" if left >= 1 else ""))

    def _work(self) -> None:
        self.reported(self._run)
        self._working(False)

    def _run(self) -> None:
        try:
            self.result = self.run(self.config, progress=self.progress, **self.options)
        except Stopped:
            self.say("Stopped. What was finished is kept: run it again to go on.")
            return
        chart = forest(self.result)
        self.page.value = joined(chart.table, chart.reading()).inside_widget()
        self.say(f"Finished: run {self.result.id}.")
        self.done(self.result)

    def _working(self, working: bool) -> None:
        self.start_button.disabled, self.stop_button.disabled = working, not working
        self.bar.layout.visibility = "visible" if working else "hidden"
