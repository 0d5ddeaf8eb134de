"""What decides a curve's numbers, as one key."""

from dataclasses import replace
from pathlib import Path

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.config import ExperimentConfig
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.fingerprints import text_fingerprint, value_fingerprint
from lib.experiment.run import run_key
from lib.experiment.world import Sample

_MEASURING = Path(__file__).parent / "measuring"
_SHARED = ("asking.py", "remembering.py")


def curve_config(entry: CurveEntry, config: ExperimentConfig) -> ExperimentConfig:
    """Leave out of a configuration what no curve looks at: waiting times, surprise, the choice of arms."""
    config = entry.config_for(config, entry.points)
    return replace(config, latency_questions=0, perplexity_questions=0, arms=tuple(EXPERIMENT_ARMS))


def curve_key(entry: CurveEntry, config: ExperimentConfig, sample: Sample, model: str, embedder: str) -> str:
    """Name everything that decides the curve, as one sha256 (hex); what only words or draws it is not in it."""
    return value_fingerprint(
        {
            "run": run_key(config, sample, model, embedder),
            "curve": entry.id,
            "points": entry.points,
            "arms": entry.arms,
            "questions": entry.questions,
            "code": [
                text_fingerprint((_MEASURING / name).read_text(encoding="utf-8"))
                for name in (f"{entry.id}.py", *_SHARED)
            ],
        }
    )
