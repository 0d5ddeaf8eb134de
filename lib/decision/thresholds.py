"""Thresholds as ranges with a source: read from data, movable for the confidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.files import read_yaml
from lib.paths import DATA

THRESHOLDS_FILE = DATA / "decision" / "thresholds.yaml"


@dataclass(frozen=True)
class Threshold:
    """One threshold: its usable range, its most likely value, its unit and who says so."""

    low: float
    likely: float
    high: float
    unit: str
    source: str
    meaning: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Threshold":
        """Read a threshold from a data row; a missing ``low`` or ``high`` is the likely value."""
        likely = float(row["likely"])
        low, high = float(row.get("low", likely)), float(row.get("high", likely))
        if not low <= likely <= high:
            raise ValueError(f"threshold out of order: {row}")
        return cls(low, likely, high, row["unit"], row["source"], row.get("meaning", ""))


@cache
def own_thresholds() -> dict[str, Threshold]:
    """Return the thresholds of the workbook's own recommendation by id."""
    return {name: Threshold.of(row) for name, row in read_yaml(THRESHOLDS_FILE).items()}


class ThresholdValues(Mapping[str, Any]):
    """The value that each threshold takes now: its likely value, or arrays of shape (n,) for draws."""

    def __init__(self, thresholds: Mapping[str, Threshold], moved: Mapping[str, np.ndarray] | None = None) -> None:
        """Take thresholds by id and, for draws, the arrays that replace some of them."""
        self.thresholds = dict(thresholds)
        self._values = {name: np.asarray(item.likely) for name, item in thresholds.items()} | dict(moved or {})

    def moved(self, values: Mapping[str, np.ndarray]) -> "ThresholdValues":
        """Return the same thresholds with some of them at other values."""
        return ThresholdValues(self.thresholds, values)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the value of one threshold."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the thresholds."""
        return len(self._values)
