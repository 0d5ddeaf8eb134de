"""Grading answers by hand: a sheet of answers, a grader's book that is saved after every click, what it comes to.

Grading is blind: which system wrote an answer is not shown, and both the order of the questions and the side on which
an answer stands are shuffled by the grader's name, so that it is the same after a restart.
"""

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from lib.arms import ARM, ARMS
from lib.errors import InputError
from lib.files import disk_told, made_folder, write_text
from lib.stats import Proportion, cohens_kappa, difference, proportion, questions_needed
from lib.wording import arm_title

if TYPE_CHECKING:
    import pandas

COLUMNS = ("question_id", "question", "system", "answer")
OPTIONAL = ("expected", "source")
VERDICTS = ("correct", "right_page", "style", "refusal")
"""What a grader says of an answer: yes, no, or (``None``) that it does not apply."""

GAP = 0.1
"""Ten points: the difference between two systems that an evaluation should be able to show."""


def system_title(system: str) -> str:
    """Return a system's name as people read it."""
    return arm_title(system) if system in ARM else system


@dataclass(frozen=True)
class Answer:
    """One system's answer to one question, with the expected one and where it is to be found."""

    question_id: str
    question: str
    system: str
    answer: str
    expected: str = ""
    source: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Name the answer within its sheet."""
        return self.question_id, self.system


@dataclass(frozen=True)
class Grade:
    """What one grader says of one answer; ``at`` is an ISO time (UTC)."""

    question_id: str
    system: str
    grader: str
    correct: bool | None = None
    right_page: bool | None = None
    style: bool | None = None
    refusal: bool | None = None
    comment: str = ""
    at: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Name the answer that is graded."""
        return self.question_id, self.system


@dataclass(frozen=True)
class Sheet:
    """Answers to be graded, by question and system."""

    answers: tuple[Answer, ...]

    @classmethod
    def read(cls, path: str | Path) -> "Sheet":
        """Read a CSV or JSON-lines file with the columns ``question_id, question, system, answer`` (and
        ``expected, source``), one row an answer.

        Raises:
            InputError: the file cannot be read, lacks a column, or names one answer twice.
        """
        import pandas

        path = Path(path)
        try:
            lines = path.suffix in (".jsonl", ".ndjson")
            frame = (
                pandas.read_json(path, lines=True, dtype=False)
                if lines
                else pandas.read_csv(path, dtype=str, keep_default_na=False)
            )
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); allowed is a CSV or JSONL file.") from None
        except ValueError as error:
            raise InputError(f"{path}: is not a table of answers ({error}); allowed is a CSV or JSONL file.") from None
        return cls.of(frame, str(path))

    @classmethod
    def of(cls, frame: "pandas.DataFrame", name: str = "answers") -> "Sheet":
        """Make a sheet of a table with the columns of :meth:`read`; errors as there."""
        for column in COLUMNS:
            if column not in frame:
                raise InputError(f"{name}: the column {column!r} is missing; needed are {', '.join(COLUMNS)}.")
        columns = [*COLUMNS, *(column for column in OPTIONAL if column in frame)]
        rows = frame[columns].fillna("").astype(str).to_dict(orient="records")
        answers = tuple(Answer(**row) for row in rows)
        seen: set[tuple[str, str]] = set()
        for number, answer in enumerate(answers, start=2):
            if not answer.question_id or not answer.system:
                raise InputError(f"{name}: row {number} names no question_id or no system.")
            if answer.key in seen:
                raise InputError(
                    f"{name}: row {number} answers question {answer.question_id!r} by {answer.system!r} a second time."
                )
            seen.add(answer.key)
        if not answers:
            raise InputError(f"{name}: holds no answers.")
        return cls(answers)

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """List the systems in the order in which they first stand."""
        return tuple(dict.fromkeys(answer.system for answer in self.answers))

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """List the questions' ids in the order in which they first stand."""
        return tuple(dict.fromkeys(answer.question_id for answer in self.answers))

    def in_order(self, grader: str) -> list[Answer]:
        """Shuffle the answers for one grader, questions kept together and systems hidden in a random order."""
        generator = random.Random(f"order {grader}")
        questions = list(self.questions)
        generator.shuffle(questions)
        by_question: dict[str, list[Answer]] = {}
        for answer in self.answers:
            by_question.setdefault(answer.question_id, []).append(answer)
        ordered = []
        for question in questions:
            generator.shuffle(by_question[question])
            ordered += by_question[question]
        return ordered


