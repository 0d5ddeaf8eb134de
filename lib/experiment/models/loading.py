"""From what a reader writes under ``model`` to a model that answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from lib.errors import InputError
from lib.experiment.fingerprints import folder_fingerprint
from lib.experiment.models.address import ENDPOINT, endpoint_name
from lib.experiment.models.chat import is_chat_model
from lib.experiment.models.endpoint import EndpointModel, endpoint_fingerprint
from lib.experiment.models.endpoint_settings import EndpointSettings
from lib.experiment.models.local import LanguageModel
from lib.experiment.quiet import hub_switched_off, quiet_libraries
from lib.paths import BASE_MODEL, PROJECT

Model = TypeVar("Model", LanguageModel, EndpointModel)

SAMPLE_MODEL = "the workbook's own small model"
# Where a model's configuration does not say how much it can read.
_USUAL_WINDOW = 4096
_NO_LIMIT = 10**12


def load_model(
    model: str | Path | None = None, *, chat: bool | None = None, endpoint: EndpointSettings | None = None
) -> LanguageModel | EndpointModel:
    """Load a causal language model of ``transformers``, or stand ready to ask one at an endpoint.

    Args:
        model: ``None`` for ``data/base_model``, else a folder, a Hugging Face id, or ``endpoint:NAME`` for the
            model NAME of the OpenAI-compatible endpoint at ``OPENAI_BASE_URL`` (key in ``OPENAI_API_KEY``).
            Folders are read without the network; of an endpoint nothing is asked yet.
        chat: whether the model is asked through its chat template; ``None`` does so where its tokenizer
            carries one (other than the workbook's own, which adds nothing). Endpoints are always asked in turns.
        endpoint: time-outs, retries, how many requests at once, prices.

    Raises:
        InputError: there is no such model, it is not a causal language model, or ``OPENAI_BASE_URL`` is no address.
    """
    hosted = endpoint_name(model)
    if hosted:
        return EndpointModel(hosted, endpoint)
    source = _source(model)
    if source.is_dir():
        name = SAMPLE_MODEL if source.resolve() == BASE_MODEL.resolve() else str(model)
        with hub_switched_off():
            return _load(name, str(source), folder_fingerprint(source), chat)
    return _load(str(model), str(model), None, chat)


def model_fingerprint(model: str | Path | None = None, *, endpoint: EndpointSettings | None = None) -> str | None:
    """Fingerprint a model without loading it; ``None`` for a hub id, known only once it is loaded.

    Of an endpoint's model it is its name and host: its weights cannot be seen.

    Raises:
        InputError: the folder holds no model, or ``OPENAI_BASE_URL`` is no address.
    """
    hosted = endpoint_name(model)
    if hosted:
        return endpoint_fingerprint(hosted, endpoint)
    source = _source(model)
    return folder_fingerprint(source) if source.is_dir() else None


@contextmanager
def adapted(base: Model, adapter: Path | None) -> Iterator[Model]:
    """Give the model with a LoRA adapter on it (or itself, for ``None``); the base is as before afterwards.

    Raises:
        InputError: the model is an endpoint's, which takes no adapter.
    """
    if adapter is None:
        yield base
        return
    if isinstance(base, EndpointModel):
        raise InputError(
            f"model: {base.name} takes no adapter trained here; export the training pairs as chat JSONL, have the "
            f"provider fine-tune on them, and name the result as {ENDPOINT}NAME for the fine-tuned arms."
        )
    from peft import PeftModel

    with hub_switched_off(), quiet_libraries():
        tuned = PeftModel.from_pretrained(base.model, str(adapter))
    tuned.eval()
    try:
        yield replace(base, model=tuned)
    finally:
        # The adapter is wrapped around the base model's own layers; taking it off gives them back unchanged.
        tuned.unload()


def _source(model: str | Path | None) -> Path:
    source = Path(model) if model is not None else BASE_MODEL
    if source.is_dir() and not (source / "config.json").is_file():
        raise InputError(f"model: {_shown(source)} holds no config.json; give a folder saved by transformers.")
    if model is None and not source.is_dir():
        raise InputError(f"model: {_shown(source)} is missing; it comes with the project, so check it out again.")
    return source


def _load(name: str, source: str, fingerprint: str | None, chat: bool | None) -> LanguageModel:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    problem = None
    graphics = torch.cuda.is_available()
    try:
        with quiet_libraries():
            tokenizer = AutoTokenizer.from_pretrained(source)
            network = AutoModelForCausalLM.from_pretrained(source, dtype="auto" if graphics else torch.float32)
    except Exception as error:
        problem = (str(error).strip() or type(error).__name__).splitlines()[0]
    if problem:
        raise InputError(f"model: {source} cannot be loaded ({problem}); give a folder or a Hugging Face id.")
    if chat and not tokenizer.chat_template:
        raise InputError(f"model: {source} has no chat template, so it cannot be asked as a chat model.")
    # Prompts are held against the window here, with a clear sentence; the tokenizer need not warn as well.
    tokenizer.model_max_length = _NO_LIMIT
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    network.to("cuda" if graphics else "cpu").eval()
    # Settings for sampling that a hub model may carry would be warned about: answers here are greedy.
    network.generation_config.update(temperature=None, top_p=None, top_k=None)
    window = getattr(network.config, "max_position_embeddings", None) or _USUAL_WINDOW
    if fingerprint is None:
        fingerprint = f"hub:{source}@{getattr(network.config, '_commit_hash', None)}"
    asked_in_turns = is_chat_model(tokenizer)
    if chat is not None and chat != asked_in_turns:
        fingerprint += " as a chat model" if chat else " without its chat template"
        asked_in_turns = chat
    return LanguageModel(name, fingerprint, window, network, tokenizer, asked_in_turns)


def _shown(path: Path) -> str:
    """Name a path from the project's folder where it lies in it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
