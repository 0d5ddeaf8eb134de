"""The loss of the trainings while they run, in a notebook cell: one picture, drawn anew now and then.

What stays in the saved notebook is the last picture, an ordinary chart without a widget.
"""

import time
from typing import Any

from lib.charts.loss_curve import loss_curve
from lib.experiment import ExperimentResult

SECONDS_BETWEEN = 1.5


class LiveLoss:
    """Give it to ``run_experiment`` as ``on_loss``; call ``finish`` with the result."""

    def __init__(self) -> None:
        """Know of no training yet."""
        self.losses: dict[str, list[float]] = {}
        self._picture: Any = None
        self._drawn = 0.0

    def __call__(self, training: str, step: int, loss: float, total: int) -> None:
        """Take the loss of one step, and show it unless the last picture is fresh."""
        known = self.losses.setdefault(training.replace("_", " "), [])
        del known[step - 1 :]
        known.append(loss)
        if step == total or time.monotonic() - self._drawn > SECONDS_BETWEEN:
            self._show()

    def finish(self, result: ExperimentResult) -> None:
        """Show the losses of a finished run, also where it had been trained before."""
        trainings = result.record["trainings"]
        self.losses = {name.replace("_", " "): training["losses"] for name, training in trainings.items()}
        if self.losses:
            self._show()

    def _show(self) -> None:
        from IPython.display import display

        chart = loss_curve(self.losses)
        if self._picture is None:
            self._picture = display(chart, display_id=True)
        else:
            self._picture.update(chart)
        self._drawn = time.monotonic()
