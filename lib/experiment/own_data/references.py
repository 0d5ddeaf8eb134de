"""Finding the document that a question or a training pair means by a name in a table."""

import difflib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from lib.experiment.own_data.documents import SkippedFile
from lib.experiment.own_data.naming import document_id
from lib.experiment.own_data.tidy import one_line
from lib.experiment.world import Document


class References:
    """Looks documents up by id, by path, or by path without its ending where only one file has it."""

    def __init__(self, documents: Sequence[Document], skipped: Sequence[SkippedFile] = ()) -> None:
        """Remember what each document may be called, and which files could not be read."""
        self.ids = [document.id for document in documents]
        self._known: dict[str, str] = {}
        by_stem: dict[str, set[str]] = {}
        for document in documents:
            path = document.metadata.get("path", document.id)
            self._known |= {document.id: document.id, path: document.id}
            by_stem.setdefault(str(PurePosixPath(path).with_suffix("")), set()).add(document.id)
        for stem, ids in by_stem.items():
            if len(ids) == 1:
                self._known.setdefault(stem, *ids)
        self._unreadable = {name: file.path for file in skipped for name in (file.path, document_id(file.path))}

    def split(self, cell: str) -> list[str]:
        """Split a cell that names several documents: at ``;``, else at blanks unless the whole is one file's name."""
        names: list[str] = []
        for part in cell.split(";"):
            name = _as_path(part)
            names += [name] if self.find(name) or self.unreadable(name) else part.split()
        return [name for name in names if name]

    def find(self, name: str) -> str | None:
        """Give the id of the document called ``name``, or ``None``."""
        return self._known.get(_as_path(name))

    def unreadable(self, name: str) -> str | None:
        """Give the path of the file called ``name`` if it is there and could not be read, else ``None``."""
        return self._unreadable.get(_as_path(name))

    def nearest(self, name: str) -> str:
        """Say what may have been meant, as the end of an error sentence."""
        near = difflib.get_close_matches(_as_path(name), self.ids, n=3, cutoff=0.6)
        if near:
            return f"did you mean {' or '.join(near)}?"
        more = f" and {len(self.ids) - 3:,} more" if len(self.ids) > 3 else ""
        return f"allowed are the documents' ids: {', '.join(self.ids[:3])}{more}."


def _as_path(name: str) -> str:
    return re.sub(r"^\./", "", one_line(name).replace("\\", "/"))
