"""The one layout of every prompt: in training, in every arm, in what is exported.

Plain text, one block a line: instructions, worked examples, pages, question. An answer is one line::

    Answer from the pages below. If you cannot know the answer, say: I do not know.
    Business plan [plan-business]
    The Business plan costs EUR 49 a month.
    Question: What does the Business plan cost?
    Answer:

Every arm is told alike what to do when it cannot know. The style in words and the word on the pages stand beside
that sentence, never in place of one another; a tuned model has the style in its weights and is not told it again.
Whatever is the same for many questions stands in front, so that it is read once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.dataset import REFUSAL, Voice
from lib.experiment.arms import ExperimentArm
from lib.retrieval.search import Hit

UNKNOWN = f"If you cannot know the answer, say: {REFUSAL}"
GROUNDING = "Answer from the pages below."
STOP = "\n"


@dataclass(frozen=True)
class Page:
    """What a prompt shows of a document: its id, title and one passage of its text. A search's ``Hit`` is one too."""

    document_id: str
    title: str
    text: str


@dataclass(frozen=True)
class Example:
    """A worked example: a question with its answer, after the pages that hold it where the question has pages too."""

    question: str
    answer: str
    pages: Sequence[Page | Hit] = ()


def instructions_for(arm: ExperimentArm, voice: Voice) -> str:
    """Return the arm's instructions, one line."""
    style = voice.instructions if arm.adapter == "none" else ""
    return " ".join(part for part in (style, GROUNDING if arm.pages != "none" else "", UNKNOWN) if part)


def build_prompt(
    question: str, pages: Sequence[Page | Hit] = (), examples: Sequence[Example] = (), instructions: str = ""
) -> str:
    """Lay out one prompt. It ends in ``Answer:``; what follows it is ``completion(answer)``."""
    parts = [_line(instructions)] if instructions else []
    for example in examples:
        parts += map(page_block, example.pages)
        parts += [_line(f"Question: {example.question}"), "Answer:", completion(example.answer)]
    return "".join([*parts, *map(page_block, pages), _line(f"Question: {question}"), "Answer:"])


def page_block(page: Page | Hit) -> str:
    """Title and id, then the text. The id stands after the title: to cite it, a model copies what follows."""
    return _line(f"{page.title} [{page.document_id}]") + _line(page.text)


def completion(answer: str) -> str:
    """Return what a model should write after the prompt: a space, the answer on one line, ``STOP``."""
    return f" {' '.join(answer.split())}{STOP}"


def _line(text: str) -> str:
    return text.strip() + "\n"
