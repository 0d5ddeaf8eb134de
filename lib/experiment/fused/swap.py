"""Putting the fused parts into a model: each only where a trial shows that it computes the same."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from lib.experiment.fused.gate import FusedFeedForward
from lib.experiment.fused.norm import FusedNorm
from lib.experiment.fused.rotary import FusedAttention

# So far outputs may lie apart, as a share of their mean size: bf16 keeps eight bits.
_TOLERANCE = 0.02
_ROWS = 8


@dataclass(frozen=True)
class _Part:
    """What a kind of module has, what takes its place, and inputs for a trial of it."""

    has: frozenset[str]
    fused: type[nn.Module]
    inputs: Callable[[nn.Module], tuple]


def fuse(model: nn.Module) -> nn.Module:
    """Replace the parts of a frozen model that have a fused form, in place, and return it.

    A part is replaced where it has the names of a known kind (Llama, Qwen, Mistral and their like) and gives the
    same output for a random input. Anything else stays as it is.
    """
    for part in _PARTS:
        fits: dict[type[nn.Module], bool] = {}
        for parent in list(model.modules()):
            for name, old in list(parent.named_children()):
                kind = type(old)
                if isinstance(old, part.fused) or not all(hasattr(old, attribute) for attribute in part.has):
                    continue
                if kind not in fits:
                    fits[kind] = _same(part, old)
                if fits[kind]:
                    setattr(parent, name, part.fused(old).train(old.training))
    return model


def _same(part: _Part, old: nn.Module) -> bool:
    state = torch.get_rng_state()
    torch.manual_seed(0)
    try:
        # In full precision the two may differ by no more than rounding; the copy is thrown away.
        trial = copy.deepcopy(old).eval()
        inputs = part.inputs(trial)
        with torch.no_grad():
            wanted, found = _first(trial(*inputs)), _first(part.fused(trial)(*inputs))
    except (AttributeError, TypeError, RuntimeError, KeyError):
        # It only looks like one of those known.
        return False
    finally:
        torch.set_rng_state(state)
    return bool((found - wanted).abs().mean() <= _TOLERANCE * wanted.abs().mean())


def _first(output: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    return (output[0] if isinstance(output, tuple) else output).float()


def _random(module: nn.Module, width: int) -> torch.Tensor:
    return torch.randn(1, _ROWS, width).to(next(module.parameters()).dtype)


def _attention_inputs(layer: nn.Module) -> tuple:
    angles = torch.rand(1, _ROWS, layer.head_dim // 2).repeat(1, 1, 2)
    hidden = _random(layer, layer.q_proj.in_features)
    return hidden, (angles.cos().to(hidden.dtype), angles.sin().to(hidden.dtype)), None


_PARTS = (
    _Part(
        frozenset({"weight", "variance_epsilon"}),
        FusedNorm,
        lambda norm: (_random(norm, norm.weight.shape[0]),),
    ),
    _Part(
        frozenset({"gate_proj", "up_proj", "down_proj", "act_fn"}),
        FusedFeedForward,
        lambda layer: (_random(layer, layer.gate_proj.in_features),),
    ),
    _Part(
        frozenset({"q_proj", "k_proj", "v_proj", "o_proj", "head_dim", "layer_idx", "scaling"}),
        FusedAttention,
        _attention_inputs,
    ),
)
