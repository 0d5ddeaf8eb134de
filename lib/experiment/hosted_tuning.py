"""Chat JSONL, the format of hosted fine-tuning: written from lessons, checked, priced and read back.

One line an example, as OpenAI's fine-tuning guide gives it; others take the same::

    {"messages": [{"role": "user", "content": "Question: …\\nAnswer:"}, {"role": "assistant", "content": "…"}]}
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.hosted_tuning_checks import FEWEST_EXAMPLES, LONGEST_EXAMPLE, Problem, example_tokens, problems_in
from lib.experiment.prompts import build_prompt
from lib.experiment.world import TrainingPair
from lib.files import write_text

if TYPE_CHECKING:
    from lib.experiment.finetune import Lesson

__all__ = [
    "FEWEST_EXAMPLES",
    "LONGEST_EXAMPLE",
    "ChatExport",
    "Problem",
    "export_chat_jsonl",
    "question_of",
    "read_chat_jsonl",
    "validate_chat_jsonl",
]


@dataclass(frozen=True)
class ChatExport:
    """A written file. ``tokens_estimate`` is what one pass over it reads: an estimate, characters / 4."""

    path: Path
    examples: int
    tokens_estimate: int
    problems: tuple[Problem, ...]

    def billed_tokens(self, epochs: int) -> int:
        """Estimate what is billed: the tokens of the file, once an epoch."""
        if epochs < 1:
            raise InputError(f"epochs is {epochs}; it must be at least 1.")
        return self.tokens_estimate * epochs

    def cost_usd(self, epochs: int, usd_per_million_tokens: float) -> float:
        """Estimate what the training costs at a price in USD per million training tokens."""
        return self.billed_tokens(epochs) * usd_per_million_tokens / 1e6


def export_chat_jsonl(lessons: Sequence["Lesson"], path: Path, system: str | None = None) -> ChatExport:
    """Write lessons for hosted fine-tuning.

    The user message is the prompt that the fine-tuned arm will ask; the assistant's is the answer. What the
    format does not allow is written nevertheless and told in ``problems``.

    Args:
        lessons: for the closed-book or the with-pages training.
        path: the file to write, whole or not at all.
        system: a system message before each example. The arms send none, so leave it out for them.

    Raises:
        InputError: there are no lessons.
    """
    if not lessons:
        raise InputError("training pairs: there are none to export.")
    before = [{"role": "system", "content": system.strip()}] if system else []
    examples = [
        [
            *before,
            {"role": "user", "content": build_prompt(lesson.question, lesson.documents)},
            {"role": "assistant", "content": lesson.answer.strip()},
        ]
        for lesson in lessons
    ]
    write_text(path, "".join(json.dumps({"messages": each}, ensure_ascii=False) + "\n" for each in examples))
    # The provider cuts what is longer and bills the rest.
    tokens = sum(min(example_tokens(each), LONGEST_EXAMPLE) for each in examples)
    return ChatExport(path, len(examples), tokens, tuple(validate_chat_jsonl(path)))


def validate_chat_jsonl(path: Path) -> list[Problem]:
    """Check a file before it is uploaded; an empty list means that nothing was found.

    Raises:
        InputError: the file cannot be read.
    """
    return problems_in(list(_lines(path)))


def read_chat_jsonl(path: Path) -> list[TrainingPair]:
    """Read training pairs: of each example the last user message and the assistant's answer to it.

    A file that ``export_chat_jsonl`` wrote gives back the questions alone; their pages are left out, since
    they are looked up anew.

    Raises:
        InputError: the file cannot be read, or a line is not a usable example.
    """
    pairs = []
    lines = list(_lines(path))
    # Few or repeated examples, or long ones, are no hindrance to reading.
    for problem in problems_in(lines):
        if problem.unreadable:
            raise InputError(f"{path.name}: {problem}")
    for _, text in lines:
        messages: list[dict[str, Any]] = json.loads(text)["messages"]
        users = [message["content"] for message in messages[:-1] if message["role"] == "user"]
        pairs.append(TrainingPair(question_of(users[-1]), messages[-1]["content"].strip(), ()))
    return pairs


def question_of(content: str) -> str:
    """Give the question that a user message asks: out of a prompt of ours, else the whole message."""
    lines = content.strip().splitlines()
    if len(lines) > 1 and lines[-1] == "Answer:" and lines[-2].startswith("Question: "):
        return lines[-2].removeprefix("Question: ")
    return content.strip()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each line that is not empty."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise InputError(f"{path.name} {reason}; give a file with one JSON object a line.") from None
    # Only the newline ends a line of JSONL: other line ends may stand within a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line
