"""The experiment in the report: which run it shows. What that run says stands in ``lib.views.experiment``."""

from typing import Any

from lib.errors import InputError
from lib.views.experiment import measured, setting

__all__ = ["experiment_result", "measured", "setting"]

LEFT_OUT = False


def experiment_result(experiment: Any = None) -> Any:
    """Return the run that the report shows; ``None`` where it shows none.

    Args:
        experiment: nothing for the reference run that comes with the workbook, the id of a stored run, a mapping of
            settings (``ExperimentConfig``) for a run of one's own, or ``False`` to leave the experiment out.

    Raises:
        InputError: it is anything else, or there is no such run.
    """
    from lib.experiment import load_run, read_config, reference_run, run_experiment

    # On the command line of papermill only "False" becomes a truth value.
    if experiment is LEFT_OUT or experiment == "false":
        return None
    if experiment is None:
        return reference_run()
    if isinstance(experiment, str):
        return load_run(experiment)
    if not isinstance(experiment, dict):
        raise InputError(
            f"experiment is {experiment!r}; allowed are a run's id, a mapping of settings, false or nothing."
        )
    return run_experiment(read_config(experiment))
