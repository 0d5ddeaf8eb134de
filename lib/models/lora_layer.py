"""LoRA layer (Hu et al. 2022) in one function: ``peft``'s own makes five passes over its output where two suffice."""

from typing import Any

import torch
from peft.tuners.lora import Linear


class _Lora(torch.autograd.Function):
    """``x W' + b + s (x A') B'`` and its gradients for x, A and B; W and b are frozen."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, bias: Any, a: Any, b: Any, scaling: float) -> Any:
        flat = x.reshape(-1, x.shape[-1])
        a, b = a.to(x.dtype), b.to(x.dtype)
        narrow = flat @ a.t()
        out = torch.nn.functional.linear(flat, weight, bias).addmm_(narrow, b.t(), alpha=scaling)
        ctx.save_for_backward(flat, weight, a, b, narrow)
        ctx.scaling, ctx.shape = scaling, x.shape
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        flat, weight, a, b, narrow = ctx.saved_tensors
        gradient = gradient.reshape(-1, gradient.shape[-1])
        back = gradient @ b
        for_x = None
        if ctx.needs_input_grad[0]:
            for_x = (gradient @ weight).addmm_(back, a, alpha=ctx.scaling).view(ctx.shape)
        for_a = (back.t() @ flat).float() * ctx.scaling
        for_b = (gradient.t() @ narrow).float() * ctx.scaling
        return for_x, None, None, for_a, for_b, None


class OnePassLoraLinear(Linear):
    """A LoRA layer of ``peft`` whose training step is one function; elsewhere it is ``peft``'s own."""

    def forward(self, x: torch.Tensor, *arguments: Any, **options: Any) -> torch.Tensor:
        """Add the adapter's part to the layer's."""
        if not self.training or self.disable_adapters or self.merged or len(self.active_adapters) != 1:
            return super().forward(x, *arguments, **options)
        (name,) = self.active_adapters
        layer = self.base_layer
        a, b = self.lora_A[name].weight, self.lora_B[name].weight
        return _Lora.apply(x, layer.weight, layer.bias, a, b, self.scaling[name])


def use_one_pass_lora(config: Any) -> None:
    """Let ``peft`` make these layers for linear ones, unless the adapter leaves inputs out at random (dropout)."""
    if not config.lora_dropout:
        config._register_custom_module({torch.nn.Linear: OnePassLoraLinear})
