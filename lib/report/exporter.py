"""From an executed notebook to one HTML page by our own template: no code, nothing from outside."""

import html
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from plotly.offline import get_plotlyjs
from traitlets import default

from lib.views.chart import PLOTLY_MIME, chart_html
from lib.views.markup import HERE, style

TEMPLATES = Path(__file__).parent / "template"
DEFAULT_COLOUR = "#0072B2"
PLAIN_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
SIGNED = 2
"""Sections for whoever signs; they come first."""
CSS_NAMES = re.compile(r"^#[0-9a-fA-F]{6}$")


class ReportExporter(TemplateExporter):
    """Fills ``template/report/index.html.j2`` with the outputs and texts of an executed notebook."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "report"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("default_preprocessors")
    def _default_preprocessors_default(self) -> list:
        return []

    def default_filters(self) -> Any:
        """Add the filters of our template."""
        yield from super().default_filters()
        yield "report_markdown", report_markdown
        yield "chart_html", chart_html
        yield "named", named
        yield "contents", contents
        yield "sectioned", sectioned


def to_html(notebook: NotebookNode, title: str, colour: str | None = None, footer: str = "") -> str:
    """Give the report's page; ``colour`` is the client's, ``#rrggbb``, ``footer`` stands on every printed page."""
    if colour is not None and not CSS_NAMES.match(colour):
        raise ValueError(f"not a colour: {colour!r}")
    resources = {
        "report": {
            "title": title,
            "colour": colour or DEFAULT_COLOUR,
            "footer": css_text(footer),
            "style": style(),
            "script": (HERE / "page.js").read_text(encoding="utf-8"),
            "plotly": get_plotlyjs(),
            "chart": PLOTLY_MIME,
        }
    }
    body, _ = ReportExporter().from_notebook_node(notebook, resources)
    return body


def report_markdown(source: str) -> str:
    """Render the notebook's own markdown, without the links that nbconvert puts beside headings."""
    return MarkdownWithMath(renderer=IPythonRenderer(escape=True, exclude_anchor_links=True)).render(source)


def named(body: str) -> str:
    """Give every second-level heading an id made from its words, so that the contents can point to it."""
    return PLAIN_HEADING.sub(lambda match: f'<h2 id="{_slug(match[1])}">{match[1]}</h2>', body)


def contents(body: str) -> list[tuple[str, str]]:
    """List the second-level headings of a body that :func:`named` has seen: their ids and titles."""
    return HEADING.findall(body)


def sectioned(body: str) -> str:
    """Wrap every second-level heading and what follows it in a section that bears its name.

    On paper the contents stand after the two pages for whoever signs.
    """
    first, *rest = re.split(r"(?=<h2 id=)", body)
    sections = [f'<section aria-labelledby="{HEADING.match(text)[1]}">\n{text}</section>' for text in rest]
    listed = "".join(f"<li>{title}</li>" for _, title in contents(body))
    printed = f'<div class="printed-contents" aria-hidden="true"><p>Contents</p><ol>{listed}</ol></div>'
    return first + "\n".join([*sections[:SIGNED], printed if len(sections) > SIGNED else "", *sections[SIGNED:]])


def css_text(text: str) -> str:
    """Write a text as a string of a style sheet, in which nothing of it can end the string."""
    return '"' + "".join(c if c == " " or (c.isascii() and c.isalnum()) else f"\\{ord(c):x} " for c in text) + '"'


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", html.unescape(title).lower()).strip("-")
