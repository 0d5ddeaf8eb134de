"""A table of chunks in PostgreSQL: text, metadata, full-text words and an embedding each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.types.json import Jsonb

from lib.errors import InputError
from lib.experiment.fingerprints import text_fingerprint
from lib.experiment.progress import Progress, silent
from lib.experiment.retrieval.chunks import Chunk, storable
from lib.experiment.retrieval.loading import load
from lib.retrieval.embedder import Embedder

# All tables stand in a schema of our own: the server may be a client's.
SCHEMA = "decision_workbook"
# pgvector's HNSW indexes hold no longer `halfvec`.
LARGEST_DIMENSION = 4000


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
        self._candidates = 0
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
            load(self, stale, len(found) - len(gone), progress)
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

    def count(self, where: Mapping[str, str], most: int) -> int:
        """Count the chunks with this metadata; counting ends at ``most``."""
        query = sql.SQL("SELECT count(*) FROM (SELECT 1 FROM {} WHERE metadata @> %s LIMIT %s) AS matching")
        return self.connection.execute(query.format(self.table), [Jsonb(storable(where)), most]).fetchone()[0]

    def look_at(self, candidates: int) -> None:
        """Let HNSW look at so many candidates (1 to 1000), and on from there where a filter drops too many.

        The order may be relaxed, as the search sorts what it gets; a strict one would throw late finds away.
        """
        if candidates != self._candidates:
            settings = "SELECT set_config('hnsw.ef_search', %s, false), set_config('hnsw.iterative_scan', %s, false)"
            self.connection.execute(settings, [str(candidates), "relaxed_order"])
            self._candidates = candidates

    def build_vectors(self) -> None:
        """Build the HNSW index over what the table holds, unless it is there."""
        self.connection.execute(sql.SQL(_VECTORS).format(**self._parts()))

    def drop_vectors(self) -> None:
        """Remove the HNSW index: searches read every vector until ``build_vectors``."""
        self.connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(SCHEMA, f"{self.name}_vectors")))

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
