"""A table of chunks in PostgreSQL: text, metadata, full-text words and an embedding each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.types.json import Jsonb

from lib.errors import InputError
from lib.experiment.fingerprints import text_fingerprint
from lib.experiment.progress import Progress, silent
from lib.experiment.retrieval.chunks import Chunk, without_nul
from lib.experiment.retrieval.embedder import Embedder

# All tables stand in a schema of our own: the server may be a client's.
SCHEMA = "decision_workbook"
# pgvector's HNSW indexes hold no longer `halfvec`.
LARGEST_DIMENSION = 4000

_EMBEDDING = "Embedding"
# Chunks that are embedded between two reports of progress.
_BATCH = 256
# From so many new chunks on, the HNSW index is built anew instead of grown.
_BULK = 1000
# The graph of 100,000 vectors of 384 numbers fits this memory; beyond it the build falls back to the disk.
_BUILDING = {"maintenance_work_mem": "512MB", "max_parallel_maintenance_workers": "1"}


@dataclass(frozen=True)
class Changes:
    """What one indexing did, in chunks."""

    added: int
    changed: int
    removed: int
    unchanged: int


class Index:
    """The chunks of one collection, embedded with one model.

    Another embedding model makes another table, since its vectors mean something else. Use ``open_index``.
    """

    def __init__(self, connection: psycopg.Connection, collection: str, embedder: Embedder, language: str) -> None:
        """Make the table unless it is there; see ``open_index``."""
        self.connection = connection
        self.collection = collection
        self.embedder = embedder
        self.language = language
        self.name = f"chunks_{text_fingerprint(collection, embedder.fingerprint, language)[:16]}"
        self.table = sql.Identifier(SCHEMA, self.name)
        # How often this object has changed the table: what is counted once is counted again after that.
        self.updates = 0
        self._create()

    def update(self, chunks: Sequence[Chunk], progress: Progress = silent) -> Changes:
        """Make the table hold exactly ``chunks``; only what is new or changed is embedded again.

        Args:
            chunks: all that the table is to hold.
            progress: told after each batch how many of the new and changed chunks are embedded.

        Raises:
            InputError: two chunks have the same id.
        """
        wanted = {chunk.id: chunk for chunk in chunks}
        if len(wanted) < len(chunks):
            ids = [chunk.id for chunk in chunks]
            twice = next(id_ for id_ in ids if ids.count(id_) > 1)
            raise InputError(f"documents: the id {twice.rpartition('#')[0]!r} is given twice; ids must be unique.")
        with self.connection.transaction():
            # Two runs that index the same collection take turns.
            self.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self.name])
            query = sql.SQL("SELECT chunk_id, fingerprint FROM {}").format(self.table)
            found = dict(self.connection.execute(query).fetchall())
            stale = [chunk for id_, chunk in wanted.items() if found.get(id_) != chunk.fingerprint]
            gone = [id_ for id_ in found if id_ not in wanted]
            self.connection.execute(
                sql.SQL("DELETE FROM {} WHERE chunk_id = ANY(%s)").format(self.table),
                [gone + [chunk.id for chunk in stale if chunk.id in found]],
            )
            self._insert(stale, len(found) - len(gone), progress)
            self.updates += 1
        # Without fresh counts the planner guesses, and its guess decides whether the index is used.
        self.connection.execute(sql.SQL("ANALYZE {}").format(self.table))
        changed = sum(chunk.id in found for chunk in stale)
        return Changes(len(stale) - changed, changed, len(gone), len(wanted) - len(stale))

    def __len__(self) -> int:
        """Count the chunks."""
        return self.connection.execute(sql.SQL("SELECT count(*) FROM {}").format(self.table)).fetchone()[0]

    def drop(self) -> None:
        """Remove the table, and the schema if it was the last one."""
        self.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.table))
        left = self.connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s", [SCHEMA]).fetchone()
        if left is None:
            self.connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {}").format(sql.Identifier(SCHEMA)))

    def word_counts(self) -> tuple[dict[str, int], int, int]:
        """Count for the full-text words: in how many chunks each stands, the chunks, and the words of all chunks."""
        words = sql.SQL("SELECT words FROM {}").format(self.table).as_string(self.connection)
        rows = self.connection.execute("SELECT word, ndoc, nentry FROM ts_stat(%s)", [words]).fetchall()
        return {word: chunks for word, chunks, _ in rows}, len(self), sum(times for _, _, times in rows)

    def lexemes(self, question: str, chunk_ids: Sequence[str]) -> tuple[list[str], dict[str, Counter]]:
        """Return the full-text words of a question, and how often each word stands in each of some chunks."""
        asked = "SELECT tsvector_to_array(to_tsvector(%s::regconfig, %s))"
        question_words = self.connection.execute(asked, [self.language, without_nul(question)]).fetchone()[0]
        query = sql.SQL(
            "SELECT chunk_id, word.lexeme, cardinality(word.positions) "
            "FROM {}, unnest(words) AS word WHERE chunk_id = ANY(%s)"
        ).format(self.table)
        found: dict[str, Counter] = {}
        for chunk_id, word, times in self.connection.execute(query, [list(chunk_ids)]).fetchall():
            found.setdefault(chunk_id, Counter())[word] = times
        return question_words, found

    def _insert(self, chunks: Sequence[Chunk], standing: int, progress: Progress) -> None:
        """Embed and store in batches; ``standing`` chunks are in the table and stay."""
        if not chunks:
            return
        # Building the graph over a loaded table is several times faster than growing it row by row.
        bulk = len(chunks) >= _BULK and len(chunks) > standing
        if bulk:
            self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(SCHEMA, f"{self.name}_vectors")))
        copy = sql.SQL(
            "COPY {} (chunk_id, document_id, kind, title, metadata, text, fingerprint, embedding) "
            "FROM STDIN WITH (FORMAT BINARY)"
        ).format(self.table)
        progress(_EMBEDDING, 0, len(chunks))
        for start in range(0, len(chunks), _BATCH):
            batch = chunks[start : start + _BATCH]
            vectors = self.embedder.embed_documents([chunk.content for chunk in batch])
            with self.connection.cursor() as cursor, cursor.copy(copy) as rows:
                rows.set_types(["text", "text", "text", "text", "jsonb", "text", "text", "vector"])
                for c, vector in zip(batch, vectors, strict=True):
                    metadata = Jsonb(dict(c.metadata))
                    rows.write_row((c.id, c.document_id, c.kind, c.title, metadata, c.text, c.fingerprint, vector))
            progress(_EMBEDDING, start + len(batch), len(chunks))
        if bulk:
            self._index_vectors()

    def _index_vectors(self) -> None:
        """Build the HNSW index in memory, with the settings that ``bench_pgvector.py`` found fastest."""
        for setting, value in _BUILDING.items():
            self.connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
        self.connection.execute(sql.SQL(_VECTORS).format(**self._parts()))

    def _parts(self) -> dict[str, sql.Composable]:
        return {
            "table": self.table,
            "dimensions": sql.Literal(self.embedder.dimensions),
            "language": sql.Literal(self.language),
            "vectors": sql.Identifier(f"{self.name}_vectors"),
            "words": sql.Identifier(f"{self.name}_words"),
            "metadata": sql.Identifier(f"{self.name}_metadata"),
        }

    def _create(self) -> None:
        if self.embedder.dimensions > LARGEST_DIMENSION:
            raise InputError(
                f"embedder: {self.embedder.name} makes vectors of {self.embedder.dimensions} numbers; "
                f"pgvector indexes at most {LARGEST_DIMENSION}."
            )
        known = self.connection.execute("SELECT 1 FROM pg_ts_config WHERE cfgname = %s", [self.language]).fetchone()
        if known is None:
            raise InputError(f"language: PostgreSQL has no text search for {self.language!r}; 'simple' always works.")
        with self.connection.transaction():
            self.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SCHEMA])
            self.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
            for statement in _TABLE:
                self.connection.execute(sql.SQL(statement).format(**self._parts()))


# Numbers of 16 bits halve the index, which then stays in the server's memory: measured in bench_pgvector.py.
_VECTORS = (
    "CREATE INDEX IF NOT EXISTS {vectors} ON {table} USING hnsw ((embedding::halfvec({dimensions})) halfvec_cosine_ops)"
)
_TABLE = (
    """CREATE TABLE IF NOT EXISTS {table} (
        chunk_id text PRIMARY KEY,
        document_id text NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        metadata jsonb NOT NULL,
        text text NOT NULL,
        fingerprint text NOT NULL,
        embedding vector({dimensions}) NOT NULL,
        words tsvector GENERATED ALWAYS AS (to_tsvector({language}::regconfig, title || ' ' || text)) STORED
    )""",
    _VECTORS,
    "CREATE INDEX IF NOT EXISTS {words} ON {table} USING gin (words)",
    "CREATE INDEX IF NOT EXISTS {metadata} ON {table} USING gin (metadata)",
)


@contextmanager
def open_index(
    address: str, collection: str, embedder: Embedder, *, language: str = "english", keep: bool = True
) -> Iterator[Index]:
    """Connect and give the index of ``collection``; close the connection afterwards.

    Args:
        address: connection string, as ``server.postgres`` gives it.
        collection: any name; one table for each name, embedding model and language.
        embedder: the model that embeds the chunks and the queries.
        language: PostgreSQL's text search configuration for the full-text search.
        keep: ``False`` removes the table at the end, also after an error.

    Raises:
        InputError: the server refuses the extension or the schema, or does not know the language.
    """
    problem = None
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            register_vector(connection)
            index = Index(connection, collection, embedder, language)
        except psycopg.errors.InsufficientPrivilege as error:
            problem = str(error).strip().splitlines()[0]
        if problem:
            raise InputError(f"DATABASE_URL: its user may not set up the index ({problem}).")
        try:
            yield index
        finally:
            if not keep:
                index.drop()
