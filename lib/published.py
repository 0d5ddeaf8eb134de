"""The published measurements under ``data/published``, read in one place.

For: whoever holds an article's figure or a run against them. May import: paths.
"""

import csv
from functools import cache

from lib.paths import DATA

PUBLISHED = DATA / "published"


@cache
def published_table(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``TABLE.csv`` as they stand there."""
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def share_right(row: dict[str, str]) -> float:
    """Return the share right (0 to 1) of a row of ``accuracy.csv``, whatever unit its paper prints."""
    return float(row["value"]) / {"share": 1.0, "percent": 100.0}[row["unit"]]
