"""Thresholds as ranges with a source: every number that decides, read from ``data/decision/thresholds.yaml``.

For: whoever compares with one. May import: files, paths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.files import read_yaml
from lib.paths import DATA


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
        """Read a threshold from a data row; a missing ``low`` or ``high`` is the likely value.

        Raises:
            ValueError: the three are out of order.
        """
        likely = float(row["likely"])
        low, high = float(row.get("low", likely)), float(row.get("high", likely))
        if not low <= likely <= high:
            raise ValueError(f"threshold out of order: {row}")
        return cls(low, likely, high, row["unit"], row["source"], row.get("meaning", ""))


@cache
def own_thresholds() -> dict[str, Threshold]:
    """Return the thresholds of the workbook's own recommendation by id."""
    return {name: Threshold.of(row) for name, row in read_yaml(DATA / "decision" / "thresholds.yaml").items()}


def likely_threshold(name: str) -> float:
    """Return the likely value of one of the workbook's own thresholds."""
    return own_thresholds()[name].likely


class ThresholdValues(dict[str, np.ndarray]):
    """The value that each threshold takes now: its likely value, or arrays of shape (n,) for draws."""

    def __init__(self, thresholds: Mapping[str, Threshold], moved: Mapping[str, np.ndarray] | None = None) -> None:
        """Take thresholds by id and, for draws, the arrays that replace some of them."""
        super().__init__({name: np.asarray(item.likely) for name, item in thresholds.items()} | dict(moved or {}))
        self.thresholds = thresholds
