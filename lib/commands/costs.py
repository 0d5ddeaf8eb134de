"""``python -m lib costs``."""

import json
from pathlib import Path

import click

from lib.client import load_client
from lib.costs.overview import Overview
from lib.text import inert


@click.command("costs")
@click.argument("file", metavar="FILE")
@click.option("--xlsx", metavar="OUT.xlsx", help="Also write an Excel workbook with live formulas.")
@click.option("--json", "as_json", is_flag=True, help="Print the costs as JSON (money in USD).")
def costs_command(file: str, xlsx: str | None, as_json: bool) -> None:
    """Show what each arm costs one client: set-up, month by component, one query, horizon, latency.

    \b
    python -m lib costs data/clients/support-knowledge-base.yaml
    python -m lib costs data/clients/support-knowledge-base.yaml --xlsx costs.xlsx
    """
    client = load_client(file)
    overview = Overview.of(client, file, Path(file).parent)
    click.echo(json.dumps(overview.to_dict(), indent=2, ensure_ascii=False) if as_json else inert(overview.to_text()))
    if xlsx:
        from lib.costs.workbook import write_xlsx

        click.echo(f"Excel workbook: {write_xlsx(client, xlsx, file, Path(file).parent)}", err=as_json)
