"""Search in 100,000 chunks on the embedded PostgreSQL: recall, waiting time and build rate; no time is asserted.

Run with ``make benchmarks``. The vectors are synthetic, of the length of the offline embedder's, in 1,000
clusters; a query is another draw from them. All goes through ``Index.update`` and ``search``, the embedder
alone is replaced: it hands out the drawn vectors.
"""

import time
from itertools import pairwise
from statistics import median

import numpy as np
import psutil
import pytest
from lib.experiment.retrieval import loading
from lib.experiment.retrieval.chunks import Chunk
from lib.experiment.retrieval.index import SCHEMA, open_index
from lib.experiment.retrieval.search import EXACT_UP_TO, search

from lib.retrieval.server import ENVIRONMENT_VARIABLE, postgres

CHUNKS, DIMENSIONS, CLUSTERS, QUERIES, K = 100_000, 384, 1000, 500, 10


class DrawnVectors:
    """Stands in for the embedding model: a text is the number of its vector."""

    name, fingerprint, dimensions = "drawn", f"drawn-{CHUNKS}", DIMENSIONS

    def __init__(self) -> None:
        generator = np.random.default_rng(0)
        centres = generator.standard_normal((CLUSTERS, DIMENSIONS), dtype=np.float32)

        def draw(number: int) -> np.ndarray:
            noise = generator.standard_normal((number, DIMENSIONS), dtype=np.float32)
            vectors = centres[generator.integers(CLUSTERS, size=number)] + 0.7 * noise
            return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

        self.documents, self.queries = draw(CHUNKS), draw(QUERIES)

    def embed_documents(self, texts: list[str]) -> np.ndarray:
        return self.documents[[int(text.split()[-1]) for text in texts]]

    def embed_queries(self, texts: list[str]) -> np.ndarray:
        return self.queries[[int(text) for text in texts]]


