"""Tables of the claims as HTML: escaped, and aligned as text also where JupyterLab aligns cells as numbers."""

import html
from collections.abc import Iterable, Sequence

LEFT = ' style="text-align:left;vertical-align:top"'


def escaped(text: str) -> str:
    """Make text harmless for HTML; a dollar sign would start a formula in JupyterLab."""
    return html.escape(text).replace("$", "&#36;")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Give a table of texts; the last column of a row opens on a click, since it is long."""
    head = "".join(f'<th scope="col"{LEFT}>{escaped(title.capitalize())}</th>' for title in columns)
    return (
        f'<div class="workbook-scroll"><table class="workbook-table"><caption>{escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, rows))}</tbody></table></div>"
    )


def _row(texts: Sequence[str]) -> str:
    first, *others, workings = map(escaped, texts)
    told = "".join(f"<td{LEFT}>{text}</td>" for text in others)
    opened = f"<details><summary>show</summary>{workings}</details>".replace("\n", "<br>")
    return f'<tr><th scope="row"{LEFT}>{first}</th>{told}<td{LEFT}>{opened}</td></tr>'
