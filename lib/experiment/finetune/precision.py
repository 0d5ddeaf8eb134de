"""In which numbers a training computes: bf16 where the machine has units for it, else fp32."""

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def best_precision(device: str) -> str:
    """Return ``bf16`` where the device multiplies it faster than fp32, else ``fp32``.

    Args:
        device: ``cpu``, ``cuda`` or another device type of torch. A processor without bf16 instructions
            imitates them, slower than it computes fp32.
    """
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    if device == "cpu":
        can = torch.cpu.get_capabilities()
        return "bf16" if can.get("amx_bf16") or can.get("avx512_bf16") else "fp32"
    return "fp32"


def in_bf16(model: "PreTrainedModel") -> "PreTrainedModel":
    """Return a copy of a model with its weights in bf16; the model itself keeps every digit.

    Buffers stay as they are: the angles of rotary positions need their digits.
    """
    import torch

    twin = copy.deepcopy(model)
    for parameter in twin.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
    return twin
