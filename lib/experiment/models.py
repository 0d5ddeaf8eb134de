"""A causal language model: loading it, and letting it answer many prompts."""

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.experiment.fingerprints import folder_fingerprint
from lib.experiment.prompts import STOP
from lib.experiment.quiet import hub_switched_off, quiet_libraries
from lib.paths import BASE_MODEL, PROJECT

if TYPE_CHECKING:
    from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

SAMPLE_MODEL = "the workbook's own small model"
# Prompts of like length share a batch; a batch holds at most so many tokens and prompts.
_TOKENS_IN_BATCH = 24_000
_PROMPTS_IN_BATCH = 64
# So many tokens that all prompts begin with are read once for all of them.
_WORTH_SHARING = 64
# Where a model's configuration does not say how much it can read.
_USUAL_WINDOW = 4096


@dataclass(frozen=True)
class Generation:
    """One answer: its text up to ``STOP``, its size in tokens, and its share of its batch's seconds."""

    text: str
    prompt_tokens: int
    answer_tokens: int
    seconds: float


@dataclass(frozen=True)
class LanguageModel:
    """A loaded model. ``window`` is how many tokens prompt and answer may have together."""

    name: str
    fingerprint: str
    window: int
    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"

    def token_ids(self, prompt: str) -> list[int]:
        """Cut a prompt into tokens, with the model's own start token where it has one."""
        return self.tokenizer(prompt)["input_ids"]

    def count_tokens(self, prompt: str) -> int:
        """Count the tokens of a prompt."""
        return len(self.token_ids(prompt))

    def generate(
        self,
        prompts: Sequence[str],
        max_new_tokens: int = 48,
        batch: int = _PROMPTS_IN_BATCH,
        done: Callable[[int], None] | None = None,
    ) -> list[Generation]:
        """Answer each prompt greedily, in the order given.

        Args:
            prompts: each must leave ``max_new_tokens`` of the window free.
            max_new_tokens: where an answer without ``STOP`` is cut off.
            batch: how many prompts at most are answered together; 1 gives the latency of one answer.
            done: told after each batch how many answers it brought.

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
        prefix = self._read(_shared_prefix(ids))
        for numbers in _batches([len(prompt) for prompt in ids], batch):
            made = self._answer([ids[n] for n in numbers], max_new_tokens, prefix)
            answers.update(zip(numbers, made, strict=True))
            if done:
                done(len(numbers))
        return [answers[number] for number in range(len(prompts))]

    def _read(self, prefix: list[int]) -> "DynamicCache | None":
        """Read what all prompts begin with once, as a provider's prompt cache does; ``None`` if not worth it."""
        import torch
        from transformers import DynamicCache
        from transformers.cache_utils import DynamicLayer

        if len(prefix) < _WORTH_SHARING:
            return None
        with torch.inference_mode():
            cache = self.model(torch.tensor([prefix], device=self.model.device), use_cache=True).past_key_values
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
            output = self.model.generate(
                input_ids=torch.tensor(rows, device=device),
                attention_mask=torch.tensor(mask, device=device),
                past_key_values=cache,
                max_new_tokens=max_new_tokens,
                do_sample=False,
                pad_token_id=padding,
                stop_strings=[STOP],
                tokenizer=self.tokenizer,
            )
        seconds = (time.perf_counter() - started) / len(ids)
        generations = []
        for row, prompt in zip(output[:, longest:].tolist(), ids, strict=True):
            written = _until(row, {padding, self.tokenizer.eos_token_id})
            text = self.tokenizer.decode(written, skip_special_tokens=True).partition(STOP)[0].strip()
            generations.append(Generation(text, len(prompt), len(written), seconds))
        return generations


def load_model(model: str | Path | None = None) -> LanguageModel:
    """Load a causal language model of ``transformers``.

    Args:
        model: ``None`` for ``data/base_model``, else a folder or a Hugging Face id. Folders are read
            without the network.

    Raises:
        InputError: there is no such model, or it is not a causal language model.
    """
    source = _source(model)
    if source.is_dir():
        name = SAMPLE_MODEL if source.resolve() == BASE_MODEL.resolve() else str(model)
        with hub_switched_off():
            return _load(name, str(source), folder_fingerprint(source))
    return _load(str(model), str(model), None)


def model_fingerprint(model: str | Path | None = None) -> str | None:
    """Fingerprint a model's weights without loading it; ``None`` for a hub id, known only once it is loaded.

    Raises:
        InputError: the folder holds no model.
    """
    source = _source(model)
    return folder_fingerprint(source) if source.is_dir() else None


def _source(model: str | Path | None) -> Path:
    source = Path(model) if model is not None else BASE_MODEL
    if source.is_dir() and not (source / "config.json").is_file():
        raise InputError(f"model: {_shown(source)} holds no config.json; give a folder saved by transformers.")
    if model is None and not source.is_dir():
        raise InputError(f"model: {_shown(source)} is missing; it comes with the project, so check it out again.")
    return source


def _load(name: str, source: str, fingerprint: str | None) -> LanguageModel:
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
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    network.to("cuda" if graphics else "cpu").eval()
    # Settings for sampling that a hub model may carry would be warned about: answers here are greedy.
    network.generation_config.update(temperature=None, top_p=None, top_k=None)
    window = getattr(network.config, "max_position_embeddings", None) or _USUAL_WINDOW
    if fingerprint is None:
        fingerprint = f"hub:{source}@{getattr(network.config, '_commit_hash', None)}"
    return LanguageModel(name, fingerprint, window, network, tokenizer)


@contextmanager
def adapted(base: LanguageModel, adapter: Path | None) -> Iterator[LanguageModel]:
    """Give the model with a LoRA adapter on it (or itself, for ``None``); the base is as before afterwards."""
    if adapter is None:
        yield base
        return
    from peft import PeftModel

    with hub_switched_off(), quiet_libraries():
        tuned = PeftModel.from_pretrained(base.model, str(adapter))
    tuned.eval()
    try:
        yield LanguageModel(base.name, base.fingerprint, base.window, tuned, base.tokenizer)
    finally:
        # The adapter is wrapped around the base model's own layers; taking it off gives them back unchanged.
        tuned.unload()


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield numbers of prompts of like length, longest first, so that memory runs out at once or never."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > _TOKENS_IN_BATCH):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _shared_prefix(ids: Sequence[Sequence[int]]) -> list[int]:
    """Return the tokens that every prompt begins with, less one: a prompt's last token is always read anew."""
    if len(ids) < 2:
        return []
    first, last = min(ids), max(ids)
    same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return list(first[: max(0, min(same, *map(len, ids)) - 1)])


def _until(row: Sequence[int], ends: set[int | None]) -> list[int]:
    return list(row[: next((place for place, token in enumerate(row) if token in ends), len(row))])


def _shown(path: Path) -> str:
    """Name a path from the project's folder where it lies in it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
