"""Answering with a model whose parts are fused: prompts are read few at a time and written to together.

A processor reads about a thousand tokens fastest, since what it computes stays near it, and writes fastest to many
prompts at once. What is read needs no padding, and of the last layer only keys and values; rows that are done make
room for the others.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import torch
from transformers import DynamicCache

from lib.experiment.fused.rotary import FusedAttention, KeysKept
from lib.experiment.models.roomy_cache import KeysAndValues, RoomyLayer, roomy_cache

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_TOKENS_READ_TOGETHER = 1_000
# Rows are taken out once so large a share is done: each time, what is kept of the others is copied.
_WORTH_LEAVING = 0.25
# Settings of generation that change nothing of greedy writing.
_WITHOUT_EFFECT = frozenset(
    {
        "_from_model_config",
        "bos_token_id",
        "cache_implementation",
        "do_sample",
        "eos_token_id",
        "max_length",
        "max_new_tokens",
        "output_attentions",
        "output_hidden_states",
        "pad_token_id",
        "temperature",
        "top_k",
        "top_p",
        "transformers_version",
        "use_cache",
    }
)


def can_write(model: "PreTrainedModel") -> bool:
    """Tell whether every attention of the model is fused, and its own settings leave greedy writing plain."""
    fused = len(_layers(model)) == model.config.get_text_config().num_hidden_layers
    return fused and set(model.generation_config.to_diff_dict()) <= _WITHOUT_EFFECT


class FusedWriter:
    """Greedy answers of a model that ``can_write``, in this process's memory."""

    # Only small models are fused: their keys and values for so many tokens are a few hundred megabytes.
    tokens_in_batch = 48_000

    def __init__(self, model: "PreTrainedModel", stops: Sequence[int]) -> None:
        """Take the model and the tokens that end an answer."""
        self.model = model
        self.stops = torch.tensor(list(stops))
        self.layers = _layers(model)

    def read_prefix(self, tokens: Sequence[int]) -> list[KeysAndValues]:
        """Read what all prompts begin with; give each layer's keys and values, (1, heads, tokens, width)."""
        return self._read_group([tokens], None)

    def write(
        self, prompts: Sequence[Sequence[int]], most: int, prefix: list[KeysAndValues] | None = None
    ) -> list[list[int]]:
        """Write the likeliest token after each prompt, again and again, until a stop or ``most`` tokens.

        Args:
            prompts: of like length, longest first, the ``prefix`` included.
            most: the longest answer.
            prefix: as ``read_prefix`` gives it.

        Returns:
            For each prompt the tokens written, the one that ended it included.
        """
        shared = prefix[0][0].shape[2] if prefix else 0
        rows = _Rows(prompts, shared, self._read([row[shared:-1] for row in prompts], most, prefix))
        for _ in range(most):
            rows.add(self.model(**rows.inputs(), use_cache=True, logits_to_keep=1).logits[:, -1].argmax(-1), self.stops)
            if rows.all_done():
                break
        return rows.written

    def _read(self, rows: Sequence[Sequence[int]], room: int, prefix: list[KeysAndValues] | None) -> DynamicCache:
        """Read rows of tokens, some perhaps empty, into a cache, padded before, with room for ``room`` tokens more."""
        longest = max(map(len, rows))
        kept = [self._empty(layer, len(rows), longest + room) for layer in self.layers]
        together = max(1, _TOKENS_READ_TOGETHER // max(1, longest))
        for first in range(0, len(rows), together):
            group = rows[first : first + together]
            if not any(group):
                continue
            for whole, found in zip(kept, self._read_group(group, prefix), strict=True):
                for number, tokens in enumerate(group):
                    for into, part in zip(whole, found, strict=True):
                        into[first + number, :, longest - len(tokens) : longest] = part[number, :, : len(tokens)]
        return roomy_cache(RoomyLayer(*whole, longest, before) for whole, before in self._with(kept, prefix))

    def _read_group(self, group: Sequence[Sequence[int]], prefix: list[KeysAndValues] | None) -> list[KeysAndValues]:
        longest = max(map(len, group))
        # A causal model does not look ahead: what stands behind a row changes nothing before it.
        ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in group])
        before = prefix[0][0].shape[2] if prefix else 0
        empty = [self._empty(layer, len(group), longest) for layer in self.layers]
        cache = (
            roomy_cache(RoomyLayer(*room, 0, shared) for room, shared in self._with(empty, prefix))
            if prefix
            else DynamicCache()
        )
        with _only_keys(self.layers[-1]), suppress(KeysKept):
            self.model(
                input_ids=ids,
                position_ids=torch.arange(before, before + longest).unsqueeze(0),
                past_key_values=cache,
                use_cache=True,
            )
        return [(layer.keys, layer.values) for layer in cache.layers]

    def _empty(self, layer: FusedAttention, rows: int, tokens: int) -> KeysAndValues:
        shape = (rows, layer.k_proj.out_features // layer.head_dim, tokens, layer.head_dim)
        # Zeros, not whatever is in memory: a masked token weighs nothing, but nothing times no number is no number.
        return torch.zeros(shape, dtype=self.model.dtype), torch.zeros(shape, dtype=self.model.dtype)

    def _with(
        self, rooms: list[KeysAndValues], prefix: list[KeysAndValues] | None
    ) -> Iterator[tuple[KeysAndValues, KeysAndValues | None]]:
        return zip(rooms, prefix or [None] * len(rooms), strict=True)


class _Rows:
    """Prompts that are being written to; those that are done leave."""

    def __init__(self, prompts: Sequence[Sequence[int]], shared: int, cache: DynamicCache) -> None:
        """Begin with all that was read but each prompt's last token; ``shared`` tokens stand before every row."""
        self.cache = cache
        self.written: list[list[int]] = [[] for _ in prompts]
        longest = cache.get_seq_length() + 1
        self.seen = torch.ones(len(prompts), longest, dtype=torch.long)
        for number, row in enumerate(prompts):
            self.seen[number, shared : shared + longest - len(row)] = 0
        self.token = torch.tensor([[row[-1]] for row in prompts])
        self.place = torch.tensor([[len(row) - 1] for row in prompts])
        # Numbers of the rows that the cache still holds, and which of them are done.
        self.held = list(range(len(prompts)))
        self.done = torch.zeros(len(prompts), dtype=torch.bool)

    def inputs(self) -> dict[str, object]:
        """Give the model's next inputs."""
        return {
            "input_ids": self.token,
            "attention_mask": self.seen,
            "position_ids": self.place,
            "past_key_values": self.cache,
        }

    def add(self, tokens: torch.Tensor, stops: torch.Tensor) -> None:
        """Add each held row's next token."""
        for number, over, token in zip(self.held, self.done.tolist(), tokens.tolist(), strict=True):
            if not over:
                self.written[number].append(token)
        self.token = tokens.unsqueeze(1)
        self.done |= torch.isin(tokens, stops)
        if _WORTH_LEAVING <= self.done.float().mean().item() < 1:
            self._let_leave()
        self.seen = torch.cat([self.seen, self.seen.new_ones(len(self.seen), 1)], 1)
        self.place = self.place + 1

    def all_done(self) -> bool:
        """Tell whether every row is done."""
        return bool(self.done.all())

    def _let_leave(self) -> None:
        left = (~self.done).nonzero().squeeze(1)
        for layer in self.cache.layers:
            layer.keep_rows(left)
        self.held = [self.held[number] for number in left.tolist()]
        self.token, self.place = self.token[left], self.place[left]
        self.seen, self.done = self.seen[left], self.done[left]


def _layers(model: "PreTrainedModel") -> list[FusedAttention]:
    return [module for module in model.modules() if isinstance(module, FusedAttention)]


@contextmanager
def _only_keys(layer: FusedAttention) -> Iterator[None]:
    layer.only_keys = True
    try:
        yield
    finally:
        layer.only_keys = False
