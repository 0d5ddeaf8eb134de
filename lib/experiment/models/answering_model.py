"""What the arms need of a model that answers, wherever it runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Generation:
    """One answer, its size and what it took.

    Attributes:
        text: the answer, without what ended it.
        prompt_tokens: tokens read.
        answer_tokens: tokens written.
        seconds: on this machine its share of its batch's seconds; at an endpoint from sending the request
            that succeeded to the last token.
        cached_tokens: how many of ``prompt_tokens`` came from the provider's prompt cache.
        first_token_seconds: at an endpoint from sending to the first text; ``None`` where answers are not
            streamed.
        cost_usd: at the prices handed in; ``None`` without prices.
        retries: how many requests failed before the one that succeeded.
    """

    text: str
    prompt_tokens: int
    answer_tokens: int
    seconds: float
    cached_tokens: int = 0
    first_token_seconds: float | None = None
    cost_usd: float | None = None
    retries: int = 0


@runtime_checkable
class AnsweringModel(Protocol):
    """A model that can be asked: a loaded one (``LanguageModel``) or an endpoint's (``EndpointModel``).

    ``name`` is for people, ``fingerprint`` changes when the model does, ``window`` is how many tokens prompt
    and answer may have together.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def fingerprint(self) -> str: ...  # noqa: D102

    @property
    def window(self) -> int: ...  # noqa: D102

    def count_tokens(self, prompt: str) -> int:
        """Count the tokens of a prompt, or estimate them where the model cannot be asked."""
        ...

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 48,
        batch: int = 64,
        done: Callable[[int], None] | None = None,
        answered: Callable[[int, Generation], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt greedily, in the order given; ``batch`` at most together.

        ``done`` is told how many answers have come; ``answered`` is given each with the place of its prompt as
        soon as it is there, so that it can be kept if a later one fails. Raises ``InputError`` where a prompt
        does not fit.
        """
        ...
