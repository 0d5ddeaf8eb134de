"""What a run asks: the sample company, or a client's own documents and questions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.experiment.config import ExperimentConfig
from lib.experiment.world import BRAND, JSON, Sample, sample_company

_VOICES = {"brand": BRAND, "json": JSON}


@dataclass(frozen=True)
class Data:
    """A sample, and for own data what the audit found (one plain mapping each) and which files were skipped."""

    sample: Sample
    audit: tuple[dict[str, Any], ...] = ()
    skipped: tuple[dict[str, str], ...] = ()


def data_for(config: ExperimentConfig) -> Data:
    """Read or make what ``config`` asks about.

    Raises:
        InputError: the sample cannot have these sizes, or a file cannot be read.
    """
    if config.own is None:
        sizes = (config.documents, config.questions_per_kind, config.training_pairs)
        return Data(sample_company(config.seed, *sizes, voice=_VOICES[config.voice]))
    from lib.experiment.own_data import own_sample

    train = Path(config.own.train) if config.own.train else None
    own = own_sample(Path(config.own.documents), Path(config.own.questions), train)
    frame = own.audit.to_frame().astype(object)
    findings = tuple(frame.where(frame.notna(), None).to_dict(orient="records"))
    skipped = tuple({"path": str(file.path), "reason": file.reason} for file in own.skipped)
    return Data(own.sample, findings, skipped)
