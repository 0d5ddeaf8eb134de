"""What a person types into a box, and how a value is written there.

A box takes a number (``25,000`` or ``25000``), ``never`` where the field knows it, or a range written
``low / likely / high``. An empty box is a field without an answer.
"""

import re
from typing import Any

from lib.client.field import FieldSpec
from lib.client.quantity import NEVER
from lib.views.field_words import RANGE_PARTS

_THOUSANDS = re.compile(r"^[+-]?\d{1,3}([,\u202f\u00a0 ]\d{3})+(\.\d+)?$")


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
    if len(parts) == len(RANGE_PARTS):
        return {key: _number(part) for key, part in zip(RANGE_PARTS, parts, strict=True)}
    return _number(text)


def _number(text: str) -> float | int | str:
    plain = re.sub(r"[,\u202f\u00a0 ]", "", text) if _THOUSANDS.match(text) else text
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
