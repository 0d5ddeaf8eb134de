"""Cutting documents into passages, at headings, paragraphs, lines and sentences, in this order of preference.

The recursive chunker of ``chonkie`` cuts, with the levels of its Markdown recipe; here each piece gets what it needs
to be understood alone: the headings that it stands under, the head of a table that was cut, and the overlap.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, takewhile
from operator import itemgetter

from lib.dataset import Document
from lib.fingerprints import value_fingerprint
from lib.retrieval.kinds import SHORTEST, ChunkSettings, kind_named
from lib.retrieval.text import storable

# Scripts without spaces between words (kana, Chinese characters, Hangul): each character counts.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LONGEST_WORD = 40
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]{{1,{_LONGEST_WORD}}}")
_TOKEN = re.compile(rf"\s*(?:{_WORD.pattern})(?:\s+\Z)?|\s+\Z")

# About a word piece of the embedder: on a technical manual the estimate is right on average, within 12 % in 9 of 10.
_PIECE = re.compile(rf"[{_UNSPACED}]|[^\W\d_]{{1,7}}|\d{{1,3}}|[^\w\s]|_")
# The embedder drops what comes after 256 pieces.
_MOST_PIECES = 240

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
# Stands before a "#" inside a code block while we cut, so that it is not taken for a heading.
_NO_HEADING = "\ue000"
_TABLE_RULE = re.compile(r"^\|?[ \t:|-]+$")
# A paragraph that is the whole document is left whole even if it is this much too long.
_STRETCH = 1.5


@dataclass(frozen=True)
class Passage:
    """One piece of a document: what is indexed, found and shown in a prompt."""

    document_id: str
    number: int
    title: str
    text: str
    kind: str = "page"
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        """The document's id and the piece's number in it, from 0: ``plan-204#1``."""
        return f"{self.document_id}#{self.number}"

    @property
    def content(self) -> str:
        """What is embedded: the title names the thing that the text describes."""
        return f"{self.title}\n{self.text}"

    @property
    def fingerprint(self) -> str:
        """Changes when anything in the passage does."""
        return value_fingerprint([self.id, self.kind, self.title, self.text, dict(self.metadata)])


def passages_of(documents: Iterable[Document], settings: ChunkSettings | None = None) -> list[Passage]:
    """Cut documents (Markdown or plain text) into passages, in order; a document has at least one.

    Without ``settings`` the kind of a document decides how long its passages are (``lib.retrieval.kinds``).
    """
    return [
        Passage(page.id, number, storable(page.title), text, page.kind, storable_metadata(page.metadata))
        for page in documents
        for number, text in enumerate(_cut_to_fit(page, settings or kind_named(page.kind).chunking))
    ]


def _cut_to_fit(page: Document, settings: ChunkSettings) -> list[str]:
    """Cut a document, and again what the embedder would not read to its end: paths and code have many pieces a word."""

    def fitting(text: str) -> list[str]:
        pieces = len(_PIECE.findall(f"{page.title}\n{text}"))
        size = int(words(text) * _MOST_PIECES / max(1, pieces) / _STRETCH)
        if pieces <= _MOST_PIECES or size < SHORTEST:
            return [text]
        parts = cut(text, ChunkSettings(size), page.title)
        return parts if len(parts) == 1 else [fit for part in parts for fit in fitting(part)]

    return [fit for text in cut(storable(page.text), settings, page.title) for fit in fitting(text)]


