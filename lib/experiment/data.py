"""What a run asks: the sample company, or a client's own documents and questions."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.experiment.config import ExperimentConfig
from lib.experiment.world import BRAND, JSON, Sample, sample_company

if TYPE_CHECKING:
    from lib.experiment.own_data import Audit, SkippedFile

_VOICES = {"brand": BRAND, "json": JSON}


@dataclass(frozen=True)
class Data:
    """A sample, and for own data what the audit found and which files were skipped."""

    sample: Sample
    audit: "Audit | None" = None
    skipped: "tuple[SkippedFile, ...]" = ()

    def findings(self) -> list[dict[str, Any]]:
        """Write the audit's findings as plain values."""
        if self.audit is None:
            return []
        frame = self.audit.to_frame().astype(object)
        return frame.where(frame.notna(), None).to_dict(orient="records")


def data_for(config: ExperimentConfig, gap: float | None = None) -> Data:
    """Read or make what ``config`` asks about.

    Args:
        config: names the files of own data, or the sizes of the sample company.
        gap: difference of two arms' shares (0 to 1) that own data should be able to show; the audit's default
            if not given.

    Raises:
        InputError: the sample cannot have these sizes, or a file cannot be read.
    """
    if config.own is None:
        sizes = (config.documents, config.questions_per_kind, config.training_pairs)
        return Data(sample_company(config.seed, *sizes, voice=_VOICES[config.voice]))
    from lib.experiment.own_data import own_sample

    train = Path(config.own.train) if config.own.train else None
    wanted = {} if gap is None else {"gap": gap}
    own = own_sample(Path(config.own.documents), Path(config.own.questions), train, **wanted)
    return Data(own.sample, own.audit, own.skipped)
