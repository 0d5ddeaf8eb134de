"""From an executed notebook to one HTML page by our own template: no code, nothing from outside."""

import re
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from plotly.offline import get_plotlyjs

from lib.views.chart import PLOTLY_MIME, chart_html
from lib.views.glossary import explained
from lib.views.markup import HERE, Page, attribute, joined, render, style

DEFAULT_COLOUR = "#0072B2"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
SIGNED = 2
"""Sections for whoever signs; they come first, and on paper the contents stand after them."""


@dataclass(frozen=True)
class Section:
    """A heading of the notebook and what the cells below it show; ``id`` is made from its words."""

    title: str
    body: Page

    @property
    def id(self) -> str:
        """The address of the section on its page."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def to_html(notebook: NotebookNode, title: str, colour: str | None = None, footer: str = "") -> str:
    """Write the report's page; ``colour`` is the client's, ``#rrggbb``, ``footer`` stands on every printed page."""
    if colour is not None and not COLOUR.fullmatch(colour):
        raise ValueError(f"not a colour: {colour!r}")
    cover, *sections = sections_of(notebook)
    return render(
        "report.html",
        title=attribute(title),
        colour=colour or DEFAULT_COLOUR,
        footer=Page(css_text(footer)),
        style=Page(style()),
        script=Page((HERE / "page.js").read_text(encoding="utf-8")),
        plotly=Page(get_plotlyjs()),
        cover=cover.body,
        sections=sections,
        signed=SIGNED,
    )


def sections_of(notebook: NotebookNode) -> list[Section]:
    """Divide the notebook at its markdown cells, each of which is one heading; the cover, without one, comes first."""
    found: list[tuple[str, list[Page]]] = [("", [])]
    for cell in notebook.cells:
        if "notebook-only" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            found.append((cell.source.removeprefix("## "), []))
        else:
            found[-1][1].extend(_shown(output) for output in cell.get("outputs", []))
    return [Section(title, explained(joined(*parts))) for title, parts in found]


def _shown(output: Any) -> Page:
    data = output.get("data", {})
    if PLOTLY_MIME in data:
        return Page('<div class="workbook">{}</div>\n').format(chart_html(data[PLOTLY_MIME]))
    page = data.get("text/html", "")
    # The notebook's own style sheet stands in the head already.
    return Page("" if page.startswith("<style>") else f"{page}\n")


def css_text(text: str) -> str:
    """Write a text as a string of a style sheet, in which nothing of it can end the string."""
    return '"' + "".join(c if c == " " or (c.isascii() and c.isalnum()) else f"\\{ord(c):x} " for c in text) + '"'
