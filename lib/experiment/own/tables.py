"""Reading a table of questions or of training pairs: CSV as any spreadsheet saves it, or JSON lines."""

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from lib.errors import InputError
from lib.files import read_limited
from lib.retrieval.text import decode, tidy

SIZE_LIMIT = 200_000_000
JSON_ENDINGS = (".jsonl", ".ndjson")
CSV_ENDINGS = (".csv", ".tsv")
_DELIMITERS = (",", ";", "\t")
# What programs write into a cell that is empty. "NA" is left: it may be North America, or sodium.
_EMPTY = frozenset({"n/a", "#n/a", "<na>", "nan", "null"})


def text_of(value: Any) -> str:
    """Return a cell as tidied text; ``""`` for nothing and for a word that programs write for nothing.

    Raises:
        ValueError: it is no text and no number; the text says what is allowed.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        text = tidy(str(value))
        return "" if text.casefold() in _EMPTY else text
    raise ValueError("text, or a list of texts where several may stand")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(part for part in map(text_of, value) if part)
    return tuple(part.strip() for part in text_of(value).split(";") if part.strip())


# One cell: text without what cannot be seen; a number is its text; ``""`` where there is nothing.
Text = Annotated[str, BeforeValidator(text_of)]
# Several texts: a list in JSON lines, a cell with ``;`` between them in CSV.
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
# The same for names of documents, which may hold blanks: a cell is split where the documents are known.
Names = Annotated[
    str | tuple[str, ...], BeforeValidator(lambda value: _texts(value) if isinstance(value, list) else text_of(value))
]
# Any one of several texts: a list, or the whole cell.
AnyOf = Annotated[tuple[str, ...], BeforeValidator(lambda value: _texts(value if isinstance(value, list) else [value]))]


class Row(BaseModel):
    """One row. A kind of table is a subclass whose fields are its columns.

    ``number``: in CSV as a spreadsheet counts, the heading is row 1; in JSON lines the line. ``emptied``: columns
    that hold a word for nothing, such as ``N/A``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    file: str
    number: int
    emptied: tuple[str, ...] = ()

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names that may stand in the heading, or be keys."""
        return tuple(name for name in cls.model_fields if name not in Row.model_fields)

    @classmethod
    def read(cls, path: Path, number: int, values: dict[str, Any]) -> Self:
        """Check one row's values.

        Raises:
            InputError: file, row, column, value and what is allowed.
        """
        check_names(f"{path}: row {number}", list(values), cls.columns(), ())
        written = ((name, value) for name, value in values.items() if isinstance(value, str | float))
        emptied = tuple(name for name, value in written if str(value).strip() and not text_of(value))
        try:
            return cls(file=str(path), number=number, emptied=emptied, **values)
        except ValidationError as error:
            first = error.errors()[0]
            column = str(first["loc"][0])
            allowed = str(first.get("ctx", {}).get("error", "text"))
            raise InputError(
                f"{path}: row {number}: {column} is {shown(values.get(column))}; allowed is {allowed}."
            ) from None

    def error(self, column: str, allowed: str, value: Any = None) -> InputError:
        """Make the sentence about a bad cell: file, row, column, value, what is allowed."""
        value = getattr(self, column) if value is None else value
        return InputError(f"{self.file}: row {self.number}: {column} is {shown(value)}; allowed is {allowed}.")


AnyRow = TypeVar("AnyRow", bound=Row)


def read_rows(path: str | Path, model: type[AnyRow], needed: Sequence[str]) -> list[AnyRow]:
    """Read a CSV file (``,`` ``;`` or tab, any usual encoding, Excel's ``sep=`` line) or a file of JSON lines.

    ``model`` is what a row holds, ``needed`` the columns that the heading of a CSV file must have.

    Raises:
        InputError: one sentence with file, row, column, value and what is allowed.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (allowed := (*CSV_ENDINGS, *JSON_ENDINGS)):
        raise InputError(
            f"{path}: its ending is {ending!r}; allowed are {', '.join(allowed)} (a spreadsheet can save CSV)."
        )
    lines = json_lines(path) if ending in JSON_ENDINGS else _csv_lines(path, model.columns(), needed)
    rows = [model.read(path, number, values) for number, values in lines]
    if not rows:
        raise InputError(f"{path}: holds no rows; allowed is at least one, with {' and '.join(needed)}.")
    return rows


def read_text(path: Path) -> str:
    """Read a text file in whatever encoding.

    Raises:
        InputError: it is no file, no text, or too large.
    """
    allowed = "a text file (best in UTF-8)"
    data = read_limited(path, SIZE_LIMIT, str(path), allowed)
    try:
        return decode(data)
    except ValueError as reason:
        raise InputError(f"{path}: {reason}; allowed is {allowed}.") from None


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each line that is not blank, with its number; a line must be one JSON object.

    Raises:
        InputError: it is not.
    """
    # Only the newline ends a line of JSONL: other line ends may stand within a string.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputError(f"{path}: row {number} is {shown(line.strip())}; allowed is one JSON object a line.")
        yield number, value


def _csv_lines(path: Path, columns: Sequence[str], needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    text = read_text(path)
    # Excel's own first line that names the separator.
    declared = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    text = text[declared.end() :] if declared else text
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    separator = declared[1] if declared else _separator(text, needed)
    rows: list[list[str]] = []
    try:
        rows += csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    except csv.Error:
        raise InputError(f"{path}: row {len(rows) + 1} is no CSV; allowed are quotes in pairs.") from None
    # A separator at the end of each line makes an empty column.
    heading = [str(cell).strip().casefold() for cell in rows[0]] if rows else []
    while heading and not heading[-1]:
        heading.pop()
    if not heading:
        raise InputError(
            f"{path}: is empty; allowed is a heading with {' and '.join(needed)}, then one row a question."
        )
    check_names(f"{path}: the heading", heading, columns, needed)
    for number, cells in enumerate(rows[1:], start=3 if declared else 2):
        if any(cell.strip() for cell in cells[len(heading) :]):
            raise InputError(
                f"{path}: line {number} has more cells than the heading; allowed are {len(heading)}, with quotes round "
                "one that holds the separator."
            )
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(heading, cells, strict=False))


def _separator(text: str, needed: Sequence[str]) -> str:
    """Find the separator under which the heading has the columns that it must have."""
    heading = text.split("\n", 1)[0].casefold()
    fit = (sign for sign in _DELIMITERS if set(needed) <= {cell.strip(' "') for cell in heading.split(sign)})
    return next(fit, max(_DELIMITERS, key=heading.count))


def check_names(place: str, names: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse a column or key that is not known, stands twice or is missing.

    Raises:
        InputError: which one, and what is allowed.
    """
    allowed = f"allowed are {', '.join(columns)}"
    for position, name in enumerate(names):
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1)
            hint = f"did you mean {near[0]}? {allowed[0].upper()}{allowed[1:]}" if near else allowed
            raise InputError(f"{place} has {shown(name)}; {hint}.")
        if name in names[:position]:
            raise InputError(f"{place} has {name} twice; allowed is each column once.")
    missing = [name for name in needed if name not in names]
    if missing:
        raise InputError(f"{place} lacks {' and '.join(missing)}; {allowed}.")


def shown(value: Any) -> str:
    """Show a value in a sentence: short, on one line."""
    words = (ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)).replace("\n", " ")
    return words if len(words) <= 60 else words[:57] + "…"
