"""How many tokens an endpoint's prompts have, and how many fit: known before anything is sent, or estimated."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.experiment.quiet import hub_switched_off, quiet_libraries

if TYPE_CHECKING:
    from openai import OpenAI

# A token of English text has about four characters (OpenAI's own rule of thumb).
CHARACTERS_PER_TOKEN = 4
# What the usual hosted models read; a server that reads less and does not say so refuses by itself.
USUAL_WINDOW = 128_000
# What servers call it in their list of models: vLLM and SGLang, OpenRouter and Together, Groq.
_WINDOW_NAMES = ("max_model_len", "context_length", "context_window")

# A list that takes longer is done without.
_LIST_SECONDS = 10.0


def estimate_tokens(text: str) -> int:
    """Estimate a text's tokens as characters / 4, where no tokenizer is at hand."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


@dataclass(frozen=True)
class TokenCounter:
    """Counts with a local tokenizer where there is one. ``window`` is what its configuration says."""

    tokenizer: Any
    window: int | None
    how: str

    @classmethod
    def for_model(cls, model: str) -> "TokenCounter":
        """Take the tokenizer of a model that a server on this machine names by its folder."""
        folder = Path(model)
        if not (folder / "config.json").is_file() or not (folder / "tokenizer_config.json").is_file():
            return cls(None, None, f"an estimate, characters / {CHARACTERS_PER_TOKEN}")
        from transformers import AutoConfig, AutoTokenizer

        with hub_switched_off(), quiet_libraries():
            tokenizer = AutoTokenizer.from_pretrained(folder)
            window = getattr(AutoConfig.from_pretrained(folder), "max_position_embeddings", None)
        return cls(tokenizer, window, "counted with the tokenizer in the model's folder")

    def count(self, text: str) -> int:
        """Count or estimate a text's tokens; what a chat template adds is not counted."""
        return len(self.tokenizer(text)["input_ids"]) if self.tokenizer else estimate_tokens(text)


def told_window(client: "OpenAI", model: str) -> int:
    """Ask the server's list of models how much ``model`` reads; 128,000 where the list does not say.

    Raises:
        openai.APIConnectionError: the server cannot be reached.
        openai.AuthenticationError: it refuses the key.
    """
    from openai import APIResponseValidationError, APIStatusError, APITimeoutError, AuthenticationError

    try:
        listed = client.with_options(max_retries=0, timeout=_LIST_SECONDS).models.list()
        ours = next((entry for entry in listed if entry.id == model), None)
    except AuthenticationError:
        raise
    except (APIStatusError, APITimeoutError, APIResponseValidationError, ValueError, AttributeError, TypeError):
        # Many servers keep no such list, or another kind of list.
        return USUAL_WINDOW
    told = (getattr(ours, name, None) for name in _WINDOW_NAMES)
    return next((window for window in told if isinstance(window, int) and window > 0), USUAL_WINDOW)
