"""Putting chunks into an index: embedded in batches, copied in, and the HNSW index built at the right moment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from psycopg import sql
from psycopg.types.json import Jsonb

from lib.experiment.progress import Progress
from lib.experiment.retrieval.chunks import Chunk

if TYPE_CHECKING:
    from lib.experiment.retrieval.index import Index

STAGE = "Embedding"
# Chunks that are embedded between two reports of progress.
BATCH = 256
# From so many new chunks on, the HNSW index is built anew instead of grown: measured in bench_pgvector.py.
BULK = 1000
# For the length of the build. The graph of 100,000 vectors of 384 numbers fits this memory; beyond it the build
# falls back to the disk. One worker beside the server's own process uses a laptop's two cores.
BUILDING = {"maintenance_work_mem": "512MB", "max_parallel_maintenance_workers": "1"}

_COLUMNS = {
    "chunk_id": "text",
    "document_id": "text",
    "kind": "text",
    "title": "text",
    "metadata": "jsonb",
    "text": "text",
    "fingerprint": "text",
    "embedding": "vector",
}


def load(index: "Index", chunks: Sequence[Chunk], standing: int, progress: Progress) -> None:
    """Embed and store ``chunks``, none of which is in the table, inside the transaction that is open.

    Args:
        index: where they go.
        chunks: what is new.
        standing: how many chunks the table holds already.
        progress: told after each batch.
    """
    if not chunks:
        return
    bulk = len(chunks) >= BULK and len(chunks) > standing
    if bulk:
        index.drop_vectors()
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    copy = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(index.table, columns)
    progress(STAGE, 0, len(chunks))
    for start in range(0, len(chunks), BATCH):
        batch = chunks[start : start + BATCH]
        vectors = index.embedder.embed_documents([chunk.content for chunk in batch])
        with index.connection.cursor() as cursor, cursor.copy(copy) as rows:
            rows.set_types(list(_COLUMNS.values()))
            for c, vector in zip(batch, vectors, strict=True):
                metadata = Jsonb(dict(c.metadata))
                rows.write_row((c.id, c.document_id, c.kind, c.title, metadata, c.text, c.fingerprint, vector))
        progress(STAGE, start + len(batch), len(chunks))
    if bulk:
        for setting, value in BUILDING.items():
            index.connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
        index.build_vectors()
