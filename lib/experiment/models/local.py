"""A causal language model in this process: letting it answer many prompts in batches."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.experiment.models.answering_model import Generation
from lib.experiment.models.batching import PROMPTS_IN_BATCH, batches, shared_prefix
from lib.experiment.models.chat import chat_token_ids
from lib.experiment.precision import answering_twin
from lib.experiment.prompts import STOP, completion
from lib.experiment.quiet import quiet_libraries

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from lib.experiment.models.fused_writer import FusedWriter
    from lib.experiment.models.library_writer import LibraryWriter

# So many tokens that all prompts begin with are read once for all of them.
WORTH_SHARING = 64


@dataclass(frozen=True)
class LanguageModel:
    """A loaded model. ``window`` is how many tokens prompt and answer may have together.

    With ``chat`` each prompt is put through the tokenizer's chat template as one user message, and an answer
    ends where the model ends its turn: its lines are joined by spaces. Otherwise the model continues the
    prompt, and an answer ends at ``STOP``.
    """

    name: str
    fingerprint: str
    window: int
    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    chat: bool = False

    def token_ids(self, prompt: str) -> list[int]:
        """Cut a prompt into tokens, with the model's own start token or chat template where it has one."""
        return chat_token_ids(self.tokenizer, prompt) if self.chat else self.tokenizer(prompt)["input_ids"]

    def answer_ids(self, answer: str) -> list[int]:
        """Cut an answer into the tokens that a training teaches after ``token_ids(prompt)``, its end included."""
        if not self.chat:
            return self.tokenizer(completion(answer), add_special_tokens=False)["input_ids"]
        return [*self.tokenizer(answer.strip(), add_special_tokens=False)["input_ids"], self.tokenizer.eos_token_id]

    def count_tokens(self, prompt: str) -> int:
        """Count the tokens of a prompt."""
        return len(self.token_ids(prompt))

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 48,
        batch: int = PROMPTS_IN_BATCH,
        done: Callable[[int], None] | None = None,
        answered: Callable[[int, Generation], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt greedily, in the order given.

        Args:
            prompts: each must leave ``max_new_tokens`` of the window free.
            max_new_tokens: where an answer without an end is cut off.
            batch: how many prompts at most are answered together; 1 gives the latency of one answer.
            done: told after each batch how many answers it brought.
            answered: given each answer of a batch with the place of its prompt.

        Raises:
            InputError: a prompt does not fit the window.
        """
        import torch

        ids = [self.token_ids(prompt) for prompt in prompts]
        for prompt in ids:
            if len(prompt) + max_new_tokens > self.window:
                raise InputError(
                    f"model: a prompt of {len(prompt)} tokens and an answer of {max_new_tokens} do not fit the "
                    f"window of {self.window} tokens of {self.name}."
                )
        answers: dict[int, Generation] = {}
        writer = self._writer
        with torch.inference_mode(), quiet_libraries():
            # What all prompts begin with is read once for all of them, as a provider's prompt cache does.
            shared = shared_prefix(ids)
            prefix = writer.read_prefix(shared) if len(shared) >= WORTH_SHARING else None
        for numbers in batches([len(prompt) for prompt in ids], batch, writer.tokens_in_batch):
            started = time.perf_counter()
            with torch.inference_mode(), quiet_libraries():
                written = writer.write([ids[n] for n in numbers], max_new_tokens, prefix)
            seconds = (time.perf_counter() - started) / len(numbers)
            made = [self._generation(ids[n], tokens, seconds) for n, tokens in zip(numbers, written, strict=True)]
            answers.update(zip(numbers, made, strict=True))
            for number in numbers if answered else ():
                answered(number, answers[number])
            if done:
                done(len(numbers))
        return [answers[number] for number in range(len(prompts))]

    def _generation(self, prompt: list[int], tokens: list[int], seconds: float) -> Generation:
        written = _until(tokens, self._ends())
        text = self.tokenizer.decode(written, skip_special_tokens=True)
        text = " ".join(text.split()) if self.chat else text.partition(STOP)[0].strip()
        return Generation(text, len(prompt), len(written), seconds)

    @cached_property
    def _writer(self) -> "FusedWriter | LibraryWriter":
        """What lets the model, or its faster twin, write; made when first asked for."""
        from lib.experiment.models.fused_writer import FusedWriter, can_write
        from lib.experiment.models.library_writer import LibraryWriter

        model, stops = answering_twin(self.model), self._stops()
        if can_write(model):
            return FusedWriter(model, stops)
        return LibraryWriter(model, stops, self.tokenizer.pad_token_id)

    def _stops(self) -> list[int]:
        """List the tokens after which nothing is written: ends of text, and what holds a ``STOP`` unless in a chat."""
        ends = {end for end in self._ends() if end is not None}
        if not self.chat:
            texts = self.tokenizer.batch_decode([[token] for token in range(len(self.tokenizer))])
            ends |= {token for token, text in enumerate(texts) if STOP in text}
        return sorted(ends)

    def _ends(self) -> set[int | None]:
        ends = {self.tokenizer.pad_token_id, self.tokenizer.eos_token_id}
        if self.chat:
            # A chat model may end its turn with another token than the text: its settings name both.
            turn = self.model.generation_config.eos_token_id
            ends |= set(turn) if isinstance(turn, list) else {turn}
        return ends


def _until(row: Sequence[int], ends: set[int | None]) -> list[int]:
    return list(row[: next((place for place, token in enumerate(row) if token in ends), len(row))])
