"""Feed-forward layer with a gate (SwiGLU, Shazeer 2020)."""

from typing import Any

import torch
from torch import nn


class _Gate(torch.autograd.Function):
    """``silu(a) b`` and its gradients."""

    @staticmethod
    def forward(ctx: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        opened = nn.functional.silu(a)
        ctx.save_for_backward(a, b, opened)
        return opened * b

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        a, b, opened = ctx.saved_tensors
        return torch.ops.aten.silu_backward(gradient * b, a), gradient * opened


class FusedFeedForward(nn.Module):
    """Takes the place of a ``LlamaMLP`` and its like."""

    def __init__(self, layer: nn.Module) -> None:
        """Take over the projections of ``layer``."""
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = layer.gate_proj, layer.up_proj, layer.down_proj

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Widen, gate, narrow."""
        return self.down_proj(_Gate.apply(self.gate_proj(x), self.up_proj(x)))
