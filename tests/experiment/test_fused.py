"""The fused parts compute what those of ``transformers`` compute: outputs, gradients, whole answers."""

import copy

import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM, Gemma2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config
from transformers.models.gemma2.modeling_gemma2 import Gemma2RMSNorm
from transformers.models.qwen3.modeling_qwen3 import Qwen3MLP, Qwen3RMSNorm

from lib.experiment.fused.gate import FusedFeedForward
from lib.experiment.fused.norm import FusedNorm
from lib.experiment.fused.rotary import FusedAttention
from lib.experiment.fused.swap import fuse
from lib.experiment.models.fused_writer import FusedWriter, can_write
from lib.experiment.models.library_writer import LibraryWriter

SIZES = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.2,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "bos_token_id": None,
}
CONFIGS = {
    "llama": LlamaConfig,
    "qwen2": Qwen2Config,
    "qwen3": Qwen3Config,
    "mistral": MistralConfig,
}
STOPS = list(range(1, 12))


@pytest.fixture(params=CONFIGS)
def plain(request):
    torch.manual_seed(0)
    extra = {"sliding_window": None} if request.param == "mistral" else {}
    model = AutoModelForCausalLM.from_config(CONFIGS[request.param](**SIZES, **extra)).eval()
    model.generation_config.pad_token_id = 0
    return model


@pytest.mark.parametrize(
    ("old", "new", "width"),
    [
        (lambda: Qwen3RMSNorm(24, eps=1e-2), FusedNorm, 24),
        (lambda: Qwen3MLP(Qwen3Config(**SIZES)), FusedFeedForward, 32),
    ],
)
def test_a_fused_part_gives_the_same_output_and_gradient(old, new, width):
    torch.manual_seed(1)
    part = old()
    for parameter in part.parameters():
        nn.init.normal_(parameter).requires_grad_(False)
    x = torch.randn(3, 5, width, requires_grad=True)
    toward = torch.randn(3, 5, width)
    results = []
    for each in (part, new(part)):
        (gradient,) = torch.autograd.grad(each(x), x, toward)
        results.append((each(x).detach(), gradient))
    for wanted, found in zip(*results, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_every_part_of_a_known_model_is_fused_and_computes_the_same(plain):
    ids = torch.randint(4, 97, (3, 11))
    fused = fuse(copy.deepcopy(plain))
    kinds = [type(module) for module in fused.modules()]
    assert kinds.count(FusedAttention) == kinds.count(FusedFeedForward) == 3
    assert kinds.count(FusedNorm) == sum(hasattr(module, "variance_epsilon") for module in plain.modules())
    for model in (plain, fused):
        for name, parameter in model.named_parameters():
            parameter.requires_grad_("proj" in name)
        model(input_ids=ids, labels=ids).loss.backward()
    torch.testing.assert_close(fused(ids).logits, plain(ids).logits, rtol=1e-4, atol=1e-4)
    gradients = {name: each.grad for name, each in plain.named_parameters() if each.requires_grad}
    assert gradients.keys() == {name for name, each in fused.named_parameters() if each.requires_grad}
    for name, each in fused.named_parameters():
        if each.requires_grad:
            torch.testing.assert_close(each.grad, gradients[name], rtol=1e-3, atol=1e-4)


def test_what_only_looks_alike_is_left_as_it_is():
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(Gemma2Config(**SIZES, query_pre_attn_scalar=8)).eval()
    ids = torch.randint(4, 97, (2, 7))
    wanted = model(ids).logits
    fuse(model)
    assert not any(isinstance(module, (FusedAttention, FusedFeedForward)) for module in model.modules())
    assert any(isinstance(module, Gemma2RMSNorm) for module in model.modules())
    assert torch.equal(model(ids).logits, wanted) and not can_write(model)


@pytest.mark.parametrize("shared", [0, 9])
def test_the_fused_writer_writes_what_generate_writes(plain, shared):
    generator = torch.Generator().manual_seed(3)

    def tokens(count):
        return torch.randint(4, 97, (count,), generator=generator).tolist()

    beginning = tokens(shared)
    prompts = [beginning + tokens(count) for count in (13, 12, 12, 7, 3, 1, 1)]
    fused = fuse(copy.deepcopy(plain))
    assert can_write(fused)
    library, own = LibraryWriter(plain, STOPS, 0), FusedWriter(fused, STOPS)
    with torch.inference_mode():
        wanted = library.write(prompts, 24, library.read_prefix(beginning) if shared else None)
        found = own.write(prompts, 24, own.read_prefix(beginning) if shared else None)

    def until_stop(row):
        return row[: next((place + 1 for place, token in enumerate(row) if token in STOPS), len(row))]

    assert found == [until_stop(row) for row in wanted]
    # Some stop early and leave the batch, others are cut off.
    assert len({len(row) for row in found}) > 1


def test_a_model_with_a_penalty_for_repeating_is_left_to_the_library(plain):
    fused = fuse(copy.deepcopy(plain))
    fused.generation_config.repetition_penalty = 1.3
    assert not can_write(fused)
