"""Language models that answer: loaded here from a folder or a hub, or asked at an endpoint; and LoRA training.

For: loading a model, generating, perplexity, training and using an adapter.
May import: the ground floor alone.

The door of the experiment to every model::

    model = load_model(None)                       # the workbook's own; a folder, a hub id, "endpoint:NAME"
    model.generate(prompts, 64)                    # -> list[Generation(text, prompt_tokens, answer_tokens, seconds, …)]
    model.perplexity(prompts, answers)             # -> list[float | None]
    examples = [TrainingExample(prompt, completion), …]       # prompts exactly as the arm asks them
    training = train_adapter(model, examples, folder, LoraSettings(epochs=8), seed, progress,
                             until=Until(lambda tuned: share_of_wordings_answered(tuned)))
    with model.adapted(training.adapter) as tuned:
        tuned.generate(prompts)

An answer of a model that continues text ends at ``stop`` (a new line), and a completion is trained as one line with
that end; a chat model ends its turn. Nothing heavy is imported before a model is loaded.
"""

import os

from lib.models.answering import AnsweringModel, Generation
from lib.models.endpoint import EndpointModel, endpoint_name, is_remote, refuse_remote
from lib.models.fetch import fetched_model
from lib.models.load import load_model, model_fingerprint
from lib.models.training import LoraSettings, TrainingExample, Until, train_adapter

__all__ = [
    "AnsweringModel",
    "EndpointModel",
    "Generation",
    "LoraSettings",
    "TrainingExample",
    "Until",
    "endpoint_name",
    "fetched_model",
    "is_remote",
    "load_model",
    "model_fingerprint",
    "refuse_remote",
    "train_adapter",
]

# Before torch is loaded: threads that wait for one another while other work is on the machine must not spin. With two
# threads on two busy cores a small matrix product takes 22 ms otherwise, and 0.1 ms so.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
