"""The arms: the architectures that the workbook compares, everything known of each in one place.

For: every title, meaning, flag, colour and dash of an arm. May import: nothing of the workbook.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arm:
    """One architecture."""

    id: str  # its name in code and data
    title: str  # its name on a page
    meaning: str  # what it is, in one phrase
    reads: str  # what stands in its prompt, beside the question
    knows: bool  # whether it brings facts into the prompt
    trained: bool  # whether its model is fine-tuned
    retrieves: bool  # whether it searches the documents
    colour: str  # its colour in every chart (Okabe and Ito, 2008: told apart by colour-blind readers)
    dash: str  # its line in every chart, so that colour never stands alone
    symbol: str  # its marker in every chart

    @property
    def short(self) -> str:
        """Name it where there is little room (axes, sheets)."""
        return self.title.partition(" (")[0]

    @property
    def score_field(self) -> str:
        """Name the client file's field that holds its measured share of right answers."""
        return f"evidence.{self.id}_score"

    @property
    def weeks(self) -> str:
        """Name the threshold that holds its weeks to a first version."""
        return f"{self.id}_weeks_to_launch"


ARM: dict[str, Arm] = {
    arm.id: arm
    for arm in (
        Arm(
            id="prompt",
            title="Prompt engineering",
            meaning="a careful prompt alone: instructions, few-shot examples, a fixed form of answer",
            reads="instructions, examples, output schema",
            knows=False,
            trained=False,
            retrieves=False,
            colour="#56B4E9",
            dash="dot",
            symbol="square",
        ),
        Arm(
            id="long_context",
            title="Long context",
            meaning="all documents stand in the prompt of every question, kept in the provider's cache",
            reads="instructions and the whole knowledge base",
            knows=True,
            trained=False,
            retrieves=False,
            colour="#CC79A7",
            dash="dashdot",
            symbol="cross",
        ),
        Arm(
            id="rag",
            title="RAG",
            meaning="a base model answers from the passages that a search finds for each question",
            reads="instructions and the passages found",
            knows=True,
            trained=False,
            retrieves=True,
            colour="#0072B2",
            dash="solid",
            symbol="circle",
        ),
        Arm(
            id="fine_tune",
            title="Fine-tuning",
            meaning="a model trained further on the client's own examples (LoRA), without a search",
            reads="short instructions",
            knows=False,
            trained=True,
            retrieves=False,
            colour="#D55E00",
            dash="dash",
            symbol="diamond",
        ),
        Arm(
            id="hybrid",
            title="Hybrid (fine-tuning + RAG)",
            meaning="a fine-tuned model answers from the passages that a search finds for each question",
            reads="short instructions and the passages found",
            knows=True,
            trained=True,
            retrieves=True,
            colour="#009E73",
            dash="longdash",
            symbol="star",
        ),
    )
}
"""Every arm by its id, from the simplest to the most complex: ties go to the simpler arm."""

ARMS = tuple(ARM)
TUNED_ARMS = tuple(arm.id for arm in ARM.values() if arm.trained)
RETRIEVAL_ARMS = tuple(arm.id for arm in ARM.values() if arm.retrieves)
KNOWING_ARMS = tuple(arm.id for arm in ARM.values() if arm.knows)
"""Arms that bring facts into the prompt."""

UNDECIDED = "undecided"
"""The recommendation where no arm can be named: it says what to measure or to change."""


def arm_name(place: int) -> str:
    """Return an arm's id by its position in :data:`ARMS`, ``undecided`` for -1."""
    return ARMS[place] if place >= 0 else UNDECIDED
