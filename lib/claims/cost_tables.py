"""The articles' cost tables beside what their own inputs, or list prices, give."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from lib.claims.checking import run_steps
from lib.claims.claim import CLAIMS, Number, Step, Strict, claims
from lib.claims.figure import Figure, plain
from lib.files import read_yaml

if TYPE_CHECKING:
    import pandas

COLUMNS = ("article", "table", "component", "stated", "recomputed", "ratio", "workings")


class Component(Strict):
    """One line of a cost table as published, and the steps that recompute it (none where no inputs are stated)."""

    component: str
    stated: Number
    unit: str
    inputs: dict[str, Number] = Field(default_factory=dict)
    steps: list[Step] = Field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class CostRow:
    """A line of a cost table: the article's figure, ours, and ours as a multiple of the article's, end by end."""

    article: str
    table: str
    component: str
    stated: Figure
    recomputed: Figure | None
    workings: tuple[str, ...]

    @property
    def ratio(self) -> tuple[float, float] | None:
        """Recomputed over stated at the low and the high end; ``None`` where either is missing or zero."""
        if self.recomputed is None or not self.stated.low or not self.stated.high:
            return None
        return self.recomputed.low / self.stated.low, self.recomputed.high / self.stated.high

    def cells(self) -> dict[str, str]:
        """Return the line as texts."""
        ends = dict.fromkeys(plain(end) for end in self.ratio or ())
        return {
            "article": self.article,
            "table": self.table,
            "component": self.component,
            "stated": str(self.stated),
            "recomputed": str(self.recomputed) if self.recomputed else "not computable",
            "ratio": " to ".join(ends),
            "workings": "\n".join(self.workings),
        }


@dataclass(frozen=True)
class CostTables:
    """All cost tables of the articles, line by line."""

    rows: tuple[CostRow, ...]

    def __iter__(self) -> Iterator[CostRow]:
        """Go through the lines."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.rows)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one line a component, as texts."""
        import pandas

        return pandas.DataFrame([row.cells() for row in self.rows], columns=list(COLUMNS))


def cost_tables() -> CostTables:
    """Recompute every cost table of the articles from ``data/claims/cost_tables.yaml``.

    Raises:
        InputError: if the data are malformed.
    """
    others = {claim.id: claim for claim in claims()}
    return CostTables(
        tuple(
            _row(table["article"], table["table"], Component(**row), others)
            for table in read_yaml(CLAIMS / "cost_tables.yaml")["tables"]
            for row in table["rows"]
        )
    )


def _row(article: str, table: str, row: Component, others: dict[str, Any]) -> CostRow:
    figure, lines = run_steps(row.steps, row.inputs, others)
    if row.note:
        lines.append(row.note)
    return CostRow(article, table, row.component, Figure.of(row.stated, row.unit), figure, tuple(lines))
