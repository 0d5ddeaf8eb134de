"""Cutting a Markdown text at its headings, paragraphs, lines and sentences, in this order of preference.

The recursive chunker of ``chonkie`` cuts; here each piece gets what it needs to be understood alone: the
headings that it stands under, the head of a table that was cut, and the overlap.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from operator import itemgetter

from lib.experiment.retrieval.chunk_settings import ChunkSettings

# Scripts without spaces between words (kana, Chinese characters, Hangul): each character counts.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LONGEST_WORD = 40
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]{{1,{_LONGEST_WORD}}}")
_TOKEN = re.compile(rf"\s*(?:{_WORD.pattern})(?:\s+\Z)?|\s+\Z")

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
# Stands before a "#" inside a code block while we cut, so that it is not taken for a heading.
_NO_HEADING = "\ue000"
_TABLE_RULE = re.compile(r"^\|?[ \t:|-]+$")
# A paragraph that is the whole document is left whole even if it is this much too long.
_STRETCH = 1.5


def words(text: str) -> int:
    """Count words: runs without a space, 40 characters of one at most; each Chinese, Japanese or Korean sign."""
    return len(_WORD.findall(text))


def cut(text: str, settings: ChunkSettings, title: str = "") -> list[str]:
    """Cut a Markdown text into pieces of at most ``settings.size`` words, overlap included.

    A heading stays with its section. Headings are repeated above the later pieces of their section, apart
    from one that says what ``title`` does; these do not count. A table or a list is only cut where it alone
    is too long; then the table's head is repeated. The overlap mends a cut inside a section, so there is none
    at a heading, and none in a table. A text of one paragraph stays whole up to one and a half times the size.
    An empty text is one empty piece, so that every document has a chunk.
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
        if not _has_content(piece.text):
            continue
        above = _headings_above(headings, piece.start_index, piece.text, title)
        again = table if piece.text.startswith("|") else overlap
        made.append("\n\n".join([*above, (again + piece.text).strip()]).replace(_NO_HEADING, ""))
        table = _open_table(piece.text, table)
    return made or [text]


def _has_content(piece: str) -> bool:
    """Whether a piece is more than headings: these are repeated above what follows."""
    return bool(_HEADING.sub("", piece).strip())


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
        section = before[_end_of_last_heading(before) :]
        new = _HEADING.match(piece.lstrip()) or section.rstrip().rpartition("\n")[2].startswith("|")
        repeated.append("" if new else "".join(_TOKEN.findall(section)[-overlap:]))
    return repeated


def _end_of_last_heading(piece: str) -> int:
    return max((heading.end() for heading in _HEADING.finditer(piece)), default=0)


@lru_cache(maxsize=16)
def _chunker(size: int):
    from chonkie import RecursiveChunker, RecursiveLevel, RecursiveRules

    levels = [RecursiveLevel(delimiters=[f"\n{'#' * depth} "], include_delim="next") for depth in range(1, 7)]
    levels += [
        RecursiveLevel(delimiters=["\n\n"]),
        RecursiveLevel(delimiters=["\n"]),
        RecursiveLevel(delimiters=[". ", "! ", "? ", "。", "！", "？"]),
        RecursiveLevel(whitespace=True),
        RecursiveLevel(),
    ]
    return RecursiveChunker(
        tokenizer=_tokenizer(), chunk_size=size, rules=RecursiveRules(levels), min_characters_per_chunk=1
    )


def _tokenizer():
    """Make chonkie count in our words; its own ones count spaces, and need no download either."""
    from chonkie import WordTokenizer

    class Words(WordTokenizer):
        def tokenize(self, text: str) -> list[str]:
            return _TOKEN.findall(text)

        def count_tokens(self, text: str) -> int:
            return words(text)

        def decode(self, tokens: Sequence[int]) -> str:
            return "".join(self.vocab[token] for token in tokens)

    return Words()
