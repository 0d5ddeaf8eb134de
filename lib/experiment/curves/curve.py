"""A measured curve, which shows itself: points with intervals, and a sentence that reads them aloud."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.curves.comparing import Neighbours, front, lines_of, neighbours
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.point import CurvePoint, unpacked
from lib.experiment.curves.table import CURVES
from lib.experiment.result import percent

if TYPE_CHECKING:
    import pandas as pd

# What a fact of a point is called, how it is written and in what multiple, in the order of the columns.
FACTS = {
    "epochs": ("Epochs", "{:.0f}", 1),
    "prompt_tokens": ("Prompt tokens", "{:,.0f}", 1),
    "passages": ("Passages", "{:,.0f}", 1),
    "share_that_fits": ("Share that fits (%)", "{:.2f}", 100),
    "cut_prompts": ("Cut prompts", "{:.0f}", 1),
}


@dataclass(frozen=True, repr=False)
class Curve:
    """One measured curve. ``record`` is what is stored as JSON; ``origin`` says where it was read from."""

    record: dict[str, Any]
    origin: str = "computed here"

    @property
    def id(self) -> str:
        """The curve's id in ``CURVES``."""
        return self.record["id"]

    @property
    def key(self) -> str:
        """Names everything that decides the numbers."""
        return self.record["key"]

    @property
    def entry(self) -> CurveEntry:
        """What the curve asks and answers."""
        return CURVES[self.id]

    @cached_property
    def points(self) -> list[CurvePoint]:
        """Every point: line by line and measure by measure as they were measured."""
        return unpacked(self.record["points"], self.record["questions"])

    @cached_property
    def lines(self) -> dict[tuple[str, str], list[CurvePoint]]:
        """(measure, line) to its points in the order of the x axis."""
        return lines_of(self.points)

    def line(self, measure: str, line: str) -> list[CurvePoint]:
        """Return one line's points in the order of the x axis.

        Raises:
            InputError: the curve has no such line.
        """
        if (measure, line) not in self.lines:
            known = ", ".join(f"{each} of {name}" for each, name in self.lines)
            raise InputError(f"curve {self.id}: there is no line {measure} of {line}; there are {known}.")
        return self.lines[measure, line]

    @cached_property
    def line_ids(self) -> list[str]:
        """The lines, in the order in which they were measured."""
        return list(dict.fromkeys(point.line for point in self.points))

    def front(self, measure: str) -> list[CurvePoint]:
        """Return the points that no other beats at once in fewer x and a higher share."""
        return front(point for point in self.points if point.measure == measure)

    @cached_property
    def neighbours(self) -> list[Neighbours]:
        """Each point against the one before it: on its line or, where the curve is a front, on the front."""
        if self.entry.shape == "front":
            return neighbours([self.front(panel.measure) for panel in self.entry.panels])
        return neighbours(list(self.lines.values()))

    @cached_property
    def sentence(self) -> str:
        """Read the curve aloud, from its numbers: where it turns, what can be told apart, what that answers."""
        from lib.experiment.curves.readings import read_aloud

        return read_aloud(self)

    def to_frame(self) -> "pd.DataFrame":
        """Return one row a point: ``x``, ``line``, ``label``, ``measure``, ``n``, ``share``, ``low``, ``high`` (0 to 1).

        Further columns hold the points' facts, nan where a point has none of the name.
        """
        import pandas as pd

        rows = [
            {"curve": self.id, "x": point.x, "line": point.line, "title": point.title, "label": point.label}
            | {"measure": point.measure}
            | asdict(point.share)
            | dict(point.facts)
            for point in self.points
        ]
        return pd.DataFrame(rows)

    def table(self) -> "pd.DataFrame":
        """Return the table to read: one row a place, a column a measure in percent with its 95 % interval and n."""
        import pandas as pd

        cells: dict[tuple[str, str, float], dict[str, str]] = {}
        facts = [name for name in FACTS if any(name in point.facts for point in self.points)]
        for point in self.points:
            row = cells.setdefault((point.title, point.label, point.x), {})
            panel = next(panel.title for panel in self.entry.panels if panel.measure == point.measure)
            row[panel] = f"{percent(point.share)}, n = {point.share.n}" if point.share.n else "–"
            for name in facts:
                title, form, scale = FACTS[name]
                row[title] = form.format(point.facts[name] * scale) if name in point.facts else ""
        frame = pd.DataFrame(
            [
                {"Line": title} | ({"With": label} if label else {}) | {self.entry.x_title: f"{x:,.0f}"} | row
                for (title, label, x), row in cells.items()
            ]
        ).fillna("")
        if self.entry.shape == "front":
            # The mean of the prompt's tokens is the place itself.
            frame = frame.drop(columns=FACTS["prompt_tokens"][0], errors="ignore")
            for panel in self.entry.panels:
                best = {point.name for point in self.front(panel.measure)}
                frame[f"Front: {panel.title}"] = ["yes" if point in best else "" for point in self._names(frame)]
        return frame

    def _names(self, frame: "pd.DataFrame") -> list[str]:
        labels = frame["With"] if "With" in frame else [""] * len(frame)
        return [f"{line}, {label}" if label else line for line, label in zip(frame["Line"], labels, strict=True)]

    @property
    def heading(self) -> str:
        """Say what was measured, when, with which model, and where it was read from."""
        record = self.record
        questions, parameters = len(record["questions"]), record["model"]["parameters"]
        size = f"{parameters / 1e6:,.1f} million parameters" if parameters else "of unknown size"
        return (
            f"{self.entry.title}: {questions} questions on {record['sample']['name']}, answered by "
            f"{record['model']['name']} ({size}), "
            f"{record['created'][:10]}, {self.origin}. Percent, with 95 % Wilson intervals."
        )

    def read_from(self, origin: str) -> "Curve":
        """Give the same curve with a word on where it was read from."""
        return replace(self, origin=origin)

    def __repr__(self) -> str:
        """Name the curve; the record is long."""
        return f"Curve({self.id!r}, {self.record['created'][:10]})"

    def __str__(self) -> str:
        """Show the curve as text: question, table, sentence."""
        table = self.table().to_string(index=False)
        return f"{self.heading}\n{self.entry.question}\n\n{table}\n\n{self.sentence}\n\n{self.entry.disagreement}"

    def _repr_html_(self) -> str:
        table = self.table().to_html(escape=True, border=0, index=False, classes="experiment")
        texts: Sequence[str] = (self.sentence, self.entry.disagreement)
        below = "".join(f"<p>{html.escape(text)}</p>" for text in texts)
        return f"<p>{html.escape(self.heading)}</p><p><b>{html.escape(self.entry.question)}</b></p>{table}{below}"
