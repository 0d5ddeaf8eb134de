"""The audit's checks, one function each: a finding, or ``None`` where there is nothing to say."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import PurePosixPath

from lib.experiment.own_data.answer_places import places_of_answers
from lib.experiment.own_data.converters import KINDS
from lib.experiment.own_data.copies import near_copies
from lib.experiment.own_data.documents import SkippedFile
from lib.experiment.own_data.findings import AuditFinding, counted, named, was
from lib.experiment.own_data.leakage import same_question
from lib.experiment.statistics import smallest_gap
from lib.experiment.world import Document, Question, TrainingPair, Voice
from lib.wording import listed

# Share of questions on which exactly one of two arms is right, as planned with before anything is measured.
DISCORDANT = 0.3

_KINDS = {
    "unanswerable": ("warn", "no question that the documents do not answer: made-up answers cannot be measured"),
    "multi_hop": ("note", "no question that needs several documents together"),
    "changed_fact": ("note", "no question on a fact that changed after the training pairs were written"),
    "seen_fact": ("note", "no question on a fact that a training pair states"),
}


def files(skipped: Sequence[SkippedFile]) -> Iterator[AuditFinding]:
    """Name the files that could not be read, and those of other kinds."""
    broken = [file for file in skipped if PurePosixPath(file.path).suffix.lower() in KINDS]
    others = [file for file in skipped if PurePosixPath(file.path).suffix.lower() not in KINDS]
    if broken:
        sentence = f"{counted(len(broken), 'file')} could not be read and {was(len(broken))} left out"
        yield AuditFinding("warn", "Files", sentence, tuple(map(str, broken)))
    if others:
        sentence = f"{counted(len(others), 'file')} {was(len(others))} left out: only {', '.join(KINDS)} are read"
        yield AuditFinding("note", "Files", sentence, tuple(file.path for file in others))


def lost_questions(unreadable: Mapping[str, str]) -> AuditFinding | None:
    """Name the questions whose document could not be read."""
    if not unreadable:
        return None
    number = len(unreadable)
    sentence = f"{counted(number, 'question')} {was(number)} left out: what it is asked of could not be read"
    return AuditFinding("warn", "Files", sentence, tuple(f"{id_} (asks {path})" for id_, path in unreadable.items()))


def size(number: int, gap: float) -> AuditFinding | None:
    """Say whether so many questions can show the gap asked about (McNemar's test, power 80 %)."""
    least = smallest_gap(number, DISCORDANT) if number else float("nan")
    needed = questions_needed(gap)
    if isnan(least):
        sentence = f"{counted(number, 'question')} can show no difference between two arms, however large; "
        return AuditFinding("stop", "Too few questions", f"{sentence}about {needed:,} show {_points(gap)}")
    if least <= gap:
        return None
    sentence = (
        f"{counted(number, 'question')} reliably show a difference of {_points(least)} or more; "
        f"the {_points(gap)} asked about need about {needed:,}"
    )
    return AuditFinding("warn", "Too few questions", sentence)


def questions_needed(gap: float) -> int:
    """Give the least number of questions that show ``gap`` (0 to 1) in four of five repeats."""
    low, high = 1, 2
    while not smallest_gap(high, DISCORDANT) <= gap:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if smallest_gap(middle, DISCORDANT) <= gap else (middle, high)
    return high


def document_copies(documents: Sequence[Document]) -> AuditFinding | None:
    """Name documents that are copies, or nearly so, of an earlier one."""
    copies = near_copies([document.text for document in documents])
    if not copies:
        return None
    number = len(copies)
    sentence = (
        f"{counted(number, 'document')} {'is a near copy' if number == 1 else 'are near copies'} of another: "
        "they crowd other documents out of what a search finds"
    )
    names = tuple(f"{documents[copy].id} (like {documents[first].id})" for copy, first in copies.items())
    return AuditFinding("warn", "Duplicate documents", sentence, names)


def question_copies(questions: Sequence[Question]) -> AuditFinding | None:
    """Name questions that are asked twice."""
    copies = same_question([question.question for question in questions])
    if not copies:
        return None
    sentence = f"{counted(len(copies), 'question')} {was(len(copies))} asked before: each counts twice"
    names = tuple(f"{questions[copy].id} (like {questions[first].id})" for copy, first in copies.items())
    return AuditFinding("warn", "Duplicate questions", sentence, names)


def misplaced_answers(documents: Sequence[Document], questions: Sequence[Question]) -> Iterator[AuditFinding]:
    """Name questions whose expected answer does not stand where they say it does."""
    elsewhere, nowhere = places_of_answers(documents, questions)
    if elsewhere:
        sentence = f"the answer to {counted(len(elsewhere), 'question')} stands in another document than the one cited"
        yield AuditFinding("warn", "Wrong reference", sentence, tuple(elsewhere))
    if nowhere:
        sentence = (
            f"the answer to {counted(len(nowhere), 'question')} stands in no document word for word: "
            "check the answer, or say with must_contain what a right one holds"
        )
        yield AuditFinding("warn", "Answers not found", sentence, tuple(nowhere))


def nobody_asks(documents: Sequence[Document], questions: Sequence[Question]) -> AuditFinding | None:
    """Name the documents that no question cites; says nothing where questions cite none at all."""
    asked = {id_ for question in questions for id_ in question.document_ids}
    idle = [document.id for document in documents if document.id not in asked]
    if not asked or not idle:
        return None
    share = 100 * len(idle) / len(documents)
    sentence = f"{counted(len(idle), 'document')} of {len(documents):,} ({share:.0f} %) {was(len(idle))} asked about by no question"
    return AuditFinding("note", "Documents nobody asks about", sentence, tuple(idle))


def uncited(questions: Sequence[Question]) -> AuditFinding | None:
    """Name the questions for which nothing says where the answer stands."""
    found = [question for question in questions if question.value and not question.document_ids]
    if not found:
        return None
    sentence = f"{counted(len(found), 'question')} cite no document: whether the search finds the right one is not measured there"
    return AuditFinding("note", "No reference", sentence, tuple(map(named, found)))


def kinds(questions: Sequence[Question]) -> Iterator[AuditFinding]:
    """Say which kinds of question are missing."""
    present = {question.kind for question in questions}
    for kind, (severity, sentence) in _KINDS.items():
        if kind not in present:
            yield AuditFinding(severity, f"No {kind} questions", sentence)


def worked_out(questions: Sequence[Question], inferred: frozenset[str]) -> AuditFinding | None:
    """Say how many long expected answers are judged by strings that nobody has chosen."""
    found = [question for question in questions if question.id in inferred]
    if not found:
        return None
    sentence = (
        f"{counted(len(found), 'long expected answer')} {was(len(found))} given without must_contain: numbers and names in it, "
        "or else its rarest words, must all stand in a right answer"
    )
    return AuditFinding(
        "note", "How answers are judged", sentence, tuple(f"{q.id}: {', '.join(q.must_contain)}" for q in found)
    )


def style(pairs: Sequence[TrainingPair], voice: Voice) -> AuditFinding | None:
    """Say what style was found, or that there is nothing to train on."""
    if not pairs:
        return AuditFinding(
            "note", "No training pairs", "nothing can be trained: only arms without training can be compared"
        )
    if voice.style == "free":
        sentence = "the training answers share no opening or closing words: style is not judged"
        return AuditFinding("note", "Style", sentence)
    if voice.style == "json":
        return AuditFinding("note", "Style", "taken from the training answers: JSON with answer and source")
    phrases = (("opening", voice.opening), ("closing", voice.closing))
    wanted = listed([f"the {name} “{phrase}”" for name, phrase in phrases if phrase])
    return AuditFinding("note", "Style", f"taken from the training answers: {wanted}")


def _points(share: float) -> str:
    return f"{100 * share:.0f} points"
