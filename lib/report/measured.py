"""The experiment in the report: which run it shows. What that run says stands in ``lib.views.experiment``."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from lib.errors import InputError
from lib.views import experiment as views
from lib.views.chart import Chart
from lib.views.markup import Page, joined


@dataclass(frozen=True)
class Measured:
    """A run of the experiment, ``None`` where it is left out, and what a report shows of it."""

    result: Any

    @cached_property
    def chart(self) -> Chart:
        """The shares with their intervals."""
        return views.forest(self.result)

    @cached_property
    def page(self) -> Page:
        """What was asked, what was found and what does not carry over; that it was left out where it was."""
        return joined(views.setting(self.result), views.measured(self.result) or "")


@cache
def _reference() -> Measured:
    # It says the same in every client's report, so that a portfolio draws it once a process.
    from lib.experiment import reference_run

    return Measured(reference_run())


def measured(experiment: Any = None) -> Measured:
    """Find the run that the report shows: the reference run, where ``experiment`` says nothing else.

    That is a stored run's id, settings (``ExperimentConfig``) of a new one, or ``False`` to leave the experiment out.

    Raises:
        InputError: it is anything else, or there is no such run.
    """
    from lib.experiment import load_run, read_config, run_experiment

    # On the command line of papermill only "False" becomes a truth value.
    if experiment is False or experiment == "false":
        return Measured(None)
    if experiment is None:
        return _reference()
    if isinstance(experiment, str):
        return Measured(load_run(experiment))
    if not isinstance(experiment, dict):
        raise InputError(
            f"experiment is {experiment!r}; allowed are a run's id, a mapping of settings, false or nothing."
        )
    return Measured(run_experiment(read_config(experiment)))
