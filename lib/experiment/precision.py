"""In which numbers is computed, training and answering: bf16 where the machine has units for it, else fp32."""

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
    """Return a copy of a model with its weights in bf16 and its parts fused; the model itself keeps every digit.

    Buffers stay as they are: the angles of rotary positions need their digits.
    """
    import torch

    from lib.experiment.fused.swap import fuse

    twin = copy.deepcopy(model)
    for parameter in twin.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
    return fuse(twin)


# Beyond so many weights a second copy for answering costs more memory than its speed is worth.
_LARGEST_TWIN = 1_000_000_000


def answering_twin(model: "PreTrainedModel") -> "PreTrainedModel":
    """Return the model that answers fastest in the model's place: in bf16, a LoRA adapter merged into the weights.

    The adapter is merged before rounding, so that small changes are not lost in large weights. On a graphics
    card, in fp32 and for a large model it is the model itself.
    """
    import torch

    parameter = next(model.parameters())
    fits = parameter.dtype == torch.float32 and sum(each.numel() for each in model.parameters()) <= _LARGEST_TWIN
    if parameter.device.type != "cpu" or best_precision("cpu") != "bf16" or not fits:
        return model
    twin = copy.deepcopy(model)
    merge = getattr(twin, "merge_and_unload", None)
    return in_bf16(merge() if merge else twin).eval()
