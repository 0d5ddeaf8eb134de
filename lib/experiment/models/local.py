"""A causal language model in this process: letting it answer many prompts in batches."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.experiment.models.answering_model import Generation
from lib.experiment.models.batching import PROMPTS_IN_BATCH, batches, shared_prefix
from lib.experiment.models.chat import chat_token_ids
from lib.experiment.precision import answering_twin
from lib.experiment.prompts import STOP, completion
from lib.experiment.quiet import quiet_libraries

if TYPE_CHECKING:
    from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

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
    _twins: "list[PreTrainedModel]" = field(default_factory=list, repr=False, compare=False)

    def answering(self) -> "PreTrainedModel":
        """Return the network that answers: ``model``, or its faster twin, which is made when first asked for."""
        if not self._twins:
            self._twins.append(answering_twin(self.model))
        return self._twins[0]

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
        ids = [self.token_ids(prompt) for prompt in prompts]
        for prompt in ids:
            if len(prompt) + max_new_tokens > self.window:
                raise InputError(
                    f"model: a prompt of {len(prompt)} tokens and an answer of {max_new_tokens} do not fit the "
                    f"window of {self.window} tokens of {self.name}."
                )
        answers: dict[int, Generation] = {}
        prefix = self._read(shared_prefix(ids))
        for numbers in batches([len(prompt) for prompt in ids], batch):
            made = self._answer([ids[n] for n in numbers], max_new_tokens, prefix)
            answers.update(zip(numbers, made, strict=True))
            for number in numbers if answered else ():
                answered(number, answers[number])
            if done:
                done(len(numbers))
        return [answers[number] for number in range(len(prompts))]

    def _read(self, prefix: list[int]) -> "DynamicCache | None":
        """Read what all prompts begin with once, as a provider's prompt cache does; ``None`` if not worth it."""
        import torch
        from transformers import DynamicCache
        from transformers.cache_utils import DynamicLayer

        if len(prefix) < WORTH_SHARING:
            return None
        with torch.inference_mode():
            cache = self.answering()(torch.tensor([prefix], device=self.model.device), use_cache=True).past_key_values
        # Caches that forget (sliding windows, states) cannot be laid before another prompt.
        plain = type(cache) is DynamicCache and all(type(layer) is DynamicLayer for layer in cache.layers)
        return cache if plain else None

    def _answer(self, ids: list[list[int]], max_new_tokens: int, prefix: "DynamicCache | None") -> list[Generation]:
        import torch

        longest = max(map(len, ids))
        padding = self.tokenizer.pad_token_id
        read = prefix.get_seq_length() if prefix else 0
        # Padding stands before the prompt, or between what has been read already and the rest of it.
        rows = [row[:read] + [padding] * (longest - len(row)) + row[read:] for row in ids]
        mask = [[1] * read + [0] * (longest - len(row)) + [1] * (len(row) - read) for row in ids]
        device = self.model.device
        started = time.perf_counter()
        with torch.inference_mode(), quiet_libraries():
            cache = None
            if prefix:
                cache = copy.deepcopy(prefix)
                cache.batch_repeat_interleave(len(ids))
            output = self.answering().generate(
                input_ids=torch.tensor(rows, device=device),
                attention_mask=torch.tensor(mask, device=device),
                past_key_values=cache,
                max_new_tokens=max_new_tokens,
                do_sample=False,
                pad_token_id=padding,
                stop_strings=None if self.chat else [STOP],
                tokenizer=self.tokenizer,
            )
        seconds = (time.perf_counter() - started) / len(ids)
        generations = []
        for row, prompt in zip(output[:, longest:].tolist(), ids, strict=True):
            written = _until(row, self._ends())
            text = self.tokenizer.decode(written, skip_special_tokens=True)
            text = " ".join(text.split()) if self.chat else text.partition(STOP)[0].strip()
            generations.append(Generation(text, len(prompt), len(written), seconds))
        return generations

    def _ends(self) -> set[int | None]:
        ends = {self.tokenizer.pad_token_id, self.tokenizer.eos_token_id}
        if self.chat:
            # A chat model may end its turn with another token than the text: its settings name both.
            turn = self.model.generation_config.eos_token_id
            ends |= set(turn) if isinstance(turn, list) else {turn}
        return ends


def _until(row: Sequence[int], ends: set[int | None]) -> list[int]:
    return list(row[: next((place for place, token in enumerate(row) if token in ends), len(row))])
