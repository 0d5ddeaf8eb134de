"""Measures against their target ranges, the history of an evaluation, and the gate before any training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lib.evaluation.grading import Grade
from lib.files import read_yaml
from lib.paths import DATA
from lib.stats import proportion, wilson
from lib.thresholds import likely_threshold
from lib.wording import share

if TYPE_CHECKING:
    import pandas

BELOW, WITHIN, BEYOND = "misses the target", "within the target", "better than the target"


@dataclass(frozen=True)
class Target:
    """The range that a measure should reach (shares from 0 to 1); ``better`` is ``higher`` or ``lower``."""

    measure: str
    title: str
    low: float
    high: float
    better: str

    def standing(self, value: float) -> str:
        """Say on which side of the range a value lies."""
        if self.better == "lower":
            return BELOW if value > self.high else WITHIN if value > self.low else BEYOND
        return BELOW if value < self.low else WITHIN if value <= self.high else BEYOND


@dataclass(frozen=True)
class Alert:
    """A measure that misses its target."""

    target: Target
    value: float

    @property
    def words(self) -> str:
        """Say it in one sentence."""
        limit = (
            f"at most {share(self.target.high)}"
            if self.target.better == "lower"
            else f"at least {share(self.target.low)}"
        )
        return f"{self.target.title}: {share(self.value)}; the target is {limit}."


@cache
def targets() -> dict[str, Target]:
    """Read the targets by measure."""
    rows = read_yaml(DATA / "evaluation" / "targets.yaml")
    return {row["measure"]: Target(**row) for row in rows}


def alerts(measured: Mapping[str, float]) -> list[Alert]:
    """List the measures (shares, 0 to 1) that miss their target; one without a target raises none."""
    known = targets()
    return [
        Alert(known[measure], value)
        for measure, value in measured.items()
        if measure in known and known[measure].standing(value) == BELOW
    ]


def gate(right: Mapping[str, float], questions: int, target: float) -> str:
    """Answer in words: is there a measured gap that retrieval and prompting do not close?

    ``right`` is the share right (0 to 1) of each arm measured, on so many graded ``questions``.
    """
    needed = int(likely_threshold("evaluation_examples"))
    plain = {arm: value for arm, value in right.items() if arm in ("prompt", "long_context", "rag")}
    if not plain:
        return "Not known: neither prompting nor retrieval has been measured. Measure them before training anything."
    best = max(plain.values())
    if questions < needed:
        return (
            f"Not known: {questions} graded questions are too few; {needed} are the least that can carry a decision "
            f"(so far {share(best)} right at best)."
        )
    low, high = wilson(best * questions, questions)
    if high < target:
        return (
            f"Yes: at best {share(best)} are right ({share(low)} to {share(high)} on {questions} questions), below the target "
            f"of {share(target)} by more than chance. Look first at what goes wrong: pages not found, prompt, or behaviour."
        )
    if best >= target:
        return f"No: {share(best)} are right, which meets the target of {share(target)}. Nothing measured asks for training."
    return (
        f"Not shown: {share(best)} are right, below the target of {share(target)}, but chance explains that "
        f"({share(low)} to {share(high)} on {questions} questions)."
    )


def history(books: Mapping[str, Sequence[Grade]], verdict: str = "correct") -> "pandas.DataFrame":
    """Return one row an evaluation and system: ``evaluation, system, at, n, share, low, high``, oldest first."""
    import pandas

    rows = []
    for name, grades in books.items():
        for system in dict.fromkeys(grade.system for grade in grades):
            of = [grade for grade in grades if grade.system == system and getattr(grade, verdict) is not None]
            if of:
                found = proportion([getattr(grade, verdict) for grade in of])
                rows.append(
                    {"evaluation": name, "system": system, "at": max(grade.at for grade in of), "n": found.n}
                    | {"share": found.share, "low": found.low, "high": found.high}
                )
    frame = pandas.DataFrame(rows, columns=["evaluation", "system", "at", "n", "share", "low", "high"])
    return frame.sort_values("at", kind="stable").reset_index(drop=True)
