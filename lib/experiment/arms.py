"""The arms of the experiment, one entry each, and the comparisons that were fixed before anything was measured.

An arm is one way to answer: which model (untuned, or one of two LoRA trainings) reads what (no pages, the pages that
a search finds, the pages that hold the answer, as many as the window holds) after which examples. To add one, add an
entry: prompts, runs, tables, charts, literature and evidence read everything from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lib.arms import ARM
from lib.errors import InputError


@dataclass(frozen=True)
class ExperimentArm:
    """One way to answer."""

    id: str
    title: str
    meaning: str
    stands_for: str  # the product's arm that it measures; its colour in charts
    symbol: str  # its marker there: arms that stand for the same architecture can be told apart
    adapter: Literal["none", "closed_book", "with_pages"] = "none"  # which LoRA training the model has had
    pages: Literal["none", "retrieved", "gold", "all_that_fit"] = "none"
    examples: Literal["none", "fixed", "retrieved"] = "none"  # the same each time, or the pairs nearest to the question
    feeds: str = ""  # the field of the client file's ``evidence`` that its share of right answers is written to
    published: str = ""  # the role it shares with arms of published studies (``data/published/arms.csv``)

    @property
    def colour(self) -> str:
        """The colour of the architecture that it stands for."""
        return ARM[self.stands_for].colour

    @property
    def retrieves(self) -> bool:
        """Whether it looks pages up."""
        return self.pages == "retrieved"


EXPERIMENT_ARMS: dict[str, ExperimentArm] = {
    arm.id: arm
    for arm in (
        ExperimentArm(
            "base", "Base, closed book", "the untuned model with instructions and the question: the floor",
            "prompt", "square-open", published="base",
        ),
        ExperimentArm(
            "few_shot", "Few-shot prompt", "instructions and worked examples before the question",
            "prompt", "square", examples="fixed", feeds="prompt_score",
        ),
        ExperimentArm(
            "few_shot_retrieved", "Few-shot, retrieved examples",
            "instructions and the training pairs nearest to the question before it",
            "prompt", "square-dot", examples="retrieved",
        ),
        ExperimentArm(
            "long_context", "Long context", "as much of the knowledge base as the window holds, then the question",
            "long_context", "cross", pages="all_that_fit", feeds="long_context_score", published="long_context",
        ),
        ExperimentArm(
            "rag", "RAG", "instructions and the pages that a search finds, then the question",
            "rag", "circle-open", pages="retrieved", published="rag",
        ),
        ExperimentArm(
            "rag_few_shot", "RAG with few-shot",
            "instructions, worked examples, the pages that a search finds, then the question",
            "rag", "circle", pages="retrieved", examples="fixed", feeds="rag_score",
        ),
        ExperimentArm(
            "gold", "Gold pages", "as RAG, with the pages that hold the answer in place of what the search finds",
            "rag", "hexagon-open", pages="gold",
        ),
        ExperimentArm(
            "gold_few_shot", "Gold pages with few-shot", "as RAG with few-shot, with the pages that hold the answer",
            "rag", "hexagon", pages="gold", examples="fixed",
        ),
        ExperimentArm(
            "lora", "LoRA, closed book", "taught the facts as questions and answers, asked without pages",
            "fine_tune", "diamond", adapter="closed_book", feeds="fine_tune_score", published="tuned",
        ),
        ExperimentArm(
            "lora_rag", "LoRA + RAG, bolted together", "taught without pages, asked with the pages that a search finds",
            "hybrid", "star-open", adapter="closed_book", pages="retrieved", published="bolted",
        ),
        ExperimentArm(
            "lora_gold", "LoRA + gold pages, bolted together", "taught without pages, asked with the pages that hold the answer",
            "hybrid", "triangle-up-open", adapter="closed_book", pages="gold",
        ),
        ExperimentArm(
            "lora_with_pages", "LoRA trained with pages + RAG",
            "tuned on questions with the right page among others, asked with the pages that a search finds",
            "hybrid", "star", adapter="with_pages", pages="retrieved", feeds="hybrid_score", published="with_pages",
        ),
        ExperimentArm(
            "lora_with_pages_gold", "LoRA trained with pages + gold pages",
            "tuned with pages, asked with the pages that hold the answer",
            "hybrid", "triangle-up", adapter="with_pages", pages="gold",
        ),
    )
}  # fmt: skip

QUICK_ARMS = ("few_shot", "rag", "rag_few_shot", "lora", "lora_with_pages")
"""What a quick run answers with: the arms of the first three contrasts."""


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


@dataclass(frozen=True)
class Contrast:
    """A comparison that was fixed before the reference run: ``first`` less ``second`` by ``measure``."""

    id: str
    question: str
    first: str
    second: str
    measure: str
    kinds: tuple[str, ...] = ()  # of question; all of them where empty
    needs_taught: bool = False  # void where the closed-book model was not taught its facts


PRIMARY_CONTRASTS = (
    Contrast(
        "tuning-over-prompting", "Does tuning with pages beat RAG with a good prompt?",
        "lora_with_pages", "rag_few_shot", "right",
    ),
    Contrast(
        "together-over-bolted", "Does tuning with pages beat retrieval bolted onto a model tuned without?",
        "lora_with_pages", "lora_rag", "right",
    ),
    Contrast(
        "rag-over-taught", "Does RAG beat a model taught the facts, when they are asked in new words?",
        "rag_few_shot", "lora", "fact", ("new_wording",), needs_taught=True,
    ),
    Contrast(
        "rag-over-taught-changed", "Does RAG beat a model taught the facts, when they have changed since?",
        "rag_few_shot", "lora", "fact", ("changed",), needs_taught=True,
    ),
    Contrast(
        "reader-or-search", "What do retrieved pages cost the untuned reader: gold pages less retrieved ones?",
        "gold_few_shot", "rag_few_shot", "fact",
    ),
)  # fmt: skip
"""Fixed on 26 November 2026, before the reference run; Holm's correction counts these five and no others."""
