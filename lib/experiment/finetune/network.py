"""The network that is trained: the base model with adapters on all its linear layers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lib.experiment.finetune.packing import reads_packed
from lib.experiment.finetune.settings import LoraSettings
from lib.experiment.models import LanguageModel
from lib.experiment.precision import best_precision, in_bf16

if TYPE_CHECKING:
    import torch
    from peft import PeftModel


@dataclass(frozen=True)
class Network:
    """A model ready to be trained, and how.

    ``autocast`` where weights stay fp32 but bf16 multiplies; ``packs`` where lessons that begin alike are read once.
    """

    tuned: "PeftModel"
    precision: str
    autocast: bool
    packs: bool


def lora_config(settings: LoraSettings) -> Any:
    """Give the ``peft`` configuration that the settings stand for."""
    from peft import LoraConfig

    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
    )


@contextmanager
def with_adapters(
    base: LanguageModel, settings: LoraSettings, seed: int, precision: str | None = None
) -> Iterator[Network]:
    """Put new adapters on the base model (on a processor with bf16: on a copy) for the block.

    The base model is as before afterwards. ``seed`` makes the adapters' first values. ``precision`` is
    ``bf16`` or ``fp32``; if not given, what the device is best at.
    """
    import torch
    from peft import get_peft_model
    from transformers import set_seed

    from lib.experiment.fused.attention import short_attention
    from lib.experiment.fused.lora import FusedLoraLinear

    device = base.model.device.type
    precision = precision or best_precision(device)
    copied = device == "cpu" and precision == "bf16" and base.model.dtype != torch.bfloat16
    model = in_bf16(base.model) if copied else base.model
    config = lora_config(settings)
    if device == "cpu":
        if not settings.dropout:
            config._register_custom_module({torch.nn.Linear: FusedLoraLinear})
        if copied and getattr(model.config, "_attn_implementation", None) == "sdpa":
            model.set_attn_implementation(short_attention())
    set_seed(seed)
    tuned = get_peft_model(model, config)
    try:
        yield Network(
            tuned, precision, autocast=device == "cuda" and precision == "bf16", packs=reads_packed(model.config)
        )
    finally:
        if not copied:
            tuned.unload()
            base.model.requires_grad_(True).eval()


def answer_loss(model: Any, batch: dict[str, "torch.Tensor"], answer_tokens: Any = None) -> "torch.Tensor":
    """Return the cross-entropy of the answers' tokens, scoring the vocabulary only where one stands.

    Args:
        model: a causal language model, wrapped or not, that knows ``logits_to_keep``.
        batch: as ``collate`` makes it.
        answer_tokens: divides the summed loss; if not given, the number in this batch.
    """
    import torch

    # A token is foretold at the place before it.
    wanted = batch["labels"][:, 1:]
    columns = (wanted >= 0).any(0).nonzero().squeeze(1)
    given = {name: value for name, value in batch.items() if name != "labels"}
    logits = model(**given, logits_to_keep=columns, use_cache=False).logits
    wanted = wanted[:, columns]
    counted = wanted >= 0
    summed = torch.nn.functional.cross_entropy(logits[counted].float(), wanted[counted], reduction="sum")
    return summed / (counted.sum() if answer_tokens is None else answer_tokens)
