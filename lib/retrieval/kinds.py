"""The kinds of document: one name each, with the files that hold it and how long its passages are.

Every other module looks a kind up here. Lengths are in words (see ``lib.retrieval.passages.words``). The offline
embedder reads 256 word pieces, about 180 English words, and drops the rest without a word, so no default is longer
than 160. The values are the workbook's judgement; the experiment's curve of passage length against k measures them
on the documents at hand.
"""

from dataclasses import dataclass

from lib.errors import InputError

SHORTEST = 5

METHODS = ("dense", "full_text", "hybrid")
"""How passages may be searched: by meaning, by words, by both."""


@dataclass(frozen=True)
class ChunkSettings:
    """The longest passage, and how much of it repeats the end of the one before; both in words.

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


@dataclass(frozen=True)
class DocumentKind:
    """One kind of document."""

    name: str  # as it stands in ``Document.kind``
    endings: tuple[str, ...] = ()  # of its files, in small letters with the dot; none for pages that no file holds
    chunking: ChunkSettings = ChunkSettings()  # passages of this length unless the caller says otherwise
    repeats: bool = False  # its pages or sheets repeat lines at their edges (menus, running heads) that are not content


# Structure (headings, paragraphs) shows where a text may be cut; where there is none, an overlap keeps what a cut in
# the wrong place would tear apart. A page is short sections, each with its heading: one or two together.
PAGE = DocumentKind("page")
KINDS = (
    PAGE,
    DocumentKind("faq", chunking=ChunkSettings(60, 0)),
    DocumentKind("markdown", (".md", ".markdown"), ChunkSettings(120, 0)),
    DocumentKind("text", (".txt",), ChunkSettings(140, 20)),
    DocumentKind("html", (".html", ".htm"), ChunkSettings(140, 20), repeats=True),
    DocumentKind("pdf", (".pdf",), ChunkSettings(160, 40), repeats=True),
    DocumentKind("word", (".docx",), ChunkSettings(140, 20)),
)
# What a folder of documents is searched for.
ENDINGS = {ending: kind for kind in KINDS for ending in kind.endings}
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> DocumentKind:
    """Return the kind called ``name``; ``PAGE`` for any other."""
    return _BY_NAME.get(name, PAGE)
