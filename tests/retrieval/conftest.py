"""One server and one embedder for all tests of this room; files of every kind that is read, as small as they come."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.retrieval.embedder import load_embedder
from lib.retrieval.server import ENVIRONMENT_VARIABLE, postgres


@pytest.fixture(scope="session")
def embedder():
    return load_embedder()


@pytest.fixture(scope="session")
def database():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        with postgres() as address:
            yield address


def pdf(*paragraphs: str, password: str = "") -> bytes:
    from fpdf import FPDF

    page = FPDF()
    if password:
        page.set_encryption(owner_password=password, user_password=password)
    page.add_page()
    page.set_font("helvetica", size=12)
    for paragraph in paragraphs:
        page.multi_cell(0, text=paragraph, new_x="LMARGIN", new_y="NEXT")
        page.ln(4)
    return bytes(page.output())


def word(heading: str = "", *paragraphs: str) -> bytes:
    import docx

    file, document = io.BytesIO(), docx.Document()
    if heading:
        document.add_heading(heading, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Write files (path to text or bytes) into a new folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        place = tmp_path / "documents"
        for name, content in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    return write
