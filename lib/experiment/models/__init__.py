"""Models that answer: loaded here from a folder or a hub, or asked at an OpenAI-compatible endpoint.

Nothing heavy is imported before a model is loaded or asked.
"""

from lib.experiment.models.address import endpoint_name, is_remote, refuse_remote
from lib.experiment.models.answering_model import AnsweringModel, Generation
from lib.experiment.models.endpoint import EndpointModel
from lib.experiment.models.endpoint_settings import EndpointSettings
from lib.experiment.models.endpoint_window import estimate_tokens
from lib.experiment.models.loading import SAMPLE_MODEL, adapted, load_model, model_fingerprint
from lib.experiment.models.local import LanguageModel

__all__ = [
    "SAMPLE_MODEL",
    "AnsweringModel",
    "EndpointModel",
    "EndpointSettings",
    "Generation",
    "LanguageModel",
    "adapted",
    "endpoint_name",
    "estimate_tokens",
    "is_remote",
    "load_model",
    "model_fingerprint",
    "refuse_remote",
]
