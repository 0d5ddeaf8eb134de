"""A tiny random model in a folder: everything but its answers is as with a real one."""

import pytest

WORDS = [
    "refund",
    "window",
    "of",
    "the",
    "plan",
    "is",
    "days",
    "I",
    "do",
    "not",
    "know",
    "Question",
    "Answer",
    "which",
    "cost",
    "euros",
    "month",
    "a",
    "page",
    "says",
    "ten",
    "five",
]
CHAT = "{% for m in messages %}<|user|>{{ m['content'] }}<|end|>{% endfor %}{% if add_generation_prompt %}<|bot|>{% endif %}"


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A Llama of two layers with grouped key heads, in fp32, and a byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|end|>", "<|user|>", "<|bot|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(WORDS)] * 3, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(fast),
            hidden_size=48,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=6,
            num_key_value_heads=2,
            max_position_embeddings=400,
            eos_token_id=fast.eos_token_id,
            initializer_range=0.3,
        )
    )
    folder = tmp_path_factory.mktemp("tiny")
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture
def tiny(tiny_folder, monkeypatch):
    """The tiny model in fp32, where greedy answers can be compared digit by digit."""
    import torch

    from lib.models import load_model

    monkeypatch.setattr("lib.models.local.best_dtype", lambda device: torch.float32)
    return load_model(tiny_folder)
