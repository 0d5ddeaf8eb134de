"""A configuration from the few things that a person says: the same for the command and the notebook."""

from typing import Any

from lib.errors import InputError
from lib.experiment.config import ExperimentConfig, OwnFiles


def chosen_config(
    quick: bool = False, documents: str = "", questions: str = "", train: str = "", **settings: Any
) -> ExperimentConfig:
    """Make a configuration; what is empty or ``None`` stays at its default.

    Args:
        quick: a run of about a minute, with too few questions to conclude from.
        documents: folder of own documents; it needs ``questions``.
        questions: file of own questions; it needs ``documents``.
        train: file of own training pairs.
        settings: fields of ``ExperimentConfig``.

    Raises:
        InputError: own documents without questions, or the other way round; a setting is not allowed.
    """
    chosen = {name: value for name, value in settings.items() if value not in (None, "")}
    if bool(documents) != bool(questions) or (train and not documents):
        raise InputError("Own data needs both documents (a folder) and questions (a CSV or JSONL file).")
    if documents:
        chosen["own"] = OwnFiles(documents, questions, train or None)
    return ExperimentConfig.quick(**chosen) if quick else ExperimentConfig(**chosen)
