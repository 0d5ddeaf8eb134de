"""The pages in the search index, cut into passages, and looking passages up."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lib.experiment.config import ExperimentConfig
from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.progress import Progress, silent
from lib.experiment.retrieval.chunks import Chunk, chunks_of
from lib.experiment.world import Document, TrainingPair
from lib.retrieval.embedder import Embedder

if TYPE_CHECKING:
    from lib.experiment.retrieval.hits import Hit
    from lib.experiment.retrieval.index import Changes, Index
    from lib.experiment.retrieval.rerank import Reranker


class Pages:
    """Documents as passages in one table of the server; use ``open_pages``.

    ``passages`` maps a passage's id (``plan-204#1``) to what a prompt shows of it: a ``Document`` with the
    whole document's id and title and the passage's text.
    """

    def __init__(self, index: "Index", config: ExperimentConfig) -> None:
        """Search ``index`` in the way that ``config`` says."""
        self.index = index
        self.config = config
        self.passages: dict[str, Document] = {}
        self._reranker: Reranker | None = None

    def show(self, documents: Iterable[Document], progress: Progress = silent) -> "Changes":
        """Make the index hold exactly these documents; only what has changed is embedded again."""
        return self.show_chunks(chunks_of(documents, self.config.chunking), progress)

    def show_chunks(self, chunks: Sequence[Chunk], progress: Progress = silent) -> "Changes":
        """Make the index hold exactly these chunks."""
        changes = self.index.update(chunks, progress=progress)
        self.passages = {
            chunk.id: Document(chunk.document_id, chunk.kind, chunk.title, chunk.text, dict(chunk.metadata))
            for chunk in chunks
        }
        return changes

    def find(self, questions: Sequence[str], k: int | None = None) -> "list[list[Hit]]":
        """Return for each question at most ``k`` passages (the configuration's number), best first."""
        from lib.experiment.retrieval.rerank import load_reranker
        from lib.experiment.retrieval.search import search

        if not questions:
            return []
        if self._reranker is None:
            self._reranker = load_reranker(self.config.reranker, self.index)
        k = k or self.config.k
        return search(self.index, list(questions), k, self.config.search, reranker=self._reranker)

    def passage_with(self, document_id: str, answer: str) -> str | None:
        """Return the passage of one document that shares most words with ``answer``; ``None`` if there is none."""
        wanted = set(answer.lower().split())
        own = [id_ for id_, passage in self.passages.items() if passage.id == document_id]
        return max(own, key=lambda id_: len(wanted & set(self.passages[id_].text.lower().split())), default=None)


@contextmanager
def open_pages(address: str, name: str, embedder: Embedder, config: ExperimentConfig) -> Iterator[Pages]:
    """Give an empty table of its own for ``name``, removed afterwards: the server may be a client's."""
    from lib.experiment.retrieval.index import open_index

    collection = f"experiment {name} {value_fingerprint(config.to_dict())} {time.time_ns()}"
    with open_index(address, collection, embedder, keep=False) as index:
        yield Pages(index, config)


def example_chunks(pairs: Sequence[TrainingPair]) -> list[Chunk]:
    """Lay training pairs out for a search for worked examples; a chunk's document id is the pair's number."""
    return [Chunk(str(number), 0, "pair", pair.question, pair.answer) for number, pair in enumerate(pairs)]