def storable_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata as PostgreSQL can store and compare it."""
    return {storable(name): storable(value) for name, value in metadata.items()}


def words(text: str) -> int:
    """Count words: runs without a space, 40 characters of one at most; each Chinese, Japanese or Korean sign."""
    return len(_WORD.findall(text))


def cut(text: str, settings: ChunkSettings, title: str = "") -> list[str]:
    """Cut a Markdown text into pieces of at most ``settings.size`` words, overlap included.

    A heading stays with its section. Headings are repeated above the later pieces of their section, apart
    from one that says what ``title`` does; these do not count. A table or a list is only cut where it alone
    is too long; then the table's head is repeated. The overlap mends a cut inside a section, so there is none
    at a heading, and none in a table. A text of one paragraph stays whole up to one and a half times the size.
    An empty text is one empty piece, so that every document has a passage.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    one_paragraph = "\n\n" not in text and not text.startswith("#")
    if words(text) <= settings.size * (_STRETCH if one_paragraph else 1):
        return [text]
    hidden = _FENCE.sub(lambda fence: fence[0].replace("\n#", f"\n{_NO_HEADING}#"), text)
    pieces = _chunker(settings.size - settings.overlap).chunk(hidden)
    overlaps = _overlaps([piece.text for piece in pieces], settings.overlap)
    made, table = [], ""
    headings = [(heading.start(), len(heading[1]), heading[0]) for heading in _HEADING.finditer(hidden)]
    for piece, overlap in zip(pieces, overlaps, strict=True):
        # A piece of headings alone: these are repeated above what follows.
        if not _HEADING.sub("", piece.text).strip():
            continue
        above = _headings_above(headings, piece.start_index, piece.text, title)
        again = table if piece.text.startswith("|") else overlap
        made.append("\n\n".join([*above, (again + piece.text).strip()]).replace(_NO_HEADING, ""))
        table = _open_table(piece.text, table)
    return made or [text]


def _headings_above(headings: Sequence[tuple[int, int, str]], start: int, piece: str, title: str) -> list[str]:
    """Return the heading lines that a piece stands under and does not hold, outermost first.

    ``headings`` are places, depths and lines, in the order of the text.
    """
    above: list[tuple[int, str]] = []
    for _, depth, line in headings[: bisect_left(headings, start, key=itemgetter(0))]:
        above = [one for one in above if one[0] < depth] + [(depth, line)]
    own = _HEADING.match(piece.lstrip())
    deepest = len(own[1]) if own else 7
    named = title.strip().casefold()
    return [line for depth, line in above if depth < deepest and line.strip("# \t").casefold() != named]


def _open_table(piece: str, before: str) -> str:
    """Return the head (two lines) of the table that a piece ends in; ``before`` is that of the piece before it."""
    lines = piece.removesuffix("\n").split("\n")
    rows = list(takewhile(lambda line: line.startswith("|"), reversed(lines)))[::-1]
    if before and rows and len(rows) == len(lines):
        return before
    return f"{rows[0]}\n{rows[1]}\n" if len(rows) > 1 and _TABLE_RULE.match(rows[1]) else ""


def _overlaps(pieces: Sequence[str], overlap: int) -> list[str]:
    """Return for each piece the last ``overlap`` words of the one before it, where they are of one section."""
    if overlap == 0:
        return [""] * len(pieces)
    repeated = [""]
    for before, piece in pairwise(pieces):
        section = before[max((heading.end() for heading in _HEADING.finditer(before)), default=0) :]
        new = _HEADING.match(piece.lstrip()) or section.rstrip().rpartition("\n")[2].startswith("|")
        repeated.append("" if new else "".join(_TOKEN.findall(section)[-overlap:]))
    return repeated


@lru_cache(maxsize=16)
def _chunker(size: int):
    from chonkie import RecursiveChunker, RecursiveLevel, RecursiveRules, WordTokenizer

    class Words(WordTokenizer):
        """Makes chonkie count in our words; its own ones count spaces, and need no download either."""

        def tokenize(self, text: str) -> list[str]:
            return _TOKEN.findall(text)

        def count_tokens(self, text: str) -> int:
            return words(text)

        def decode(self, tokens: Sequence[int]) -> str:
            return "".join(self.vocab[token] for token in tokens)

    levels = [RecursiveLevel(delimiters=[f"\n{'#' * depth} "], include_delim="next") for depth in range(1, 7)]
    levels += [
        RecursiveLevel(delimiters=["\n\n"]),
        RecursiveLevel(delimiters=["\n"]),
        RecursiveLevel(delimiters=[". ", "! ", "? ", "。", "！", "？"]),
        RecursiveLevel(whitespace=True),
        RecursiveLevel(),
    ]
    return RecursiveChunker(
        tokenizer=Words(), chunk_size=size, rules=RecursiveRules(levels), min_characters_per_chunk=1
    )
