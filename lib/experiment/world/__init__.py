"""Fictional companies: the sample that the experiment runs on, and others to train the base model on.

Nothing here imports torch.
"""

from lib.experiment.world.company import Company, other_company
from lib.experiment.world.sample import sample_company
from lib.experiment.world.types import QUESTION_KINDS, Document, Question, Sample, TrainingPair
from lib.experiment.world.voice import (
    ABSENT,
    BRAND,
    FREE,
    JSON,
    JSON_SCHEMA,
    PLAIN,
    REFUSAL,
    Voice,
    schema_valid,
    states,
)

__all__ = [
    "ABSENT", "BRAND", "FREE", "JSON", "JSON_SCHEMA", "PLAIN", "QUESTION_KINDS", "REFUSAL", "Company", "Document", "Question", "Sample",
    "TrainingPair", "Voice", "other_company", "sample_company", "schema_valid", "states",
]  # fmt: skip
