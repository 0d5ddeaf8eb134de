"""A table of ready-made texts, as accessible HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.charts.escape import safe


@dataclass(frozen=True)
class Table:
    """Column titles and rows of texts; the first column names the row.

    ``right`` lists the positions of columns that hold numbers; ``strong`` those of rows that stand out;
    ``wrap`` lets long words break, for text that came from outside.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    right: Sequence[int] = ()
    strong: Sequence[int] = ()
    wrap: bool = False

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{self._align(place)}>{safe(title)}</th>' for place, title in enumerate(self.columns)
        )
        body = "".join(self._row(place, row) for place, row in enumerate(self.rows))
        return (
            f'<div class="workbook-scroll"><table class="workbook-table{" wrap" if self.wrap else ""}"><caption>{safe(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, place: int, row: Sequence[str]) -> str:
        first, *others = row
        cells = "".join(f"<td{self._align(column)}>{safe(text)}</td>" for column, text in enumerate(others, 1))
        mark = ' class="strong"' if place in self.strong else ""
        return f'<tr{mark}><th scope="row">{safe(first)}</th>{cells}</tr>'

    def _align(self, column: int) -> str:
        return ' class="number"' if column in self.right else ""
