"""The experiment: RAG against LoRA, measured on a sample company with a real server, model and training.

For: arms, prompts, the run and its record, scores, contrasts, curves, the literature beside it.
May import: client, dataset, sample_company, retrieval, models.

Nothing heavy is imported here; torch and the model libraries load when a run starts.
"""

import os as _os

# Idle OpenMP threads that spin take the cores from everything else on the machine; two such programs
# on two cores slow one another down ten-fold. Read by torch's runtime once, when torch is first loaded.
_os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from lib.experiment.arms import EXPERIMENT_ARMS, ExperimentArm
from lib.experiment.choose import chosen_config
from lib.experiment.config import ExperimentConfig, OwnFiles
from lib.experiment.finetune import LoraSettings
from lib.experiment.measures import MEASURES
from lib.experiment.progress import silent
from lib.experiment.result import ExperimentResult
from lib.experiment.run import latest_run, load_run, run_experiment
from lib.experiment.summary import ExperimentSummary, Finding, experiment_summary

__all__ = [
    "EXPERIMENT_ARMS",
    "MEASURES",
    "ExperimentArm",
    "ExperimentConfig",
    "ExperimentResult",
    "ExperimentSummary",
    "Finding",
    "LoraSettings",
    "OwnFiles",
    "chosen_config",
    "experiment_summary",
    "latest_run",
    "load_run",
    "run_experiment",
    "silent",
]  # fmt: skip
