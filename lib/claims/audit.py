"""The audit of all claims, as an object that shows itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lib.articles import articles
from lib.claims.checking import Row, audited
from lib.claims.claim import Claim, claims
from lib.claims.rules import PRIORITY
from lib.errors import InputError


@dataclass(frozen=True, repr=False)
class Audit:
    """Audited claims in the articles' order."""

    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        """Name what it holds; the rows are long."""
        return f"Audit({len(self.rows)} claims)"

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def __getitem__(self, id_: str) -> Row:
        """Return the row of a claim's id.

        Raises:
            InputError: if there is no such claim.
        """
        found = next((row for row in self.rows if row.id == id_.upper()), None)
        if found is None:
            allowed = ", ".join(f"{first}–{last}" for first, last in self._spans())
            raise InputError(f"claim {id_!r}: there is no such id; there are {allowed}")
        return found

    def only(self, article: str = "all", verdict: str = "all") -> "Audit":
        """Keep the rows of one article and one verdict; ``all`` keeps every one.

        Raises:
            InputError: if there is no such article or verdict.
        """
        _known("article", article, ("all", *articles()))
        _known("verdict", verdict, ("all", *PRIORITY))
        return Audit(
            tuple(row for row in self.rows if article in ("all", row.claim.article) and verdict in ("all", row.verdict))
        )

    def counts(self) -> dict[str, int]:
        """Count the rows by verdict, every verdict named."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in PRIORITY}

    def counts_by_article(self) -> dict[str, dict[str, int]]:
        """Count the rows by article and verdict."""
        return {article: self.only(article).counts() for article in articles()}

    def _spans(self) -> list[tuple[str, str]]:
        by_article: dict[str, list[str]] = {}
        for row in self.rows:
            by_article.setdefault(row.claim.article, []).append(row.id)
        return [(ids[0], ids[-1]) for ids in by_article.values()]


def audit(rows: list[Claim] | None = None) -> Audit:
    """Recompute every claim under ``data/claims/``, or the claims given.

    Raises:
        InputError: if the data are malformed.
    """
    found = claims() if rows is None else rows
    by_id = {claim.id: claim for claim in found}
    return Audit(tuple(audited(claim, by_id) for claim in found))


def _known(kind: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{kind} {value!r}: allowed are {', '.join(allowed)}")
