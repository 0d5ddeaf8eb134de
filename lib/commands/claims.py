"""``python -m lib claims``."""

import json
import textwrap

import click

from lib.claims import Audit, audit

WIDTH = 120
INDENT = " " * 6


@click.command("claims")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--article", default="all", help="Only this article's figures.")
@click.option("--verdict", default="all", help="Only figures with this verdict.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows, with their workings, as JSON.")
def claims_command(ids: tuple[str, ...], article: str, verdict: str, as_json: bool) -> None:
    """Recompute the figures that the articles publish: all in a table, or named ones with their workings.

    \b
    python -m lib claims
    python -m lib claims T1 D5
    python -m lib claims --article five-questions --verdict "contradicts itself"
    """
    complete = audit()
    chosen = (Audit(tuple(complete[id_] for id_ in ids)) if ids else complete).only(article, verdict)
    if not len(chosen) and not as_json:
        click.echo("No figure matches.")
    elif as_json:
        click.echo(json.dumps([row.to_dict() for row in chosen], indent=2, ensure_ascii=False))
    elif ids:
        click.echo(_workings(chosen))
    else:
        click.echo(_table(chosen))


def _workings(chosen: Audit) -> str:
    return "\n\n".join(
        "\n".join([f"{row.id}  {row.claim.article}", *(_wrapped(line, INDENT) for line in row.workings)])
        for row in chosen
    )


def _table(chosen: Audit) -> str:
    lines = ["id    verdict: claimed → recomputed, or what it is set against", ""]
    for row in chosen:
        found = f" → {row.recomputed}" if row.recomputed else ""
        partner = f", at odds with {', '.join(row.contradicts)}" if row.contradicts else ""
        lines.append(f"{row.id:<4}  {row.verdict}{partner}: {row.claim.stated}{found}")
        lines.append(_wrapped(row.claim.claim, INDENT))
    counted = ", ".join(f"{count} {verdict}" for verdict, count in chosen.counts().items() if count)
    return "\n".join([*lines, "", f"{len(chosen)} figures: {counted or 'none'}.", "Workings: python -m lib claims ID"])


def _wrapped(line: str, indent: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
