"""The track record: how published cases of like stability came out, as last decided.

For: what stands beside the stability on every page. May import: client, thresholds, stats.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.client.facts import Facts, field_specs
from lib.files import read_yaml
from lib.paths import DATA
from lib.stats import wilson
from lib.thresholds import likely_threshold

TRACK_RECORD_FILE = DATA / "decision" / "track_record.yaml"


@dataclass(frozen=True)
class TrackRecord:
    """Outside cases of like ``stability`` (from least to most, 0 to 1): how many were right, wrong, without an answer."""

    stability: tuple[float, float]
    right: int
    wrong: int
    no_answer: int

    @property
    def of(self) -> int:
        """Count the cases; one without an answer counts, and not as a hit."""
        return self.right + self.wrong + self.no_answer

    @property
    def low(self) -> float:
        """The lower end of the 95 % Wilson interval of the share right."""
        return wilson(self.right, self.of)[0]

    @property
    def high(self) -> float:
        """The upper end of the 95 % Wilson interval of the share right."""
        return wilson(self.right, self.of)[1]


def bands(outcomes: Iterable[tuple[float, bool | None]], least: float | None = None) -> tuple[TrackRecord, ...]:
    """Part ``(stability, right)`` rows into bands of at least ``least`` (the threshold's), highest stability first.

    Rows of equal stability share a band; what is left over at the low end joins the band above it.
    """
    least = likely_threshold("band_cases") if least is None else least
    groups: list[list[tuple[float, bool | None]]] = [[]]
    for row in sorted(outcomes, key=lambda row: -row[0]):
        if len(groups[-1]) >= least and row[0] != groups[-1][-1][0]:
            groups.append([])
        groups[-1].append(row)
    if len(groups) > 1 and len(groups[-1]) < least:
        groups[-2:] = [groups[-2] + groups[-1]]
    rights = [[right for _, right in group] for group in groups]
    return tuple(
        TrackRecord((group[-1][0], group[0][0]), *(right.count(outcome) for outcome in (True, False, None)))
        for group, right in zip(groups, rights, strict=True)
        if group
    )


def deciding_answered(facts: Facts) -> int:
    """Count the deciding facts that are answered."""
    return sum(facts.answered(path) for path, spec in field_specs().items() if spec.deciding)


def track_record(stability: float, answered: int) -> TrackRecord | None:
    """Return how the outside cases nearest in stability came out, of those with as many of the deciding facts answered.

    Cases are grouped into those with few and with many deciding facts answered, then into bands of stability; groups
    and bands are merged until each holds ten cases. ``None`` where no record is stored.
    """
    if not TRACK_RECORD_FILE.exists():
        return None
    rows, few = stored_record()["cases"], likely_threshold("few_deciding_facts")
    group = [row for row in rows if (row["answered"] < few) == (answered < few)]
    group = group if len(group) >= likely_threshold("band_cases") else rows
    found = bands((row["stability"], row["right"]) for row in group)
    return next((band for band in found if stability >= band.stability[0]), found[-1])


def guide_hits() -> tuple[dict[str, int], int]:
    """Return how many outside cases each published guide alone gets right, by its id, and how many cases there are."""
    return stored_record()["guides"], len(stored_record()["cases"])


@cache
def stored_record() -> dict[str, Any]:
    """Read what ``python -m lib cases --store`` has stored."""
    return read_yaml(TRACK_RECORD_FILE)
