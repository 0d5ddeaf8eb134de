"""Reading the claims, their articles and the articles' cost tables."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lib.articles import articles
from lib.claims.claim import Claim
from lib.errors import InputError
from lib.files import read_yaml
from lib.paths import DATA

CLAIMS = DATA / "claims"


def claims(folder: Path = CLAIMS) -> list[Claim]:
    """Read every claim, in the articles' order: one file an article, for the articles that have one.

    Raises:
        InputError: if a row is malformed, or an id stands twice.
    """
    return list(_claims(folder))


@cache
def _claims(folder: Path) -> tuple[Claim, ...]:
    rows: list[Claim] = []
    for article in articles():
        path = folder / f"{article}.yaml"
        if path.exists():
            rows += [_claim(path, article, row) for row in read_yaml(path)["claims"]]
    twice = {row.id for row in rows if sum(row.id == other.id for other in rows) > 1}
    if twice:
        raise InputError(f"{folder.name}: the claim ids {', '.join(sorted(twice))} stand more than once")
    return tuple(rows)


def _claim(path: Path, article: str, row: dict[str, Any]) -> Claim:
    try:
        return Claim(article=article, **row)
    except (ValidationError, TypeError) as error:
        raise InputError(f"{path.name}, {row.get('id', 'a row without id')}: {error}") from error
