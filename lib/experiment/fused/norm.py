"""Root-mean-square norm (Zhang and Sennrich 2019) with frozen weights."""

from typing import Any

import torch
from torch import nn


class _Norm(torch.autograd.Function):
    """``w x / sqrt(mean(x²) + eps)`` over the last dimension, and its gradient for x."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        length = torch.linalg.vector_norm(flat, 2, -1, keepdim=True, dtype=torch.float32)
        inverse = length.square_().div_(flat.shape[1]).add_(eps).rsqrt_().to(x.dtype)
        ctx.save_for_backward(flat, weight, inverse)
        return (flat * inverse).mul_(weight).view(x.shape)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        flat, weight, inverse = ctx.saved_tensors
        weighted = gradient.reshape(flat.shape) * weight
        # A sum over rows as a product: torch multiplies bf16 faster than it adds it up.
        along = (weighted * flat) @ flat.new_ones(flat.shape[1], 1)
        back = along.float().mul_(inverse.float().pow(3)).div_(-flat.shape[1]).to(flat.dtype)
        return weighted.mul_(inverse).addcmul_(flat, back).view(gradient.shape), None, None


class FusedNorm(nn.Module):
    """Takes the place of a ``LlamaRMSNorm`` and its like."""

    def __init__(self, norm: nn.Module) -> None:
        """Take over the weights of ``norm``."""
        super().__init__()
        self.weight = norm.weight
        self.variance_epsilon = norm.variance_epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Norm over the last dimension."""
        return _Norm.apply(x, self.weight, self.variance_epsilon)
