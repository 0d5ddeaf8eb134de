"""How far a slider reaches and which value each of its positions stands for.

Shares move in hundredths. Everything else moves in steps of two significant digits over the decades
around the default, because a slider that spans the whole allowed range could not be aimed.
"""

from bisect import bisect_left
from typing import Any

from lib.client.field import FieldSpec
from lib.client.quantity import NEVER

DECADES_EACH_SIDE = 3
SHARE_STEPS = 100
STEPS_A_DECADE = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
UNKNOWN_HIGH = 1e6
LARGE = 1e6  # a field that allows as much as this is also asked in small fractions, such as a cost per query


class SliderScale:
    """The positions 0 … ``last`` of one field's slider."""

    def __init__(self, spec: FieldSpec, default: Any) -> None:
        """Lay the scale around ``default`` (``None``, ``never`` and 0 give no hint and reach to a million)."""
        self.values = _shares(spec) if spec.highest <= 1 else _decades(spec, default)
        if spec.never:
            self.values.append(NEVER)

    @property
    def last(self) -> int:
        """Give the highest position."""
        return len(self.values) - 1

    def value(self, position: int) -> Any:
        """Give the value that a position stands for."""
        return self.values[position]

    def position(self, value: Any) -> int:
        """Give the position nearest to a value, at the end of the slider for one beyond it."""
        if value is None:
            return 0
        if value == NEVER:
            return self.last
        if isinstance(value, dict):
            value = value["likely"]
        numbers = [number for number in self.values if number != NEVER]
        after = bisect_left(numbers, value)
        near = [place for place in (after - 1, after) if 0 <= place < len(numbers)]
        return min(near, key=lambda place: abs(numbers[place] - value))


def _shares(spec: FieldSpec) -> list[Any]:
    low, high = spec.lowest, spec.highest
    return [_plain(low + (high - low) * step / SHARE_STEPS) for step in range(SHARE_STEPS + 1)]


def _decades(spec: FieldSpec, default: Any) -> list[Any]:
    hint = default if isinstance(default, (int, float)) and default > 0 else None
    if hint:
        low, high = hint / 10**DECADES_EACH_SIDE, hint * 10**DECADES_EACH_SIDE
    else:
        low, high = spec.highest / 1e9 if spec.highest >= LARGE else 1.0, UNKNOWN_HIGH
    low, high = max(low, spec.lowest), min(high, spec.highest)
    values = {_plain(step * 10.0**power) for power in range(-8, 12) for step in STEPS_A_DECADE}
    if spec.whole:
        values = {value for value in values if value == int(value)}
    inside = {value for value in values if low <= value <= high} | ({hint} if hint else set())
    return sorted(inside | ({0} if spec.lowest == 0 else set()))


def _plain(number: float) -> float | int:
    number = round(number, 9)
    return int(number) if float(number).is_integer() else number
