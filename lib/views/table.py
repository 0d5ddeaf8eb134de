"""The one table: ready-made cells as accessible HTML, as text for a terminal, as plain cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lib.views.markup import Page, attribute, safe


@dataclass(frozen=True)
class Table:
    """Column titles and rows of cells (texts, or finished HTML); the first cell names the row.

    ``right`` lists the positions of columns that hold numbers, ``centre`` of those with a mark, ``strong``
    those of rows that stand out, ``chosen`` those of columns that do; ``wrap`` lets long words break, for
    text that came from outside.
    """

    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    caption: str
    right: Sequence[int] = ()
    strong: Sequence[int] = ()
    wrap: bool = False
    centre: Sequence[int] = ()
    chosen: Sequence[int] = ()

    def __html__(self) -> Page:
        """Return the table for a template."""
        head = Page("").join(self._cell("th", place, title, "col") for place, title in enumerate(self.columns))
        body = Page("").join(self._row(place, row) for place, row in enumerate(self.rows))
        kind = ' class="wrap"' if self.wrap else ""
        return Page(
            # A wide table scrolls in its own box, which the keyboard has to reach.
            f'<div class="scroll" tabindex="0" role="group" aria-label="{{0}}"><table{kind}><caption>{{1}}</caption>'
            "<thead><tr>{2}</tr></thead><tbody>{3}</tbody></table></div>"
        ).format(attribute(self.caption), safe(self.caption), head, body)

    def _repr_html_(self) -> str:
        return self.__html__()._repr_html_()

    @property
    def texts(self) -> list[list[str]]:
        """The column titles and the rows, every cell as plain text."""
        return [
            [cell.striptags() if hasattr(cell, "striptags") else str(cell) for cell in row]
            for row in (self.columns, *self.rows)
        ]

    def to_text(self) -> str:
        """Write the table for a terminal: numbers to the right, everything else to the left."""
        widths = [max(map(len, column)) for column in zip(*self.texts, strict=True)]
        return "\n".join(
            "  ".join(
                text.rjust(width) if place in self.right else text.ljust(width)
                for place, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in self.texts
        )

    def _row(self, place: int, row: Sequence[Any]) -> Page:
        cells = (
            self._cell("td", column, cell) if column else self._cell("th", 0, cell, "row")
            for column, cell in enumerate(row)
        )
        return Page('<tr class="strong">{}</tr>' if place in self.strong else "<tr>{}</tr>").format(
            Page("").join(cells)
        )

    def _cell(self, tag: str, column: int, content: Any, scope: str = "") -> Page:
        kinds = {"number": self.right, "centre": self.centre, "chosen": self.chosen}
        names = " ".join(name for name, columns in kinds.items() if column in columns)
        attributes = (f' scope="{scope}"' if scope else "") + (f' class="{names}"' if names else "")
        return Page(f"<{tag}{attributes}>{{}}</{tag}>").format(safe(content))
