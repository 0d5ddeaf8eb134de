"""What a file is called in prompts, citations and tables."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from lib.experiment.own_data.tidy import one_line, storable

LONGEST_ID = 100
LONGEST_TITLE = 120

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}(?!\w)")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)


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
    stem, ending = name.removesuffix(PurePosixPath(name).suffix), PurePosixPath(name).suffix
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}{ending}"
    taken.add(candidate)
    return candidate


def without_front_matter(text: str) -> tuple[str, str]:
    """Split Markdown into its text and the title that its front matter names (``""`` if none)."""
    block = _FRONT_MATTER.match(text)
    if not block:
        return text, ""
    title = _FRONT_TITLE.search(block[1])
    return text[block.end() :].lstrip(), title[1] if title else ""


def title_of(text: str, path: str) -> str:
    """Give the first Markdown heading as plain words, or the file's name where there is none."""
    for heading in _HEADING.finditer(_FENCE.sub("", text)):
        if title := plain_title(heading[1]):
            return title
    stem = PurePosixPath(storable(path)).stem
    words = plain_title(re.sub(r"[-_\s]+", " ", stem))
    return words[:1].upper() + words[1:] or one_line(path)[:LONGEST_TITLE]


def plain_title(words: str) -> str:
    """Take Markdown's signs and square brackets (which mark citations) off a title, and cut a long one."""
    words = _MARKUP.sub("", _LINK.sub(r"\1", words)).replace("\\", "")
    words = one_line(words.replace("[", "(").replace("]", ")"))
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"
