"""From the bytes of a file to text that can be stored, searched and shown."""

import codecs
import re
from functools import cache

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What text without a byte order mark that is not UTF-8 is tried as. Central European (cp1250) is left out: it
# cannot be told from Western European (cp1252) by a short text, and reads its accents wrongly.
_OTHERS = ["cp1252", "cp1251", "cp932", "gb18030", "big5", "euc_kr"]
# Text has next to no control characters; a picture or a program has many.
_CONTROLS_ALLOWED = 0.02
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")

# What ftfy leaves: signs without width, and blanks that look like any other.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)) | dict.fromkeys(
    (0xA0, 0x202F, 0x2007), " "
)


def decode(data: bytes) -> str:
    """Decode a text file: byte order mark, UTF-16 without one, UTF-8, else the likeliest of the usual pages.

    Raises:
        ValueError: the bytes are no text, or in an encoding that cannot be recognised.
    """
    text = _decoded(data)
    if len(_CONTROLS.findall(text)) > _CONTROLS_ALLOWED * len(text):
        raise ValueError("it is not text")
    return text


def _decoded(data: bytes) -> str:
    name = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    # Latin text in UTF-16 has a NUL in every second byte.
    for start, utf16 in ((1, "utf-16-le"), (0, "utf-16-be")):
        if not name and data and data[start::2].count(0) > 0.3 * len(data) and data[1 - start :: 2].count(0) == 0:
            name = utf16
    try:
        return data.decode(name or "utf-8")
    except UnicodeDecodeError:
        if name:
            raise ValueError(f"it is not valid {name.upper()} text") from None
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OTHERS).best()
    if best is None:
        raise ValueError("it is not text, or in an encoding that cannot be recognised")
    return str(best)


def tidy(text: str) -> str:
    """Tidy Markdown: broken encodings mended, one kind of line end, nothing invisible, no runs of empty lines."""
    from ftfy import fix_text

    text = fix_text(storable(text).replace("\f", "\n\n").replace("\v", "\n"), _mending()).translate(_INVISIBLE)
    text = "\n".join(line.rstrip() for line in _CONTROLS.sub("", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


@cache
def _mending():
    from ftfy import TextFixerConfig

    # Quotation marks, full-width letters and entities are the writer's; answers are compared whatever they are.
    return TextFixerConfig(unescape_html=False, uncurl_quotes=False, fix_character_width=False)


def one_line(text: str) -> str:
    """Tidy a text that stands on one line, such as a title or a cell that names something."""
    return " ".join(tidy(text).split())


def storable(text: str) -> str:
    """Replace what UTF-8 and PostgreSQL cannot hold: half characters of old file names, NUL of PDF files."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


# Headings of plain text.

# A heading that is underlined, as in plain text and in older Markdown.
_UNDERLINED = re.compile(r"^(?![#|>*+\-\s])(.{2,100})\n(={3,}|-{3,})[ \t]*$", re.MULTILINE)
# 4.5.1. Purpose: a paragraph of its own with two numbers at least (one may be a step of a list), and no sentence.
_NUMBERED = re.compile(
    r"(?:(?<=\n\n)|\A\n?)[ \t]{0,3}\d{1,2}(?:\.\d{1,2}){1,4}\.?[ \t]+[^\W\d_](?!.*[.,;:]\n).{1,80}(?=\n[ \t]*\n)"
)
# Dots that lead to a page number.
_LEADERS = re.compile(r"^.*(?:\. ?){4,}.*\n?", re.MULTILINE)
_COMMENT = re.compile(r"(?:(?<=\S\n)|^)(#{1,6}[ \t].*\n(?=\S))", re.MULTILINE)


def underlined(text: str) -> str:
    """Make Markdown headings of underlined ones."""
    text = text.replace("\r\n", "\n")
    return _UNDERLINED.sub(lambda found: f"{'#' if found[2][0] == '=' else '##'} {found[1].strip()}", text)


def with_headings(text: str) -> str:
    """Make Markdown headings of numbered ones in plain text, without the lines of its table of contents.

    A ``#`` within a paragraph (a comment in code) is no heading.
    """
    text = _COMMENT.sub(r" \1", _LEADERS.sub("", text))
    # All of one depth: those between may not be recognised, and a section would stand under a stranger.
    return _NUMBERED.sub(lambda found: f"## {found[0].strip()}", text)


# A line of this length may have been broken to fit; a shorter one ends where its writer ended it.
_BROKEN_FROM = 60
_STARTS_ANEW = re.compile(r"\s*(?:[-*+|#>•:]|\d+[.)]|[a-z][.)]\s|```|~~~|$)")


def unwrapped(text: str) -> str:
    """Join the lines of a paragraph that were broken to fit a width: a text is cut at lines before sentences."""
    lines: list[str] = []
    fenced, last = False, ""
    for line in text.split("\n"):
        fence = line.startswith(("```", "~~~"))
        fenced ^= fence
        whole = fenced or fence or _STARTS_ANEW.match(line) or last.startswith(("|", "#", "```", "~~~"))
        if lines and len(last) >= _BROKEN_FROM and not whole:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        last = line
    return "\n".join(lines)
