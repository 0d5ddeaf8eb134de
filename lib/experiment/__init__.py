"""The experiment: the same questions through every arm, trained, answered and measured on this machine.

For: who answers facts right, keeps the style, refuses, cites the right page and survives a change, and how sure
that is. ``make_config`` → ``run_experiment`` → ``ExperimentResult``; ``reference_run`` is the one that comes with the
workbook.
May import: client, dataset, sample_company, retrieval, models. Nothing that shows; of the client file only its evidence.
"""

from importlib import import_module

from lib.experiment.arms import EXPERIMENT_ARMS, PRIMARY_CONTRASTS
from lib.experiment.config import ExperimentConfig, make_config, read_config
from lib.experiment.scoring import GRADES, MEASURES
from lib.progress import silent

__all__ = [
    "EXPERIMENT_ARMS",
    "GRADES",
    "MEASURES",
    "PRIMARY_CONTRASTS",
    "ExperimentConfig",
    "ExperimentResult",
    "load_run",
    "make_config",
    "read_config",
    "reference_run",
    "run_experiment",
    "silent",
]


_LATER = {"run_experiment": "run", "ExperimentResult": "result", "load_run": "result", "reference_run": "result"}


def __getattr__(name: str):
    """Load what runs or shows the experiment when it is asked for: deciding by a stored run needs no table of it."""
    if name in _LATER:
        return getattr(import_module(f"lib.experiment.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
