"""One measured point of a curve: which questions came out right, and what the point cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.statistics import Share, share_of


@dataclass(frozen=True)
class CurvePoint:
    """The outcomes of one line of a curve at one place of its x axis, by one measure.

    ``line`` is an arm's id, or what else the curve draws a line for (``k = 4``). ``outcomes`` maps a question's
    id to whether it came out right; questions that the measure does not judge are not in it. ``label`` tells
    apart what shares a line and is no place on the axis; ``facts`` are further numbers (mean tokens of a prompt,
    passages in the index, prompts that were cut).
    """

    x: float
    line: str
    measure: str
    outcomes: Mapping[str, bool]
    label: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def share(self) -> Share:
        """The share of questions that came out right, with its 95 % Wilson interval."""
        return share_of(list(self.outcomes.values()))

    @property
    def title(self) -> str:
        """What the line is called."""
        arm = EXPERIMENT_ARMS.get(self.line)
        return arm.title if arm else self.line

    @property
    def name(self) -> str:
        """The line with what tells this point apart on it."""
        return f"{self.title}, {self.label}" if self.label else self.title


def packed(points: list[CurvePoint], questions: list[str]) -> list[dict[str, Any]]:
    """Write points as plain values: one sign a question (1 right, 0 wrong, - not judged), in the given order."""
    signs = {True: "1", False: "0", None: "-"}
    return [
        {
            "x": point.x,
            "line": point.line,
            "measure": point.measure,
            "label": point.label,
            "facts": dict(point.facts),
            "outcomes": "".join(signs[point.outcomes.get(id_)] for id_ in questions),
        }
        for point in points
    ]


def unpacked(values: list[dict[str, Any]], questions: list[str]) -> list[CurvePoint]:
    """Read points back, as ``packed`` writes them."""
    return [
        CurvePoint(
            **value
            | {
                "outcomes": {
                    id_: sign == "1" for id_, sign in zip(questions, value["outcomes"], strict=True) if sign != "-"
                }
            }
        )
        for value in values
    ]


def questions_of(points: list[CurvePoint]) -> list[str]:
    """List the ids of all questions that some point judges, each once."""
    return list(dict.fromkeys(id_ for point in points for id_ in point.outcomes))
