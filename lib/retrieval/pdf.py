"""PDF files as text: words, paragraphs and ruled tables, without what runs over the sheets."""

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from lib.retrieval.text import with_headings

if TYPE_CHECKING:
    from pdfplumber.table import Table

# A text with more unreadable signs than this is printed in a font whose signs mean nothing.
_UNREADABLE_ALLOWED = 0.1
# A frame and one line in it.
_FEWEST_RULES = 5
# Left and right sheets often have different running heads.
_RUNNING_SHARE = 0.4
# What pdfminer writes for a sign that the font gives no letter for, and the places of Unicode that mean nothing.
_NO_LETTER = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")


def read_pdf(data: bytes) -> tuple[str, str]:
    """Return the text of a PDF file as Markdown, and the title that it gives itself (``""`` for none or no words).

    Raises:
        ValueError: it cannot be read; the text is the reason, as the end of a sentence.
    """
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    if b"%PDF" not in data[:1024]:
        raise ValueError("it is not a PDF file")
    try:
        title, sheets = _sheets(data)
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise ValueError("it is encrypted with a password") from None
    except Exception as error:
        # The readers of PDF and Word files raise whatever a damaged file drives them to; pdfplumber wraps it.
        if any("Password" in repr(part) or "Encryption" in repr(part) for part in (error, *error.args)):
            raise ValueError("it is encrypted with a password") from None
        raise ValueError("it is a damaged PDF file") from None
    if not any(sheet.strip() for sheet in sheets):
        raise ValueError("it holds no text (a scan needs text recognition first)")
    text = with_headings("\n\n".join(_without_running_heads(_legible(sheets))))
    # Blanks that only justify a line, and words that were cut at the end of one.
    text = re.sub(r"(?<=[^\W\d_])-\n(?=[^\W\d_A-Z])", "", re.sub(r"(?<=\S)[ \t]{2,}", " ", text))
    named = bool(re.search(r"\w \w", title)) and not re.search(r"\.\w{2,5}$|^Microsoft|untitled", title, re.IGNORECASE)
    return text, title if named else ""


def _sheets(data: bytes) -> tuple[str, list[str]]:
    """Return the title that a PDF file gives itself, and the text of each sheet with its ruled tables as Markdown.

    The text is pdfminer's: it tells words and paragraphs apart by their distances in the font at hand.
    """
    import pdfplumber
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTCurve, LTTextContainer

    sheets = []
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        title = str((pdf.metadata or {}).get("Title") or "")
        for page, layout in zip(pdf.pages, extract_pages(io.BytesIO(data)), strict=False):
            # A table has at least a frame and a line; only then is the sheet read a second time.
            ruled = sum(isinstance(part, LTCurve) for part in layout) >= _FEWEST_RULES
            tables = [table for table in page.find_tables() if len(table.rows) > 1] if ruled else []
            parts: list[str | Table] = []
            for box in (part for part in layout if isinstance(part, LTTextContainer)):
                middle, height = (box.x0 + box.x1) / 2, layout.height - (box.y0 + box.y1) / 2
                inside = [t for t in tables if t.bbox[0] <= middle <= t.bbox[2] and t.bbox[1] <= height <= t.bbox[3]]
                # A table stands once, where its first cell was read.
                if not inside or inside[0] not in parts:
                    parts.append(inside[0] if inside else box.get_text().rstrip())
            sheets.append("\n\n".join(part if isinstance(part, str) else _table(part) for part in parts))
            page.close()
    return title, sheets


def _table(table: "Table") -> str:
    rows = [[" ".join((cell or "").split()).replace("|", "/") for cell in row] for row in table.extract()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _legible(sheets: list[str]) -> list[str]:
    """Refuse a text whose signs are not letters; take single ones (bullets, pictures) out of another."""
    text = "".join(sheets)
    signs = len(_NO_LETTER.findall(text))
    if signs > _UNREADABLE_ALLOWED * (len("".join(_NO_LETTER.sub("", text).split())) + signs):
        raise ValueError(
            "its letters cannot be read (its font has no character map): print it again as PDF or run text recognition"
        )
    return [_NO_LETTER.sub(" ", sheet) for sheet in sheets]


def _without_running_heads(sheets: list[str]) -> list[str]:
    """Drop the first and last lines that many sheets (and three) share, but for the sheet's number in them."""
    lines_of = [sheet.strip().split("\n") for sheet in sheets]
    least = max(3, _RUNNING_SHARE * len(sheets))
    for end in (0, -1):
        running = {""}
        while running:
            edges = [_as_running(lines[end], number) if lines else set() for number, lines in enumerate(lines_of)]
            counts = Counter(key for keys in edges for key in keys)
            running = {key for key, times in counts.items() if times >= least}
            for lines, keys in zip(lines_of, edges, strict=True):
                if keys & running:
                    lines.pop(end)
    return ["\n".join(lines).strip() for lines in lines_of]


def _as_running(line: str, sheet: int) -> set[str]:
    """Return the line, and the line with each number in turn as its distance from the number of the sheet."""
    line = " ".join(line.casefold().split())
    numbers = re.finditer(r"\d{1,4}", line)
    return {line} | {f"{line[: n.start()]}{{{int(n[0]) - sheet}}}{line[n.end() :]}" for n in numbers}
