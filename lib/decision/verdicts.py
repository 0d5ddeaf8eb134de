"""How each framework makes one verdict of its rules.

Every function takes the answers of its framework's rules and returns the position of the arm in
:data:`lib.arms.ARMS`, or :data:`ABSTAINS`. A framework that would say RAG where there is nothing to
retrieve abstains.
"""

from collections.abc import Callable

import numpy as np

from lib.arms import ARMS
from lib.client.facts import Array

ABSTAINS = -1
PROMPT, LONG_CONTEXT, RAG, FINE_TUNE, HYBRID = range(len(ARMS))


class Answers:
    """The answers of one framework's rules: 1, 0, or ``nan`` where a rule abstains."""

    def __init__(self, holds: dict[str, Array]) -> None:
        """Take the rules' answers by rule id."""
        self._holds = holds

    def yes(self, rule: str) -> Array:
        """Tell where the rule holds."""
        return self._is(rule, 1)

    def no(self, rule: str) -> Array:
        """Tell where the rule is known not to hold."""
        return self._is(rule, 0)

    def count(self, *rules: str) -> Array:
        """Count the rules that hold."""
        return sum((self._is(rule, 1).astype(int) for rule in rules), start=np.asarray(0))

    def _is(self, rule: str, value: float) -> Array:
        return self._holds[rule] == value


def first_that_holds(*cases: tuple[Array, int], otherwise: int = ABSTAINS) -> Array:
    """Give the arm of the first case that holds, as an integer array."""
    verdict = np.asarray(otherwise)
    for condition, arm in reversed(cases):
        verdict = np.where(condition, arm, verdict)
    return verdict


def three_numbers(a: Answers) -> Array:
    """Both kinds of need: hybrid; style, schema or saving: fine-tune; otherwise the default start, RAG."""
    behaviour = a.yes("brand-voice") | a.yes("output-schema") | a.yes("shorter-prompt-pays")
    # The default start (anything to retrieve) counts as a need for retrieval: the hybrid keeps its retriever.
    retrieval = a.yes("default-start") | (a.yes("changes-often") & a.yes("needs-context"))
    return first_that_holds((behaviour & retrieval, HYBRID), (behaviour, FINE_TUNE), (retrieval, RAG))


def decision_matrix(a: Answers) -> Array:
    """Skip both where prompting does; otherwise the matrix, with the checklist as its brake."""
    behaviour = a.yes("behaviour-needed") & ~a.no("labelled-examples") & ~a.no("prompting-fails")
    knowledge = a.yes("knowledge-needed")
    return first_that_holds(
        (a.yes("prompt-is-enough"), PROMPT),
        (behaviour & knowledge, HYBRID),
        (behaviour, FINE_TUNE),
        (knowledge & a.no("larger-than-window"), LONG_CONTEXT),
        (knowledge, RAG),
        otherwise=PROMPT,
    )


def start_with_rag(a: Answers) -> Array:
    """RAG first; both where knowledge meets style beyond prompts; fine-tuning where only its reasons hold."""
    retrieval = a.yes("something-to-retrieve") | a.yes("updates-monthly") | a.yes("source-attribution")
    style = a.yes("style-beyond-prompts")
    out_of_reach = a.yes("small-budget") | a.yes("this-week")
    reasons_to_tune = a.count(
        "irrelevant-chunks", "style-beyond-prompts", "tight-latency", "many-examples", "narrow-task"
    )
    reasons_for_rag = a.count("few-examples", "small-budget", "this-week")
    return first_that_holds(
        (retrieval & style & ~out_of_reach, HYBRID),
        (retrieval, RAG),
        (style & ~out_of_reach, FINE_TUNE),
        ((reasons_to_tune >= 2) & (reasons_to_tune > reasons_for_rag), FINE_TUNE),
    )


def which_approach(a: Answers) -> Array:
    """Follow the flowchart from top to bottom; the budget decides what is within reach."""
    retrieval = a.yes("something-to-retrieve") | a.yes("changes-frequently") | a.yes("source-attribution")
    latency = a.yes("latency-critical") & ~retrieval
    tuning = (a.yes("new-behaviour") | latency) & ~a.no("enough-examples")
    return first_that_holds(
        (tuning & retrieval & ~a.no("budget-for-hybrid"), HYBRID),
        (retrieval, RAG),
        (tuning & ~a.no("budget-for-tuning"), FINE_TUNE),
    )


def five_questions(a: Answers) -> Array:
    """Unstable material ends the case for tuning; then documents or style; the hybrid on its conditions."""
    documents, style = a.yes("in-documents"), a.yes("in-learned-style")
    unstable = a.no("stable-six-months")
    hybrid_pays = ~a.no("hybrid-examples") & ~a.no("hybrid-terminology") & ~a.no("hybrid-two-systems")
    economics = a.yes("ceiling-below-rag") & a.yes("break-even-volume")
    return first_that_holds(
        (unstable & documents, RAG),
        (unstable, ABSTAINS),
        (documents & a.yes("zero-hallucination"), RAG),
        (documents & style & hybrid_pays, HYBRID),
        (documents, RAG),
        (style | economics | a.yes("under-two-seconds"), FINE_TUNE),
    )


VERDICTS: dict[str, Callable[[Answers], Array]] = {
    "three-numbers": three_numbers,
    "decision-matrix": decision_matrix,
    "start-with-rag": start_with_rag,
    "which-approach": which_approach,
    "five-questions": five_questions,
}
