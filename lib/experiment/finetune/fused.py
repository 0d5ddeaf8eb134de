"""The same arithmetic in fewer passes, for training small models on a processor.

On a processor most of a small model's training time goes into reading and writing, not into
multiplying. Two places pay: a LoRA layer of ``peft`` makes five passes over its output where two
suffice, and torch's attention for long texts goes backward slowly in bf16 where texts are short.
Both are put in by the libraries' own means: custom LoRA layers of ``peft``, and the attention
register of ``transformers``. Graphics cards keep the libraries' own.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

SHORT_ATTENTION = "workbook_short"
# Beyond so many tokens the full table of who looks at whom costs more memory than it saves time.
_LONGEST = 512


@cache
def fused_lora_layer() -> type:
    """Return the LoRA layer that ``peft`` is to put in for ``torch.nn.Linear`` (only without dropout)."""
    import torch
    from peft.tuners.lora import Linear

    class Fused(torch.autograd.Function):
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

    class FusedLinear(Linear):
        """A LoRA layer of ``peft`` whose training step is one function; elsewhere it is ``peft``'s own."""

        def forward(self, x: "torch.Tensor", *arguments: Any, **options: Any) -> "torch.Tensor":
            if not self.training or self.disable_adapters or self.merged or len(self.active_adapters) != 1:
                return super().forward(x, *arguments, **options)
            (name,) = self.active_adapters
            layer = self.base_layer
            a, b = self.lora_A[name].weight, self.lora_B[name].weight
            return Fused.apply(x, layer.weight, layer.bias, a, b, self.scaling[name])

    return FusedLinear


@cache
def short_attention() -> str:
    """Register an attention for short texts with ``transformers`` and return its name."""
    import torch
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    class Causal(torch.autograd.Function):
        """Attention over (heads, tokens, width), each token looking back."""

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

    def attention(
        module: Any, query: Any, key: Any, value: Any, attention_mask: Any, dropout: float = 0.0, **options: Any
    ) -> tuple[Any, None]:
        rows, heads, length, width = query.shape
        scaling = options.get("scaling") or width**-0.5
        plain = attention_mask is None and key.shape[2] == length and not dropout
        if not plain or length > _LONGEST or options.get("softcap") or options.get("sliding_window"):
            return sdpa_attention_forward(module, query, key, value, attention_mask, dropout, **options)
        groups = heads // key.shape[1]
        flat = [
            each.reshape(rows * heads, length, -1) for each in (query, repeat_kv(key, groups), repeat_kv(value, groups))
        ]
        ahead = torch.full((length, length), float("-inf"), dtype=query.dtype).triu(1)
        out = Causal.apply(*flat, ahead, scaling)
        return out.view(rows, heads, length, -1).transpose(1, 2).contiguous(), None

    AttentionInterface.register(SHORT_ATTENTION, attention)
    AttentionMaskInterface.register(SHORT_ATTENTION, sdpa_mask)
    return SHORT_ATTENTION
