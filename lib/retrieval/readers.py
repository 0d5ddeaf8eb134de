"""One file of any kind as Markdown. Each reader raises ``ValueError`` with a plain reason, as the end of a sentence."""

import io
import logging
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lib.quiet import quiet_loggers
from lib.retrieval.kinds import ENDINGS
from lib.retrieval.pdf import read_pdf
from lib.retrieval.text import decode, tidy, underlined, unwrapped, with_headings

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

FILE_LIMIT = 50_000_000
# What a Word file may hold once unpacked: a few kilobytes can be made to unpack to terabytes.
UNPACKED_LIMIT = 200_000_000
# What a file may say of itself, in the front matter of Markdown or in the ``meta`` tags of a web page.
NAMED = ("title", "access", "updated")
_LOGGERS = ("pdfminer", "pdfplumber", "markitdown", "mammoth", "charset_normalizer", "fontTools", "bs4")


@dataclass(frozen=True)
class FileText:
    """What a file holds: tidied Markdown, and what it says of itself (``NAMED``)."""

    text: str
    about: Mapping[str, str] = field(default_factory=dict)


def read_file(path: Path) -> FileText:
    """Read a file of one of the kinds in ``lib.retrieval.kinds``.

    Raises:
        ValueError: the file cannot be read; the text is the reason, as the end of a sentence about it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from None
    if not data:
        raise ValueError("it is empty (0 bytes)")
    if len(data) > FILE_LIMIT:
        raise ValueError(f"it is over {FILE_LIMIT // 1_000_000} MB")
    found = READERS[ENDINGS[path.suffix.lower()].name](data)
    text = unwrapped(tidy(found.text))
    if not text:
        raise ValueError("it holds no text")
    return FileText(text, {name: value for name, value in found.about.items() if name in NAMED})


@contextmanager
def quiet_readers() -> Iterator[None]:
    """Hold back the readers' notes about fonts and markup: stray stderr spoils a notebook."""
    with quiet_loggers(_LOGGERS, logging.CRITICAL), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# Markdown and plain text.

_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def _markdown(data: bytes) -> FileText:
    text = decode(data)
    about: dict[str, str] = {}
    block = _FRONT_MATTER.match(text)
    if block:
        import yaml

        try:
            values = yaml.safe_load(block[1])
        except yaml.YAMLError:
            # Its access label would be passed over too.
            raise ValueError("its front matter (between the lines of ---) is not YAML") from None
        if isinstance(values, dict):
            text = text[block.end() :]
            about = {str(name).strip().casefold(): _plain(value) for name, value in values.items()}
    return FileText(underlined(text), about)


def _text(data: bytes) -> FileText:
    return FileText(with_headings(underlined(decode(data))))


def _pdf(data: bytes) -> FileText:
    text, title = read_pdf(data)
    return FileText(text, {"title": title} if title else {})


