"""Text as the experiment can use it: nothing invisible, nothing that a database or a file name refuses."""

import re
import unicodedata

# Printed letters drawn as one (PDF files keep them so): nobody searches for them.
_LIGATURES = {sign: unicodedata.normalize("NFKC", chr(sign)) for sign in range(0xFB00, 0xFB07)}
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
_SPACES = {0x00A0: " ", 0x202F: " ", 0x2007: " "}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_TABLE = _LIGATURES | _INVISIBLE | _SPACES


def tidy(text: str) -> str:
    """Tidy Markdown: one kind of line end, no control characters, no trailing blanks, no runs of empty lines."""
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\v", "\n")
    text = unicodedata.normalize("NFC", text.translate(_TABLE))
    text = _CONTROLS.sub("", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def one_line(text: str) -> str:
    """Tidy a text that stands on one line, such as a title or a cell that names something."""
    return " ".join(tidy(text).split())


def storable(text: str) -> str:
    """Replace what UTF-8 cannot hold: names of files on old disks and damaged PDF files have it."""
    return text.encode("utf-8", "replace").decode("utf-8")
