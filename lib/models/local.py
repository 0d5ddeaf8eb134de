"""A causal language model in this process: answering prompts in batches, perplexity, LoRA adapters.

Weights are bf16 where the processor (or graphics card) multiplies bf16 faster, else fp32. Answers are the greedy ones
of ``transformers``' own ``generate``; prompts of like length share a batch, and what all prompts begin with is read
once for all of them.
"""

import copy
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.fingerprints import folder_fingerprint, value_fingerprint
from lib.models.answering import AnsweringModel, Done, Generation
from lib.quiet import hub_switched_off, loading, quiet_libraries

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

# A batch holds at most so many prompts and, padding counted, so many tokens: their keys and values stay in memory.
PROMPTS_IN_BATCH = 32
_TOKENS_IN_BATCH = 16_000
# So many tokens that all prompts begin with are read once for all of them.
_WORTH_SHARING = 64
# Perplexity holds the scores of all answer tokens of a batch at once.
_TOKENS_IN_SCORED_BATCH = 4_000
# Where a model's configuration does not say how much it can read.
_USUAL_WINDOW = 4096
_NO_LIMIT = 10**12
# The name under which ``transformers`` knows attention in blocks.
BLOCKWISE = "blockwise_on_processors"


def best_dtype(device: str) -> Any:
    """Return ``torch.bfloat16`` where the device (``cpu``, ``cuda`` …) multiplies it faster than fp32, else ``torch.float32``.

    A processor without bf16 instructions imitates them, slower than it computes fp32.
    """
    import torch

    fast = False
    if device == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device == "cpu":
        can = torch.cpu.get_capabilities()
        fast = bool(can.get("amx_bf16") or can.get("avx512_bf16"))
    return torch.bfloat16 if fast else torch.float32


def load_local(name: str, source: str | Path, chat: bool) -> "LocalModel":
    """Load a model of ``transformers`` from a folder (without the network) or a Hugging Face id.

    ``name`` is for people; with ``chat`` it is asked through its chat template, where its tokenizer carries one.

    Raises:
        InputError: it is not there, or no causal language model.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from lib.models.attention import use_blockwise_attention

    is_folder = Path(source).is_dir()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with loading("model", source, offline=is_folder):
        tokenizer = AutoTokenizer.from_pretrained(source)
        network = AutoModelForCausalLM.from_pretrained(source, dtype=best_dtype(device))
    # Prompts are held against the window here, with a clear sentence; the tokenizer need not warn as well.
    tokenizer.model_max_length = _NO_LIMIT
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    network.to(device).eval().requires_grad_(False)
    use_blockwise_attention(network, BLOCKWISE)
    # The last places of a batch lie apart in memory, and torch would lay out the vocabulary's weights once a row for them:
    # 1.8 GB for a batch of 32.
    if head := network.get_output_embeddings():
        head.register_forward_pre_hook(lambda _, given: (given[0].contiguous(),))
    # Settings for sampling that a model may carry would be warned about: answers here are greedy.
    network.generation_config.update(temperature=None, top_p=None, top_k=None)
    commit = getattr(network.config, "_commit_hash", None)
    return LocalModel(
        name=name,
        fingerprint=local_fingerprint(Path(source), chat) if is_folder else f"hub:{source}@{commit}",
        window=getattr(network.config.get_text_config(), "max_position_embeddings", None) or _USUAL_WINDOW,
        network=network,
        tokenizer=tokenizer,
        chat=chat and bool(tokenizer.chat_template),
    )


@lru_cache(maxsize=8)
def local_fingerprint(folder: Path, chat: bool) -> str:
    """Fingerprint a model's folder and the manner it is asked in."""
    return folder_fingerprint(folder) + ("" if chat else " continuing")


