"""The arms of the experiment: what each puts before the question, and which model answers.

An arm is one entry of ``EXPERIMENT_ARMS``. To add one that combines the parts below, add an entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lib.errors import InputError
from lib.experiment.prompts import Example, build_prompt
from lib.experiment.world import Document

GROUNDING = "Answer from the documents. If they do not say, answer: I do not know."


@dataclass(frozen=True)
class ExperimentArm:
    """One way to answer.

    ``stands_for`` is the product's arm (prompt, long_context, rag, fine_tune, hybrid) that it measures.
    ``pages`` says which documents stand in the prompt, ``examples`` whether worked examples and the
    style in words do, ``adapter`` which LoRA training the model has had.
    """

    id: str
    title: str
    meaning: str
    stands_for: str
    pages: Literal["none", "retrieved", "all_that_fit"] = "none"
    examples: Literal["none", "fixed"] = "none"
    adapter: Literal["none", "closed_book", "with_pages"] = "none"

    @property
    def retrieves(self) -> bool:
        """Whether it looks pages up."""
        return self.pages == "retrieved"


EXPERIMENT_ARMS = {
    arm.id: arm
    for arm in (
        ExperimentArm(
            "base",
            "Base, closed book",
            "the untuned model with nothing but the question: the floor",
            "prompt",
        ),
        ExperimentArm(
            "few_shot",
            "Few-shot prompt",
            "the style in words and worked examples before the question",
            "prompt",
            examples="fixed",
        ),
        ExperimentArm(
            "long_context",
            "Long context",
            "as much of the knowledge base as the window holds, then the question",
            "long_context",
            pages="all_that_fit",
        ),
        ExperimentArm(
            "rag",
            "RAG",
            "the pages that a search finds, then the question",
            "rag",
            pages="retrieved",
        ),
        ExperimentArm(
            "rag_few_shot",
            "RAG with few-shot",
            "the style in words, worked examples, the pages that a search finds, then the question",
            "rag",
            pages="retrieved",
            examples="fixed",
        ),
        ExperimentArm(
            "lora",
            "LoRA, closed book",
            "tuned on questions and answers, asked without pages",
            "fine_tune",
            adapter="closed_book",
        ),
        ExperimentArm(
            "lora_rag",
            "LoRA + RAG, bolted together",
            "tuned without pages, asked with the pages that a search finds",
            "hybrid",
            pages="retrieved",
            adapter="closed_book",
        ),
        ExperimentArm(
            "lora_with_pages",
            "LoRA trained with pages + RAG",
            "tuned on questions with the right page among others, asked with the pages that a search finds",
            "hybrid",
            pages="retrieved",
            adapter="with_pages",
        ),
    )
}


def chosen_arms(ids: Sequence[str]) -> list[ExperimentArm]:
    """Look arms up by id, in the table's order.

    Raises:
        InputError: an id is not in the table, or none is given.
    """
    for id_ in ids:
        if id_ not in EXPERIMENT_ARMS:
            raise InputError(f"arms: {id_!r} is not an arm; allowed are {', '.join(EXPERIMENT_ARMS)}.")
    if not ids:
        raise InputError(f"arms: none is given; choose from {', '.join(EXPERIMENT_ARMS)}.")
    return [arm for arm in EXPERIMENT_ARMS.values() if arm.id in ids]


def prompt_for(
    arm: ExperimentArm,
    question: str,
    pages: Sequence[Document],
    examples: Sequence[Example],
    style: str,
) -> str:
    """Write the prompt with which ``arm`` asks ``question``.

    Args:
        arm: decides which of the rest is used.
        question: as the user asks it.
        pages: what the arm's search found, or what fits the window; none for a closed-book arm.
        examples: worked examples, for an arm that shows some.
        style: the brand voice in words, for an arm that shows examples.
    """
    if arm.adapter != "none":
        # A tuned model is asked as it was trained: its instructions are in its weights.
        instructions = ""
    elif arm.examples != "none":
        instructions = style
    else:
        instructions = GROUNDING if arm.pages != "none" else ""
    return build_prompt(question, pages, examples if arm.examples != "none" else (), instructions)
