"""Answering by ``generate`` of ``transformers``: for any model, on any device."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class LibraryWriter:
    """Greedy answers to prompts padded before, in one batch."""

    tokens_in_batch = 24_000

    def __init__(self, model: "PreTrainedModel", stops: Sequence[int], padding: int) -> None:
        """Take the model, the tokens that end an answer, and the one that fills up."""
        self.model = model
        self.stops = list(stops)
        self.padding = padding

    def read_prefix(self, tokens: Sequence[int]) -> DynamicCache | None:
        """Read what all prompts begin with; ``None`` where the model's cache cannot be shared."""
        ids = torch.tensor([tokens], device=self.model.device)
        cache = self.model(ids, use_cache=True).past_key_values
        # Caches that forget (sliding windows, states) cannot be laid before another prompt.
        plain = type(cache) is DynamicCache and all(type(layer) is DynamicLayer for layer in cache.layers)
        return cache if plain else None

    def write(self, prompts: Sequence[Sequence[int]], most: int, prefix: DynamicCache | None) -> list[list[int]]:
        """Give the tokens written after each prompt, at most ``most``; shorter answers are padded behind."""
        longest = max(map(len, prompts))
        read = prefix.get_seq_length() if prefix else 0
        # Padding stands before the prompt, or between what has been read already and the rest of it.
        rows = [[*row[:read], *[self.padding] * (longest - len(row)), *row[read:]] for row in prompts]
        mask = [[1] * read + [0] * (longest - len(row)) + [1] * (len(row) - read) for row in prompts]
        cache = None
        if prefix:
            cache = copy.deepcopy(prefix)
            cache.batch_repeat_interleave(len(prompts))
        output = self.model.generate(
            input_ids=torch.tensor(rows, device=self.model.device),
            attention_mask=torch.tensor(mask, device=self.model.device),
            past_key_values=cache,
            max_new_tokens=most,
            do_sample=False,
            pad_token_id=self.padding,
            eos_token_id=self.stops,
        )
        return output[:, longest:].tolist()
