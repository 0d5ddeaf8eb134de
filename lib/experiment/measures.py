"""What is right about an answer: one function a measure, true, false, or None where it does not apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lib.experiment.world import REFUSAL, Question, Voice, states


class Measure(Protocol):
    """Judges one answer to one question."""

    def __call__(self, question: Question, answer: str, voice: Voice) -> bool | None:
        """Say whether it holds; None where the question is not of the kind that it judges."""


def refuses(answer: str) -> bool:
    """Whether the answer says that it does not know."""
    return REFUSAL.rstrip(".").casefold() in normalised(answer).casefold()


def normalised(text: str) -> str:
    """Blank runs become one space, and 1,000 becomes 1000: neither makes an answer wrong."""
    words = " ".join(text.split())
    return "".join(
        sign
        for place, sign in enumerate(words)
        if not (sign == "," and words[place - 1 : place].isdigit() and words[place + 1 : place + 4].isdigit())
    )


def fact_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The expected value stands in the answer, and the answer is no refusal. Answerable questions only."""
    if not question.value:
        return None
    return states(normalised(answer), normalised(question.value)) and not refuses(answer)


def style_kept(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer has the voice's opening, citation and closing (or its schema), whatever it says."""
    return voice.matches(answer)


def refusal_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses. Unanswerable questions only."""
    return None if question.value else refuses(answer)


def hallucination(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states something where it should refuse. Unanswerable questions only; lower is better."""
    return None if question.value else not refuses(answer)


def needless_refusal(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses what can be answered. Answerable questions only; lower is better."""
    return refuses(answer) if question.value else None


def stale(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states what was true at training and no longer is. Changed facts only; lower is better."""
    return states(normalised(answer), normalised(question.old_value)) if question.old_value else None


def all_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """Right in substance (the fact, or the refusal) and in style."""
    substance = fact_right(question, answer, voice) if question.value else refuses(answer)
    return bool(substance) and voice.matches(answer)


def substance_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """Right in substance whatever the style: the fact where there is one, else the refusal."""
    return bool(fact_right(question, answer, voice)) if question.value else refuses(answer)


@dataclass(frozen=True)
class MeasureEntry:
    """A measure as the reader sees it."""

    id: str
    title: str
    judge: Measure
    higher_is_better: bool = True


MEASURES = {
    entry.id: entry
    for entry in (
        MeasureEntry("fact", "Fact right", fact_right),
        MeasureEntry("style", "Style kept", style_kept),
        MeasureEntry("refusal", "Refuses rightly", refusal_right),
        MeasureEntry("hallucination", "Makes something up", hallucination, higher_is_better=False),
        MeasureEntry("needless_refusal", "Refuses needlessly", needless_refusal, higher_is_better=False),
        MeasureEntry("stale", "Gives the old value", stale, higher_is_better=False),
        MeasureEntry("substance", "Fact or refusal right", substance_right),
        MeasureEntry("right", "All right", all_right),
    )
}


def judged(question: Question, answer: str, voice: Voice) -> dict[str, bool | None]:
    """Judge one answer by every measure."""
    return {entry.id: entry.judge(question, answer, voice) for entry in MEASURES.values()}


def retrieval_measures(found: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]], k: int) -> list[dict]:
    """Judge what a search found, with ``ir-measures``.

    Args:
        found: question id to document ids, best first.
        wanted: question id to the documents that hold its answer; questions without any are left out.
        k: how many found documents count.

    Returns:
        One row a question: ``question_id``, ``recall`` (share of the wanted documents among the first
        k) and ``reciprocal_rank`` (1 / rank of the first wanted one, 0 if there is none).
    """
    import ir_measures
    from ir_measures import RR, R

    truth = {id_: dict.fromkeys(documents, 1) for id_, documents in wanted.items() if documents}
    run = {id_: {name: float(-place) for place, name in enumerate(dict.fromkeys(found[id_]))} for id_ in truth}
    rows = {id_: {"question_id": id_, "recall": 0.0, "reciprocal_rank": 0.0} for id_ in truth}
    names = {str(R @ k): "recall", str(RR @ k): "reciprocal_rank"}
    for metric in ir_measures.iter_calc([R @ k, RR @ k], truth, run):
        rows[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return list(rows.values())
