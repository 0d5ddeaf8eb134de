"""Re-ranking: a second, closer look at what a search found.

What one would use is a cross-encoder, which reads question and passage together; name its hub id or folder.
No weights of one come with the workbook, so the offline form is ``term_overlap``: the database's own rank by shared
words. It looks at words, not meaning. On 59 questions on Debian's documents BM25 in its place won 2 and lost none
against no re-ranking, which is within chance: not worth code of our own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.errors import InputError
from lib.quiet import loading
from lib.retrieval.search import ANY_WORD, Hit
from lib.retrieval.table import Table
from lib.retrieval.text import storable

# Those that need no download; a cross-encoder is named by its hub id or folder.
RERANKERS = ("none", "term_overlap")
# A re-ranker chooses its k out of k times so many.
FURTHER = 4


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
        table: whose words ``term_overlap`` looks at.

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
    return Reranker(name, _term_overlap(table))


def rerank(question: str, hits: Sequence[Hit], k: int, reranker: Reranker) -> list[Hit]:
    """Choose the best ``k`` of ``hits``, best first; equals stay in the order in which they were found."""
    if reranker.scores is None or not hits:
        return list(hits[:k])
    scored = zip(map(float, reranker.scores(question, hits)), hits, strict=True)
    ordered = sorted(scored, key=lambda pair: (-pair[0], pair[1].rank))[:k]
    return [hit.placed(rank, score) for rank, (score, hit) in enumerate(ordered, start=1)]


def _term_overlap(table: Table) -> Callable[[str, Sequence[Hit]], Sequence[float]]:
    """Return a score by the words that question and passage share, closer together the better (``ts_rank_cd``)."""

    statement = f"SELECT id, ts_rank_cd(words, query, 1) FROM {{table}}, {ANY_WORD} WHERE id = ANY(%(ids)s)"

    def scores(question: str, hits: Sequence[Hit]) -> list[float]:
        asked = {"query": storable(question), "ids": [hit.id for hit in hits]}
        found = dict(table.execute(statement, asked).fetchall())
        return [found[hit.id] for hit in hits]

    return scores


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
