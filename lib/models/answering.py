"""What everything else needs of a model that answers, wherever it runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from lib.errors import InputError

# Told, while answers are scored, how many are done and how many there are.
Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Generation:
    """One answer, its size and what it took."""

    text: str  # the answer, without what ended it
    prompt_tokens: int  # tokens read
    answer_tokens: int  # tokens written
    # On this machine its share of its batch's seconds; at an endpoint from sending the request that succeeded to
    # the last token. Asked with ``batch=1`` it is the latency of one answer.
    seconds: float
    # How many of ``prompt_tokens`` had been read before (a shared beginning, a provider's cache).
    cached_tokens: int = 0
    # At an endpoint from sending to the first text; ``None`` where answers are not streamed.
    first_token_seconds: float | None = None


class AnsweringModel(ABC):
    """A model that can be asked: one in this process (``LocalModel``) or an endpoint's (``EndpointModel``).

    ``name`` is for people, ``fingerprint`` changes when the model does, ``window`` is how many tokens prompt and
    answer may have together.
    """

    name: str
    fingerprint: str
    window: int

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 64,
        *,
        stop: str | None = "\n",
        batch: int | None = None,
        answered: Callable[[int, Generation], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt greedily, in the order given.

        Args:
            prompts: each must leave ``max_new_tokens`` of the window free.
            max_new_tokens: where an answer without an end is cut off.
            stop: text that ends an answer of a model that continues text; a chat model ends its turn itself, and
                the lines of its answer are joined by spaces.
            batch: at most so many are answered together; 1 measures the latency of one answer.
            answered: given each answer with the place of its prompt as soon as it is there, so that it can be
                kept if a later one fails.

        Raises:
            InputError: a prompt does not fit, or an endpoint fails.
        """
        for prompt in prompts:
            if (tokens := self.count_tokens(prompt)) + max_new_tokens > self.window:
                raise InputError(
                    f"model: a prompt of {tokens} tokens and an answer of {max_new_tokens} do not fit the "
                    f"window of {self.window} tokens of {self.name}."
                )
        answers: dict[int, Generation] = {}
        with closing(self._answers(prompts, max_new_tokens, stop, batch)) as made:
            for number, answer in made:
                answers[number] = answer
                if answered:
                    answered(number, answer)
        return [answers[number] for number in range(len(prompts))]

    @abstractmethod
    def count_tokens(self, prompt: str) -> int:
        """Count the tokens of a prompt, or estimate them where the model cannot be asked."""

    @abstractmethod
    def perplexity(
        self, prompts: Sequence[str], answers: Sequence[str], progress: Done | None = None
    ) -> list[float | None]:
        """Measure how surprised the model is by each answer after its prompt; ``None`` where it cannot be told."""

    @abstractmethod
    def adapted(self, adapter: Path | None) -> AbstractContextManager["AnsweringModel"]:
        """Put a LoRA adapter on the model for a block (none, for ``None``); the model itself is as before after it.

        Raises:
            InputError: the model takes no adapter.
        """

    @abstractmethod
    def _answers(
        self, prompts: Sequence[str], max_new_tokens: int, stop: str | None, batch: int | None
    ) -> Generator[tuple[int, Generation]]:
        """Yield each answer with the place of its prompt, as it comes."""
