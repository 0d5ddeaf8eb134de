"""Re-ranking: a second, closer look at what a search found.

What one would use is a cross-encoder, which reads question and passage together; name its hub id or folder.
No weights of one come with the workbook, so the offline form is ``term_overlap``: BM25 over the candidates,
with the words, the counts and the lengths of the table's own full-text search. It looks at words, not meaning.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from lib.errors import InputError
from lib.quiet import loading
from lib.retrieval.search import Hit
from lib.retrieval.table import Table
from lib.retrieval.text import storable

# Those that need no download; a cross-encoder is named by its hub id or folder.
RERANKERS = ("none", "term_overlap")
# A re-ranker chooses its k out of k times so many.
FURTHER = 4
# Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework", give 1.2 to 2 and 0.5 to 0.8.
SATURATION, LENGTH_WEIGHT = 1.2, 0.75


@dataclass(frozen=True)
class Reranker:
    """A loaded re-ranker: what it is called, and how it scores.

    ``scores`` takes a question and hits, and returns a number for each, more is better (``None``: it does not score).
    """

    name: str
    scores: Callable[[str, Sequence[Hit]], Sequence[float]] | None


def load_reranker(reranker: str | Path, table: Table | None = None) -> Reranker:
    """Load a re-ranker.

    Args:
        reranker: ``"none"``, ``"term_overlap"``, or the folder or Hugging Face id of a cross-encoder with one
            output. A folder is read without the network.
        table: whose words ``term_overlap`` counts; the counts follow its updates.

    Raises:
        InputError: ``term_overlap`` without a table, or a cross-encoder that cannot be loaded.
    """
    name = str(reranker)
    if name == "none":
        return Reranker(name, None)
    if name != "term_overlap":
        return _cross_encoder(name)
    if table is None:
        raise InputError("reranker: term_overlap counts the words of an index; none is given.")
    return Reranker(name, TermOverlap(table))


def rerank(question: str, hits: Sequence[Hit], k: int, reranker: Reranker) -> list[Hit]:
    """Choose the best ``k`` of ``hits``, best first; equals stay in the order in which they were found."""
    if reranker.scores is None or not hits:
        return list(hits[:k])
    scored = zip(map(float, reranker.scores(question, hits)), hits, strict=True)
    ordered = sorted(scored, key=lambda pair: (-pair[0], pair[1].rank))[:k]
    return [hit.placed(rank, score) for rank, (score, hit) in enumerate(ordered, start=1)]


class TermOverlap:
    """BM25 of a question over passages, with words and counts as PostgreSQL keeps them for the full-text search."""

    def __init__(self, table: Table) -> None:
        """Count at the first use, and again after an update of the table."""
        self._table = table
        self._counted = -1

    def __call__(self, question: str, hits: Sequence[Hit]) -> list[float]:
        """Score each hit; 0 where it shares no word with the question."""
        self._count()
        statement = "SELECT tsvector_to_array(to_tsvector({language}, %s))"
        asked = self._table.execute(statement, storable(question)).fetchone()[0]
        statement = (
            "SELECT id, word.lexeme, cardinality(word.positions) FROM {table}, unnest(words) AS word WHERE id = ANY(%s)"
        )
        found: dict[str, Counter] = {hit.id: Counter() for hit in hits}
        for id_, word, times in self._table.execute(statement, list(found)).fetchall():
            found[id_][word] = times
        return [self._score(asked, found[hit.id]) for hit in hits]

    def _score(self, asked: Sequence[str], passage: Counter) -> float:
        length = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * passage.total() / self._mean_length)
        return sum(
            self._weight(word) * passage[word] * (SATURATION + 1) / (passage[word] + length)
            for word in asked
            if passage[word]
        )

    def _weight(self, word: str) -> float:
        """Return how much a word tells: the fewer passages have it, the more."""
        having = self._having.get(word, 0)
        return math.log(1 + (self._passages - having + 0.5) / (having + 0.5))

    def _count(self) -> None:
        if self._counted == self._table.updates:
            return
        # ts_stat takes a statement as text.
        words = sql.SQL("SELECT words FROM {}").format(self._table.table).as_string(self._table.connection)
        rows = self._table.execute("SELECT word, ndoc, nentry FROM ts_stat(%s)", words).fetchall()
        self._passages = len(self._table)
        self._having = {word: passages for word, passages, _ in rows}
        self._mean_length = max(1.0, sum(times for _, _, times in rows) / max(1, self._passages))
        self._counted = self._table.updates


def _cross_encoder(source: str) -> Reranker:
    """Load a cross-encoder through sentence-transformers."""
    offline = Path(source).is_dir()
    with loading(
        "reranker", source, offline, f"{', '.join(RERANKERS)}, or a cross-encoder's folder or Hugging Face id"
    ):
        from sentence_transformers import CrossEncoder

        model = CrossEncoder(source, local_files_only=offline)
    if model.num_labels != 1:
        raise InputError(f"reranker: {source} gives {model.num_labels} numbers for a passage; one is needed.")

    def scores(question: str, hits: Sequence[Hit]) -> Sequence[float]:
        pairs = [(question, f"{hit.title}\n{hit.text}") for hit in hits]
        return model.predict(pairs, show_progress_bar=False, convert_to_numpy=True)

    return Reranker(source, scores)
