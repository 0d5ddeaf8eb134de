"""From what a reader writes under ``model`` to a model that answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from lib.errors import InputError
from lib.experiment.fingerprints import folder_fingerprint
from lib.experiment.models.chat import is_chat_model
from lib.experiment.models.local import LanguageModel
from lib.experiment.quiet import hub_switched_off, quiet_libraries
from lib.paths import BASE_MODEL, PROJECT

SAMPLE_MODEL = "the workbook's own small model"
# Where a model's configuration does not say how much it can read.
_USUAL_WINDOW = 4096


def load_model(model: str | Path | None = None, *, chat: bool | None = None) -> LanguageModel:
    """Load a causal language model of ``transformers``.

    Args:
        model: ``None`` for ``data/base_model``, else a folder or a Hugging Face id. Folders are read
            without the network.
        chat: whether the model is asked through its chat template; ``None`` does so where its tokenizer
            carries one (other than the workbook's own, which adds nothing).

    Raises:
        InputError: there is no such model, or it is not a causal language model.
    """
    source = _source(model)
    if source.is_dir():
        name = SAMPLE_MODEL if source.resolve() == BASE_MODEL.resolve() else str(model)
        with hub_switched_off():
            return _load(name, str(source), folder_fingerprint(source), chat)
    return _load(str(model), str(model), None, chat)


def model_fingerprint(model: str | Path | None = None) -> str | None:
    """Fingerprint a model's weights without loading it; ``None`` for a hub id, known only once it is loaded.

    Raises:
        InputError: the folder holds no model.
    """
    source = _source(model)
    return folder_fingerprint(source) if source.is_dir() else None


@contextmanager
def adapted(base: Any, adapter: Path | None) -> Iterator[Any]:
    """Give the model with a LoRA adapter on it (or itself, for ``None``); the base is as before afterwards."""
    if adapter is None:
        yield base
        return
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
