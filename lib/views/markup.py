"""Escaped HTML that shows itself: in a notebook, in a form, in the report.

Every value that reaches a template is escaped, so that a client's name stays text whatever it holds.
"""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from lib.text import inert
from lib.wording import amount, arm_title, listed, number, probability, share

HERE = Path(__file__).parent

# JupyterLab typesets dollar signs in HTML outputs as formulas, except inside these classes.
_PAGE = '<div class="workbook mathjax_ignore tex2jax_ignore">{}</div>'


class Page(Markup):
    """A piece of finished HTML. A notebook shows it; a template takes it as it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return _PAGE.format(self)

    def __repr__(self) -> str:
        """Return the text without tags, for readers without HTML."""
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", str(self)))).strip()
        return text if len(text) <= 200 else text[:199] + "…"

    def inside_widget(self) -> str:
        """Return the HTML as the value of a widget."""
        return self._repr_html_()


def safe(value: Any) -> Markup:
    """Escape one value: HTML stays text, and so does what steers a page or starts a formula in JupyterLab."""
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    if hasattr(value, "_repr_html_"):
        return Markup(value._repr_html_())
    return Markup(str(escape("" if value is None else inert(str(value)))).replace("$", "<span>&#36;</span>"))


def attribute(text: str) -> Markup:
    """Escape a text for an attribute, where no formula can start and no element may stand."""
    return Markup(str(escape(inert(text))).replace("$", "&#36;"))


def render(template: str, **values: Any) -> Page:
    """Fill ``templates/TEMPLATE``; everything that is not finished HTML is escaped."""
    return Page(_environment().get_template(template).render(**values))


def joined(*parts: Any) -> Page:
    """Put pieces after one another."""
    return Page("").join(safe(part) for part in parts)


def caption(sentence: str) -> Page:
    """Say in words what a table or a chart shows."""
    return Page('<p class="caption">{}</p>').format(safe(sentence))


def folded(summary: str, content: Any) -> Page:
    """Hide ``content`` behind ``summary`` until somebody opens it."""
    return Page("<details><summary>{}</summary>{}</details>").format(safe(summary), safe(content))


def with_note(text: Any, note: Any, kind: str = "muted") -> Page:
    """Write a small ``note`` under ``text``; ``kind`` is ``muted`` or ``tag``."""
    return Page('{}<br> <span class="{}">{}</span>').format(safe(text), kind, safe(note))


def bullets(items: Any, ordered: bool = False) -> Page:
    """Make a list of texts."""
    tag = "ol" if ordered else "ul"
    inside = Page("").join(Page("<li>{}</li>").format(safe(item)) for item in items)
    return Page(f"<{tag}>{{}}</{tag}>").format(inside)


@cache
def style() -> str:
    """Return the one style sheet: notebooks, forms, report; light, dark, print."""
    return (HERE / "style.css").read_text(encoding="utf-8")


def setup() -> None:
    """Display the style sheet, once at the top of a notebook."""
    from IPython.display import HTML, display

    display(HTML(f"<style>{style()}</style>"))


@cache
def _environment() -> Any:
    from jinja2 import (  # in here for start-up time: plain text needs none
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        finalize=safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (amount, number, share, probability, listed)
    environment.filters |= {word.__name__: word for word in words} | {"arm": arm_title}
    return environment
