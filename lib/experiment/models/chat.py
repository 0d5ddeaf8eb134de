"""Chat templates: which models are asked in turns, and the shipped model's template that adds nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# A server of chat endpoints needs a template. This one gives the shipped model the text alone, so that an
# endpoint's answers are those of the model loaded here.
PASS_THROUGH_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"

# The way back: all that the model writes is the answer. Without it, ``transformers serve`` takes the parts of
# an answer from the architecture's name, finds no turn in the prompt, and sends the prompt back as well.
PASS_THROUGH_RESPONSE = {"start_anchor_pattern": r"\Z", "fields": {"content": {"content": "text"}}}


def is_chat_model(tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Say whether a model is to be asked in turns: its tokenizer carries a template that adds something.

    Some base models carry their sibling's template too; ``load_model(…, chat=False)`` has them continue
    the plain text instead.
    """
    template = tokenizer.chat_template
    return bool(template) and template != PASS_THROUGH_TEMPLATE


def chat_token_ids(tokenizer: "PreTrainedTokenizerBase", prompt: str) -> list[int]:
    """Cut a prompt into tokens as one user message, up to where the model's turn begins.

    Models that can think first are told not to: an answer here has some dozens of tokens. Templates that
    do not know the word ``enable_thinking`` pass over it.
    """
    return tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}],
        add_generation_prompt=True,
        enable_thinking=False,
        tokenize=True,
        return_dict=True,
    )["input_ids"]
