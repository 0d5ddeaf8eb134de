"""How one field of the client file and its values are called where people read them."""

import datetime
from dataclasses import replace
from functools import cache
from typing import Any

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.field import FieldSpec
from lib.client.quantity import NEVER
from lib.views.money import DOLLARS, Money
from lib.wording import arm_title

BARE_UNITS = ("", "share", "0 to 1")
SINGULAR = {"days": "day", "weeks": "week", "hours": "hour", "months": "month", "minutes": "minute"}
RANGE_PARTS = ("low", "likely", "high")


@cache
def default_of(path: str) -> Any:
    """Return the value that is assumed while the field is not answered; ``None`` where nothing is."""
    section, name = path.split(".")
    default = ClientFile.model_fields[section].annotation.model_fields[name].get_default()
    return None if default in ([], {}) else default


def section_title(section: str) -> str:
    """Return a section's name as a heading."""
    return section.replace("_", " ").capitalize()


def section_help(section: str) -> str:
    """Say what a section is about."""
    return ClientFile.model_fields[section].annotation.__doc__


def field_label(path: str) -> str:
    """Return a field's label."""
    return field_specs()[path].label


def value_words(path: str, value: Any, money: Money = DOLLARS) -> str:
    """Say a value of a field in words, with its unit; an amount in the currency of ``money``."""
    if value is None:
        return "not answered"
    spec = field_specs()[path]
    unit, value = money.converted(spec.unit, value)
    return said(replace(spec, unit=unit), value)


def said(spec: FieldSpec, value: Any) -> str:
    """Say a value in words, as in ``assumed: 25,000 queries``."""
    if value in (None, [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if spec.kind == "choice":
        return choice_words(value)
    if spec.kind == "outcomes":
        return ", ".join(f"{arm_title(arm)}: {choice_words(word)}" for arm, word in value.items())
    words = ", ".join(value) if spec.kind == "list" else written(spec, value)
    if value == NEVER or spec.unit in BARE_UNITS:
        return words
    return f"{words} {SINGULAR.get(spec.unit, spec.unit) if value == 1 else spec.unit}"


def written(spec: FieldSpec, value: Any) -> str:
    """Write a value as a box for typing shows it."""
    if value is None:
        return ""
    if spec.kind == "list":
        return "\n".join(value)
    if isinstance(value, dict):
        return " / ".join(_grouped(value[key]) for key in RANGE_PARTS)
    return _grouped(value) if spec.kind == "number" and value != NEVER else str(value)


def choice_words(word: str) -> str:
    """Write one word of a choice as people read it."""
    return word.replace("_", " ")


def _grouped(number: float | int) -> str:
    if float(number).is_integer():
        return f"{int(number):,}"
    # Large fractions keep their digits too: the box must give back what it shows.
    words = f"{number:,}" if abs(number) >= 1e-4 else f"{number:.10f}".rstrip("0")
    # Three digits after the point could be read as thousands, as some countries write them.
    return words + "0" if abs(number) < 1000 and len(words.partition(".")[2]) == 3 else words
