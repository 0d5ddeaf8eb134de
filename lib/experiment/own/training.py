"""Training pairs of a client's own: plain pairs, or the chat format of hosted fine-tuning.

There is one reader of the chat format: what ``--train`` learns from and what the check of an export looks at. Of an
example the last answer of the assistant is learned that has not the weight 0; what was said before it is context.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.dataset import REFUSAL, Document, TrainingPair
from lib.errors import InputError
from lib.experiment.own.questions import References
from lib.experiment.own.tables import JSON_ENDINGS, Names, Row, Text, json_lines, read_text, shown
from lib.models.endpoint import estimate_tokens
from lib.retrieval.documents import SkippedFile
from lib.retrieval.text import one_line, tidy

# OpenAI's fine-tuning guide: at least so many examples; longer ones are cut (gpt-4o and gpt-4.1 families).
FEWEST_EXAMPLES = 10
LONGEST_EXAMPLE = 65_536
# What frames a message, and the answer: OpenAI's cookbook, "How to count tokens".
_TOKENS_A_MESSAGE = 3
_TOKENS_AN_EXAMPLE = 3

_FIRST_ROLES = ("system", "developer")
_FOLLOWS = {"": (*_FIRST_ROLES, "user"), "system": ("user",), "developer": ("user",), "user": ("assistant",), "assistant": ("user",)}  # fmt: skip
_TEXT_PARTS = ("text", "input_text", "output_text")
# Why an example that the format allows is not learned from.
SET_ASIDE = {
    "tools": "it calls tools",
    "parts": "it holds parts that are not text",
    "weight": "all its answers have the weight 0",
}


@dataclass(frozen=True)
class Message:
    """One message of a chat: who says it, what, and whether it is learned from (answers only)."""

    role: str
    text: str
    learned: bool = True


@dataclass(frozen=True)
class ChatExample:
    """One example of a chat file. ``set_aside``: a key of ``SET_ASIDE``, or ``""`` where it is learned from."""

    messages: tuple[Message, ...]
    set_aside: str = ""

    @property
    def turns(self) -> tuple[Message, ...]:
        """What is said up to the answer that is learned, without system messages."""
        said = [message for message in self.messages if message.role not in _FIRST_ROLES]
        last = max(place for place, message in enumerate(said) if message.role == "assistant" and message.learned)
        return tuple(said[: last + 1])

    @property
    def question(self) -> str:
        """What the learned answer answers: the last question, after the earlier turns where there are some."""
        turns = self.turns[:-1]
        if len(turns) == 1:
            return question_of(turns[0].text)
        return "\n".join(f"{turn.role.capitalize()}: {question_of(turn.text)}" for turn in turns)

    @property
    def answer(self) -> str:
        """What is learned."""
        return self.turns[-1].text

    @property
    def tokens(self) -> int:
        """Estimate of its tokens: characters / 4, and what frames its messages."""
        content = sum(estimate_tokens(message.text) for message in self.messages)
        return content + _TOKENS_A_MESSAGE * len(self.messages) + _TOKENS_AN_EXAMPLE


def read_chat(values: Mapping[str, Any]) -> ChatExample:
    """Read one line of a chat file.

    Raises:
        ValueError: the format does not allow it; the text says why, as the end of a sentence.
    """
    messages = values.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ValueError('no list "messages"')
    known = [message for message in messages if isinstance(message, dict)]
    if any(m.get("role") in ("tool", "function") or m.get("tool_calls") or m.get("function_call") for m in known):
        return ChatExample((), "tools")
    read: list[Message] = []
    previous, only_text = "", True
    for message in messages:
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str) or role not in _FOLLOWS[previous]:
            raise ValueError(f"the role {role!r} where {' or '.join(_FOLLOWS[previous])} is expected")
        weight = message.get("weight", 1)
        if weight not in (0, 1) or (weight == 0 and role != "assistant"):
            raise ValueError(f"the weight {shown(weight)} of the {role}; it is 0 or 1, and 0 only of the assistant")
        text = _text_of(message.get("content"))
        only_text &= text is not None
        if text is not None and not text.strip() and role not in _FIRST_ROLES:
            raise ValueError(f"an empty message of the {role}")
        read.append(Message(role, (text or "").strip(), weight != 0))
        previous = role
    if previous != "assistant":
        raise ValueError("the last message is not the assistant's answer")
    if not only_text:
        return ChatExample(tuple(read), "parts")
    learned = any(message.role == "assistant" and message.learned for message in read)
    return ChatExample(tuple(read), "" if learned else "weight")


def _text_of(content: Any) -> str | None:
    """Return the text of a message's content, parts joined; ``None`` where a part is not text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise ValueError("a message without text in its content")
    if any(part.get("type") not in _TEXT_PARTS for part in content):
        return None
    return "\n".join(str(part.get("text") or "") for part in content)


