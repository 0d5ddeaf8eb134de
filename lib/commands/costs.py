"""``python -m lib costs``."""

import json
from pathlib import Path

import click

from lib.client import load_client
from lib.costs.overview import Overview
from lib.decision import decide
from lib.text import inert
from lib.views import Money, cost_tables


@click.command("costs")
@click.argument("file", metavar="FILE")
@click.option("--xlsx", metavar="OUT.xlsx", help="Also write an Excel workbook with live formulas.")
@click.option("--json", "as_json", is_flag=True, help="Print the costs as JSON (money in USD).")
def costs_command(file: str, xlsx: str | None, as_json: bool) -> None:
    """Show what each architecture is expected to cost one client, with ranges, budgets, business case and prices.

    \b
    python -m lib costs data/clients/support-knowledge-base.yaml
    python -m lib costs data/clients/support-knowledge-base.yaml --xlsx costs.xlsx
    """
    client = load_client(file)
    overview = Overview.of(client, file, Path(file).parent)
    if as_json:
        click.echo(json.dumps(overview.to_dict(), indent=2, ensure_ascii=False))
    else:
        decision = decide(client, with_counterfactuals=False, source=file, book=overview.book)
        click.echo(inert(cost_tables.text(overview, decision, Money.of(client))))
    if xlsx:
        from lib.costs.workbook import write_xlsx

        click.echo(f"Excel workbook: {write_xlsx(client, xlsx, file, Path(file).parent)}", err=as_json)
