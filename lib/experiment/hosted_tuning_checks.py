"""What a provider refuses in a chat JSONL file, found before it is uploaded.

The limits are those of OpenAI's fine-tuning guide: at least 10 examples, and 65,536 tokens an example for
the gpt-4o and gpt-4.1 families (what is longer is cut).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lib.experiment.models import estimate_tokens

FEWEST_EXAMPLES = 10
LONGEST_EXAMPLE = 65_536
# What frames a message, and the answer: OpenAI's cookbook, "How to count tokens".
_TOKENS_A_MESSAGE = 3
_TOKENS_AN_EXAMPLE = 3
_FIRST_ROLES = {"system", "developer"}
_FOLLOWS = {
    None: {"system", "developer", "user"},
    "system": {"user"},
    "developer": {"user"},
    "user": {"assistant"},
    "assistant": {"user"},
}


@dataclass(frozen=True)
class Problem:
    """What is wrong in ``line`` (``None``: in the file as a whole). ``unreadable``: it holds no training pair."""

    line: int | None
    what: str
    unreadable: bool = False

    def __str__(self) -> str:
        """Give one sentence."""
        return f"line {self.line}: {self.what}." if self.line else f"{self.what}."


def problems_in(lines: Sequence[tuple[int, str]]) -> list[Problem]:
    """Check numbered lines; problems come in the order of the lines, those of the whole file last."""
    found: list[Problem] = []
    first_seen: dict[str, int] = {}
    for number, text in lines:
        messages, wrong = _messages(text)
        if wrong:
            found.append(Problem(number, wrong, unreadable=True))
            continue
        if (tokens := example_tokens(messages)) > LONGEST_EXAMPLE:
            found.append(Problem(number, f"about {tokens:,} tokens, above the limit of {LONGEST_EXAMPLE:,}; it is cut"))
        same = json.dumps([[message["role"], message["content"]] for message in messages])
        if first_seen.setdefault(same, number) != number:
            found.append(Problem(number, f"the same as line {first_seen[same]}"))
    if len(lines) < FEWEST_EXAMPLES:
        found.append(Problem(None, f"{len(lines)} examples; at least {FEWEST_EXAMPLES} are needed"))
    return found


def example_tokens(messages: Sequence[dict[str, Any]]) -> int:
    """Estimate the tokens of one example: characters / 4, and what frames its messages."""
    content = sum(estimate_tokens(message["content"]) for message in messages)
    return content + _TOKENS_A_MESSAGE * len(messages) + _TOKENS_AN_EXAMPLE


def _messages(text: str) -> tuple[list[dict[str, Any]], str | None]:
    """Give a line's messages, or say what is wrong with it."""
    try:
        example = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        return [], f"not JSON ({getattr(error, 'msg', 'nested too deeply')})"
    messages = example.get("messages") if isinstance(example, dict) else None
    if not isinstance(messages, list) or not messages:
        return [], 'no list "messages"'
    previous = None
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            return [], "a message without text in its content"
        role = message.get("role")
        if not isinstance(role, str) or role not in _FOLLOWS[previous]:
            allowed = " or ".join(sorted(_FOLLOWS[previous]))
            return [], f"the role {role!r} where {allowed} is expected"
        if not message["content"].strip() and role not in _FIRST_ROLES:
            return [], f"an empty message of the {role}"
        previous = role
    if previous != "assistant":
        return [], "the last message is not the assistant's answer"
    return messages, None
