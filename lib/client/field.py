"""What is known of one field of the client file, in one place.

Forms, validation messages, documentation and the JSON schema are all made from :class:`FieldSpec`.
"""

import datetime
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, StringConstraints, WithJsonSchema

from lib.client.quantity import NEVER, Number, NumberOrNever, within

TEXT_LIMIT = 300

# Control characters, line separators and marks that turn the direction of writing have no place on one line of text,
# and a text of blanks and invisible characters alone says nothing.
_BARRED = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
PATTERNS = {
    "text": rf"^[^{_BARRED}]*[^\s{_BARRED}\u200b-\u200f\u2060\ufeff][^{_BARRED}]*$",
    "currency": r"^[A-Z]{3}$",
    "colour": r"^#[0-9a-fA-F]{6}$",
}


@dataclass(frozen=True)
class FieldSpec:
    """One field of the client file."""

    label: str
    help: str
    kind: str  # number, truth, choice, outcomes, text, colour, currency, date or list
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    whole: bool = False
    never: bool = False
    choices: tuple[str, ...] = ()
    # Both feed the stability: where the value is taken to lie while the client has not answered, and how far (plus or
    # minus, in the field's unit) an answered one can be off because it is somebody's estimate.
    plausible: tuple[float, float] | None = None
    judgement: float = 0.0
    keys: tuple[str, ...] = ()  # of outcomes: a mapping of some of them to one of ``choices`` each
    deciding: bool = False  # one of the few facts that are asked first: they decide most clients

    @property
    def allowed(self) -> str:
        """Say in words which values the field takes, as validation messages print it."""
        if self.kind == "number":
            words = f"a {'whole ' if self.whole else ''}number from {_plain(self.lowest)} to {_plain(self.highest)}"
            return f"{words} ({self.unit}){', never' if self.never else ''}, or a range {{low, likely, high}} in that order"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "outcomes":
            return f"some of {', '.join(self.keys)}, each {', '.join(self.choices)}"
        return {
            "truth": "true or false",
            "text": f"text of 1 to {TEXT_LIMIT} characters (in quotes where it looks like a number or a date)",
            "colour": "a colour such as #1f77b4",
            "currency": "a currency by its three capital letters, such as EUR",
            "date": "a date from 2000 to 2099 such as 2026-11-21",
            "list": "a list of texts",
        }[self.kind]


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:g}"


def spec_of(field_info: Any) -> FieldSpec:
    """Return the :class:`FieldSpec` kept in a pydantic field."""
    return next(item for item in field_info.metadata if isinstance(item, FieldSpec))


def number(label: str, help: str, unit: str, lowest: float, highest: float, **more: Any) -> Any:
    """Declare a number (or range) with its unit and bounds; ``more`` are further attributes of :class:`FieldSpec`."""
    spec = FieldSpec(label, help, "number", unit, lowest, highest, **more)
    kind, schema = NumberOrNever if spec.never else Number, WithJsonSchema(_number_schema(spec))
    return Annotated[kind | None, within(lowest, highest, spec.whole), spec, _described(spec), schema]


def share(label: str, help: str, **more: Any) -> Any:
    """Declare a share, from 0 to 1."""
    return number(label, help, "share", 0, 1, **more)


def tokens(label: str, help: str, highest: float, lowest: float = 0, **more: Any) -> Any:
    """Declare a length in tokens."""
    return number(label, help, "tokens", lowest, highest, **more)


def _number_schema(spec: FieldSpec) -> dict[str, Any]:
    """What an editor may check of a number: a plain one, a range of three, ``never`` or nothing."""
    bounds = {"minimum": spec.lowest, "maximum": spec.highest}
    parts = {name: {"type": "number", **bounds} for name in ("low", "likely", "high")}
    allowed: list[dict[str, Any]] = [
        {"type": "integer" if spec.whole else "number", **bounds},
        {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False},
    ]
    return {"anyOf": [*allowed, *([{"const": NEVER}] if spec.never else []), {"type": "null"}]}


def truth(label: str, help: str, *, deciding: bool = False) -> Any:
    """Declare a yes/no field."""
    spec = FieldSpec(label, help, "truth", deciding=deciding)
    return Annotated[Annotated[bool, Strict()] | None, spec, _described(spec)]


def choice(label: str, help: str, *choices: str, deciding: bool = False) -> Any:
    """Declare a field that takes one of a few words."""
    spec = FieldSpec(label, help, "choice", choices=choices, deciding=deciding)
    return Annotated[Literal[choices] | None, spec, _described(spec)]


def outcomes(label: str, help: str, keys: tuple[str, ...], *choices: str) -> Any:
    """Declare a mapping of some of ``keys`` to one of ``choices`` each."""
    spec = FieldSpec(label, help, "outcomes", choices=choices, keys=keys)
    return Annotated[dict[Literal[keys], Literal[choices]] | None, spec, _described(spec)]


def text(label: str, help: str, kind: str = "text") -> Any:
    """Declare a text field: 1 to 300 characters on one line, or what :data:`PATTERNS` says of its ``kind``."""
    spec = FieldSpec(label, help, kind)
    return Annotated[Annotated[str, _line(kind)] | None, spec, _described(spec)]


def _line(kind: str = "text") -> StringConstraints:
    return StringConstraints(strict=True, min_length=1, max_length=TEXT_LIMIT, pattern=PATTERNS[kind])


def listing(label: str, help: str) -> Any:
    """Declare a list of texts."""
    spec = FieldSpec(label, help, "list")
    return Annotated[list[Annotated[str, _line()]] | None, spec, _described(spec)]


def date_field(label: str, help: str) -> Any:
    """Declare a date; a YAML date and a text such as ``2026-11-21`` both do."""

    def parse(value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            raise ValueError("a date without a time of day")
        date = datetime.date.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(date, datetime.date) and not 2000 <= date.year < 2100:
            raise ValueError("a year that is a slip of the pen")
        return date

    spec = FieldSpec(label, help, "date")
    return Annotated[Annotated[datetime.date, Strict()] | None, BeforeValidator(parse), spec, _described(spec)]


def _described(spec: FieldSpec) -> Any:
    extra = {"unit": spec.unit} if spec.unit else None
    return Field(title=spec.label, description=spec.help, json_schema_extra=extra)
