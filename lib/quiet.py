"""Keeping the model libraries off the network and off the page."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from lib.errors import InputError

_LOGGERS = ("transformers", "sentence_transformers", "huggingface_hub", "peft", "torch", "accelerate")


@contextmanager
def hub_switched_off() -> Iterator[None]:
    """Keep the Hugging Face libraries from trying the network while a local model loads."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    # The library reads the variable once, at its import; one that is already imported is told directly.
    constants = sys.modules.get("huggingface_hub.constants")
    told = getattr(constants, "HF_HUB_OFFLINE", None)
    if constants is not None:
        constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
        constants = sys.modules.get("huggingface_hub.constants")
        if constants is not None:
            constants.HF_HUB_OFFLINE = bool(told) if told is not None else before in {"1", "ON", "YES", "TRUE"}


@contextmanager
def quiet_loggers(names: Sequence[str], level: int) -> Iterator[None]:
    """Let these loggers say nothing below ``level`` while the block runs."""
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, own in before.items():
            logging.getLogger(name).setLevel(own)


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Hold back progress bars and notes of the model libraries: stray stderr spoils a notebook.

    Errors are still raised; only what is printed is held back.
    """
    from transformers.utils import logging as transformers_logging

    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        with quiet_loggers(_LOGGERS, logging.ERROR), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if bars:
            transformers_logging.enable_progress_bar()


@contextmanager
def loading(
    what: str, source: str | Path, offline: bool, allowed: str = "a folder or a Hugging Face id"
) -> Iterator[None]:
    """Load ``what`` (a model, an embedder …) of the Hugging Face libraries from ``source`` in the block.

    Raises:
        InputError: that fails, in whatever way.
    """
    problem = None
    with hub_switched_off() if offline else nullcontext(), quiet_libraries():
        try:
            yield
        except Exception as error:
            problem = (str(error).strip() or type(error).__name__).splitlines()[0]
    if problem:
        raise InputError(f"{what}: {source} cannot be loaded ({problem}); give {allowed}.")
