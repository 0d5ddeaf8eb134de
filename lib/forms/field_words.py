"""How one field is called where people read it."""

from functools import cache
from typing import Any

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.forms.typed import said


@cache
def default_of(path: str) -> Any:
    """Give the value that is assumed while the field is not answered; ``None`` where nothing is."""
    section, name = path.split(".")
    default = ClientFile.model_fields[section].annotation.model_fields[name].get_default()
    return None if default in ([], {}) else default


def section_title(section: str) -> str:
    """Give a section's name as a heading."""
    return section.replace("_", " ").capitalize()


def section_help(section: str) -> str:
    """Say what a section is about."""
    return ClientFile.model_fields[section].annotation.__doc__


def field_label(path: str) -> str:
    """Give a field's label."""
    return field_specs()[path].label


def value_words(path: str, value: Any) -> str:
    """Say a value of a field in words, with its unit."""
    return "not answered" if value is None else said(field_specs()[path], value)
