"""The index of a knowledge base: documents in, passages found. Everything above this room goes through it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from pgvector.psycopg import register_vector

from lib.dataset import Document
from lib.errors import InputError
from lib.progress import Progress, silent
from lib.retrieval.access import Person
from lib.retrieval.embedder import Embedder
from lib.retrieval.kinds import METHODS, ChunkSettings
from lib.retrieval.passages import Passage, passages_of
from lib.retrieval.rerank import FURTHER, Reranker, load_reranker, rerank
from lib.retrieval.search import COLUMNS, Hit, find
from lib.retrieval.table import Changes, Table


class Index:
    """The documents of one collection, cut into passages and embedded with one model; use ``open_index``."""

    def __init__(self, table: Table, chunking: ChunkSettings | None) -> None:
        """Search ``table``, filled with passages of the lengths that ``chunking`` says (``passages_of``)."""
        self.table = table
        self.chunking = chunking
        self._rerankers: dict[str, Reranker] = {}

    def sync(self, documents: Iterable[Document], progress: Progress = silent) -> Changes:
        """Make the index hold exactly these documents; only what is new or changed is embedded again.

        Raises:
            InputError: two documents have the same id, or an ``access`` has no label.
        """
        return self.sync_passages(passages_of(documents, self.chunking), progress)

    def sync_passages(self, passages: Sequence[Passage], progress: Progress = silent) -> Changes:
        """Make the index hold exactly these passages; see ``sync``."""
        return self.table.update(passages, progress)

    def search(
        self,
        questions: Sequence[str],
        k: int,
        method: str = "hybrid",
        *,
        where: Mapping[str, str] | None = None,
        person: Person | None = None,
        reranker: Reranker | str = "none",
    ) -> list[list[Hit]]:
        """Find the best ``k`` passages for each question, best first; fewer where fewer match.

        Args:
            questions: in plain words.
            k: how many passages at most.
            method: ``dense``, ``full_text`` or ``hybrid``.
            where: metadata that a passage must have, such as ``{"kind": "plan"}``.
            person: who asks: nothing is found that they may not read. Not given: everything may be found.
            reranker: chooses the ``k`` from four times as many candidates; as ``load_reranker`` gives it, or its
                name (loaded once).

        Raises:
            InputError: unknown method or re-ranker, or ``k`` below 1.
        """
        if method not in METHODS:
            raise InputError(f"search: {method!r} is not a method; allowed are {', '.join(METHODS)}.")
        if k < 1:
            raise InputError(f"search: k is {k}; it must be at least 1.")
        if not questions:
            return []
        chosen = reranker if isinstance(reranker, Reranker) else self._reranker(reranker)
        condition = self.table.condition(where, person)
        found = find(self.table, questions, k if chosen.scores is None else k * FURTHER, method, condition)
        return [rerank(question, hits, k, chosen) for question, hits in zip(questions, found, strict=True)]

    def passages(self, document_ids: Sequence[str], person: Person | None = None) -> list[Hit]:
        """Return the passages of some documents, in the order of the ids and of the text; scores are 0."""
        statement = (
            "SELECT {columns} FROM {table} WHERE document_id = ANY(%s) AND {condition} "
            "ORDER BY array_position(%s, document_id), number"
        )
        ids = list(document_ids)
        rows = self.table.execute(
            statement, ids, ids, columns=COLUMNS, condition=self.table.condition(None, person)
        ).fetchall()
        return [Hit(rank, 0.0, *row) for rank, row in enumerate(rows, start=1)]

    def gold(
        self,
        document_ids: Sequence[str],
        answer: str,
        person: Person | None = None,
        says: Callable[[str], float] = lambda text: 0,
    ) -> list[Hit]:
        """Return for each document the passage that says ``answer``: what a perfect search finds.

        It is the one that says most of it by ``says``, and among equals the one that shares most words with it.
        """
        wanted = set(answer.casefold().split())
        best: dict[str, tuple[tuple[float, int], Hit]] = {}
        for hit in self.passages(document_ids, person):
            likeness = says(hit.text), len(wanted & set(f"{hit.title} {hit.text}".casefold().split()))
            if hit.document_id not in best or likeness > best[hit.document_id][0]:
                best[hit.document_id] = likeness, hit
        return [hit.placed(rank, float(shared)) for rank, ((_, shared), hit) in enumerate(best.values(), 1)]

    def __len__(self) -> int:
        """Count the passages."""
        return len(self.table)

    def _reranker(self, name: str) -> Reranker:
        if name not in self._rerankers:
            self._rerankers[name] = load_reranker(name, self.table)
        return self._rerankers[name]


@contextmanager
def open_index(address: str, name: str, embedder: Embedder, chunking: ChunkSettings | None = None) -> Iterator[Index]:
    """Connect and make an empty index, a table of this run's own; remove it at the end, also after an error.

    ``address`` is a connection string, as ``server.postgres`` gives it; ``chunking`` the passages' length, by kind of
    document (``kinds``) if not given.

    Raises:
        InputError: the server refuses the extension or the schema.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            # Compiling a query that runs for milliseconds takes longer than running it.
            connection.execute("SET jit = off")
            register_vector(connection)
            table = Table(connection, f"{name} {time.time_ns()}", embedder)
        except psycopg.errors.InsufficientPrivilege as error:
            problem = str(error).strip().splitlines()[0]
            raise InputError(f"DATABASE_URL: its user may not set up the index ({problem}).") from None
        try:
            yield Index(table, chunking)
        finally:
            table.drop()
