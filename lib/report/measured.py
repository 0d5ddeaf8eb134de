"""The experiment in the report: which run it shows, and what that run says."""

from typing import Any

from lib.errors import InputError
from lib.report.parameters import RefusedParameter
from lib.views.markup import Page, render
from lib.views.table import Table

LEFT_OUT = False


def experiment_result(experiment: Any = None) -> Any:
    """Give the run that the report shows.

    ``None`` is the default sample experiment: its stored run, or a new one (minutes) where there is none.
    A text is the id of a stored run, a mapping a configuration, ``False`` leaves the experiment out.
    Raises :class:`RefusedParameter` for anything else.
    """
    from lib.experiment import ExperimentConfig, load_run, run_experiment

    try:
        # On the command line of papermill only "False" becomes a truth value.
        if experiment is LEFT_OUT or experiment == "false":
            return None
        if isinstance(experiment, str):
            return load_run(experiment)
        if experiment is not None and not isinstance(experiment, dict):
            raise InputError(
                f"experiment is {experiment!r}; allowed are a run's id, a mapping of settings, false or nothing."
            )
        return run_experiment(ExperimentConfig.from_dict(experiment or {}))
    except InputError as error:
        raise RefusedParameter(str(error)) from None


def setting(result: Any) -> Page:
    """Say what was asked of whom, on what."""
    if result is None:
        return Page("<p>The experiment was left out of this report.</p>")
    return render("measured_setting.html", record=result.record, arms=list(result.arms.values()))


def measured(result: Any) -> Page | None:
    """Say what the experiment found, how sure that is, and what does not carry over; nothing without a run."""
    if result is None:
        return None
    from lib.experiment import experiment_summary

    return render(
        "measured.html",
        summary=experiment_summary(result),
        efficiency=efficiency_table(result),
        arms=list(result.arms.values()),
    )


def efficiency_table(result: Any) -> Table:
    """Give tokens and waiting time of one question in each arm of the experiment."""
    rows = [
        [
            title,
            f"{row['prompt_tokens']:,.0f}",
            f"{row['answer_tokens']:,.0f}",
            f"{row['seconds_p50']:.2f}",
            f"{row['seconds_p95']:.2f}",
        ]
        for title, row in result.efficiency().iterrows()
    ]
    columns = ["Arm", "Tokens read", "Tokens written", "Seconds, typical", "Seconds, slowest"]
    return Table(columns, rows, "Effort of one question, on the machine that ran the experiment", right=[1, 2, 3, 4])
