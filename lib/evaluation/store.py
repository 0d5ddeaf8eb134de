"""The evaluations of a client: a folder beside the client file for each, with its answers and everybody's grades."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from lib.client.folder import beside
from lib.errors import InputError
from lib.evaluation.grading import Grade, GradeBook, Sheet, read_grades
from lib.files import disk_told, made_folder
from lib.paths import DATA

EXAMPLE = "example"
ANSWERS = ("answers.csv", "answers.jsonl")
_EXAMPLE_ANSWERS, _EXAMPLE_GRADES = (
    DATA / "evaluation" / f"example_{name}" for name in ("answers.csv", "grades.jsonl")
)


@dataclass(frozen=True)
class Evaluation:
    """One set of answers to grade; ``folder`` holds its grades and need not exist yet."""

    name: str
    sheet: Sheet
    folder: Path

    @property
    def is_example(self) -> bool:
        """Whether this is the invented set that shows how grading works."""
        return self.name == EXAMPLE

    @property
    def grades_file(self) -> Path:
        """Return the file of the grades."""
        return self.folder / "grades.jsonl"

    def grades(self) -> list[Grade]:
        """Return everybody's grades of the answers on the sheet; the example has two graders of its own."""
        files = [_EXAMPLE_GRADES] if self.is_example else []
        files += [self.grades_file] if self.grades_file.exists() else []
        known = {answer.key for answer in self.sheet.answers}
        return [grade for file in files for grade in read_grades(file) if grade.key in known]

    def graders(self) -> dict[str, list[Grade]]:
        """Return the grades of each grader, whoever graded most first."""
        found: dict[str, list[Grade]] = {}
        for grade in self.grades():
            if grade.correct is not None:
                found.setdefault(grade.grader, []).append(grade)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def book(self, grader: str) -> GradeBook:
        """Open the book of one grader, which goes on where that grader was."""
        return GradeBook(self.sheet, grader, self.grades_file)

    def counted(self) -> GradeBook:
        """Return the grades that the figures are made of: those of whoever graded most."""
        first, grades = next(iter(self.graders().items()), ("", []))
        book = GradeBook(self.sheet, first, self.grades_file)
        book.grades = {grade.key: grade for grade in grades}
        return book


def evaluations_folder(client_file: Path) -> Path:
    """Return the folder of a client's evaluations; it need not exist yet."""
    return beside(client_file) / "evaluation"


def evaluations(client_file: Path) -> list[Evaluation]:
    """List a client's evaluations, the newest first; one whose answers cannot be read is left out."""
    found = []
    for file in (file for name in ANSWERS for file in evaluations_folder(client_file).glob(f"*/{name}")):
        try:
            found.append((file.stat().st_mtime, Evaluation(file.parent.name, Sheet.read(file), file.parent)))
        except (InputError, OSError):
            continue
    return [evaluation for _, evaluation in sorted(found, key=lambda item: -item[0])]


def open_evaluation(client_file: Path, answers: str | Path | None = None) -> Evaluation:
    """Return the evaluation of a page: of the named file, else the client's newest, else the example.

    Raises:
        InputError: the named file is no sheet of answers.
    """
    if answers:
        return imported(client_file, answers)
    return next(iter(evaluations(client_file)), None) or Evaluation(
        EXAMPLE, Sheet.read(_EXAMPLE_ANSWERS), evaluations_folder(client_file) / EXAMPLE
    )


def imported(client_file: Path, answers: str | Path) -> Evaluation:
    """Copy a CSV or JSON-lines file of answers among the client's evaluations, under its own name, and open it.

    Grades that were given under that name before stay where the answers are the same ones.
    """
    source = Path(answers).expanduser()
    sheet = Sheet.read(source)
    folder = evaluations_folder(client_file) / (source.stem if source.stem != "answers" else source.parent.name)
    target = made_folder(folder) / ("answers.jsonl" if source.suffix in (".jsonl", ".ndjson") else "answers.csv")
    if source.resolve() != target.resolve():
        with disk_told(target):
            shutil.copyfile(source, target)
    return Evaluation(folder.name, sheet, folder)
