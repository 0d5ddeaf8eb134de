"""Turning one file into Markdown, by its ending. Each reader raises ``ValueError`` with a plain reason."""

import io
import logging
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.experiment.own_data.encodings import decode
from lib.experiment.quiet import quiet_loggers

FILE_LIMIT = 50_000_000
# What a Word file may hold once unpacked: a few kilobytes can be made to unpack to terabytes.
UNPACKED_LIMIT = 200_000_000

_LOGGERS = ("pdfminer", "pdfplumber", "markitdown", "mammoth", "charset_normalizer", "fontTools", "bs4")


@dataclass(frozen=True)
class FileKind:
    """A media type: how it is called, and what reads it."""

    name: str
    read: Callable[[bytes], str]


def to_markdown(path: Path) -> str:
    """Read a file of an allowed kind as Markdown, untidied.

    Raises:
        ValueError: the file cannot be read; the text is the reason, as the end of a sentence about it.
    """
    try:
        data = _content(path)
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from None
    return KINDS[path.suffix.lower()].read(data)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(FILE_LIMIT + 1)
    if not data:
        raise ValueError("it is empty (0 bytes)")
    if len(data) > FILE_LIMIT:
        raise ValueError(f"it is over {FILE_LIMIT // 1_000_000} MB")
    return data


def _html(data: bytes) -> str:
    from bs4.dammit import EncodingDetector
    from markitdown.converters import HtmlConverter

    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    try:
        text = data.decode(declared) if declared else decode(data)
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    result = HtmlConverter().convert_string(text)
    titled = result.title and not any(line.startswith("#") for line in result.markdown.splitlines())
    return f"# {' '.join(result.title.split())}\n\n{result.markdown}" if titled else result.markdown


def _pdf(data: bytes) -> str:
    from markitdown import StreamInfo
    from markitdown.converters import PdfConverter
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    if b"%PDF" not in data[:1024]:
        raise ValueError("it is not a PDF file")
    try:
        text = PdfConverter().convert(io.BytesIO(data), StreamInfo(extension=".pdf")).markdown
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise ValueError("it is encrypted with a password") from None
    except Exception:
        # The readers of PDF and Word files raise whatever a damaged file drives them to.
        raise ValueError("it is a damaged PDF file") from None
    if not text.strip():
        raise ValueError("it holds no text (a scan needs text recognition first)")
    return text


def _word(data: bytes) -> str:
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter

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
        return DocxConverter().convert(io.BytesIO(data), StreamInfo(extension=".docx")).markdown
    except Exception:
        raise ValueError("it is a damaged Word file") from None


_MARKDOWN = FileKind("markdown", decode)
_HTML = FileKind("html", _html)
KINDS = {
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".txt": FileKind("text", decode),
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": FileKind("pdf", _pdf),
    ".docx": FileKind("word", _word),
}


@contextmanager
def quiet_readers() -> Iterator[None]:
    """Hold back the readers' notes about fonts and markup: stray stderr spoils a notebook."""
    with quiet_loggers(_LOGGERS, logging.CRITICAL), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
