"""What is right about an answer: one function a measure, and the table of measures.

``MEASURES`` judge one answer: true, false, or None where the measure does not apply. ``GRADES`` are numbers from 0
to 1. ``score_answers`` applies all of them to the answers of a run; ``retrieval_scores`` judges what a search found.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lib.dataset import Question, Voice, schema_valid
from lib.experiment.values import normalised, stated_values, states, states_any
from lib.progress import Progress, silent

# --- refusals ----------------------------------------------------------------------------------------------------

_CANNOT_KNOW = re.compile(
    r"""
      \b(?:i|we)\s(?:really\s|honestly\s)?(?:do\snot|don't|cannot|can't|could\snot|couldn't)\s(?:actually\s)?(?:know|tell|say|find|answer|determine)
    | \b(?:i\sam|i'm|we\sare|we're)\s(?:not\s(?:sure|certain|able|aware)|unable|unsure)
    | \b(?:i\shave|there\sis|there's|we\shave)\sno\s(?:idea|information|mention|answer|way\s(?:to|of)\sknow)
    | \bno\s(?:information|mention|details?|data|answer)\b
    | \b(?:page|document|text|context|passage|source|article|information|knowledge\sbase|it|they)s?\b[^.!?]{0,30}
      \b(?:do|does|did)(?:\snot|n't)\s(?:say|state|mention|specify|tell|cover|list|give|answer|provide|contain|include\s(?:any\s)?information)
    | \b(?:is|are|was)(?:\snot|n't)\s(?:stated|mentioned|specified|known|given|listed|documented|covered|provided|available\sin|on\sany|in\sthe\s(?:page|document|context|text))
    | \b(?:is|are)\s(?:unknown|unclear)\b
    | \b(?:cannot|can't|could\snot)\sbe\s(?:known|determined|answered|found)
    | \bunable\sto\s(?:answer|find|say|tell|determine)
    | \bje\s(?:ne\s)?(?:sais|peux)\spas | \bje\sl'ignore | \bn(?:'est|e\ssont)\spas\s(?:indiqué|précisé|mentionné)
    | \bweiß\s(?:ich|es|das|wir)?\s?(?:leider\s)?nicht | \bweiss\s(?:ich|es)?\s?nicht | \bsteht\snicht | \bkeine\s(?:angaben?|information)
    | \bno\s(?:lo\s)?sé\b | \bno\sse\s(?:indica|menciona|especifica) | \bnon\s(?:lo\s)?so\b | \bik\sweet\shet\sniet | \bnão\ssei\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# Sentences that ask or advise state nothing.
_ADVICE = re.compile(
    r"^\s*(?:please|contact|ask|try|check|see|write|call|sorry|for more|let me know)\b|\?\s*$", re.IGNORECASE
)


@lru_cache(maxsize=100_000)
def refuses(answer: str, question: str = "") -> bool:
    """Whether the answer says that it cannot know, *and* names no value.

    A value is a number, date, time or name that the question does not hold: "The salary is USD 2 million. I do not
    know more." is no refusal.

    Args:
        answer: without the voice around it (``Voice.bare``).
        question: as asked.
    """
    sentences = _SENTENCE.split(normalised(answer))
    if not any(_CANNOT_KNOW.search(sentence) for sentence in sentences):
        return False
    asked = set(checkable_parts(question)) | {
        word.casefold() for word in re.findall(r"\w[\w'-]*", normalised(question))
    }
    for sentence in sentences:
        if any(not any(value.matches(known) for known in stated_values(question)) for value in stated_values(sentence)):
            return False
        plain = not _CANNOT_KNOW.search(sentence) and not _ADVICE.search(sentence)
        if plain and set(checkable_parts(sentence)) - asked:
            return False
    return True


# --- one answer: true, false, or None where the measure does not apply ------------------------------------------


def fact_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """One of the right values is stated, in any notation and not denied, and all that must stand there does.

    Answerable questions only. The citation does not count: ``plan-49`` states no 49.
    """
    if not question.answerable:
        return None
    text = voice.bare(answer)
    if not (question.values or question.must_contain) or refuses(text, question.question):
        return False
    stated = states_any(text, question.values) if question.values else True
    return stated and all(states(text, part) for part in question.must_contain)


def refusal_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses. Unanswerable questions only."""
    return None if question.answerable else refuses(voice.bare(answer), question.question)


def substance_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The fact where there is one, else the refusal; whatever the style."""
    return fact_right(question, answer, voice) if question.answerable else refusal_right(question, answer, voice)


def style_kept(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer has the voice's opening, citation and closing (or its schema), whatever it says."""
    return None if voice.name == "free" else voice.keeps(answer, refuses(voice.bare(answer), question.question))


def all_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """Right in substance, and in style where one is asked for."""
    return bool(substance_right(question, answer, voice)) and style_kept(question, answer, voice) is not False


def page_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer cites at least one page, and only such as hold the answer. Voices that cite, answerable questions."""
    cites = voice.name == "json" or (voice.name == "brand" and bool(voice.citation))
    if not cites or not question.document_ids or not question.answerable:
        return None
    cited = voice.cited(answer)
    return bool(cited) and set(cited) <= set(question.document_ids)


def right_and_cited(question: Question, answer: str, voice: Voice) -> bool | None:
    """All right, and the right page cited where one is to be: what counts where a client requires citations."""
    return bool(all_right(question, answer, voice)) and page_right(question, answer, voice) is not False


def schema_kept(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer is one JSON object with exactly the keys and types of the schema. JSON voice only."""
    return schema_valid(answer.strip()) if voice.name == "json" else None


def made_up(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states something where it should refuse. Unanswerable questions only; lower is better."""
    right = refusal_right(question, answer, voice)
    return None if right is None else not right


def needless_refusal(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses what can be answered. Answerable questions only; lower is better."""
    return refuses(voice.bare(answer), question.question) if question.answerable else None


def old_value_told(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states what was true at training and no longer is. Changed facts only; lower is better."""
    if not question.old_values:
        return None
    text = voice.bare(answer)
    return states_any(text, question.old_values) and not states_any(text, question.values)


@dataclass(frozen=True)
class Measure:
    """A measure that is true or false of an answer."""

    id: str
    title: str
    judge: Callable[[Question, str, Voice], bool | None]


MEASURES = {
    measure.id: measure
    for measure in (
        Measure("fact", "Fact right", fact_right),
        Measure("refusal", "Refuses rightly", refusal_right),
        Measure("substance", "Fact or refusal right", substance_right),
        Measure("style", "Style kept", style_kept),
        Measure("right", "All right", all_right),
        Measure("cited", "Right page cited", page_right),
        Measure("right_cited", "All right, right page cited", right_and_cited),
        Measure("schema", "Schema valid", schema_kept),
        Measure("made_up", "Makes something up", made_up),
        Measure("needless_refusal", "Refuses needlessly", needless_refusal),
        Measure("old_value", "Tells the old value", old_value_told),
    )
}

# --- graded measures ---------------------------------------------------------------------------------------------

GRADES = {
    "faithfulness": "Faithful to the pages (offline form): share of the answer's numbers, dates and names that stand in them",
    "answer_relevancy": "Answer to the point (offline form): likeness of question and answer (cosine of embeddings)",
    "context_relevancy": "Pages to the point (offline form): mean likeness of the question and each passage shown",
    "bleu": "BLEU against the ideal answer: runs of one to four words shared with it",
    "rouge_l": "ROUGE-L against the ideal answer: the longest sequence of words shared with it",
}
RETRIEVAL_MEASURES = ("precision", "recall", "reciprocal_rank", "ndcg")

_PART = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_][\w'’]*")


@lru_cache(maxsize=50_000)
def checkable_parts(text: str) -> tuple[str, ...]:
    """Return a text's numbers, dates and names (capitalised words inside sentences), each once, in lower case."""
    parts: list[str] = []
    for sentence in _SENTENCE.split(normalised(text)):
        for place, part in enumerate(_PART.findall(sentence)):
            if part[0].isdigit() or (place > 0 and part[0].isupper() and part != "I"):
                parts.append(part.replace(",", "").casefold())
    return tuple(dict.fromkeys(parts))


@lru_cache(maxsize=50_000)
def _parts_of_passage(text: str) -> frozenset[str]:
    return frozenset(part.replace(",", "").casefold() for part in _PART.findall(normalised(text)))


def faithfulness(answer: str, passages: Sequence[str], voice: Voice) -> float | None:
    """Share (0 to 1) of the answer's numbers, dates and names that stand in the passages shown.

    The published form (RAGAS, Es et al. 2024) lets a large model judge each claim; this one runs offline. None where
    no passages were shown, the answer refuses, or it holds nothing that can be checked.
    """
    text = voice.bare(answer)
    parts = () if refuses(text) else checkable_parts(text)
    if not passages or not parts:
        return None
    shown = [_parts_of_passage(passage) for passage in passages]
    return sum(any(part in passage for passage in shown) for part in parts) / len(parts)


def bleu(answer: str, ideal: str) -> float | None:
    """Sentence BLEU (Papineni et al. 2002; ``sacrebleu``, effective order) from 0 to 1; None without an ideal answer."""
    return min(1.0, _bleu().sentence_score(answer, [ideal]).score / 100) if ideal.strip() else None


def rouge_l(answer: str, ideal: str) -> float | None:
    """ROUGE-L (Lin 2004; longest common subsequence by ``rapidfuzz``) from 0 to 1; None without an ideal answer."""
    from rapidfuzz.distance import LCSseq  # here and below: libraries that load slowly are not needed to read a run

    made, wanted = (re.findall(r"\w+", normalised(text).casefold()) for text in (answer, ideal))
    return 2 * LCSseq.similarity(made, wanted) / (len(made) + len(wanted)) if wanted else None


@lru_cache
def _bleu():
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True)


def agreement(answers: Sequence[str]) -> float | None:
    """Share (0 to 1) of the pairs of one question's answers (other seeds) that say the same; None below two."""
    number = len(answers)
    if number < 2:
        return None
    counts = Counter(normalised(answer).casefold() for answer in answers)
    return sum(count * (count - 1) for count in counts.values()) / (number * (number - 1))


# --- all answers of a run ----------------------------------------------------------------------------------------


def score_answers(
    questions: Mapping[str, Question],
    answers: Sequence[tuple[str, str, Sequence[str]]],
    voice: Voice,
    embed: Callable[[list[str]], np.ndarray],
    progress: Progress = silent,
) -> list[dict[str, bool | float | None]]:
    """Score answers by every measure and grade; equal ones once.

    ``answers`` are question id, the answer as written, the passages that stood before it; ``embed`` makes vectors of
    length 1 (one row a text).
    """
    bares = [voice.bare(answer) for _, answer, _ in answers]
    texts = [questions[id_].question for id_, _, _ in answers]
    place = {text: n for n, text in enumerate(dict.fromkeys([*texts, *bares, *(p for a in answers for p in a[2])]))}
    vectors = embed(list(place)) if place else []
    known: dict[tuple, dict[str, Any]] = {}
    scores = []
    for (id_, answer, passages), text, bare in zip(answers, texts, bares, strict=True):
        question, key, own = questions[id_], (id_, answer), vectors[place[text]]
        if key not in known:
            known[key] = {name: measure.judge(question, answer, voice) for name, measure in MEASURES.items()}
            known[key] |= {"bleu": bleu(answer, question.answer), "rouge_l": rouge_l(answer, question.answer)}
        beside = [max(0.0, min(1.0, float(vectors[place[passage]] @ own))) for passage in passages]
        graded = {
            "faithfulness": faithfulness(answer, passages, voice),
            "answer_relevancy": max(0.0, min(1.0, float(vectors[place[bare]] @ own))) if bare else 0.0,
            "context_relevancy": sum(beside) / len(beside) if beside else None,
        }
        scores.append(known[key] | graded)
        progress("Scoring", len(scores), len(answers))
    return scores


def retrieval_scores(
    found: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]], k: int
) -> dict[str, dict[str, float]]:
    """Judge what a search found (document ids by question id, best first) by ``ir-measures``.

    Returns:
        Question id to ``RETRIEVAL_MEASURES``, each from 0 to 1 over the first k documents; those for which no document
        is ``wanted`` are left out.
    """
    import ir_measures
    from ir_measures import RR, P, R, nDCG

    truth = {id_: dict.fromkeys(documents, 1) for id_, documents in wanted.items() if documents}
    run = {id_: {name: float(-place) for place, name in enumerate(dict.fromkeys(found[id_]))} for id_ in truth}
    measures = dict(zip((P @ k, R @ k, RR @ k, nDCG @ k), RETRIEVAL_MEASURES, strict=True))
    # A question for which nothing was found has no row of its own in ir-measures.
    rows = {id_: dict.fromkeys(RETRIEVAL_MEASURES, 0.0) for id_ in truth}
    for metric in ir_measures.iter_calc(list(measures), truth, run):
        rows[metric.query_id][measures[metric.measure]] = float(metric.value)
    return rows
