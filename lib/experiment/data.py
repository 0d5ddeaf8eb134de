"""What a run asks: the sample company, or a client's own documents and questions."""

from dataclasses import replace
from pathlib import Path

from lib.dataset import JSON, Dataset
from lib.experiment.config import ExperimentConfig
from lib.experiment.own import GAP, Data, own_dataset
from lib.sample_company import VOICE, sample_company


def data_for(config: ExperimentConfig, gap: float = GAP) -> Data:
    """Read or make what ``config`` asks about.

    Args:
        config: names the files of own data, or the sizes of the sample company.
        gap: difference of two arms' shares (0 to 1) that own data should be able to show.

    Raises:
        InputError: the sample cannot have these sizes, or a file cannot be read.
    """
    if config.own is None:
        made = sample_company(
            config.company_seed,
            config.documents,
            config.questions,
            config.training_pairs,
            config.wordings,
            JSON if config.voice == "json" else VOICE,
        )
        return Data(_some(made, config))
    train = Path(config.own.train) if config.own.train else None
    documents, questions = Path(config.own.documents), Path(config.own.questions)
    return own_dataset(documents, questions, train, gap=gap, person=config.asker)


def _some(dataset: Dataset, config: ExperimentConfig) -> Dataset:
    """Take the first questions of each kind and the first pairs: their order is random, so this is a fair part."""
    questions = dataset.questions
    if config.ask is not None:
        ids = {q.id for kind, n in config.ask.items() for q in [q for q in questions if q.kind == kind][:n]}
        questions = tuple(question for question in questions if question.id in ids)
    return replace(dataset, questions=questions, training_pairs=dataset.training_pairs[: config.train_on])
