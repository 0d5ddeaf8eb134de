"""The source articles, read once: ids, titles, authors, in the order in which the workbook cites them.

For: whoever cites an article. May import: paths and files.
"""

from dataclasses import dataclass
from functools import cache

from lib.files import read_yaml
from lib.paths import DATA


@dataclass(frozen=True)
class Article:
    """A source article; ``author`` and ``date`` are ``None`` where it states none."""

    id: str
    title: str
    author: str | None
    date: str | None

    @property
    def citation(self) -> str:
        """Cite it as a reader does: title, author, date."""
        return f"“{self.title}”, {self.author or 'author not stated'}" + (f", {self.date}" if self.date else "")

    @property
    def source(self) -> str:
        """Name it as a source of a rule: title and, where it is known, the author."""
        return self.title + (f" ({self.author})" if self.author else "")


@cache
def articles() -> dict[str, Article]:
    """Return every article by its id, in the order of the file."""
    return {row["id"]: Article(**row) for row in read_yaml(DATA / "articles.yaml")["articles"]}
