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

    ``stands_for`` is the product's arm (prompt, long_context, rag, fine_tune, hybrid) that it measures;
    ``feeds`` the field of the client file's ``evidence`` that its share of answers with fact, style and
    refusal all right is written to, one arm for each field. ``pages`` says which documents stand in the
    prompt, ``examples`` whether worked examples and the style in words do (the same for every question, or
    the training pairs nearest to it), ``adapter`` which LoRA training the model has had.
    """

    id: str
    title: str
    meaning: str
    stands_for: str
    feeds: str | None = None
    pages: Literal["none", "retrieved", "all_that_fit"] = "none"
    examples: Literal["none", "fixed", "retrieved"] = "none"
    adapter: Literal["none", "closed_book", "with_pages"] = "none"

    @property
    def retrieves(self) -> bool:
        """Whether it looks pages up."""
        return self.pages == "retrieved"

    @property
    def needs_pairs(self) -> bool:
        """Whether it cannot be had without training pairs."""
        return self.examples != "none" or self.adapter != "none"


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
            feeds="prompt_score",
            examples="fixed",
        ),
        ExperimentArm(
            "few_shot_retrieved",
            "Few-shot, retrieved examples",
            "the style in words and the training pairs nearest to the question before it",
            "prompt",
            examples="retrieved",
        ),
        ExperimentArm(
            "long_context",
            "Long context",
            "as much of the knowledge base as the window holds, then the question",
            "long_context",
            feeds="long_context_score",
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
            feeds="rag_score",
            pages="retrieved",
            examples="fixed",
        ),
        ExperimentArm(
            "lora",
            "LoRA, closed book",
            "tuned on questions and answers, asked without pages",
            "fine_tune",
            feeds="fine_tune_score",
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
            feeds="hybrid_score",
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
        style: the brand voice in words, for an arm that shows examples; "" where no style is asked for.
    """
    grounding = GROUNDING if arm.pages != "none" else ""
    if arm.adapter != "none":
        # A tuned model is asked as it was trained: its instructions are in its weights.
        instructions = ""
    elif arm.examples != "none":
        instructions = style or grounding
    else:
        instructions = grounding
    return build_prompt(question, pages, examples if arm.examples != "none" else (), instructions)
