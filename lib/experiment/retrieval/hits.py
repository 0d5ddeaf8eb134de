"""What a search finds; apart from the search itself, which needs a database driver."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Hit:
    """One chunk found.

    ``rank`` counts from 1. ``score`` grows with the match; its scale is the method's own (cosine
    similarity, ``ts_rank_cd``, the sum of reciprocal ranks, or what a re-ranker gives) and compares only
    within one method.
    """

    rank: int
    score: float
    chunk_id: str
    document_id: str
    kind: str
    title: str
    text: str
    metadata: dict[str, str]

    def placed(self, rank: int, score: float | None = None) -> "Hit":
        """Give the same chunk at another rank, and with another score if one is given."""
        return replace(self, rank=rank, score=self.score if score is None else score)


def document_ids(hits: Iterable[Hit]) -> list[str]:
    """Return the documents of some hits, each once, best first."""
    return list(dict.fromkeys(hit.document_id for hit in hits))
