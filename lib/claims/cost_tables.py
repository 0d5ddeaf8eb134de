"""The articles' cost tables beside what their own inputs, or list prices, give."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from lib.claims.checking import Names
from lib.claims.claim import CLAIMS, Step, claims
from lib.claims.figure import Figure, Number, Strict, plain
from lib.files import read_yaml


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


def cost_tables() -> list[CostRow]:
    """Recompute every line of the articles' cost tables, from ``data/claims/cost_tables.yaml``.

    Raises:
        InputError: if the data are malformed.
    """
    others = {claim.id: claim for claim in claims()}
    return [
        _row(table["article"], table["table"], Component(**row), others)
        for table in read_yaml(CLAIMS / "cost_tables.yaml")["tables"]
        for row in table["rows"]
    ]


def _row(article: str, table: str, row: Component, others: dict[str, Any]) -> CostRow:
    last, lines = Names(row.inputs, others).run(row.steps)
    if row.note:
        lines.append(row.note)
    return CostRow(article, table, row.component, Figure.of(row.stated, row.unit), last and last.figure, tuple(lines))
