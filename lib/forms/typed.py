"""What a person types into a box, and how a value is written there.

A box takes a number (``25,000`` or ``25000``), ``never`` where the field knows it, or a range written
``low / likely / high``. An empty box is a field without an answer.
"""

import datetime
import re
from typing import Any

from lib.client.field import FieldSpec
from lib.client.quantity import NEVER
from lib.wording import arm_title

_THOUSANDS = re.compile(r"^[+-]?\d{1,3}([,\u202f\u00a0 ]\d{3})+(\.\d+)?$")
BARE_UNITS = ("", "share", "0 to 1")
SINGULAR = {"days": "day", "weeks": "week", "hours": "hour", "months": "month", "minutes": "minute"}
_RANGE_PARTS = ("low", "likely", "high")


def read_typed(spec: FieldSpec, text: str) -> Any:
    """Turn typed text into the value that the client file would hold; ``None`` where nothing is typed.

    Text that cannot be read stays text, so that the client model refuses it with its own sentence.
    """
    if spec.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    text = text.strip()
    if not text:
        return None
    if spec.kind != "number":
        return text
    if spec.never and text.lower() == NEVER:
        return NEVER
    parts = [part.strip() for part in text.split("/")]
    if len(parts) == len(_RANGE_PARTS):
        return {key: _number(part) for key, part in zip(_RANGE_PARTS, parts, strict=True)}
    return _number(text)


def written(spec: FieldSpec, value: Any) -> str:
    """Write a value as the box shows it."""
    if value is None:
        return ""
    if spec.kind == "list":
        return "\n".join(value)
    if isinstance(value, dict):
        return " / ".join(_grouped(value[key]) for key in _RANGE_PARTS)
    return _grouped(value) if spec.kind == "number" and value != NEVER else str(value)


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


def choice_words(word: str) -> str:
    """Write one word of a choice as people read it."""
    return word.replace("_", " ")


def _number(text: str) -> float | int | str:
    plain = re.sub(r"[,\u202f\u00a0 ]", "", text) if _THOUSANDS.match(text) else text
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _grouped(number: float | int) -> str:
    if float(number).is_integer():
        return f"{int(number):,}"
    # Large fractions keep their digits too: the box must give back what it shows.
    return f"{number:,}" if abs(number) >= 1e-4 else f"{number:.10f}".rstrip("0")
