"""The published measurements as the experiment reads them: tables under ``data/published/``."""

import csv
from dataclasses import dataclass, field
from functools import cache

from lib.paths import DATA

PUBLISHED = DATA / "published"


@dataclass(frozen=True)
class PublishedRow:
    """One study, task and model: share right (0 to 1) by arm of the experiment.

    ``without_counterpart`` maps the paper's other arms to why the experiment has none for them. ``grade`` is
    P (read in the primary text), S (a careful secondary source) or A (abstract only).
    """

    study: str
    task: str
    model: str
    source: str
    grade: str
    shares: dict[str, float] = field(default_factory=dict)
    without_counterpart: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the row within its study: model and task."""
        return f"{self.model} on {self.task}"


@dataclass(frozen=True)
class Statement:
    """One sentence of a paper as a test: by ``measure`` the arm ``higher`` lies above the arm ``lower``.

    ``untestable`` says why a run cannot tell, where no two arms answer it; the arms are then empty.
    """

    id: str
    study: str
    statement: str
    measure: str
    kind: str
    higher: str
    lower: str
    untestable: str
    source: str
    grade: str


@cache
def published_rows() -> tuple[PublishedRow, ...]:
    """Read ``accuracy.csv`` with the papers' arms replaced by the experiment's (``arms.csv``), in the file's order."""
    ours = {(row["study"], row["arm"]): row for row in _rows("arms")}
    found: dict[tuple[str, str, str], PublishedRow] = {}
    for row in _rows("accuracy"):
        key = row["study"], row["task"], row["model"]
        entry = found.setdefault(key, PublishedRow(*key, row["source"], row["grade"]))
        match = ours[row["study"], row["arm"]]
        if match["our_arm"]:
            entry.shares[match["our_arm"]] = float(row["value"]) / {"share": 1.0, "percent": 100.0}[row["unit"]]
        else:
            entry.without_counterpart[row["arm"]] = match["why"]
    return tuple(found.values())


@cache
def published_statements() -> tuple[Statement, ...]:
    """Read ``statements.csv``."""
    return tuple(Statement(**row) for row in _rows("statements"))


def _rows(table: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
