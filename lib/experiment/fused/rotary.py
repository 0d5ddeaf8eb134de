"""Attention layer whose rotary positions (Su et al. 2021) are put in by one small product."""

from typing import Any

import torch
from torch import nn
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from lib.experiment.fused.prefix import attend_after_prefix


class _Rotary(torch.autograd.Function):
    """``x cos + (x R) sin`` and its gradient for x; R exchanges the halves and changes the sign of one."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(cos, sin, turn)
        return torch.addcmul(x * cos, _times(x, turn), sin)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        cos, sin, turn = ctx.saved_tensors
        return (gradient * cos).add_(_times(gradient * sin, turn.t())), None, None, None


def _times(x: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    # As one matrix: torch copies the factor for each row otherwise.
    return (x.reshape(-1, x.shape[-1]) @ matrix).view(x.shape)


class KeysKept(Exception):
    """Raised by a layer that was to keep keys and values only: what comes after it is not needed."""


class FusedAttention(nn.Module):
    """Takes the place of a ``LlamaAttention`` and its like, with or without norms of query and key.

    With ``only_keys`` it puts keys and values in the cache and raises ``KeysKept``. Where the cache has a
    ``prefix`` that all rows share, it is looked at once for all of them.
    """

    only_keys = False

    def __init__(self, layer: nn.Module) -> None:
        """Take over the projections and settings of ``layer``."""
        super().__init__()
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, getattr(layer, name))
        for name in ("q_norm", "k_norm"):
            setattr(self, name, getattr(layer, name, nn.Identity()))
        for name in ("config", "layer_idx", "head_dim", "scaling", "num_key_value_groups", "is_causal"):
            setattr(self, name, getattr(layer, name))
        self.sliding_window = getattr(layer, "sliding_window", None)
        half = self.head_dim // 2
        ones = torch.eye(half, dtype=self.q_proj.weight.dtype)
        nothing = torch.zeros_like(ones)
        self.turn = torch.cat([torch.cat([nothing, ones], 1), torch.cat([-ones, nothing], 1)])

    def forward(
        self,
        hidden_states: torch.Tensor,
        position_embeddings: tuple[torch.Tensor, torch.Tensor],
        attention_mask: torch.Tensor | None,
        past_key_values: Any = None,
        **options: Any,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Attend as the layer replaced does, (rows, tokens, width) to the same."""
        places = hidden_states.shape[:-1]
        heads = (*places, -1, self.head_dim)
        turn = (*(each.unsqueeze(2) for each in position_embeddings), self.turn.to(hidden_states.dtype))
        query = _Rotary.apply(self.q_norm(self.q_proj(hidden_states).view(heads)), *turn).transpose(1, 2)
        key = _Rotary.apply(self.k_norm(self.k_proj(hidden_states).view(heads)), *turn).transpose(1, 2)
        value = self.v_proj(hidden_states).view(heads).transpose(1, 2)
        if past_key_values is not None:
            key, value = past_key_values.update(key, value, self.layer_idx)
            if self.only_keys:
                raise KeysKept
            prefix = getattr(past_key_values.layers[self.layer_idx], "prefix", None)
            if prefix:
                out = attend_after_prefix(query, prefix, key, value, attention_mask, self.scaling)
                return self.o_proj(out.reshape(*places, -1)), None
        attend = ALL_ATTENTION_FUNCTIONS[self.config._attn_implementation]
        out, shares = attend(
            self,
            query,
            key,
            value,
            attention_mask,
            dropout=0.0,
            scaling=self.scaling,
            sliding_window=self.sliding_window,
            **options,
        )
        return self.o_proj(out.reshape(*places, -1)), shares
