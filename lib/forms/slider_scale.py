"""How far a slider reaches and which value each of its positions stands for.

Shares move in hundredths. Everything else moves in steps of two significant digits over the decades
around the default, because a slider that spans the whole allowed range could not be aimed.
"""

from bisect import bisect_left
from typing import Any

from lib.client.field import FieldSpec
from lib.client.quantity import NEVER
from lib.forms.typed import plain

DECADES_EACH_SIDE = 3
SHARE_STEPS = 100
REACH = {True: 10, False: 2}
"""How many positions a range made of one number reaches to each side, by whether it is a share."""
STEPS_A_DECADE = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
UNKNOWN_HIGH = 1e6
LARGE = 1e6  # a field that allows as much as this is also asked in small fractions, such as a cost per query


class SliderScale:
    """The positions 0 … ``last`` of one field's slider."""

    def __init__(self, spec: FieldSpec, default: Any) -> None:
        """Lay the scale around ``default`` (``None``, ``never`` and 0 give no hint and reach to a million)."""
        self._share = spec.highest <= 1
        self.values = _shares(spec) if self._share else _decades(spec, default)
        if spec.never:
            self.values.append(NEVER)

    @property
    def last(self) -> int:
        """The highest position."""
        return len(self.values) - 1

    def value(self, position: int) -> Any:
        """Return the value that a position stands for."""
        return self.values[position]

    def position(self, value: Any) -> int:
        """Return the position nearest to a value, at the end of the slider for one beyond it."""
        if value is None:
            return 0
        if value == NEVER:
            return self.last
        if isinstance(value, dict):
            value = value["likely"]
        numbers = self._numbers
        after = bisect_left(numbers, value)
        near = [place for place in (after - 1, after) if 0 <= place < len(numbers)]
        return min(near, key=lambda place: abs(numbers[place] - value))

    def around(self, value: float) -> dict[str, float]:
        """Return a range around a number, to be narrowed or widened by whoever knows better."""
        at, reach, last = self.position(value), REACH[self._share], len(self._numbers) - 1
        low, high = self._numbers[max(at - reach, 0)], self._numbers[min(at + reach, last)]
        return {"low": min(low, value), "likely": value, "high": max(high, value)}

    @property
    def _numbers(self) -> list[float]:
        return [number for number in self.values if number != NEVER]


def _shares(spec: FieldSpec) -> list[Any]:
    low, high = spec.lowest, spec.highest
    return [plain(low + (high - low) * step / SHARE_STEPS) for step in range(SHARE_STEPS + 1)]


def _decades(spec: FieldSpec, default: Any) -> list[Any]:
    hint = default if isinstance(default, (int, float)) and default > 0 else None
    if hint:
        low, high = hint / 10**DECADES_EACH_SIDE, hint * 10**DECADES_EACH_SIDE
    else:
        low, high = spec.highest / 1e9 if spec.highest >= LARGE else 1.0, UNKNOWN_HIGH
    low, high = max(low, spec.lowest), min(high, spec.highest)
    values = {plain(step * 10.0**power) for power in range(-8, 12) for step in STEPS_A_DECADE}
    if spec.whole:
        values = {value for value in values if value == int(value)}
    inside = {value for value in values if low <= value <= high} | ({hint} if hint else set())
    return sorted(inside | ({0} if spec.lowest == 0 else set()))
