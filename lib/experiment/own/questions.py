"""A client's own evaluation questions, and what a right answer to each must contain."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lib.dataset import FREE, KINDS, REFUSAL, UNANSWERABLE, Document, Question, Voice
from lib.errors import InputError
from lib.experiment.own.tables import JSON_ENDINGS, AnyOf, Names, Row, Text, Texts, read_rows, shown
from lib.retrieval.documents import SkippedFile, document_id
from lib.retrieval.text import one_line

# An expected answer of at most so many words must stand in the answer as it is.
SHORT = 6
# Where more of the words inside sentences begin with a capital letter, nouns do (German): none is a name then.
_CAPITALS_ALLOWED = 0.35

_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_NUMBER = re.compile(r"(?:[^\W\d_]+-)?[^\W_]*\d[^\W_]*(?:[.,:/-][^\W_]*\d[^\W_]*)*")
_SENTENCE_END = re.compile(r"[.!?:]['\"”)\]]*$|^$")
# Capital letters that name nothing.
_NO_NAMES = frozenset({"I", "I'm", "I’m", "A", "OK", "EUR", "USD", "GBP", "CHF", "JPY"})


class QuestionRow(Row):
    """One question of a file."""

    id: Text = ""  # the row's number if empty
    question: Text = ""
    answer: AnyOf = ()  # any one of them is right; nothing for what the documents do not say
    also: Texts = ()  # further right answers, any one of which counts
    kind: Text = ""  # one of ``KINDS``; worked out if empty
    document_ids: Names = ""  # what holds the answer, by id, path or path without ending
    must_contain: Texts = ()  # all of them must stand in a right answer
    old_value: Texts = ()  # what was true when the training pairs were written, for ``changed``


@dataclass(frozen=True)
class ReadQuestions:
    """The questions of a file, in its order."""

    questions: tuple[Question, ...]
    unreadable: dict[str, str]  # id of a question left out → the file it cites that could not be read
    inferred: frozenset[str]  # ids of the questions whose required strings were worked out from a long answer
    emptied: tuple[str, ...]  # ids of those whose answer is a word for nothing (``N/A``, ``NaN``)


def read_questions(
    path: str | Path, documents: Sequence[Document], skipped: Sequence[SkippedFile] = (), voice: Voice = FREE
) -> ReadQuestions:
    """Read questions with their expected answers from CSV or JSON lines; columns as in ``QuestionRow``.

    Only ``question`` and ``answer`` are needed. Questions on ``skipped`` files are left out; what frames an answer in
    ``voice`` is no part of what a right one must contain.

    Raises:
        InputError: one sentence with file, row, column, value and what is allowed.
    """
    needed = ("question",) if Path(path).suffix.lower() in JSON_ENDINGS else ("question", "answer")
    references = References(documents, skipped)
    questions: list[Question] = []
    unreadable: dict[str, str] = {}
    inferred: set[str] = set()
    emptied: list[str] = []
    first_row: dict[str, int] = {}
    for row in read_rows(path, QuestionRow, needed):
        id_ = one_line(row.id) or str(row.number)
        if id_ in first_row:
            raise row.error("id", f"an id that no other question has (row {first_row[id_]} has it)", id_)
        first_row[id_] = row.number
        ids, missing = references.cited(row)
        if missing:
            unreadable[id_] = missing
            continue
        if "answer" in row.emptied:
            emptied.append(id_)
        question, worked_out = _question(row, id_, ids, voice)
        questions.append(question)
        if worked_out:
            inferred.add(id_)
    return ReadQuestions(tuple(questions), unreadable, frozenset(inferred), tuple(emptied))


def _question(row: QuestionRow, id_: str, ids: tuple[str, ...], voice: Voice) -> tuple[Question, bool]:
    """Make a question of a row; and whether what its answer must contain was worked out."""
    text, answers = one_line(row.question), (*row.answer, *row.also)
    if not text:
        raise row.error("question", "the text of a question", "")
    refused = all(answer.strip(" .").casefold() == REFUSAL.strip(" .").casefold() for answer in answers)
    kind = row.kind.strip().casefold().replace(" ", "_") or ("missing" if refused else "document_only")
    if kind not in KINDS:
        raise row.error("kind", f"{', '.join(KINDS)}, or nothing")
    cluster = " + ".join(sorted(ids)) or id_
    if kind in UNANSWERABLE:
        if row.must_contain:
            allowed = "nothing for a question without an answer: a right answer to it refuses"
            raise row.error("must_contain", allowed, "; ".join(row.must_contain))
        return Question(id_, text, answers[0] if answers else REFUSAL, kind, ids, cluster=cluster), False
    if refused:
        allowed = f"the expected answer (only {' and '.join(UNANSWERABLE)} have none, this one is {kind})"
        raise row.error("answer", allowed, "")
    bare = [one_line(voice.bare(answer)) or one_line(answer) for answer in answers]
    values, must_contain = tuple(map(short, bare)), row.must_contain
    worked_out = not must_contain and len(bare) == 1 and len(values[0].split()) > SHORT
    if worked_out:
        must_contain = key_parts(bare[0])
    # A list of what an answer must contain says all; the whole of a long answer need not stand in it too.
    values = () if must_contain and not row.also and len(bare) == 1 else values
    return Question(id_, text, answers[0], kind, ids, values or (), must_contain, row.old_value, cluster), worked_out


class References:
    """Finds documents by id, by path, or by path without its ending where only one file has it."""

    def __init__(self, documents: Sequence[Document], skipped: Sequence[SkippedFile] = ()) -> None:
        """Remember what each document may be called, and which files could not be read."""
        self.ids = [document.id for document in documents]
        paths = {document.id: document.metadata.get("path", document.id) for document in documents}
        stems = {id_: str(PurePosixPath(path).with_suffix("")) for id_, path in paths.items()}
        files = Counter(stems.values())
        self._known = {stem: id_ for id_, stem in stems.items() if files[stem] == 1}
        self._known |= {name: id_ for id_, path in paths.items() for name in (id_, path)}
        self._unreadable = {name: file.path for file in skipped for name in (file.path, document_id(file.path))}

    def cited(self, row: Any) -> tuple[tuple[str, ...], str]:
        """Return the ids of the documents that a row names, and the path of one that could not be read (or ``""``).

        Raises:
            InputError: it names a document that is not there.
        """
        named = row.document_ids
        ids: list[str] = []
        for name in self._split(named) if isinstance(named, str) else map(_as_path, named):
            if name in self._unreadable:
                return (), self._unreadable[name]
            if name not in self._known:
                raise InputError(
                    f"{row.file}: row {row.number}: document_ids names {shown(name)}, which is not among the documents; "
                    f"{self._nearest(name)}"
                )
            ids.append(self._known[name])
        return tuple(dict.fromkeys(ids)), ""

    def _split(self, cell: str) -> list[str]:
        """Split a cell that names several documents: at ``;``, else at blanks unless the whole is one file's name."""
        names: list[str] = []
        for part in cell.split(";"):
            name = _as_path(part)
            names += [name] if name in self._known or name in self._unreadable else map(_as_path, part.split())
        return [name for name in names if name]

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.ids, n=3, cutoff=0.6)
        if near:
            return f"did you mean {' or '.join(near)}?"
        more = f" and {len(self.ids) - 3:,} more" if len(self.ids) > 3 else ""
        return f"allowed are the documents' ids: {', '.join(self.ids[:3])}{more}."


