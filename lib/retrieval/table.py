"""A table of passages in PostgreSQL: text, metadata, access labels, full-text words and an embedding each.

Filtered vector search: an HNSW index finds its way over passages that a filter drops, and where the filter drops
most it gets lost. So what a filter leaves decides (measured in ``tests/benchmarks/bench_pgvector.py``): few passages
are all compared; many are found by the common index, which goes on until enough pass (iterative scan); for what lies
between, an HNSW index over just these passages is built when such a filter is first used (partial index).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from lib.errors import InputError
from lib.fingerprints import text_fingerprint
from lib.progress import Progress
from lib.retrieval.access import Person, labels_of
from lib.retrieval.embedder import Embedder
from lib.retrieval.passages import Passage, storable_metadata

# All tables stand in a schema of our own: the server may be a client's.
SCHEMA = "decision_workbook"
# Of PostgreSQL's full-text search: which endings a word may have.
LANGUAGE = "english"
# pgvector's HNSW indexes hold no longer `halfvec`.
LARGEST_DIMENSION = 4000
STAGE = "Embedding"
# Passages that are embedded between two reports of progress.
BATCH = 256
# From so many new passages on, the HNSW index is built anew instead of grown: measured in bench_pgvector.py.
BULK = 1000
# For the length of the build. The graph of 100,000 vectors of 384 numbers fits this memory; beyond it the build
# falls back to the disk. One worker beside the server's own process uses a laptop's two cores.
BUILDING = {"maintenance_work_mem": "512MB", "max_parallel_maintenance_workers": "1"}
# A filter that leaves no more passages than this: they are all compared.
EXACT_UP_TO = 500
# A filter that leaves at least one passage in so many: the common index goes on until enough pass.
ITERATE_FROM = 5
# HNSW keeps at least one candidate for so many passages. Among a million 100 candidates find 80 % of the nearest ten,
# 400 find 94 % in 9 ms (95th percentile), 670 find 95 % in 14 ms.
PASSAGES_A_CANDIDATE = 2500
# Filters that get an index of their own; those after them are compared in full.
MOST_PARTIAL_INDEXES = 32


@dataclass(frozen=True)
class Changes:
    """What one synchronisation did, in passages."""

    added: int
    changed: int
    removed: int
    unchanged: int


class Table:
    """The passages of one collection, embedded with one model. ``lib.retrieval.index`` opens one.

    Another embedding model makes another table, since its vectors mean something else.
    """

    def __init__(self, connection: psycopg.Connection, collection: str, embedder: Embedder) -> None:
        """Make the table unless it is there.

        Raises:
            InputError: the embedder's vectors are too long.
        """
        self.connection = connection
        self.embedder = embedder
        self.name = f"passages_{text_fingerprint(collection, embedder.fingerprint)[:16]}"
        self.table = sql.Identifier(SCHEMA, self.name)
        # How often this object has changed the table: what is counted once is counted again after that.
        self.updates = 0
        self._counts: dict[str, int] = {}
        self._settings: dict[str, str] = {}
        self._create()

    def __len__(self) -> int:
        """Count the passages."""
        return self.count(sql.SQL("true"))

    def execute(self, statement: str, *parameters: object, **parts: sql.Composable) -> psycopg.Cursor:
        """Run SQL in which ``{table}`` and ``parts`` are put in as SQL, and ``parameters`` travel apart.

        ``parameters`` are one for each ``%s``, or one mapping for the named ones.
        """
        given = parameters[0] if parameters and isinstance(parameters[0], dict) else parameters
        return self.connection.execute(sql.SQL(statement).format(**(self._parts() | parts)), given)

    def update(self, passages: Sequence[Passage], progress: Progress) -> Changes:
        """Make the table hold exactly ``passages``; only what is new or changed is embedded again.

        Raises:
            InputError: two passages have the same id.
        """
        wanted = {passage.id: passage for passage in passages}
        if len(wanted) < len(passages):
            twice = Counter(passage.id for passage in passages).most_common(1)[0][0]
            raise InputError(f"documents: the id {twice.rpartition('#')[0]!r} is given twice; ids must be unique.")
        with self.connection.transaction():
            # Two runs that index the same collection take turns.
            self.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self.name])
            found = dict(self.execute("SELECT id, fingerprint FROM {table}").fetchall())
            stale = [passage for id_, passage in wanted.items() if found.get(id_) != passage.fingerprint]
            gone = [id_ for id_ in found if id_ not in wanted]
            self.execute("DELETE FROM {table} WHERE id = ANY(%s)", gone + [p.id for p in stale if p.id in found])
            self._load(stale, len(found) - len(gone), progress)
            self.updates += 1
            self._counts.clear()
        # Without fresh counts the planner guesses, and its guess decides whether an index is used.
        self.execute("ANALYZE {table}")
        changed = sum(passage.id in found for passage in stale)
        return Changes(len(stale) - changed, changed, len(gone), len(wanted) - len(stale))

    def drop(self) -> None:
        """Remove the table, and the schema if it was the last one."""
        self.execute("DROP TABLE IF EXISTS {table}")
        left = self.connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s", [SCHEMA]).fetchone()
        if left is None:
            self.execute("DROP SCHEMA IF EXISTS {schema}")

    def condition(self, where: Mapping[str, str] | None, person: Person | None) -> sql.Composable:
        """Write as SQL what a passage must have: metadata, and a label that the person holds.

        Values stand in it as literals, not as parameters: only so does PostgreSQL see that an index over just these
        passages serves. A ``%`` is doubled, as ``execute`` wants it.
        """
        parts = []
        if where:
            parts.append(sql.SQL("metadata @> {}").format(sql.Literal(Jsonb(storable_metadata(where)))))
        if person is not None:
            held = sql.Literal(sorted(person.labels))
            parts.append(sql.SQL("(access = '{{}}' OR access && {}::text[])").format(held))
        if not parts:
            return sql.SQL("true")
        return sql.SQL(sql.SQL(" AND ").join(parts).as_string(self.connection).replace("%", "%%"))

    def count(self, condition: sql.Composable) -> int:
        """Count the passages that a condition leaves; counted once between two updates."""
        key = condition.as_string(self.connection)
        if key not in self._counts:
            statement = "SELECT count(*) FROM {table} WHERE {condition}"
            self._counts[key] = self.execute(statement, condition=condition).fetchone()[0]
        return self._counts[key]

    def serve(self, condition: sql.Composable, candidates: int) -> bool:
        """Get ready to search by HNSW under a condition.

        Returns:
            Whether HNSW serves; otherwise the passages that the condition leaves are to be compared in full.
        """
        everything, left = len(self), self.count(condition)
        if left < everything and left <= EXACT_UP_TO:
            return False
        partial = everything > left * ITERATE_FROM
        if partial and not self._partial_index(condition):
            return False
        candidates = min(1000, max(candidates, (left if partial else everything) // PASSAGES_A_CANDIDATE))
        # The order may be relaxed, as the search sorts what it gets; a strict one would throw late finds away.
        # The planner takes some filters for narrower than they are and would compare in full.
        self.set({
            "hnsw.ef_search": str(candidates),
            "hnsw.iterative_scan": "relaxed_order",
            "enable_bitmapscan": "off",
            "enable_seqscan": "off",
        })  # fmt: skip
        return True

    def set(self, settings: Mapping[str, str]) -> None:
        """Change settings of the connection where they differ; those not named go back to the server's own."""
        for name, value in settings.items():
            if self._settings.get(name) != value:
                self.connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        for name in self._settings.keys() - settings.keys():
            self.connection.execute(sql.SQL("RESET {}").format(sql.SQL(".").join(map(sql.Identifier, name.split(".")))))
        self._settings = dict(settings)

    def _partial_index(self, condition: sql.Composable) -> bool:
        """Build the HNSW index over the passages of a condition, unless it is there; ``False``: there are too many."""
        name = f"{self.name}_{text_fingerprint(condition.as_string(self.connection))[:12]}"
        query = "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND tablename = %s"
        names = {row[0] for row in self.connection.execute(query, [SCHEMA, self.name]).fetchall()}
        if name in names:
            return True
        if len(names) >= MOST_PARTIAL_INDEXES:
            return False
        with self.connection.transaction():
            self._building()
            self.execute(f"{_VECTORS} WHERE {{condition}}", vectors=sql.Identifier(name), condition=condition)
        return True

    def _load(self, passages: Sequence[Passage], standing: int, progress: Progress) -> None:
        """Embed and store ``passages``, none of which is in the table, inside the transaction that is open.

        The table holds ``standing`` others.
        """
        if not passages:
            return
        bulk = len(passages) >= BULK and len(passages) > standing
        if bulk:
            self.execute("DROP INDEX {vectors_here}")
        columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        copy = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(self.table, columns)
        progress(STAGE, 0, len(passages))
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            vectors = self.embedder.embed_documents([passage.content for passage in batch])
            with self.connection.cursor() as cursor, cursor.copy(copy) as rows:
                rows.set_types([kind.partition("(")[0] for kind in _COLUMNS.values()])
                for p, vector in zip(batch, vectors, strict=True):
                    about = (Jsonb(dict(p.metadata)), list(labels_of(p.metadata)))
                    rows.write_row(
                        (p.id, p.document_id, p.number, p.kind, p.title, *about, p.text, p.fingerprint, vector)
                    )
            progress(STAGE, start + len(batch), len(passages))
        if bulk:
            self._building()
            self.execute(_VECTORS)

    def _building(self) -> None:
        for setting, value in BUILDING.items():
            self.connection.execute("SELECT set_config(%s, %s, true)", [setting, value])

    def _parts(self) -> dict[str, sql.Composable]:
        indexes = {name: sql.Identifier(f"{self.name}_{name}") for name in ("vectors", "words", "metadata", "access")}
        return indexes | {
            "schema": sql.Identifier(SCHEMA),
            "table": self.table,
            "dimensions": sql.Literal(self.embedder.dimensions),
            "language": sql.SQL("{}::regconfig").format(sql.Literal(LANGUAGE)),
            "vectors_here": sql.Identifier(SCHEMA, f"{self.name}_vectors"),
        }

    def _create(self) -> None:
        if self.embedder.dimensions > LARGEST_DIMENSION:
            raise InputError(
                f"embedder: {self.embedder.name} makes vectors of {self.embedder.dimensions} numbers; "
                f"pgvector indexes at most {LARGEST_DIMENSION}."
            )
        with self.connection.transaction():
            self.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SCHEMA])
            for statement in (*_TABLE, _VECTORS, *_INDEXES):
                self.execute(statement)


