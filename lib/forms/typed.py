"""What a person types into a box: numbers as people write them, with units, percentages and ranges.

``8k``, ``40.000``, ``0,5``, ``50 %``, ``USD 8,000``, ``3 s``, ``2 weeks``, ``weekly``, ``never``, ``800-1200`` and
``800 / 1000 / 1200`` are all understood; the form shows back as what. An empty box is a field without an answer.
"""

import re
from typing import Any

from lib.client.field import FieldSpec
from lib.client.quantity import NEVER
from lib.views.field_words import RANGE_PARTS, said

DAY = {"d": 1, "day": 1, "w": 7, "week": 7, "month": 30, "quarter": 91, "year": 365, "h": 1 / 24, "hour": 1 / 24}
UNITS = {
    "ms": {"ms": 1, "s": 1000, "sec": 1000, "second": 1000, "min": 60_000, "minute": 60_000},
    "minutes": {"s": 1 / 60, "second": 1 / 60, "min": 1, "m": 1, "minute": 1, "h": 60, "hour": 60},
    "hours": {word: 24 * size for word, size in DAY.items()} | {"min": 1 / 60, "minute": 1 / 60},
    "days": DAY,
    "weeks": {"d": 1 / 7, "day": 1 / 7, "w": 1, "week": 1, "month": 52 / 12},
    "months": {"month": 1, "quarter": 3, "year": 12},
}
"""How much of a field's unit one of what was typed is."""
OFTEN = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}
SIZES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
# Amounts of the client file are US dollars; one that names another currency is refused.
DOLLARS = re.compile(r"\bUSD\b|[$]")
NUMBER = re.compile(r"([+-]?[.,]?\d[\d.,'’_\s\u00a0\u202f]*)\s*(.*)", re.DOTALL)
EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}")
BETWEEN = re.compile(r"\s*(?:/|–|—|\.\.+|\bto\b|(?<=[\w%])\s*-\s*(?=\d))\s*")
LARGE = 10_000


def read_typed(spec: FieldSpec, text: str) -> Any:
    """Turn typed text into the value that the client file would hold; ``None`` where nothing is typed.

    Text that cannot be read stays text, so that the client model refuses it.
    """
    if spec.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    text = text.strip()
    if not text:
        return None
    if spec.kind == "currency":
        return text.upper()
    if spec.kind != "number":
        return text
    if spec.never and text.lower() in (NEVER, "fixed"):
        return NEVER
    parts = BETWEEN.split(DOLLARS.sub("", text).strip())
    # In "2-3 s" and "5-10 %" the last unit holds for both.
    unit = None if EXPONENT.fullmatch(parts[-1]) else NUMBER.fullmatch(parts[-1])
    parts = [part + (f" {unit[2]}" if unit and part.strip()[-1:].isdigit() else "") for part in parts]
    numbers = [_number(spec, part) for part in parts]
    if any(isinstance(number, str) for number in numbers) or len(numbers) > len(RANGE_PARTS):
        return text
    if len(numbers) == 1:
        return numbers[0]
    likely = numbers[1] if len(numbers) == len(RANGE_PARTS) else plain((numbers[0] + numbers[1]) / 2)
    return dict(zip(RANGE_PARTS, (numbers[0], likely, numbers[-1]), strict=True))


def refusal(spec: FieldSpec, text: str) -> str:
    """Say in the field's words what it takes, where ``text`` was refused."""
    if spec.kind == "number":
        unit = f" {spec.unit}" if spec.unit not in ("", "share", "0 to 1") else ""
        low, high = (said(spec, plain(end)) for end in (spec.lowest, spec.highest))
        never = ", or never" if spec.never else ""
        kind = "a whole number" if spec.whole else "a number"
        return f"“{text}” is not accepted: {kind}{unit and ' of' + unit} from {low} to {high}, or a range such as 2-3{never}."
    if spec.kind == "text" and not text.strip():
        return "Please type something."
    return f"“{text}” is not accepted: {spec.allowed}."


def _number(spec: FieldSpec, text: str) -> float | int | str:
    word = text.strip().lower()
    units = UNITS.get(spec.unit.split(" ")[0], {})
    if word in OFTEN and OFTEN[word] in units:
        return plain(units[OFTEN[word]])
    if EXPONENT.fullmatch(word):
        return plain(float(word))
    found = NUMBER.fullmatch(text.strip())
    number = _digits(spec, found[1]) if found else None
    if number is None:
        return text
    suffix = found[2].strip().lower()
    if suffix == "%" and spec.highest == 1:
        return plain(number / 100)
    singular = suffix.removesuffix("s") if len(suffix) > 2 else suffix
    for sizes in (units, SIZES):
        if singular in sizes:
            return plain(number * sizes[singular])
    known = suffix == "" or suffix in spec.unit.lower() or suffix in spec.label.lower()
    return plain(number) if known else text


def _digits(spec: FieldSpec, text: str) -> float | None:
    """Read digits with the marks of any country; what could be either is a thousand where the field goes that far."""
    digits = re.sub(r"['’_\s\u00a0\u202f]", "", text)
    marks = sorted({mark for mark in ",." if mark in digits}, key=digits.rfind)
    if len(marks) == 2:
        digits = digits.replace(marks[0], "").replace(marks[1], ".")
    elif marks:
        first, *groups = digits.split(marks[0])
        grouped = all(len(group) == 3 for group in groups) and first.lstrip("+-") not in ("", "0") and len(first) <= 4
        thousands = grouped and (len(groups) > 1 or spec.highest >= LARGE)
        digits = digits.replace(marks[0], "" if thousands else ".")
    try:
        return float(digits)
    except ValueError:
        return None


def plain(number: float) -> float | int:
    """Write 25000.0 as 25000, as a person would."""
    number = round(number, 9)
    return int(number) if float(number).is_integer() else number
