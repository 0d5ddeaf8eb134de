"""Loading a client's own evaluation questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from lib.errors import InputError
from lib.experiment.own_data.documents import SkippedFile
from lib.experiment.own_data.judging import document_frequencies, key_parts, short_value
from lib.experiment.own_data.references import References
from lib.experiment.own_data.rows import JSON_ENDINGS, Row, read_rows, shown_value
from lib.experiment.own_data.tidy import one_line
from lib.experiment.world import FREE, QUESTION_KINDS, REFUSAL, Document, Question, Voice

COLUMNS = ("id", "question", "answer", "kind", "document_ids", "must_contain", "old_value")
NEEDED = ("question", "answer")


@dataclass(frozen=True)
class ReadQuestions:
    """The questions of a file, and those left out because a document they cite could not be read.

    ``unreadable`` is question id to path; ``inferred`` are the ids of the questions whose required strings
    were worked out from a long expected answer.
    """

    questions: tuple[Question, ...]
    unreadable: dict[str, str]
    inferred: frozenset[str]


def load_questions(path: str | Path, documents: Sequence[Document], voice: Voice = FREE) -> tuple[Question, ...]:
    """Load questions with their expected answers from CSV or JSON lines.

    Columns (only ``question`` and ``answer`` are needed): ``id`` (the row's number if empty), ``question``,
    ``answer`` (empty for what the documents do not say), ``kind`` (a question kind of the workbook, or
    empty), ``document_ids`` and ``must_contain`` (separated by ``;``), ``old_value``.

    Args:
        path: a .csv, .tsv, .jsonl or .ndjson file.
        documents: what ``document_ids`` may name, by id, path, or path without ending.
        voice: its opening and closing are no part of what a right answer must contain.

    Raises:
        InputError: one sentence with file, row, column, value and what is allowed.
    """
    return read_questions(path, documents, (), voice).questions


def read_questions(
    path: str | Path, documents: Sequence[Document], skipped: Sequence[SkippedFile], voice: Voice = FREE
) -> ReadQuestions:
    """Load questions as ``load_questions`` does, leaving out those on files that could not be read."""
    rows = read_rows(path, COLUMNS, NEEDED[:1] if Path(path).suffix.lower() in JSON_ENDINGS else NEEDED)
    references = References(documents, skipped)
    frequencies = cache(lambda: document_frequencies(documents))
    questions: list[Question] = []
    unreadable: dict[str, str] = {}
    inferred: set[str] = set()
    first_row: dict[str, int] = {}
    for row in rows:
        id_ = one_line(row.text("id")) or str(row.number)
        if id_ in first_row:
            raise row.error("id", f"an id that no other question has (row {first_row[id_]} has it)", id_)
        first_row[id_] = row.number
        document_ids, missing = cited(row, references)
        if missing:
            unreadable[id_] = missing
            continue
        question = _question(row, id_, document_ids)
        if question.value and not question.must_contain:
            plain = without_phrases(question.answer, voice)
            value = short_value(plain)
            if value is None:
                inferred.add(id_)
                question = replace(question, must_contain=key_parts(plain, frequencies))
            else:
                question = replace(question, value=value)
        questions.append(question)
    return ReadQuestions(tuple(questions), unreadable, frozenset(inferred))


def cited(row: Row, references: References) -> tuple[tuple[str, ...], str]:
    """Give the ids of the documents that a row names, and the path of one that could not be read (``""`` if none).

    Raises:
        InputError: it names a document that is not there.
    """
    named = row.texts("document_ids")
    names = references.split(row.text("document_ids")) if named is None else named
    ids: list[str] = []
    for name in names:
        if missing := references.unreadable(name):
            return (), missing
        id_ = references.find(name)
        if id_ is None:
            raise InputError(
                f"{row.file}: row {row.number}: document_ids names {shown_value(name)}, which is not among the "
                f"documents; {references.nearest(name)}"
            )
        ids.append(id_)
    return tuple(dict.fromkeys(ids)), ""


def without_phrases(answer: str, voice: Voice) -> str:
    """Take a brand voice's opening and closing off an answer."""
    if voice.style != "brand":
        return answer
    plain = " ".join(answer.split())
    return plain.removeprefix(voice.opening).removesuffix(voice.closing).strip() or answer


def _question(row: Row, id_: str, document_ids: tuple[str, ...]) -> Question:
    text, answer = one_line(row.text("question")), row.text("answer")
    if not text:
        raise row.error("question", "the text of a question", "")
    refused = not answer or answer.strip(" .").casefold() == REFUSAL.strip(" .").casefold()
    kind = row.text("kind").strip().casefold().replace(" ", "_") or ("unanswerable" if refused else "document_fact")
    if kind not in QUESTION_KINDS:
        raise row.error("kind", f"{', '.join(QUESTION_KINDS)}, or nothing")
    listed = row.texts("must_contain")
    cell = row.text("must_contain") if listed is None else ""
    must_contain = tuple(listed or (part.strip() for part in cell.split(";") if part.strip()))
    if kind == "unanswerable":
        if must_contain:
            raise row.error("must_contain", "nothing for an unanswerable question: a right answer to it refuses")
        return Question(id_, text, answer or REFUSAL, kind, document_ids, "", "")
    if refused:
        raise row.error("answer", f"the expected answer (only unanswerable questions have none, this one is {kind})")
    old_value = one_line(row.text("old_value"))
    # The value counts where nothing must be contained; it is never empty, for that means unanswerable.
    return Question(id_, text, answer, kind, document_ids, one_line(answer), "", old_value, must_contain)
