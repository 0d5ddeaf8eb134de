"""The one prompt layout, used to train the base model and by every arm of the experiment.

Plain text, one block a line, in this order: instructions, worked examples (each after its own
documents), the documents for the question, the question. An answer ends at the first newline::

    [plan-204] Amber Falcon plan
    The Amber Falcon plan costs 49 dollars a month.
    Question: What is the price of the Amber Falcon plan?
    Answer:
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.experiment.world import Document

STOP = "\n"


@dataclass(frozen=True)
class Example:
    """A question with its answer, and the documents (none, or some) that stand before it."""

    question: str
    answer: str
    documents: Sequence[Document] = ()


def build_prompt(
    question: str,
    documents: Sequence[Document] = (),
    examples: Sequence[Example] = (),
    instructions: str = "",
) -> str:
    """Lay out one prompt. It ends in ``Answer:``; what follows it is ``completion(answer)``."""
    parts = [_line(instructions)] if instructions else []
    for example in examples:
        parts += [_documents(example.documents), _question(example.question), completion(example.answer)]
    parts += [_documents(documents), _question(question)]
    return "".join(parts)


def completion(answer: str) -> str:
    """Give the text that a model should write after the prompt: a space, the answer on one line, ``STOP``."""
    return f" {_one_line(answer)}{STOP}"


def _documents(documents: Sequence[Document]) -> str:
    return "".join(_line(f"[{document.id}] {document.title}") + _line(document.text) for document in documents)


def _question(question: str) -> str:
    return f"{_line('Question: ' + question)}Answer:"


def _line(text: str) -> str:
    return text.strip() + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
