"""What a run asks: the sample company, or a client's own documents and questions."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.dataset import JSON, Dataset
from lib.experiment.config import ExperimentConfig
from lib.retrieval.access import Person

if TYPE_CHECKING:
    from lib.experiment.own import Audit, SkippedFile


@dataclass(frozen=True)
class Data:
    """A dataset, and for own data what the audit found and which files were skipped."""

    dataset: Dataset
    audit: "Audit | None" = None
    skipped: "tuple[SkippedFile, ...]" = ()

    def findings(self) -> list[dict[str, Any]]:
        """Return the audit's findings as plain values."""
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
        from lib.sample_company import VOICE, sample_company

        sizes = {
            "documents": config.documents,
            "questions": dict(config.questions),
            "training_pairs": config.training_pairs,
        }
        voice = JSON if config.voice == "json" else VOICE
        return Data(_some(sample_company(config.company_seed, **sizes, wordings=config.wordings, voice=voice), config))
    from lib.experiment.own import own_dataset

    train = Path(config.own.train) if config.own.train else None
    wanted = {} if gap is None else {"gap": gap}
    person = Person.parse(config.person) if config.person else None
    own = own_dataset(Path(config.own.documents), Path(config.own.questions), train, person=person, **wanted)
    return Data(own.dataset, own.audit, own.skipped)


def _some(dataset: Dataset, config: ExperimentConfig) -> Dataset:
    """Take the first questions of each kind and the first pairs: their order is random, so this is a fair part."""
    questions = dataset.questions
    if config.ask is not None:
        ids = {q.id for kind, n in config.ask.items() for q in [q for q in questions if q.kind == kind][:n]}
        questions = tuple(question for question in questions if question.id in ids)
    return replace(dataset, questions=questions, training_pairs=dataset.training_pairs[: config.train_on])
