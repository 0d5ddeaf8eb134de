"""The architecture: a stock Qwen3 decoder of 3.5 million parameters."""

import torch
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from lib.experiment.base_model.tokenizer import LONGEST_PROMPT
from lib.experiment.prompts import STOP


def new_model(tokenizer: PreTrainedTokenizerFast, seed: int) -> Qwen3ForCausalLM:
    """Make an untrained model.

    Query and key are normalised and the initial weights are three times the usual size: without either,
    attention stayed uniform and nothing was ever copied out of a page.
    """
    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=256,
            intermediate_size=640,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=4,
            head_dim=64,
            initializer_range=0.06,
            tie_word_embeddings=True,
            max_position_embeddings=LONGEST_PROMPT,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=stop_token(tokenizer),
            bos_token_id=None,
        )
    )
    model.generation_config = GenerationConfig(
        do_sample=False,
        max_new_tokens=96,
        eos_token_id=stop_token(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
    )
    return model


def stop_token(tokenizer: PreTrainedTokenizerFast) -> int:
    """Give the id of the token that ends an answer."""
    (token,) = tokenizer(STOP, add_special_tokens=False)["input_ids"]
    return token
