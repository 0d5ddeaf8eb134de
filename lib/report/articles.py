"""The five source articles."""

from functools import cache
from typing import Any

import yaml

from lib.paths import DATA


@cache
def articles() -> dict[str, dict[str, Any]]:
    """Give title, author and date (either may be unknown) of each article by its id."""
    rows = yaml.safe_load((DATA / "articles.yaml").read_text(encoding="utf-8"))["articles"]
    return {row["id"]: row for row in rows}


def article_line(id_: str) -> str:
    """Give an article as a reader cites it: title and author."""
    row = articles()[id_]
    return f"“{row['title']}”, {row['author'] or 'author not stated'}" + (f", {row['date']}" if row["date"] else "")
