"""``python -m lib prices``."""

from collections import Counter
from pathlib import Path

import click

from lib.client import load_client
from lib.prices import PriceBook, ends, price_book, snapshot
from lib.prices.book import OLD_DAYS
from lib.prices.lists import DatedRow, dated_rows
from lib.prices.search import newest_date
from lib.text import inert
from lib.views.money import Money
from lib.views.prices import own_rows, serving


@click.command("prices")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--older-than", "days", type=click.IntRange(min=0), metavar="DAYS", help="List rows checked before that.")
def prices_command(file: str | None, days: int | None) -> None:
    """Show how old and how firm the prices are, what is about to end, and what one client's prices come to.

    DAYS are counted back from the newest date in the price book, never from today.

    \b
    python -m lib prices
    python -m lib prices --older-than 180
    python -m lib prices data/clients/support-knowledge-base.yaml
    """
    if file:
        client = load_client(file)
        click.echo(_of_client(price_book(client, file, Path(file).parent), Money.of(client)))
        return
    rows = dated_rows()
    if days is not None:
        old = [row for row in rows if (newest_date() - row.checked).days > days]
        click.echo("\n".join(map(_line, old)) or f"No row was checked more than {days} days before {newest_date()}.")
        return
    click.echo(_summary(rows))


def _line(row: DatedRow) -> str:
    return f"{row.checked}  {row.file}:{row.line}  {row.item} {row.what}  [{row.grade}; {row.source}]"


def _summary(rows: list[DatedRow]) -> str:
    known = snapshot()
    lines = [
        f"Prices as of {newest_date()}: {known['package']} {known['version']}, taken over on {known['checked']}, and",
        f"{len(rows)} rows of data/prices ({', '.join(f'{count} {grade}' for grade, count in _grades(rows))}).",
    ]
    old = sum((newest_date() - row.checked).days > OLD_DAYS for row in rows)
    lines += [f"{old} rows were checked more than {OLD_DAYS} days before (--older-than {OLD_DAYS} lists them).", ""]
    lines.append("What ends next:")
    lines += [f"  {end.says(end.item)}" for end in ends() if end.date > newest_date()]
    return "\n".join(lines)


def _grades(rows: list[DatedRow]) -> list[tuple[str, int]]:
    return Counter(row.grade for row in rows).most_common()


def _of_client(book: PriceBook, money: Money) -> str:
    parts = [f"Prices as of {book.as_of}", "\n".join(f"{role}: {name}" for role, name in book.names.items())]
    parts += ["\n".join(book.warnings)] if book.warnings else []
    parts += [f"{table.caption}\n{table.to_text()}" for table in (serving(book, money), own_rows(book)) if table.rows]
    return inert("\n\n".join(parts))
