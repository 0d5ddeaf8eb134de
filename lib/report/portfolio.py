"""One page over all clients of a portfolio: what is recommended to whom, how sure, for how much, what ends when."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from lib.files import write_text
from lib.views.markup import Page, joined, render, safe, style
from lib.views.money import Money
from lib.views.table import Table
from lib.wording import arm_title, probability

COLUMNS = ("Client", "Recommendation", "Stability", "Expected total", "P10 to P90", "First step", "What ends", "Files")


def write_index(folder: Path, manifests: dict[Path, dict[str, Any]], problems: dict[Path, str]) -> Path:
    """Write ``folder/index.html``: of each report's HTML file its manifest, of other client files why they have none."""
    rows = [_row(page, manifest) for page, manifest in manifests.items()]
    table = Table(COLUMNS, rows, f"{len(rows)} clients; click a heading to sort", right=(2, 3, 4))
    failed = Table(
        ["Client file", "Why there is no report"], [[str(path), why] for path, why in problems.items()], "Failed"
    )
    body = joined(table, *([failed] if problems else []))
    target = folder / "index.html"
    write_text(target, render("portfolio.html", body=Page(body._repr_html_()), style=Page(style())))
    return target


def _row(page: Path, manifest: dict[str, Any]) -> list[Any]:
    told = manifest["summary"]
    money = Money(told["currency"], told["per_usd"])
    links = [
        Page('<a href="{}">{}</a>').format(quote(page.stem + ending), safe(ending[1:].upper()))
        for ending in sorted(manifest["files"])
    ]
    return [
        told["client"],
        arm_title(told["recommendation"]),
        probability(told["stability"]),
        money.text(told["total_usd"]),
        f"{money.text(told['p10_usd'])} to {money.text(told['p90_usd']).removeprefix(f'{money.currency} ')}",
        told["first_step"],
        "; ".join(told["ends"]) or "–",
        joined(*(part for link in links for part in (link, " "))),
    ]
