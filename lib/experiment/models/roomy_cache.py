"""Keys and values of prompts, with room for what is written to them."""

from collections.abc import Iterable
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

KeysAndValues = tuple[torch.Tensor, torch.Tensor]


class RoomyLayer(DynamicLayer):
    """One layer's keys and values; new tokens are written in place.

    ``DynamicLayer`` copies all of them for each token. ``prefix`` are the keys and values, (1, heads, tokens,
    width) each, of a beginning that all rows share.
    """

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, held: int, prefix: KeysAndValues | None) -> None:
        """Take (rows, heads, room, width) tensors of which the first ``held`` tokens are filled."""
        super().__init__()
        self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True
        self.prefix = prefix
        self._room = (keys, values)
        self._held = held
        self._show()

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write new tokens behind those held; give each row's own, without the prefix."""
        end = self._held + key_states.shape[2]
        for room, new in zip(self._room, (key_states, value_states), strict=True):
            room[:, :, self._held : end] = new
        self._held = end
        self._show()
        return self.keys, self.values

    def keep_rows(self, rows: torch.Tensor) -> None:
        """Keep only these rows, in this order."""
        self._room = tuple(room[rows] for room in self._room)
        self._show()

    def get_seq_length(self) -> int:
        """Count the tokens held, prefix included."""
        return self._held + (self.prefix[0].shape[2] if self.prefix else 0)

    def _show(self) -> None:
        self.keys, self.values = (room[:, :, : self._held] for room in self._room)


def roomy_cache(layers: Iterable[RoomyLayer]) -> DynamicCache:
    """Make a cache of layers."""
    cache = DynamicCache()
    cache.layers = list(layers)
    return cache
