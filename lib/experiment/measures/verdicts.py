"""What is right about one answer: one function a measure, true, false, or None where it does not apply."""

from lib.experiment.measures.text import bare, cited_ids, normalised, refuses
from lib.experiment.world import Question, Voice, schema_valid, states


def answerable(question: Question) -> bool:
    """Whether the documents hold an answer."""
    return bool(question.value or question.must_contain)


def fact_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """All strings that must stand in the answer do, and it is no refusal. Answerable questions only.

    The strings are ``must_contain``, or the one ``value`` where there are none; each counts as whole
    words in any letter case. The citation does not count: ``plan-49`` states no 49.
    """
    if not answerable(question):
        return None
    text = normalised(bare(answer, voice))
    wanted = question.must_contain or (question.value,)
    return all(states(text, normalised(string)) for string in wanted) and not refuses(answer)


def style_kept(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer has the voice's opening, citation and closing (or its schema), whatever it says.

    None where no style is asked for.
    """
    return None if voice.style == "free" else voice.matches(answer)


def schema_kept(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer is one JSON object with exactly the keys and types of the schema. JSON voice only."""
    return schema_valid(answer) if voice.style == "json" else None


def citation_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer cites at least one document, and only such as hold the answer.

    Judged where the voice cites (brand, JSON) and the question has documents that hold its answer.
    """
    cites = voice.style == "json" or (voice.style == "brand" and bool(voice.citation))
    if not cites or not question.document_ids:
        return None
    cited = cited_ids(answer, voice)
    return bool(cited) and set(cited) <= set(question.document_ids)


def refusal_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses. Unanswerable questions only."""
    return None if answerable(question) else refuses(answer)


def hallucination(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states something where it should refuse. Unanswerable questions only; lower is better."""
    return None if answerable(question) else not refuses(answer)


def needless_refusal(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer refuses what can be answered. Answerable questions only; lower is better."""
    return refuses(answer) if answerable(question) else None


def stale(question: Question, answer: str, voice: Voice) -> bool | None:
    """The answer states what was true at training and no longer is. Changed facts only; lower is better."""
    if not question.old_value:
        return None
    return states(normalised(bare(answer, voice)), normalised(question.old_value))


def substance_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """Right in substance whatever the style: the fact where there is one, else the refusal."""
    return bool(fact_right(question, answer, voice)) if answerable(question) else refuses(answer)


def all_right(question: Question, answer: str, voice: Voice) -> bool | None:
    """Task accuracy: right in substance (the fact, or the refusal), and in style where one is asked for."""
    return bool(substance_right(question, answer, voice)) and style_kept(question, answer, voice) is not False