def _plain(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


# Web pages.

# Never content, wherever it stands.
_NO_CONTENT = (
    "script, style, noscript, template, svg, button, select, dialog, nav, a.headerlink, [hidden], [aria-hidden=true], "
    "[role=navigation], [role=banner], [role=contentinfo], [role=search], [role=dialog], [role=alertdialog]"
)
# Not content unless the page's main part stands in it.
_AROUND = (
    "footer, aside, header, [role=complementary], [class*=cookie i], [id*=cookie i], [class*=consent i], "
    "[id*=consent i], [class~=toc], [id=toc], .contents.topic, .contents.local, [role=doc-toc], [class*=breadcrumb i], [class*=sidebar i], [class*=navheader], [class*=navfooter]"
)
_MAIN = "main, [role=main], article, h1"
# A merged cell beyond this is a mistake or an attack.
_WIDEST_CELL = 200


def _html(data: bytes) -> FileText:
    from bs4 import BeautifulSoup
    from bs4.dammit import EncodingDetector

    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    try:
        text = data.decode(declared) if declared else decode(data)
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    soup = BeautifulSoup(text, "html.parser")
    about = {tag["name"].strip().casefold(): tag.get("content", "") for tag in soup.select("meta[name]")}
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    markdown = _to_markdown(_main_content(soup))
    # The title in the browser's bar often holds the company's name too: a heading of the page goes before it.
    if title and not re.search(r"^#{1,6} ", markdown, re.MULTILINE):
        about["title"] = title
    return FileText(markdown, about)


def _main_content(soup: "BeautifulSoup") -> "Tag":
    """Return the part of a page that is its content, without menus, banners and footers."""
    for tag in soup.select(_NO_CONTENT):
        tag.decompose()
    for tag in soup.select(_AROUND):
        inside = tag.find_parent(["main", "article"]) and tag.name in ("header", "aside")
        if tag.decomposed or inside or tag.name in ("html", "body", "main", "article") or tag.select_one(_MAIN):
            continue
        tag.decompose()
    body = soup.body or soup
    for name in ("main, [role=main]", "article"):
        found = [tag for tag in body.select(name) if tag.get_text(strip=True)]
        if len(found) == 1:
            return found[0]
    return body


def _to_markdown(part: "Tag") -> str:
    """Turn a part of a page into Markdown: merged cells repeated, links within the site and pictures as their words."""
    from markitdown.converters import HtmlConverter

    for table in part.find_all("table"):
        _unmerge(table)
    for link in part.find_all("a"):
        if not str(link.get("href", "")).startswith(("http://", "https://")):
            link.unwrap()
    for picture in part.find_all("img"):
        picture.replace_with(str(picture.get("alt", "")))
    for heading in part.find_all(re.compile("^h[1-6]$")):
        if not heading.get_text(strip=True):
            heading.decompose()
    return HtmlConverter().convert_string(f"<body>{part.decode()}</body>", table_infer_header=True).markdown


def _unmerge(table: "Tag") -> None:
    """Repeat the content of merged cells in each row and column that they span, so that none shifts."""
    hanging: dict[int, tuple[int, Tag]] = {}
    for row in table.find_all("tr"):
        if row.find_parent("table") is not table:
            continue
        cells = [cell.extract() for cell in row.find_all(["td", "th"], recursive=False)]
        row.clear()
        column = 0
        while cells or column in hanging:
            if column in hanging:
                rows, cell = hanging.pop(column)
                spanned = 1
            else:
                cell = cells.pop(0)
                rows, spanned = _span(cell, "rowspan"), _span(cell, "colspan")
            for place in range(column, column + spanned):
                row.append(copy(cell))
                if rows > 1:
                    hanging[place] = (rows - 1, cell)
            column += spanned


def _span(cell: "Tag", name: str) -> int:
    """Take a span off a cell and return it."""
    value = str(cell.attrs.pop(name, "1"))
    return min(max(int(value), 1), _WIDEST_CELL) if value.isdecimal() else 1


# Word files.


def _word(data: bytes) -> FileText:
    # An encrypted Word file is not a zip file but a container of the older Office format.
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("it is encrypted with a password, or an old .doc file called .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except Exception:
        raise ValueError("it is a damaged Word file") from None
    if unpacked > UNPACKED_LIMIT:
        raise ValueError(f"it unpacks to over {UNPACKED_LIMIT // 1_000_000} MB")
    try:
        import mammoth
        from bs4 import BeautifulSoup
        from markitdown.converter_utils.docx.pre_process import pre_process_docx

        soup = BeautifulSoup(mammoth.convert_to_html(pre_process_docx(io.BytesIO(data))).value, "html.parser")
        return FileText(_to_markdown(soup))
    except Exception:
        raise ValueError("it is a damaged Word file") from None


READERS: Mapping[str, Callable[[bytes], FileText]] = {
    "markdown": _markdown,
    "text": _text,
    "html": _html,
    "pdf": _pdf,
    "word": _word,
}