def question_of(content: str) -> str:
    """Return the question that a user message asks: out of a prompt of ours, else the whole message."""
    lines = content.strip().splitlines()
    if len(lines) > 1 and lines[-1] == "Answer:" and lines[-2].startswith("Question: "):
        return lines[-2].removeprefix("Question: ")
    return content.strip()


# The file as training pairs.


class PairRow(Row):
    """A plain pair."""

    question: Text = ""
    answer: Text = ""
    document_ids: Names = ""


@dataclass(frozen=True)
class ReadTraining:
    """The pairs of a file, and why how many of its rows are not learned from (keys of ``SET_ASIDE``).

    ``earlier_turns`` counts the rows of several turns: their last answer is learned, the earlier ones are context.
    """

    pairs: tuple[TrainingPair, ...] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict)
    earlier_turns: int = 0


def read_training(
    path: str | Path, documents: Sequence[Document] = (), skipped: Sequence[SkippedFile] = ()
) -> ReadTraining:
    """Read training pairs from JSON lines, each ``{"question", "answer", "document_ids"}`` or ``{"messages"}``.

    A pair that names one of the ``skipped`` files is kept and cites nothing.

    Raises:
        InputError: one sentence with file, row, key, value and what is allowed.
    """
    path = Path(path)
    if path.suffix.lower() not in JSON_ENDINGS:
        raise InputError(f"{path}: its ending is {path.suffix!r}; allowed are {', '.join(JSON_ENDINGS)}.")
    references = References(documents, skipped)
    pairs: list[TrainingPair] = []
    set_aside, earlier = Counter[str](), 0
    for number, values in json_lines(path):
        if "messages" not in values:
            row = PairRow.read(path, number, values)
            for key in ("question", "answer"):
                if not getattr(row, key).strip():
                    raise row.error(key, "its text", "")
            ids, _ = references.cited(row) if documents else ((), "")
            pairs.append(_pair(row.question, row.answer, ids))
            continue
        try:
            example = read_chat(values)
        except ValueError as reason:
            raise InputError(f"{path}: row {number}: {reason}; allowed is {_ALLOWED}.") from None
        if example.set_aside:
            set_aside[example.set_aside] += 1
            continue
        earlier += len(example.turns) > 2
        pairs.append(_pair(example.question, tidy(example.answer)))
    if not pairs:
        why = "; ".join(f"{times} left out since {SET_ASIDE[key]}" for key, times in set_aside.items())
        raise InputError(f"{path}: holds no training pairs{f' ({why})' if why else ''}; allowed is {_ALLOWED}.")
    return ReadTraining(tuple(pairs), dict(set_aside), earlier)


_ALLOWED = (
    'one JSON object a line, {"question": …, "answer": …, "document_ids": […]} or {"messages": […]} (a system '
    "message, then the user and the assistant in turn)"
)


def _pair(question: str, answer: str, ids: tuple[str, ...] = ()) -> TrainingPair:
    kind = "refusal" if REFUSAL.rstrip(".").casefold() in answer.casefold() else "fact"
    return TrainingPair(one_line(question), answer, ids, " + ".join(sorted(ids)), kind)


# The file as a provider of hosted fine-tuning sees it.


def chat_problems(path: Path) -> list[str]:
    """Check a chat file before it is uploaded: problems in the order of the lines, those of the whole file last.

    Raises:
        InputError: the file cannot be read.
    """
    found: list[str] = []
    first_seen: dict[tuple[Message, ...], int] = {}
    lines = [(number, line) for number, line in enumerate(read_text(path).split("\n"), start=1) if line.strip()]
    for number, line in lines:
        try:
            value = json.loads(line)
            example = read_chat(value if isinstance(value, dict) else {})
        except (ValueError, RecursionError) as error:
            what = "not JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)
            found.append(f"line {number}: {what}.")
            continue
        if example.set_aside:
            found.append(f"line {number}: nothing is learned from it here: {SET_ASIDE[example.set_aside]}.")
        if example.tokens > LONGEST_EXAMPLE:
            limit = f"above the limit of {LONGEST_EXAMPLE:,}; it is cut"
            found.append(f"line {number}: about {example.tokens:,} tokens, {limit}.")
        if example.messages and first_seen.setdefault(example.messages, number) != number:
            found.append(f"line {number}: the same as line {first_seen[example.messages]}.")
    if len(lines) < FEWEST_EXAMPLES:
        found.append(f"{len(lines)} examples; at least {FEWEST_EXAMPLES} are needed.")
    return found
