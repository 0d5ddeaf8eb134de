"""The client file as arrays: what frameworks, costs and the recommendation compute on.

A field is read by its dotted path. Its value is a NumPy array of shape ``()`` (one situation) or
``(n,)`` (n draws or variations), so that the same rules answer one client and a million draws. Numbers
stay in their unit; ``never`` is ``inf``; a field without an answer and without a default is ``nan``;
yes/no is 1/0; a choice is the position of its word.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import numpy as np

from lib.client.field import FieldSpec, spec_of
from lib.client.model import ClientFile
from lib.client.quantity import NEVER, Range, likely

Array = np.ndarray


@cache
def field_specs() -> dict[str, FieldSpec]:
    """Return every field of the client file by its dotted path, in the order of the file."""
    return {
        f"{section}.{name}": spec_of(info)
        for section, section_info in ClientFile.model_fields.items()
        for name, info in section_info.annotation.model_fields.items()
    }


def coded(spec: FieldSpec, value: Any) -> float:
    """Code one plain value of a field as a number (see the module's text)."""
    if value is None:
        return np.nan
    if value == NEVER and spec.never:
        return np.inf
    if spec.kind == "choice":
        return float(spec.choices.index(value))
    # The likely value of a range may be a fraction; a whole field has one whole value everywhere, half rounded up.
    return float(np.floor(value + 0.5)) if spec.whole else float(value)


def decoded(spec: FieldSpec, number: float) -> Any:
    """Turn a coded number back into the value that stands in a client file."""
    if np.isnan(number):
        return None
    if spec.kind == "choice":
        return spec.choices[round(number)]
    if spec.kind == "truth":
        return bool(number)
    if np.isinf(number):
        return NEVER
    return int(number) if float(number).is_integer() else float(number)


class Facts(Mapping[str, Array]):
    """A client's facts as arrays, and which of them the client has answered."""

    def __init__(
        self,
        values: dict[str, Any],
        answered: frozenset[str],
        words: dict[str, Any],
        name: str,
        answered_rows: Mapping[str, Array] | None = None,
    ) -> None:
        """Use :meth:`of` to make facts from a client file, :meth:`replaced` for variations."""
        self._values = values
        self._answered = answered
        self._answered_rows = dict(answered_rows or {})
        self._words = words
        self.name = name

    @classmethod
    def of(cls, client: ClientFile) -> "Facts":
        """Take the likely value of every field of ``client``."""
        values: dict[str, Any] = {}
        words: dict[str, Any] = {}
        answered = {f"{section}.{name}" for section, part in client for name in part.model_fields_set}
        for path, spec in field_specs().items():
            value = attrgetter(path)(client)
            if spec.kind in ("number", "truth", "choice"):
                values[path] = np.asarray(coded(spec, likely(value)))
            else:
                words[path] = value
        return cls(values, frozenset(answered), words, client.client.name)

    def replaced(self, values: Mapping[str, Any], answered: bool | Mapping[str, Array] = True) -> "Facts":
        """Return facts in which some fields hold other arrays.

        ``answered`` tells whether they count as answered now, or, by field, in which variations they do.
        """
        unknown = set(values) - set(self._values)
        if unknown:
            raise KeyError(f"not a number, choice or yes/no field: {sorted(unknown)}")
        merged = self._values | {path: np.asarray(value, dtype=float) for path, value in values.items()}
        if isinstance(answered, Mapping):
            return Facts(merged, self._answered, self._words, self.name, {**self._answered_rows, **answered})
        now_answered = self._answered | set(values) if answered else self._answered
        return Facts(merged, now_answered, self._words, self.name, self._answered_rows)

    def each(self, others: Sequence["Facts"]) -> "Facts":
        """Return variations of these facts, one for each of ``others`` of shape ``()``, with its values and answers."""
        values = {path: np.array([other[path] for other in others]) for path in self}
        answered = {path: np.array([other.answered(path) for other in others]) for path in self}
        return self.replaced(values, answered)

    def answered(self, path: str) -> bool:
        """Return whether the client answered the field, as opposed to the default being assumed."""
        return path in self._answered

    def answered_at(self, path: str) -> Array:
        """Return where the field counts as answered; differs between variations where some of them answer it."""
        return self._answered_rows.get(path, np.asarray(path in self._answered))

    def is_word(self, path: str, word: str) -> Array:
        """Return where a choice field has the value ``word``."""
        return self[path] == field_specs()[path].choices.index(word)

    def truth(self, path: str) -> Array:
        """Return a yes/no field as booleans (not answered and no default: False)."""
        return self[path] == 1.0

    def text(self, path: str) -> Any:
        """Return a text, date or list field, which never varies between draws."""
        return self._words[path]

    def __getitem__(self, path: str) -> Array:
        """Return the array of a number, choice or yes/no field."""
        return self._values[path]

    def __iter__(self) -> Iterator[str]:
        """Go through the paths of all array fields."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the array fields."""
        return len(self._values)


def queries_answered(facts: Mapping[str, Any]) -> Any:
    """Return the queries a month that are answered and billed: those that come up × the share brought to it."""
    return facts["traffic.queries_per_month"] * facts["money.adoption_share"]


def ranges(client: ClientFile) -> dict[str, Range]:
    """Return the fields that the client answered with a range."""
    values = {path: attrgetter(path)(client) for path in field_specs()}
    return {path: value for path, value in values.items() if isinstance(value, Range)}