@pytest.fixture(scope="module")
def filled():
    """The filled index, its embedder, and the seconds that loading and building took."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        embedder = DrawnVectors()
        chunks = [
            Chunk(f"d-{n}", 0, "page", "", f"chunk {n}", {"twentieth": str(n % 20), "third": str(n % 3)})
            for n in range(CHUNKS)
        ]
        ticks = []
        with postgres() as address, open_index(address, "benchmark", embedder) as index:
            start = time.perf_counter()
            index.update(chunks, lambda _stage, done, total: ticks.append((time.perf_counter(), done, total)))
            whole = time.perf_counter() - start
            yield index, embedder, chunks, ticks[-1][0] - start, whole


def test_building_the_index_of_a_hundred_thousand_chunks(filled, monkeypatch):
    index, embedder, chunks, load, whole = filled
    size = index.connection.execute("SELECT pg_relation_size(%s)", [_vectors(index)]).fetchone()[0]
    # The alternative: rows come into a table that has its HNSW index already.
    few = CHUNKS // 20
    monkeypatch.setattr(loading, "BULK", CHUNKS + 1)
    with open_index(index.connection.info.dsn, "grown", embedder, keep=False) as other:
        start = time.perf_counter()
        other.update(chunks[:few])
        grown = few / (time.perf_counter() - start)
    print(
        f"\n{CHUNKS:,} chunks, embedding apart: {CHUNKS / whole:,.0f} chunks/s in all; rows, words and metadata "
        f"{CHUNKS / load:,.0f} chunks/s, HNSW {CHUNKS / (whole - load):,.0f} chunks/s ({size / 1e6:.0f} MB); the first "
        f"{few:,} into an index that is there already: {grown:,.0f} chunks/s; ratio {CHUNKS / whole / grown:.1f}×"
    )
    assert len(index) == CHUNKS


def test_recall_and_waiting_time_against_exact_search(filled):
    index, embedder, _, _, _ = filled
    scores = embedder.queries @ embedder.documents.T
    nearest = np.argsort(-scores, axis=1)[:, :K]
    exact = [{f"d-{n}" for n in row} for row in nearest]
    search(index, [str(query) for query in range(QUERIES)], K, "dense")
    server = psutil.Process(index.connection.info.backend_pid)
    before = _processor_seconds(server)
    found, seconds = _one_by_one(index, QUERIES)
    busy = (_processor_seconds(server) - before) / QUERIES
    recall = np.mean([len(ids & truth) / K for ids, truth in zip(found, exact, strict=True)])
    plan = "\n".join(
        row[0] for row in index.connection.execute(f"EXPLAIN {_like_search(index)}", _parameters(embedder))
    )
    index.connection.execute("SET enable_indexscan = off")
    scanned, slow = _one_by_one(index, 20)
    index.connection.execute("RESET enable_indexscan")
    p95 = np.percentile(seconds, 95)
    print(
        f"\nrecall@{K} {recall:.3f} against exact search; a query through search(): p50 {median(seconds) * 1e3:.1f} ms, "
        f"p95 {p95 * 1e3:.1f} ms (target 10), processor time {busy * 1e3:.1f} ms, server and client; exact scan: p50 {median(slow) * 1e3:.0f} ms; "
        f"ratio of the medians {median(slow) / median(seconds):.0f}×"
    )
    assert recall >= 0.95
    assert "hnsw" in plan or _vectors(index).partition(".")[2] in plan
    assert scanned == exact[:20]


@pytest.mark.parametrize(("name", "parts"), [("twentieth", 20), ("third", 3)])
def test_a_filter_finds_its_chunks_among_the_others(filled, name, parts):
    index, embedder, _, _, _ = filled
    mine = np.arange(CHUNKS)[np.arange(CHUNKS) % parts == 1]
    scores = embedder.queries[:100] @ embedder.documents[mine].T
    exact = [{f"d-{mine[n]}" for n in row} for row in np.argsort(-scores, axis=1)[:, :K]]
    found, seconds = _one_by_one(index, 100, {name: "1"})
    recall = np.mean([len(ids & truth) / K for ids, truth in zip(found, exact, strict=True)])
    print(
        f"\nwith a filter that leaves one chunk in {parts} ({'all compared' if len(mine) <= EXACT_UP_TO else 'by HNSW'}): "
        f"recall@{K} {recall:.3f}; p50 {median(seconds) * 1e3:.1f} ms, p95 {np.percentile(seconds, 95) * 1e3:.1f} ms"
    )
    assert recall >= 0.95


def test_indexing_again_what_has_not_changed(filled):
    index, _, chunks, _, whole = filled
    start = time.perf_counter()
    changes = index.update([*chunks[:-10], *(Chunk(f"new-{n}", 0, "page", "", f"chunk {n}") for n in range(10))])
    again = time.perf_counter() - start
    print(f"\nindexing again after 10 new and 10 gone: {again:.1f} s against {whole:.1f} s; ratio {whole / again:.0f}×")
    assert (changes.added, changes.removed, changes.unchanged) == (10, 10, CHUNKS - 10)


def _one_by_one(index, number, where=None):
    found, marks = [], [time.perf_counter()]
    for query in range(number):
        found.append({hit.document_id for hit in search(index, [str(query)], K, "dense", where)[0]})
        marks.append(time.perf_counter())
    return found, [after - before for before, after in pairwise(marks)]


def _processor_seconds(server):
    """Processor time of the connection's server process and of this one: a busy machine does not change it."""
    return sum(sum(process.cpu_times()[:2]) for process in (server, psutil.Process()))


def _vectors(index):
    return f"{SCHEMA}.{index.name}_vectors"


def _like_search(index):
    return (
        f"SELECT text FROM {SCHEMA}.{index.name} "
        f"ORDER BY embedding::halfvec({DIMENSIONS}) <=> %s::halfvec({DIMENSIONS}) LIMIT {2 * K}"
    )


def _parameters(embedder):
    return [embedder.queries[0]]
