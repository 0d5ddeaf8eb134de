"""Loading a client's folder of documents; what cannot be read is named and left out, never fatal."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lib.errors import InputError
from lib.experiment.own_data.converters import KINDS, quiet_readers, to_markdown
from lib.experiment.own_data.naming import document_id, plain_title, title_of, unique, without_front_matter
from lib.experiment.own_data.tidy import one_line, tidy
from lib.experiment.progress import Progress, silent
from lib.experiment.world import Document

ALLOWED = ", ".join(KINDS)


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
    """What a folder holds: ``documents`` in the order of their paths, and the files left out."""

    documents: tuple[Document, ...]
    skipped: tuple[SkippedFile, ...]


def load_documents(folder: str | Path, progress: Progress = silent) -> LoadedDocuments:
    """Load every document in a folder and below it as Markdown.

    The ending decides how a file is read: md, markdown, txt, html, htm, pdf, docx (markitdown). Hidden files
    and folders are passed over; links that lead out of the folder are not followed, nor links to folders.
    A document's id is its path made safe for citing, its title the first heading or the file's name,
    its kind the media type. No date is kept: the same files give the same run whenever they were copied.

    Args:
        folder: where the documents are.
        progress: told how many files are read.

    Raises:
        InputError: the folder cannot be read, or holds no document that can be.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder; allowed is a folder with documents ({ALLOWED}).")
    paths = sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix())
    documents: list[Document] = []
    skipped: list[SkippedFile] = []
    taken: set[str] = set()
    with quiet_readers():
        for done, path in enumerate(paths):
            progress("Read documents", done, len(paths))
            relative = path.relative_to(folder).as_posix()
            try:
                documents.append(_document(path, relative, folder.resolve(), taken))
            except ValueError as reason:
                skipped.append(SkippedFile(one_line(relative), str(reason)))
    progress("Read documents", len(paths), len(paths))
    if not documents:
        first = f" ({len(skipped)} left out, the first {skipped[0]})" if skipped else ""
        raise InputError(f"{folder}: holds no document that can be read{first}; allowed are {ALLOWED}.")
    return LoadedDocuments(tuple(documents), tuple(skipped))


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in names if not name.startswith((".", "~$")))


def _document(path: Path, relative: str, folder: Path, taken: set[str]) -> Document:
    """Read one file, or raise ``ValueError`` with the reason why not."""
    if path.suffix.lower() not in KINDS:
        raise ValueError(f"its kind is not read (allowed are {ALLOWED})")
    _refuse_outside(path, folder)
    text, title = without_front_matter(tidy(to_markdown(path)))
    if not text:
        raise ValueError("it holds no text")
    kind = KINDS[path.suffix.lower()].name
    return Document(
        id=unique(document_id(relative), taken),
        kind=kind,
        title=plain_title(title) or title_of(text, PurePosixPath(relative).name),
        text=text,
        metadata={"path": one_line(relative), "kind": kind},
    )


def _refuse_outside(path: Path, folder: Path) -> None:
    try:
        if not path.resolve(strict=True).is_relative_to(folder):
            raise ValueError("it is a link that leads out of the folder")
        # A pipe or a device would keep the reader waiting.
        if not path.is_file():
            raise ValueError("it is not an ordinary file")
    except (OSError, RuntimeError):
        raise ValueError("it is a link that leads nowhere, or cannot be reached") from None
