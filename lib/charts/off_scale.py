"""Which bars would make all others unreadable."""

from collections.abc import Mapping

FACTOR = 4.0


def off_scale(values: Mapping[str, float]) -> set[str]:
    """Name the entries that are more than four times the next smaller one, from the top.

    They are written as a figure instead of drawn as a bar. The two smallest are always drawn.
    """
    names = sorted(values, key=lambda name: values[name])
    dropped: set[str] = set()
    while len(names) > 2 and values[names[-1]] > FACTOR * values[names[-2]] > 0:
        dropped.add(names.pop())
    return dropped