@dataclass
class GradeBook:
    """One grader's grades of a sheet, written to ``path`` (JSON lines) after every grade; the last one counts.

    Opening the same path again goes on where the grader was.
    """

    sheet: Sheet
    grader: str
    path: Path
    grades: dict[tuple[str, str], Grade] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what was graded before; grades of answers that are no longer on the sheet are kept in the file only."""
        known = {answer.key for answer in self.sheet.answers}
        before = read_grades(self.path) if self.path.exists() else []
        self.grades |= {grade.key: grade for grade in before if grade.grader == self.grader and grade.key in known}

    def put(self, answer: Answer, **verdicts: bool | str | None) -> Grade:
        """Set verdicts (or the ``comment``) of one answer, keeping its others, and save.

        Raises:
            InputError: the file cannot be written.
        """
        before = self.grades.get(answer.key) or Grade(answer.question_id, answer.system, self.grader)
        grade = replace(before, **verdicts, at=datetime.now(UTC).isoformat(timespec="seconds"))
        self.grades[answer.key] = grade
        made_folder(self.path.parent)
        # A second grader may be writing the same file: read what stands there now, under a lock.
        with disk_told(self.path), FileLock(f"{self.path}.lock"):
            kept = read_grades(self.path) if self.path.exists() else []
            rows = [row for row in kept if (row.grader, row.key) != (grade.grader, grade.key)] + [grade]
            write_text(self.path, "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows))
        return grade

    def clear(self, answer: Answer) -> None:
        """Take all verdicts of an answer back, and save."""
        self.put(answer, **dict.fromkeys(VERDICTS), comment="")

    def todo(self) -> list[Answer]:
        """List the answers without a verdict on ``correct``, in the grader's order."""
        return [answer for answer in self.sheet.in_order(self.grader) if self.verdict(answer, "correct") is None]

    def verdict(self, answer: Answer, name: str) -> bool | None:
        """Return one verdict of an answer, ``None`` where there is none."""
        grade = self.grades.get(answer.key)
        return getattr(grade, name) if grade else None

    def share(self, system: str, verdict: str = "correct") -> Proportion:
        """Return the share of a system's graded answers with a yes, with its 95 % interval."""
        values = [
            getattr(grade, verdict)
            for grade in self.grades.values()
            if grade.system == system and getattr(grade, verdict) is not None
        ]
        return proportion(values)

    def more_needed(self) -> int:
        """Count the further questions that two systems must both answer for ten points to show.

        Once both have been graded on thirty questions, by how often just one of them was right; before, carefully.
        """
        pairs = self.pairs(*self.sheet.systems[:2]) if len(self.sheet.systems) > 1 else []
        apart = sum(one != other for one, other in pairs) / len(pairs) if len(pairs) >= 30 else 0.5
        return max(0, questions_needed(GAP, max(apart, GAP)) - len(pairs))

    def pairs(self, first: str, second: str) -> list[tuple[bool, bool]]:
        """Return the verdicts on ``correct`` of the questions on which both systems were graded."""
        found = []
        for question in self.sheet.questions:
            one, other = self.grades.get((question, first)), self.grades.get((question, second))
            if one and other and one.correct is not None and other.correct is not None:
                found.append((one.correct, other.correct))
        return found

    def words(self) -> str:
        """Say how far the grading is and what it shows so far, in one or two sentences."""
        done = sum(grade.correct is not None for grade in self.grades.values())
        sentences = [f"{done} of {len(self.sheet.answers)} answers graded."]
        if len(self.sheet.systems) > 1 and done:
            first, second = self.sheet.systems[:2]
            pairs = self.pairs(first, second)
            if pairs:
                result = difference([one for one, _ in pairs], [other for _, other in pairs])
                if result.significant:
                    ahead = system_title(first if result.gap > 0 else second)
                    sentences.append(
                        f"{ahead} is ahead by {abs(100 * result.gap):.0f} points on {len(pairs)} questions, more than chance."
                    )
                else:
                    sentences.append(
                        f"No difference shows yet between {system_title(first)} and {system_title(second)}; "
                        f"{self.more_needed()} more questions tell 10 points apart."
                    )
        return " ".join(sentences)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row an answer with its verdicts, for export as CSV."""
        import pandas

        rows = []
        for answer in self.sheet.answers:
            grade = self.grades.get(answer.key) or Grade(answer.question_id, answer.system, self.grader)
            rows.append(
                asdict(answer) | {name: getattr(grade, name) for name in (*VERDICTS, "comment", "grader", "at")}
            )
        return pandas.DataFrame(rows)


def read_grades(path: str | Path) -> list[Grade]:
    """Read a grades file.

    Raises:
        InputError: it cannot be read, or a line is no grade.
    """
    grades = []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}).") from None
    for number, line in enumerate(lines, start=1):
        try:
            grades.append(Grade(**json.loads(line)))
        except (ValueError, TypeError):
            raise InputError(f"{path}: line {number} is not a grade.") from None
    return grades


def agreement(first: Iterable[Grade], second: Iterable[Grade], verdict: str = "correct") -> tuple[float, int]:
    """Return Cohen's kappa of two graders (or a grader and a judge) and the number of answers that both graded."""
    ones = {grade.key: getattr(grade, verdict) for grade in first if getattr(grade, verdict) is not None}
    others = {grade.key: getattr(grade, verdict) for grade in second if getattr(grade, verdict) is not None}
    both = [key for key in ones if key in others]
    return cohens_kappa([ones[key] for key in both], [others[key] for key in both]), len(both)


def evidence_of(book: GradeBook, arm_of: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what hand grading says, as fields of the client file's ``evidence``.

    ``arm_of`` says which architecture each system is; one that bears an arm's id needs none.

    Raises:
        InputError: no system stands for an architecture, or a system is mapped to none that exists.
    """
    arm_of = {system: system for system in book.sheet.systems if system in ARMS} | dict(arm_of or {})
    found: dict[str, Any] = {}
    sizes: list[int] = []
    for system, arm in arm_of.items():
        if arm not in ARMS:
            raise InputError(f"{system}: {arm!r} is no architecture; allowed are {', '.join(ARMS)}.")
        share = book.share(system)
        if share.n:
            found[f"{arm}_score"] = round(share.share, 6)
            sizes.append(share.n)
    if not found:
        raise InputError(f"no graded system stands for an architecture; allowed names are {', '.join(ARMS)}.")
    return found | {"eval_examples": min(sizes)}