@dataclass(frozen=True)
class LocalModel(AnsweringModel):
    """A loaded model; see ``AnsweringModel``.

    With ``chat`` each prompt is put through the tokenizer's chat template as one user message, and an answer ends
    where the model ends its turn. Otherwise the model continues the prompt, and an answer ends at ``stop``.
    """

    name: str
    fingerprint: str
    window: int
    network: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    chat: bool = False

    def token_ids(self, prompt: str) -> list[int]:
        """Cut a prompt into tokens, with the model's own start token or chat template where it has one."""
        if not self.chat:
            return self.tokenizer(prompt)["input_ids"]
        # Models that can think first are told not to; templates that do not know the word pass over it.
        return self.tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            add_generation_prompt=True,
            enable_thinking=False,
            tokenize=True,
            return_dict=True,
        )["input_ids"]

    def answer_ids(self, answer: str) -> list[int]:
        """Cut an answer into the tokens that follow ``token_ids(prompt)``, its end included."""
        text = " ".join(answer.split())
        if self.chat:
            return [*self.tokenizer(text, add_special_tokens=False)["input_ids"], self.tokenizer.eos_token_id]
        return self.tokenizer(f" {text}\n", add_special_tokens=False)["input_ids"]

    def count_tokens(self, prompt: str) -> int:
        """Count the tokens of a prompt."""
        return len(self.token_ids(prompt))

    def _answers(
        self, prompts: Sequence[str], max_new_tokens: int, stop: str | None, batch: int | None
    ) -> Iterator[tuple[int, Generation]]:
        import torch

        stop = None if self.chat else stop
        ids = [self.token_ids(prompt) for prompt in prompts]
        ends = self._ends(stop)
        with torch.inference_mode(), quiet_libraries():
            prefix = self._read_prefix(_shared_prefix(ids))
            shared = prefix.get_seq_length() if prefix else 0
            for numbers in _batches([len(each) for each in ids], batch or PROMPTS_IN_BATCH):
                started = time.perf_counter()
                written = self._write([ids[number] for number in numbers], max_new_tokens, ends, prefix)
                seconds = (time.perf_counter() - started) / len(numbers)
                for number, tokens in zip(numbers, written, strict=True):
                    text = self.tokenizer.decode(tokens, skip_special_tokens=True)
                    text = " ".join(text.split()) if self.chat else (text.partition(stop)[0] if stop else text).strip()
                    yield number, Generation(text, len(ids[number]), len(tokens), seconds, shared)

    def perplexity(
        self, prompts: Sequence[str], answers: Sequence[str], progress: Done | None = None
    ) -> list[float | None]:
        """Measure how surprised the model is by each answer after its prompt.

        The exponential of the mean negative log likelihood (in nats) of the answer's tokens, its end among them;
        1 is no surprise at all (Jelinek et al. 1977). ``None`` where prompt and answer do not fit the window.

        Raises:
            InputError: there are not as many answers as prompts.
        """
        if len(prompts) != len(answers):
            raise InputError(f"perplexity: there are {len(prompts)} prompts and {len(answers)} answers; give one each.")
        rows = [(self.token_ids(p), self.answer_ids(a)) for p, a in zip(prompts, answers, strict=True)]
        found: list[float | None] = [None] * len(rows)
        fitting = [n for n, (prompt, answer) in enumerate(rows) if len(prompt) + len(answer) <= self.window]
        done = len(rows) - len(fitting)
        lengths = [sum(map(len, rows[number])) for number in fitting]
        for places in _batches(lengths, PROMPTS_IN_BATCH, _TOKENS_IN_SCORED_BATCH):
            numbers = [fitting[place] for place in places]
            for number, perplexity in zip(numbers, self._perplexities([rows[n] for n in numbers]), strict=True):
                found[number] = perplexity
            done += len(numbers)
            if progress:
                progress(done, len(rows))
        return found

    @contextmanager
    def adapted(self, adapter: Path | None) -> Iterator["LocalModel"]:
        """Merge a LoRA adapter into a copy of the weights for the block; the model itself, for ``None``."""
        if adapter is None:
            yield self
            return
        from peft import PeftModel

        with hub_switched_off(), quiet_libraries():
            tuned = PeftModel.from_pretrained(copy.deepcopy(self.network), str(adapter)).merge_and_unload()
        mark = value_fingerprint([self.fingerprint, folder_fingerprint(adapter, "adapter_*")])
        yield replace(self, network=tuned.eval(), fingerprint=f"adapted:{mark}")

    def _ends(self, stop: str | None) -> list[int]:
        """List the tokens after which nothing is written: ends of text, and those that hold ``stop``."""
        ends = self.network.generation_config.eos_token_id
        found = {self.tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
        return sorted(found | (_holding(self.tokenizer, stop) if stop else set()))

    def _read_prefix(self, tokens: list[int]) -> Any:
        """Read what all prompts begin with; ``None`` where there is little, or the model's cache cannot be shared."""
        import torch
        from transformers import DynamicCache
        from transformers.cache_utils import DynamicLayer

        if len(tokens) < _WORTH_SHARING:
            return None
        ids = torch.tensor([tokens], device=self.network.device)
        cache = self.network(ids, use_cache=True, logits_to_keep=1).past_key_values
        # Caches that forget (sliding windows, states) cannot be laid before another prompt.
        plain = type(cache) is DynamicCache and all(type(layer) is DynamicLayer for layer in cache.layers)
        return cache if plain else None

    def _write(self, prompts: list[list[int]], most: int, ends: list[int], prefix: Any) -> list[list[int]]:
        """Return the tokens written after each prompt, without what ended them."""
        import torch

        longest = max(map(len, prompts))
        read = prefix.get_seq_length() if prefix else 0
        padding = self.tokenizer.pad_token_id
        # Padding stands before the prompt, or between what has been read already and the rest of it.
        rows = [[*row[:read], *[padding] * (longest - len(row)), *row[read:]] for row in prompts]
        mask = [[1] * read + [0] * (longest - len(row)) + [1] * (len(row) - read) for row in prompts]
        cache = None
        if prefix:
            cache = copy.deepcopy(prefix)
            cache.batch_repeat_interleave(len(prompts))
        device = self.network.device
        output = self.network.generate(
            input_ids=torch.tensor(rows, device=device),
            attention_mask=torch.tensor(mask, device=device),
            past_key_values=cache,
            max_new_tokens=most,
            do_sample=False,
            pad_token_id=padding,
            eos_token_id=ends or None,
        )
        stops = set(ends)
        written = output[:, longest:].tolist()
        return [row[: next((n for n, token in enumerate(row) if token in stops), len(row))] for row in written]

    def _perplexities(self, rows: list[tuple[list[int], list[int]]]) -> list[float]:
        """Score one batch. Padding stands in front, so that all answers end at the last place."""
        import torch

        longest = max(len(prompt) + len(answer) for prompt, answer in rows)
        spare = [longest - len(prompt) - len(answer) for prompt, answer in rows]
        padding, device = self.tokenizer.pad_token_id, self.network.device
        ids = [[padding] * room + prompt + answer for room, (prompt, answer) in zip(spare, rows, strict=True)]
        mask = torch.tensor([[0] * room + [1] * (longest - room) for room in spare], device=device)
        # Only what predicts an answer is put through the vocabulary: the rest would fill the memory.
        kept = max(len(answer) for _, answer in rows)
        with torch.inference_mode():
            logits = self.network(
                input_ids=torch.tensor(ids, device=device),
                attention_mask=mask,
                position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
                logits_to_keep=kept + 1,
                use_cache=False,
            ).logits[:, :-1]
        found = []
        for row, (_, answer) in zip(logits, rows, strict=True):
            target = torch.tensor(answer, device=device)
            found.append(math.exp(torch.nn.functional.cross_entropy(row[-len(answer) :].float(), target).item()))
        return found


def merged(tuned: Any) -> "PreTrainedModel":
    """Return a copy of a ``peft`` model with its adapter added to the weights, ready to answer."""
    return copy.deepcopy(tuned).merge_and_unload().eval().requires_grad_(False)


@lru_cache(maxsize=8)
def _holding(tokenizer: "PreTrainedTokenizerBase", stop: str) -> frozenset[int]:
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    return frozenset(token for token, text in enumerate(texts) if stop in text)


def _batches(lengths: Sequence[int], most: int, tokens: int = _TOKENS_IN_BATCH) -> Iterator[list[int]]:
    """Yield places of like length, longest first, so that memory runs out at once or never."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > tokens):
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