_COLUMNS = {
    "id": "text",
    "document_id": "text",
    "number": "int4",
    "kind": "text",
    "title": "text",
    "metadata": "jsonb",
    "access": "text[]",
    "text": "text",
    "fingerprint": "text",
    "embedding": "vector({dimensions})",
}
_DECLARED = ", ".join(f"{name} {kind} NOT NULL" for name, kind in _COLUMNS.items())
_TABLE = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    f"""CREATE TABLE IF NOT EXISTS {{table}} (
        {_DECLARED},
        PRIMARY KEY (id),
        words tsvector GENERATED ALWAYS AS (to_tsvector({{language}}, title || ' ' || text)) STORED
    )""",
)
# Numbers of 16 bits halve the index, which then stays in the server's memory: measured in bench_pgvector.py.
_VECTORS = (
    "CREATE INDEX IF NOT EXISTS {vectors} ON {table} USING hnsw ((embedding::halfvec({dimensions})) halfvec_cosine_ops)"
)
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS {words} ON {table} USING gin (words)",
    # Of key and value together: otherwise a common value under another key is looked at too.
    "CREATE INDEX IF NOT EXISTS {metadata} ON {table} USING gin (metadata jsonb_path_ops)",
    "CREATE INDEX IF NOT EXISTS {access} ON {table} USING gin (access)",
)
