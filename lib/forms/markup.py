"""Escaped HTML that shows itself in a notebook.

Every value that reaches a template is escaped, so that a client's name stays text whatever it holds.
"""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lib.arms import ARM
from lib.wording import amount, arm_title, counted, listed, number, probability, share

TEMPLATES = Path(__file__).parent / "templates"

# JupyterLab typesets dollar signs in HTML outputs as formulas, except inside these classes.
_PAGE = '<div class="decision-workbook mathjax_ignore tex2jax_ignore">{}</div>'


class Page(Markup):
    """A piece of finished HTML. As a cell's output it brings its own style along."""

    def _repr_html_(self) -> str:
        return _PAGE.format(f"<style>{style()}</style>{self}")

    def __repr__(self) -> str:
        """Give the text without tags, for readers without HTML."""
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", str(self)))).strip()
        return text if len(text) <= 200 else text[:199] + "…"

    def inside_widget(self) -> str:
        """Give the HTML for a widget of a form, which carries the style once for all its parts."""
        return _PAGE.format(self)


@cache
def style() -> str:
    """Give the style sheet of all pages and forms."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def render(template: str, **values: Any) -> Page:
    """Fill one template; everything that is not finished HTML is escaped."""
    return Page(_environment().get_template(template).render(**values))


def safe(value: Any) -> Markup:
    """Escape one value. A dollar sign is set apart, so that no reader takes it for the start of a formula."""
    if isinstance(value, Markup):
        return value
    return Markup(str(escape("" if value is None else value)).replace("$", "<span>&#36;</span>"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (amount, number, share, probability, listed)
    environment.filters |= {word.__name__: word for word in words} | {"arm": arm_title}
    environment.globals |= {"meanings": {arm.id: arm.meaning for arm in ARM.values()}, "counted": counted}
    return environment
