"""How long a chunk is, for each kind of document.

Lengths are in words (see ``cutting.words``). The offline embedder reads 256 word pieces, about 180 English
words, and drops the rest without a word, so no default is longer than 160. The values are the workbook's
judgement; the experiment's curve of chunk size against k measures them on the documents at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.errors import InputError
from lib.experiment.world import Document

SHORTEST = 5


@dataclass(frozen=True)
class ChunkSettings:
    """The longest chunk, and how much of it repeats the end of the one before; both in words.

    The overlap is part of ``size``. Headings and table heads that are repeated above a later piece are not.

    Raises:
        InputError: ``size`` is below 5 words, or ``overlap`` is not below ``size``.
    """

    size: int = 90
    overlap: int = 0

    def __post_init__(self) -> None:
        """Refuse lengths with which cutting would not end."""
        if self.size < SHORTEST:
            raise InputError(f"chunk size: {self.size} words is too short; at least {SHORTEST} are needed.")
        if not 0 <= self.overlap < self.size:
            raise InputError(
                f"chunk overlap: {self.overlap} words is not allowed; it must be at least 0 and below the size {self.size}."
            )


# A page of short sections, each with its heading: one or two sections together.
DEFAULT = ChunkSettings(90, 0)

# By a document's kind or, for files, by what kind of file it was. Structure (headings, paragraphs) shows where
# a text may be cut; where there is none, an overlap keeps what a cut in the wrong place would tear apart.
by_kind: Mapping[str, ChunkSettings] = {
    "help_page": DEFAULT,
    "faq": ChunkSettings(60, 0),
    "md": ChunkSettings(120, 0),
    "html": ChunkSettings(140, 20),
    "docx": ChunkSettings(140, 20),
    "txt": ChunkSettings(140, 20),
    "pdf": ChunkSettings(160, 40),
}

_OTHER_NAMES = {
    "markdown": "md",
    "text/markdown": "md",
    "htm": "html",
    "text/html": "html",
    "text": "txt",
    "text/plain": "txt",
    "application/pdf": "pdf",
    "doc": "docx",
    "word": "docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


def settings_for(
    document: Document, settings: "ChunkSettings | Mapping[str, ChunkSettings] | None" = None
) -> ChunkSettings:
    """Choose the settings for one document.

    Args:
        document: its ``kind`` is looked up first, then ``media_type`` and ``kind`` in its metadata.
        settings: one for all documents, or some by kind that go before the defaults, or ``None``.
    """
    if isinstance(settings, ChunkSettings):
        return settings
    table = {**by_kind, **(settings or {})}
    for name in (document.kind, document.metadata.get("media_type"), document.metadata.get("kind")):
        key = (name or "").lower().lstrip(".")
        for candidate in (key, _OTHER_NAMES.get(key)):
            if candidate in table:
                return table[candidate]
    return DEFAULT
