"""A folder of documents; what cannot be read is named and left out, never fatal."""

import csv
import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from lib.dataset import Document
from lib.errors import InputError
from lib.progress import Progress, silent
from lib.retrieval.access import ACCESS, labels_of
from lib.retrieval.kinds import ENDINGS, kind_named
from lib.retrieval.readers import quiet_readers, read_file
from lib.retrieval.text import decode, one_line, storable

ALLOWED = ", ".join(ENDINGS)
# Who may read what, for files that cannot say it themselves: two columns, path (with * and ?) and access.
ACCESS_FILE = "access.csv"
LONGEST_ID = 100
LONGEST_TITLE = 120
# Lines at the edge of a page are its surroundings where so many pages, and this share of them, have them.
REPEATED_PAGES, REPEATED_SHARE = 3, 0.5

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}(?!\w)")


@dataclass(frozen=True)
class SkippedFile:
    """A file that was left out: its path inside the folder, and why, as the end of a sentence about it."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Say it as in a list."""
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True)
class LoadedDocuments:
    """What a folder holds, in the order of the paths."""

    documents: tuple[Document, ...]  # what can be read
    skipped: tuple[SkippedFile, ...]  # the files left out
    # Lines left out since most pages begin or end with them (menus, banners, footers), with the number of pages.
    repeated: Mapping[str, int]


