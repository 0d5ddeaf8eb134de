"""The measures by id, as the reader sees them: ``MEASURES`` are true or false, ``GRADES`` are from 0 to 1."""

from dataclasses import dataclass
from typing import Protocol

from lib.experiment.measures import verdicts
from lib.experiment.world import Question, Voice


class Measure(Protocol):
    """Judges one answer to one question."""

    def __call__(self, question: Question, answer: str, voice: Voice) -> bool | None:
        """Say whether it holds; None where the question is not of the kind that it judges."""


@dataclass(frozen=True)
class MeasureEntry:
    """A measure that is true or false of an answer."""

    id: str
    title: str
    judge: Measure
    higher_is_better: bool = True


@dataclass(frozen=True)
class GradeEntry:
    """A measure that gives an answer a number from 0 to 1; ``meaning`` says in a sentence how."""

    id: str
    title: str
    meaning: str
    higher_is_better: bool = True


MEASURES = {
    entry.id: entry
    for entry in (
        MeasureEntry("fact", "Fact right", verdicts.fact_right),
        MeasureEntry("style", "Style kept", verdicts.style_kept),
        MeasureEntry("schema", "Schema valid", verdicts.schema_kept),
        MeasureEntry("cited", "Right page cited", verdicts.citation_right),
        MeasureEntry("refusal", "Refuses rightly", verdicts.refusal_right),
        MeasureEntry("hallucination", "Makes something up", verdicts.hallucination, higher_is_better=False),
        MeasureEntry("needless_refusal", "Refuses needlessly", verdicts.needless_refusal, higher_is_better=False),
        MeasureEntry("stale", "Gives the old value", verdicts.stale, higher_is_better=False),
        MeasureEntry("substance", "Fact or refusal right", verdicts.substance_right),
        MeasureEntry("right", "All right", verdicts.all_right),
    )
}

GRADES = {
    entry.id: entry
    for entry in (
        GradeEntry(
            "faithfulness_offline",
            "Faithful to the pages (offline form)",
            "the share of the answer's numbers, dates and names that stand in the passages shown",
        ),
        GradeEntry(
            "answer_relevancy_offline",
            "Answer to the point (offline form)",
            "the likeness (cosine of sentence embeddings) of question and answer",
        ),
        GradeEntry(
            "context_relevancy_offline",
            "Pages to the point (offline form)",
            "the mean likeness (cosine of sentence embeddings) of the question and each passage shown",
        ),
        GradeEntry("bleu", "BLEU against the ideal answer", "runs of one to four words shared with the ideal answer"),
        GradeEntry(
            "rouge_l", "ROUGE-L against the ideal answer", "the longest sequence of words shared with the ideal answer"
        ),
    )
}


def judged(question: Question, answer: str, voice: Voice) -> dict[str, bool | None]:
    """Judge one answer by every measure of ``MEASURES``."""
    return {entry.id: entry.judge(question, answer, voice) for entry in MEASURES.values()}
