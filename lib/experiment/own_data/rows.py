"""Reading a table of questions or of training pairs: CSV as any spreadsheet saves it, or JSON lines."""

import csv
import difflib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.errors import InputError
from lib.experiment.own_data.encodings import decode
from lib.experiment.own_data.tidy import tidy

SIZE_LIMIT = 200_000_000
JSON_ENDINGS = (".jsonl", ".ndjson")
CSV_ENDINGS = (".csv", ".tsv")
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Row:
    """One row: its ``number`` (CSV: as a spreadsheet counts, the heading is row 1; JSON lines: the line)."""

    file: str
    number: int
    values: Mapping[str, Any]

    def text(self, column: str) -> str:
        """Give a cell as tidied text, ``""`` where there is none.

        Raises:
            InputError: it holds neither text nor a number.
        """
        value = self.values.get(column)
        if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool)):
            return "" if value is None else tidy(str(value))
        raise self.error(column, "text")

    def texts(self, column: str) -> list[str] | None:
        """Give a cell that is a list of texts (JSON lines only), ``None`` where it is plain text.

        Raises:
            InputError: the list holds anything else.
        """
        value = self.values.get(column)
        if not isinstance(value, list):
            return None
        if not all(isinstance(part, str) for part in value):
            raise self.error(column, "a list of texts")
        return [part for part in map(tidy, value) if part]

    def error(self, column: str, allowed: str, shown: Any = None) -> InputError:
        """Make the sentence about a bad cell: file, row, column, value, what is allowed."""
        value = shown_value(self.values.get(column) if shown is None else shown)
        return InputError(f"{self.file}: row {self.number}: {column} is {value}; allowed is {allowed}.")


def read_rows(path: str | Path, columns: Sequence[str], needed: Sequence[str]) -> list[Row]:
    """Read a CSV file (``,`` ``;`` or tab, any usual encoding) or a file of JSON lines.

    Args:
        path: ends in .csv, .tsv, .jsonl or .ndjson.
        columns: the names that may stand in the heading, or be keys.
        needed: those of them that the heading must have (of JSON lines: each line).

    Raises:
        InputError: one sentence with file, row, column, value and what is allowed.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (*CSV_ENDINGS, *JSON_ENDINGS):
        allowed = ", ".join((*CSV_ENDINGS, *JSON_ENDINGS))
        raise InputError(f"{path}: its ending is {ending!r}; allowed are {allowed} (a spreadsheet can save CSV).")
    text = _text(path)
    found = json_rows(path, text) if ending in JSON_ENDINGS else _csv_rows(path, text, columns, needed)
    rows = list(found)
    for row in rows:
        _check_names(f"{path}: row {row.number}", list(row.values), columns, needed)
    if not rows:
        raise InputError(f"{path}: holds no rows; allowed is at least one, with {' and '.join(needed)}.")
    return rows


def read_json_rows(path: str | Path) -> list[Row]:
    """Read a file of JSON lines whose keys are checked elsewhere.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object.
    """
    path = Path(path)
    if path.suffix.lower() not in JSON_ENDINGS:
        raise InputError(f"{path}: its ending is {path.suffix!r}; allowed are {', '.join(JSON_ENDINGS)}.")
    return list(json_rows(path, _text(path)))


def shown_value(value: Any) -> str:
    """Show a bad value in a sentence: short, on one line."""
    words = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    words = words.replace("\n", " ")
    return words if len(words) <= 60 else words[:57] + "…"


def json_rows(path: Path, text: str) -> Iterator[Row]:
    """Give each line that is not blank as a row; a line must be one JSON object."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputError(f"{path}: row {number} is {shown_value(line.strip())}; allowed is one JSON object a line.")
        yield Row(str(path), number, value)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise InputError(f"{path}: holds {size:,} bytes; allowed are at most {SIZE_LIMIT:,}.")
        return decode(path.read_bytes())
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; allowed is a CSV file or one of JSON lines.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); allowed is the path of a file.") from None
    except ValueError as reason:
        if isinstance(reason, InputError):
            raise
        raise InputError(f"{path}: {reason}; allowed is a text file (best in UTF-8).") from None


def _csv_rows(path: Path, text: str, columns: Sequence[str], needed: Sequence[str]) -> Iterator[Row]:
    text = text.replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, needed), strict=True)
    heading: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                heading = [cell.strip().casefold() for cell in cells]
                while heading and not heading[-1]:
                    heading.pop()
                _check_names(f"{path}: the heading", heading, columns, needed)
            elif any(cell.strip() for cell in cells):
                extra = [cell for cell in cells[len(heading) :] if cell.strip()]
                if extra:
                    raise InputError(
                        f"{path}: row {number} has {shown_value(extra[0])} after its last column; allowed are "
                        f"{len(heading)} cells, with quotes round one that holds the separator."
                    )
                yield Row(str(path), number, dict(zip(heading, cells, strict=False)))
    except csv.Error as problem:
        raise InputError(f"{path}: row {number + 1} is no CSV ({problem}); allowed are quotes in pairs.") from None
    if not heading:
        raise InputError(
            f"{path}: is empty; allowed is a heading with {' and '.join(needed)}, then one row a question."
        )


def _delimiter(text: str, needed: Sequence[str]) -> str:
    """Find the separator under which the heading has the columns that it must have."""
    heading = text.split("\n", 1)[0].casefold()
    for sign in _DELIMITERS:
        if set(needed) <= {cell.strip(' "\r') for cell in heading.split(sign)}:
            return sign
    return max(_DELIMITERS, key=heading.count)


def _check_names(place: str, names: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    allowed = f"allowed are {', '.join(columns)}"
    for position, name in enumerate(names):
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1)
            hint = f"did you mean {near[0]}? {allowed[0].upper()}{allowed[1:]}" if near else allowed
            raise InputError(f"{place} has {shown_value(name)}; {hint}.")
        if name in names[:position]:
            raise InputError(f"{place} has {name} twice; allowed is each column once.")
    missing = [name for name in needed if name not in names]
    if missing:
        raise InputError(f"{place} lacks {' and '.join(missing)}; {allowed}.")
