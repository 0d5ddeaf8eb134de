"""Pieces of the report as HTML, made from templates in which every value is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lib.charts.escape import safe
from lib.wording import arm_title, number, share

FOLDER = Path(__file__).parent / "parts"


class Part(str):
    """A piece of HTML that a notebook shows."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """Say what it is where only text can be shown."""
        return "Part of the report"

    def __html__(self) -> str:
        """Tell the template engine that this is HTML already."""
        return str(self)


def part(name: str, **values: Any) -> Part:
    """Fill the template ``parts/NAME.html``; every value that is not itself a part is escaped."""
    return Part(_environment().get_template(f"{name}.html").render(**values))


def _finalize(value: Any) -> Any:
    if hasattr(value, "__html__"):
        return value
    if hasattr(value, "_repr_html_"):
        return Part(value._repr_html_())
    return Part(safe(value))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"arm_title": arm_title, "share": share, "number": number}
    return environment