def load_documents(folder: str | Path, progress: Progress = silent) -> LoadedDocuments:
    """Load every document in a folder and below it as Markdown.

    The ending decides how a file is read (``kinds``). Hidden files and folders are passed over; links that lead out
    of the folder are not followed, nor links to folders. A document's id is its path made safe for citing, its title
    what the file calls itself, else its first heading, else its name; its kind the kind of file. Who may read it
    stands in its front matter or a ``meta`` tag as ``access``, or in the folder's ``access.csv``.

    Raises:
        InputError: the folder cannot be read or holds no document that can be, or ``access.csv`` is wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder; allowed is a folder with documents ({ALLOWED}).")
    paths = sorted((path.relative_to(folder).as_posix(), path) for path in _files(folder))
    access = _access_file(folder / ACCESS_FILE, [relative for relative, _ in paths])
    documents: list[Document] = []
    skipped: list[SkippedFile] = []
    taken: set[str] = set()
    with quiet_readers():
        for done, (relative, path) in enumerate(paths):
            progress("Read documents", done, len(paths))
            try:
                documents.append(_document(path, relative, folder.resolve(), taken, access.get(relative)))
            except ValueError as reason:
                skipped.append(SkippedFile(one_line(relative), str(reason)))
    progress("Read documents", len(paths), len(paths))
    documents, repeated = without_repeated_lines(documents)
    for document in documents:
        if not document.text:
            skipped.append(SkippedFile(document.metadata["path"], "it holds only lines that most pages share"))
    documents = [document for document in documents if document.text]
    if not documents:
        first = f" ({len(skipped)} left out, the first {skipped[0]})" if skipped else ""
        raise InputError(f"{folder}: holds no document that can be read{first}; allowed are {ALLOWED}.")
    return LoadedDocuments(tuple(documents), tuple(skipped), repeated)


def without_repeated_lines(documents: Sequence[Document]) -> tuple[list[Document], dict[str, int]]:
    """Leave out the lines with which at least half of the web pages (and three) begin or end.

    Headings stay: every page of a kind may have the same. Returns the documents, and line to number of pages.
    """
    pages = {d.id: d.text.split("\n") for d in documents if kind_named(d.kind).repeats}
    least = max(REPEATED_PAGES, REPEATED_SHARE * len(pages))
    # A line counts once a page, wherever it stands: on some pages another one stands outside it.
    counts = Counter(key for lines in pages.values() for key in {_compared(line) for line in lines} if key)
    often = {key: times for key, times in counts.items() if times >= least}
    left_out: dict[str, int] = {}
    for lines in pages.values():
        for end in (0, -1):
            while lines and (not lines[end].strip() or _compared(lines[end]) in often):
                key = _compared(line := lines.pop(end))
                if key:
                    left_out.setdefault(plain_title(line), often[key])
    return [replace(d, text="\n".join(pages[d.id])) if d.id in pages else d for d in documents], left_out


def _compared(line: str) -> str:
    """Write a line as it is compared: without the targets of links and signs; ``""`` for a heading."""
    return "" if _HEADING.match(line) else re.sub(r"[\W_]+", " ", _LINK.sub(r"\1", line)).strip().casefold()


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith((".", "~$")) and Path(place, name) != folder / ACCESS_FILE:
                yield Path(place, name)


def _access_file(path: Path, paths: Sequence[str]) -> dict[str, str]:
    """Read which files are for whom: path to labels.

    A pattern that fits no file, or a row without labels, is refused: what it was to protect would be open to all.
    """
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    try:
        rows = list(csv.DictReader(decode(path.read_bytes()).splitlines()))
    except ValueError as reason:
        raise InputError(f"{path}: {reason}; allowed is a CSV file with path and access.") from None
    for number, row in enumerate(rows, start=2):
        pattern, labels = (str(row.get(column) or "").strip() for column in ("path", ACCESS))
        fitting = [name for name in paths if fnmatchcase(name, pattern)]
        if not fitting or not labels:
            wrong = f"path is {pattern!r}, which fits no file" if not fitting else "access is empty"
            raise InputError(f"{path}: row {number}: {wrong}; allowed is a path or pattern, then its labels.")
        found |= dict.fromkeys(fitting, labels)
    return found


def _document(path: Path, relative: str, folder: Path, taken: set[str], access: str | None) -> Document:
    """Read one file, or raise ``ValueError`` with the reason why not."""
    kind = ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"its kind is not read (allowed are {ALLOWED})")
    _refuse_outside(path, folder)
    read = read_file(path)
    metadata = {"path": one_line(relative), "kind": kind.name}
    metadata |= {name: one_line(read.about[name]) for name in (ACCESS, "updated") if name in read.about}
    if access is not None and access != metadata.setdefault(ACCESS, access):
        raise ValueError(f"its own access is {metadata[ACCESS]!r} and that in {ACCESS_FILE} {access!r}")
    labels_of(metadata)
    title = plain_title(read.about.get("title", "")) or title_of(read.text, PurePosixPath(relative).name)
    text = read.text
    first = _HEADING.match(text)
    if first and plain_title(first[1]) == title and text[first.end() :].strip():
        text = text[first.end() :].strip()
    return Document(unique(document_id(relative), taken), title, text, kind.name, metadata)


def _refuse_outside(path: Path, folder: Path) -> None:
    try:
        if not path.resolve(strict=True).is_relative_to(folder):
            raise ValueError("it is a link that leads out of the folder")
        # A pipe or a device would keep the reader waiting.
        if not path.is_file():
            raise ValueError("it is not an ordinary file")
    except (OSError, RuntimeError):
        raise ValueError("it is a link that leads nowhere, or cannot be reached") from None


def document_id(path: str) -> str:
    """Make an id of a file's path inside its folder: ``Handbook/Refund rules.md`` → ``Handbook/Refund-rules.md``.

    An id stands in square brackets when it is cited, and before ``#`` in the id of a passage; letters (of
    any script), digits, ``_ . / -`` are kept and everything else becomes ``-``. One that is too long is cut
    and ends in a checksum and the file's ending.
    """
    path = unicodedata.normalize("NFC", storable(path))
    parts = [re.sub(r"[^\w.-]+", "-", part).strip("-") or "-" for part in path.split("/")]
    # A folder or file may begin with dots after what was cut; ids should not look like paths that climb.
    safe = "/".join(part.lstrip(".") or "-" for part in parts)
    if len(safe) <= LONGEST_ID:
        return safe
    ending = PurePosixPath(safe).suffix[:10]
    checksum = hashlib.sha256(path.encode()).hexdigest()[:8]
    return safe[: LONGEST_ID - len(ending) - 9].rstrip("-./") + f"-{checksum}{ending}"


def unique(name: str, taken: set[str]) -> str:
    """Number ``name`` where two files would be called the same, and remember it in ``taken``."""
    path = PurePosixPath(name)
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name.removesuffix(path.suffix)}-{number}{path.suffix}"
    taken.add(candidate)
    return candidate


def title_of(text: str, path: str) -> str:
    """Return the first Markdown heading as plain words, or the file's name where there is none.

    The heading of a section within (``1.2. Purpose``) is not what the whole is called.
    """
    for heading in _HEADING.finditer(_FENCE.sub("", text)):
        if (title := plain_title(heading[1])) and not re.match(r"\d+\.\d", title):
            return title
    words = plain_title(re.sub(r"[-_\s]+", " ", PurePosixPath(storable(path)).stem))
    return words[:1].upper() + words[1:] or one_line(path)[:LONGEST_TITLE]


def plain_title(words: str) -> str:
    """Take Markdown's signs and square brackets (which mark citations) off a title, and cut a long one."""
    words = _MARKUP.sub("", _LINK.sub(r"\1", words)).replace("\\", "")
    words = one_line(words.replace("[", "(").replace("]", ")"))
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"
