"""Attention for short texts: torch's own, made for long ones, goes backward slowly in bf16 where texts are short."""

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from lib.experiment.fused import SHORT_ATTENTION

# Beyond so many tokens the full table of who looks at whom costs more memory than it saves time.
_LONGEST = 1024


class _Looking(torch.autograd.Function):
    """Attention over (heads, tokens, width); ``mask`` is added to the scores."""

    @staticmethod
    def forward(ctx: Any, query: Any, key: Any, value: Any, mask: Any, scaling: float) -> Any:
        shares = torch.softmax(torch.baddbmm(mask, query, key.transpose(1, 2), alpha=scaling), -1)
        ctx.save_for_backward(query, key, value, shares)
        ctx.scaling = scaling
        return torch.bmm(shares, value)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        query, key, value, shares = ctx.saved_tensors
        for_value = torch.bmm(shares.transpose(1, 2), gradient)
        for_shares = torch.bmm(gradient, value.transpose(1, 2))
        scores = torch.ops.aten._softmax_backward_data(for_shares, shares, -1, shares.dtype)
        for_query = torch.bmm(scores, key).mul_(ctx.scaling)
        for_key = torch.bmm(scores.transpose(1, 2), query).mul_(ctx.scaling)
        return for_query, for_key, for_value, None, None


def _attention(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, dropout: float = 0.0, **options: Any
) -> tuple[Any, None]:
    rows, heads, length, width = query.shape
    scaling = options.get("scaling") or width**-0.5
    plain = key.shape[2] == length and not dropout and (attention_mask is None or attention_mask.dtype == torch.bool)
    if not plain or length > _LONGEST or options.get("softcap") or options.get("sliding_window"):
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout, **options)
    groups = heads // key.shape[1]
    flat = [
        each.reshape(rows * heads, length, -1) for each in (query, repeat_kv(key, groups), repeat_kv(value, groups))
    ]
    nothing = torch.zeros((), dtype=query.dtype)
    if attention_mask is None:
        hidden = nothing.expand(length, length).masked_fill(_ahead(length), float("-inf"))
    else:
        hidden = nothing.expand(attention_mask.shape).masked_fill(~attention_mask, float("-inf"))
        hidden = hidden.expand(rows, heads, length, length).reshape(rows * heads, length, length)
    out = _Looking.apply(*flat, hidden, scaling)
    return out.view(rows, heads, length, -1).transpose(1, 2).contiguous(), None


def _ahead(length: int) -> torch.Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu_(1)


def short_attention() -> str:
    """Register the attention with ``transformers`` and return its name."""
    AttentionInterface.register(SHORT_ATTENTION, _attention)
    AttentionMaskInterface.register(SHORT_ATTENTION, sdpa_mask)
    return SHORT_ATTENTION
