"""Attention to a prefix that all rows share, without a copy of it for each of them (as in Hydragen, Juravsky et al. 2024).

Attention over two parts is the mean of the attention over each, weighted by the sums of their exponentials.
"""

import torch
from transformers.integrations.sdpa_attention import repeat_kv

KeysAndValues = tuple[torch.Tensor, torch.Tensor]


def attend_after_prefix(
    query: torch.Tensor,
    prefix: KeysAndValues,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scaling: float,
) -> torch.Tensor:
    """Attend to the shared prefix and to each row's own tokens; on a processor only.

    Args:
        query: (rows, heads, new tokens, width).
        prefix: keys and values, (1, key heads, prefix tokens, width) each.
        key: each row's own, new tokens included, (rows, key heads, own tokens, width).
        value: as ``key``.
        mask: (rows, 1, new tokens, prefix and own tokens), true where a token is seen; every token of the
            prefix is. ``None``: all is seen.
        scaling: multiplies the scores.

    Returns:
        (rows, new tokens, heads, width).
    """
    rows, heads, new, width = query.shape
    groups = heads // key.shape[1]
    shared_key, shared_value = (repeat_kv(each, groups) for each in prefix)
    # All rows' queries stand in one line before the one prefix.
    in_line = query.transpose(0, 1).reshape(1, heads, rows * new, width)
    first, first_sum = _attend(in_line, shared_key, shared_value, None, scaling)
    first = first.view(heads, rows, new, width).transpose(0, 1)
    first_sum = first_sum.view(heads, rows, new).transpose(0, 1)
    own = mask[..., shared_key.shape[2] :] if mask is not None else None
    second, second_sum = _attend(query, repeat_kv(key, groups), repeat_kv(value, groups), own, scaling)
    share = torch.sigmoid(first_sum - second_sum).unsqueeze(-1).to(first.dtype)
    return torch.lerp(second, first, share).transpose(1, 2)


def _attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scaling: float
) -> KeysAndValues:
    """Give the attention and the logarithm of each query's sum of exponentials, (rows, heads, new tokens)."""
    if mask is not None and mask.dtype == torch.bool:
        mask = torch.zeros(mask.shape, dtype=query.dtype).masked_fill_(~mask, float("-inf"))
    return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(query, key, value, attn_mask=mask, scale=scaling)
