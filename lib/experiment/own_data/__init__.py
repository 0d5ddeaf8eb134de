"""A client's own data: a folder of documents, questions with expected answers, training pairs, and their audit.

Nothing heavy is imported here; the readers of PDF and Word files load with the first such file.
"""

from lib.experiment.own_data.audit import Audit, AuditFinding, audit_data
from lib.experiment.own_data.documents import LoadedDocuments, SkippedFile, load_documents
from lib.experiment.own_data.questions import load_questions
from lib.experiment.own_data.sample import OwnData, own_sample
from lib.experiment.own_data.style import infer_voice
from lib.experiment.own_data.training import load_training

__all__ = [
    "Audit", "AuditFinding", "LoadedDocuments", "OwnData", "SkippedFile", "audit_data", "infer_voice", "load_documents",
    "load_questions", "load_training", "own_sample",
]  # fmt: skip
