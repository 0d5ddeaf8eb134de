"""Reading the claims, their articles and the articles' cost tables."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from lib.claims.claim import Claim
from lib.errors import InputError
from lib.paths import DATA

CLAIMS = DATA / "claims"
ARTICLES = DATA / "articles.yaml"


@dataclass(frozen=True)
class Article:
    """A source article; ``author`` and ``date`` are ``None`` where it states none."""

    id: str
    title: str
    author: str | None
    date: str | None


def articles() -> dict[str, Article]:
    """Give the five articles by id, in the order in which the workbook cites them."""
    return {row["id"]: Article(**row) for row in read_yaml(ARTICLES)["articles"]}


def claims(folder: Path = CLAIMS) -> list[Claim]:
    """Read every claim, one file an article, in the articles' order.

    Raises:
        InputError: if a file is missing, a row is malformed, or an id stands twice.
    """
    return list(_claims(folder))


@cache
def _claims(folder: Path) -> tuple[Claim, ...]:
    rows: list[Claim] = []
    for article in articles():
        path = folder / f"{article}.yaml"
        rows += [_claim(path, article, row) for row in read_yaml(path)["claims"]]
    twice = {row.id for row in rows if sum(row.id == other.id for other in rows) > 1}
    if twice:
        raise InputError(f"{folder.name}: the claim ids {', '.join(sorted(twice))} stand more than once")
    return tuple(rows)


def read_yaml(path: Path) -> Any:
    """Read a YAML file; a missing one is an :class:`InputError`."""
    if not path.exists():
        raise InputError(f"{path.name}: there is no such file under {path.parent.name}/")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _claim(path: Path, article: str, row: dict[str, Any]) -> Claim:
    try:
        return Claim(article=article, **row)
    except (ValidationError, TypeError) as error:
        raise InputError(f"{path.name}, {row.get('id', 'a row without id')}: {error}") from error
