"""Published measurements, as tables under ``data/published/``."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from lib.paths import DATA

PUBLISHED = DATA / "published"


@dataclass(frozen=True)
class Measured:
    """What one study measured for one model on one task: share right (0–1) by arm."""

    study: str
    task: str
    model: str
    shares: dict[str, float]

    @property
    def name(self) -> str:
        """Name the comparison."""
        return f"{self.study}, {self.task}, {self.model}"


@cache
def accuracies() -> tuple[Measured, ...]:
    """Read ``accuracy.csv``: one :class:`Measured` per study, task and model, in the file's order."""
    found: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for row in rows("accuracy"):
        scale = {"share": 1.0, "percent": 100.0}[row["unit"]]
        found[row["study"], row["task"], row["model"]][row["arm"]] = float(row["value"]) / scale
    return tuple(Measured(*key, shares) for key, shares in found.items())


def finding(study: str, measure: str) -> float:
    """Give one number of ``findings.csv``."""
    return next(float(row["value"]) for row in rows("findings") if (row["study"], row["measure"]) == (study, measure))


def rows(table: str) -> list[dict[str, str]]:
    """Read the rows of one published table."""
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
