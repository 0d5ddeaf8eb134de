"""When models and services end, and what takes their place: ``data/prices/calendar.csv``."""

import csv
import datetime
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from lib.paths import PRICES

CLOSED_TO_NEW, TRAINING_ENDS, SHUTDOWN = "closed_to_new", "training_ends", "shutdown"
WORDS = {
    CLOSED_TO_NEW: "closed to new customers",
    TRAINING_ENDS: "trains no new models",
    SHUTDOWN: "shut down",
}


@dataclass(frozen=True)
class End:
    """One end of a model or service: what happens on ``date``, known from ``announced`` on.

    ``item`` is a name as the price book has it, or a pattern with ``*``; ``replacement`` the maker's own advice, or
    empty. ``grade`` is ``firm`` or ``weak`` (:mod:`lib.prices.price`).
    """

    item: str
    event: str
    date: datetime.date
    announced: datetime.date
    replacement: str
    grade: str
    source: str
    checked: datetime.date
    note: str

    def says(self, name: str) -> str:
        """Say it of ``name`` in a clause: what happens when, and what to take instead."""
        instead = f" (replacement: {self.replacement})" if self.replacement else " (no replacement is named)"
        weak = ", by a source that is second hand" if self.grade != "firm" else ""
        return f"{name} is {WORDS[self.event]} on {self.date}{weak}{instead}"


@cache
def ends() -> tuple[End, ...]:
    """Give all ends, earliest first."""
    with (PRICES / "calendar.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    day = datetime.date.fromisoformat
    found = (
        End(
            row["item"],
            row["event"],
            day(row["date"]),
            day(row["announced"] or row["date"]),
            row["replacement"],
            row["grade"],
            row["source"],
            day(row["checked"]),
            row["note"],
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda end: end.date))


def ends_of(names: Iterable[str], as_of: datetime.date) -> list[End]:
    """Give the ends of a model or service called any of ``names``, as far as they were announced at ``as_of``."""
    lower = [name.lower() for name in names]
    return [
        end
        for end in ends()
        if end.announced <= as_of and any(fnmatch.fnmatchcase(name, end.item.lower()) for name in lower)
    ]


def gone(names: Iterable[str], as_of: datetime.date) -> End | None:
    """Give the end for which new work can no longer start at ``as_of``, or ``None``; second-hand news only warn."""
    over = (end for end in ends_of(names, as_of) if end.date <= as_of and end.grade == "firm")
    return next((end for end in over if end.event in (CLOSED_TO_NEW, SHUTDOWN)), None)
