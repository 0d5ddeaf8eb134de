"""The articles' figures and what became of them."""

from lib.claims import Audit
from lib.claims.cost_tables import CostTables
from lib.claims.row import Row
from lib.views.markup import Page, bullets, folded, joined, safe
from lib.views.table import Table


def workings(row: Row) -> Page:
    """Give one figure's derivation, line by line."""
    head = Page("<p><strong>{}</strong> ({})</p>").format(safe(row.id), safe(row.claim.article))
    return joined(head, bullets(row.workings))


def audit_table(audit: Audit) -> Table:
    """Give every figure with its verdict; the workings open on a click."""
    return _opening(audit.to_frame(), "Published figures and what became of them")


def cost_table(tables: CostTables) -> Table:
    """Give the articles' cost tables, line by line, beside the recomputed figures."""
    return _opening(tables.to_frame(), "Cost tables of the articles beside the recomputed figures")


def _opening(frame, caption: str) -> Table:
    rows = [[*cells, folded("show", bullets(last.splitlines()))] for *cells, last in frame.itertuples(index=False)]
    return Table([title.capitalize() for title in frame.columns], rows, caption)
