"""Models that answer: loaded here from a folder or a hub, or asked at an endpoint."""

from lib.experiment.models.answering_model import AnsweringModel, Generation
from lib.experiment.models.loading import SAMPLE_MODEL, adapted, load_model, model_fingerprint
from lib.experiment.models.local import LanguageModel

__all__ = [
    "SAMPLE_MODEL",
    "AnsweringModel",
    "Generation",
    "LanguageModel",
    "adapted",
    "load_model",
    "model_fingerprint",
]
