"""The one prompt layout, used to train the base model and by every arm of the experiment.

Plain text, one block a line, in this order: instructions, worked examples (each after its own
documents), the documents for the question, the question. An answer ends at the first newline::

    Amber Falcon plan [plan-204]
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
    """Lay out one prompt. It ends in ``Answer:``; what follows it is ``completion(answer)``.

    A prompt is the plain concatenation of its instructions, of each example's own prompt and completion,
    and of the question's own prompt.
    """
    parts = [_line(instructions)] if instructions else []
    for example in examples:
        parts += [build_prompt(example.question, example.documents), completion(example.answer)]
    parts += [page(document) for document in documents]
    parts += [_line(f"Question: {question}"), "Answer:"]
    return "".join(parts)


def page(document: Document) -> str:
    """Give a document's block: title and id, then text.

    The id stands after the title: to cite it, a model looks for the title and writes what follows.
    """
    return _line(f"{document.title} [{document.id}]") + _line(document.text)


def completion(answer: str) -> str:
    """Give the text that a model should write after the prompt: a space, the answer on one line, ``STOP``."""
    return f" {_one_line(answer)}{STOP}"


def _line(text: str) -> str:
    return text.strip() + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