def _as_path(name: str) -> str:
    return re.sub(r"^\./", "", one_line(name).replace("\\", "/"))


# What must stand in a right answer, worked out from the expected one: strings that one can hardly do without. Strict with
# another wording, blind to a wrong word beside the right number; hand grading or a judge comes after it.


def short(answer: str) -> str:
    """Return an answer as it must stand in a right one: without the mark at its end."""
    return answer.strip().strip(".!?").strip() or answer.strip()


def key_parts(answer: str) -> tuple[str, ...]:
    """Return what must stand in a right answer where the expected one is long: its numbers, dates and names.

    Where it has none, the answer as it is; the audit says that this is hard to compare.
    """
    return tuple(dict.fromkeys(numbers_in(answer) + _names(answer))) or (short(answer),)


def numbers_in(text: str) -> list[str]:
    """Return every number, date, time or code; a range such as 3-5 is two numbers, 2026-03-01 is one date."""
    found = (match[0] for match in _NUMBER.finditer(text))
    return [part for one in found for part in (one.split("-") if re.fullmatch(r"\d+-\d+", one) else [one])]


def _names(text: str) -> list[str]:
    """Return words with a capital letter inside a sentence, or with two of them anywhere."""
    words = text.split()
    inside = [before for before in range(1, len(words)) if not _SENTENCE_END.search(words[before - 1])]
    capitals = [place for place in inside if words[place][:1].isupper()]
    if inside and len(capitals) / len(inside) > _CAPITALS_ALLOWED:
        return []
    found = ((place, name) for place, word in enumerate(words) for name in _WORD.findall(word) if name[0].isupper())
    names = (name for place, name in found if place in capitals or sum(sign.isupper() for sign in name) > 1)
    return [name for name in names if name not in _NO_NAMES and not any(sign.isdigit() for sign in name)]
