"""What is to come: when models and services end (``data/prices/calendar.csv``), and prices that change on a known day."""

import datetime
import fnmatch
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from lib.prices.price import table

CLOSED_TO_NEW, TRAINING_ENDS, SHUTDOWN = "closed_to_new", "training_ends", "shutdown"
WORDS = {CLOSED_TO_NEW: "is closed to new customers", TRAINING_ENDS: "trains no new models", SHUTDOWN: "is shut down"}


@dataclass(frozen=True)
class End:
    """One end of a model or service: what happens on ``date``."""

    item: str  # a name as the price book has it, or a pattern with ``*``
    event: str
    date: datetime.date
    announced: datetime.date  # known from then on
    replacement: str  # the maker's own advice, or empty
    grade: str  # ``firm`` or ``weak`` (:mod:`lib.prices.price`)
    source: str
    checked: datetime.date
    note: str

    def says(self, name: str) -> str:
        """Say it of ``name`` in a clause: what happens when, and what to take instead."""
        instead = f" (replacement: {self.replacement})" if self.replacement else ""
        if self.event == SHUTDOWN and not instead:
            instead = " (no replacement is named)"
        weak = ", by a source that is second hand" if self.grade != "firm" else ""
        day = f"from {self.date} on" if self.event == TRAINING_ENDS else f"on {self.date}"
        return f"{name} {WORDS[self.event]} {day}{weak}{instead}"


@dataclass(frozen=True)
class Event:
    """Something that happens within a client's horizon to a model of the stack."""

    at: float  # months after the date of the prices
    date: datetime.date
    role: str
    item: str  # the model of ``role`` that it happens to
    kind: str  # ``shutdown`` or ``price``
    prefix: str  # stands before the keys of the prices that count from then on
    sentence: str
    hourly: frozenset[str]  # the roles that are then paid by the hour


def months_after(start: datetime.date, end: datetime.date) -> float:
    """Return the months from ``start`` to ``end``: whole ones, and the share of the one begun."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    while whole > 0 and later(start, whole) > end:
        whole -= 1
    begun, over = later(start, whole), later(start, whole + 1)
    return whole + (end - begun).days / (over - begun).days


def later(start: datetime.date, months: int) -> datetime.date:
    """Return the day ``months`` after ``start``; the last of a month that is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@cache
def ends() -> tuple[End, ...]:
    """Return all ends, earliest first."""
    day = datetime.date.fromisoformat
    found = (
        End(**row | {name: day(row[name] or row["date"]) for name in ("date", "announced", "checked")})
        for row in table("calendar.csv")
    )
    return tuple(sorted(found, key=lambda end: end.date))


def ends_of(names: Iterable[str], as_of: datetime.date) -> list[End]:
    """Return the ends of a model or service called any of ``names``, as far as they were announced at ``as_of``."""
    lower = [name.lower() for name in names]
    return [
        end
        for end in ends()
        if end.announced <= as_of and any(fnmatch.fnmatchcase(name, end.item.lower()) for name in lower)
    ]


def gone(names: Iterable[str], as_of: datetime.date) -> End | None:
    """Return the end for which new work can no longer start at ``as_of``, or ``None``; second-hand news only warn."""
    over = (end for end in ends_of(names, as_of) if end.date <= as_of and end.grade == "firm")
    return next((end for end in over if end.event in (CLOSED_TO_NEW, SHUTDOWN)), None)
