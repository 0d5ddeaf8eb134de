"""The articles' figures and what became of them."""

from collections.abc import Sequence

from lib.claims import Audit, CostRow, Row
from lib.views.chart import Chart, figure
from lib.views.markup import Page, bullets, folded, joined, safe
from lib.views.table import Table
from lib.wording import share

VERDICT_COLOURS = {
    "reproduces": "#44AA99",
    "not checkable": "#BBBBBB",
    "contradicts another article": "#DDCC77",
    "does not reproduce": "#DD9955",
    "contradicted by measurement": "#CC6677",
    "contradicts itself": "#882255",
}
"""From good to bad."""


def workings(row: Row) -> Page:
    """Show one figure's derivation, line by line."""
    head = Page("<p><strong>{}</strong> ({})</p>").format(safe(row.id), safe(row.claim.article))
    return joined(head, bullets(row.workings))


def audit_table(audit: Audit) -> Table:
    """List every figure with its verdict; the workings open on a click."""
    return _opening(list(audit), "Published figures and what became of them")


def cost_table(lines: list[CostRow]) -> Table:
    """Set the articles' cost tables, line by line, beside the recomputed figures."""
    return _opening(lines, "Cost tables of the articles beside the recomputed figures")


def _opening(lines: Sequence[Row | CostRow], caption: str) -> Table:
    found = [line.cells() for line in lines]
    rows = [[*list(cells.values())[:-1], folded("show", bullets(cells["workings"].splitlines()))] for cells in found]
    return Table([title.capitalize() for title in found[0]], rows, caption)


def verdict_chart(audit: Audit) -> Chart:
    """Draw the figures of each article by verdict, those that hold up at the left, from good to bad."""
    counted, total = audit.counts_by_article(), audit.counts()
    drawn = figure(380)
    for verdict, colour in VERDICT_COLOURS.items():
        values = [each[verdict] for each in counted.values()]
        drawn.add_bar(y=list(counted), x=values, text=values, name=verdict, orientation="h", marker_color=colour)
    drawn.update_yaxes(autorange="reversed")
    drawn.update_layout(barmode="stack", xaxis_title="Figures", legend_y=-0.3)
    rows = [[name, *map(str, each.values()), str(sum(each.values()))] for name, each in counted.items()]
    rows.append(["all", *map(str, total.values()), str(len(audit))])
    numbers = Table(
        ["Article", *total, "all"], rows, "Figures by article and verdict", range(1, 2 + len(total)), [len(rows) - 1]
    )
    best = max(counted, key=lambda name: counted[name]["reproduces"] / sum(counted[name].values()))
    share_held = counted[best]["reproduces"] / sum(counted[best].values())
    sentence = f"{total['reproduces']} of {len(audit)} figures hold up; at most {share(share_held)} of an article's own ({best})."
    description = "Stacked bars: the figures of each article by verdict."
    return Chart("claims", "Published figures by verdict", description, drawn, numbers, sentence)
