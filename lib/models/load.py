"""From what a reader writes under ``model`` to a model that answers."""

from pathlib import Path

from lib.errors import InputError
from lib.models.answering import AnsweringModel
from lib.models.endpoint import EndpointModel, endpoint_fingerprint, endpoint_name
from lib.models.fetch import SAMPLE_MODEL, fetch_model, fetched_model
from lib.progress import Progress, silent


def load_model(model: str | Path | None = None, progress: Progress = silent) -> AnsweringModel:
    """Load a causal language model of ``transformers``, or stand ready to ask one at an endpoint.

    A model whose tokenizer carries a chat template is asked through it; the workbook's own is not: it reads more as
    plain text that goes on (measured).

    Args:
        model: ``None`` for the workbook's own (fetched on first use), else a folder, a Hugging Face id, or
            ``endpoint:NAME`` for the model NAME of the OpenAI-compatible endpoint at ``OPENAI_BASE_URL`` (key in
            ``OPENAI_API_KEY``). Folders are read without the network; of an endpoint nothing is asked yet.
        progress: told of the fetching.

    Raises:
        InputError: there is no such model, it is not a causal language model, or ``OPENAI_BASE_URL`` is no address.
    """
    hosted = endpoint_name(model)
    if hosted:
        return EndpointModel(hosted)
    from lib.models.local import load_local

    if model is None:
        return load_local(SAMPLE_MODEL, fetch_model(progress), chat=False)
    source = Path(model)
    if source.is_dir() and not (source / "config.json").is_file():
        raise InputError(f"model: {source} holds no config.json; give a folder saved by transformers.")
    return load_local(str(model), source if source.is_dir() else str(model), chat=True)


def model_fingerprint(model: str | Path | None = None) -> str | None:
    """Fingerprint a model without loading it; ``None`` where that is known only once it is loaded or fetched.

    Of an endpoint's model it is its name and host: its weights cannot be seen.

    Raises:
        InputError: ``OPENAI_BASE_URL`` is no address.
    """
    hosted = endpoint_name(model)
    if hosted:
        return endpoint_fingerprint(hosted)
    from lib.models.local import local_fingerprint

    folder = fetched_model() if model is None else Path(model)
    return local_fingerprint(folder, chat=model is not None) if folder and folder.is_dir() else None
