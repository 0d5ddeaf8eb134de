"""Three ways to find chunks, by meaning, by words, and by both; and a second look at what was found."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from lib.errors import InputError
from lib.experiment.retrieval.chunks import storable, without_nul
from lib.experiment.retrieval.hits import Hit
from lib.experiment.retrieval.index import Index
from lib.experiment.retrieval.methods import METHODS
from lib.experiment.retrieval.rerank import FURTHER, Reranker, load_reranker, rerank

# Cormack, Clarke and Büttcher (SIGIR 2009) found 60; little depends on it.
RANK_CONSTANT = 60
# Each half of a hybrid search looks further than k, so that a chunk both halves rank middling can win.
_FURTHER = 4
# Numbers of 16 bits may swap chunks that are almost equally near; so many more are looked at in full.
_ALMOST_EQUAL = 20
# A filter that leaves no more chunks than this: they are all compared, which takes milliseconds and misses none.
# HNSW finds its way over the chunks that the filter drops, and where it drops most it gets lost.
EXACT_UP_TO = 20_000
# What must hold of the metadata. Where nothing must, no condition: the planner takes any for a narrow one, and
# would not use the HNSW index.
_FILTER = sql.SQL("metadata @> %(where)s")
_NO_FILTER = sql.SQL("true")


def search(
    index: Index,
    queries: Sequence[str],
    k: int,
    method: str = "hybrid",
    where: Mapping[str, str] | None = None,
    reranker: Reranker | str = "none",
) -> list[list[Hit]]:
    """Find the best ``k`` chunks for each query, best first; fewer where fewer match.

    Args:
        index: what is searched.
        queries: questions in plain words.
        k: how many chunks at most.
        method: ``dense``, ``full_text`` or ``hybrid``.
        where: metadata that a chunk must have, such as ``{"kind": "plan"}``.
        reranker: chooses the ``k`` from four times as many candidates; as ``load_reranker`` gives it, or its name.

    Raises:
        InputError: unknown method or re-ranker, or ``k`` below 1.
    """
    if method not in METHODS:
        raise InputError(f"search: {method!r} is not a method; allowed are {', '.join(METHODS)}.")
    if k < 1:
        raise InputError(f"search: k is {k}; it must be at least 1.")
    chosen = reranker if isinstance(reranker, Reranker) else load_reranker(reranker, index)
    if chosen.scores is None:
        return _FIND[method](index, queries, k, where)
    found = _FIND[method](index, queries, k * FURTHER, where)
    return [rerank(query, hits, k, chosen) for query, hits in zip(queries, found, strict=True)]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """Merge rankings: a chunk's score is the sum over rankings of 1 / (60 + its rank)."""
    scores: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for ranking in rankings:
        for hit in ranking:
            scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + 1 / (RANK_CONSTANT + hit.rank)
            hits[hit.chunk_id] = hit
    order = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:k]
    return [hits[chunk_id].placed(rank, scores[chunk_id]) for rank, chunk_id in enumerate(order, start=1)]


_FIELDS = ("chunk_id", "document_id", "kind", "title", "text", "metadata")
_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, _FIELDS))

# The inner query is the one that the HNSW index serves, on halved numbers; the outer one ranks what that found by
# the whole numbers and settles ties by id.
_DENSE = sql.SQL(
    """SELECT 1 - (embedding <=> %(vector)s) AS score, {columns} FROM (
        SELECT embedding, {columns} FROM {table} WHERE {filter}
        ORDER BY embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions}) LIMIT %(candidates)s
    ) AS nearest ORDER BY score DESC, chunk_id LIMIT %(k)s"""
)

# Orders by the whole numbers, which the HNSW index does not hold: every chunk that the filter leaves is looked at.
_EXACT = sql.SQL(
    """SELECT 1 - (embedding <=> %(vector)s) AS score, {columns} FROM {table} WHERE {filter}
    ORDER BY embedding <=> %(vector)s, chunk_id LIMIT %(k)s"""
)

# plainto_tsquery asks for every word of the question; a question is answered by texts with some of them.
_FULL_TEXT = sql.SQL(
    """SELECT ts_rank_cd(words, query, 1) AS score, {columns}
    FROM {table}, CAST(replace(plainto_tsquery(%(language)s::regconfig, %(query)s)::text, '&', '|') AS tsquery) AS query
    WHERE words @@ query AND {filter}
    ORDER BY score DESC, chunk_id LIMIT %(k)s"""
)


def _dense(index: Index, queries: Sequence[str], k: int, where: Mapping[str, str] | None) -> list[list[Hit]]:
    vectors = index.embedder.embed_queries(list(queries))
    candidates = min(k + _ALMOST_EQUAL, 2 * k)
    parameters = [{"vector": vector, "candidates": candidates} for vector in vectors]
    # A filter drops some of the candidates, so there have to be more.
    index.look_at(min(1000, max(100, 4 * k) * (4 if where else 1)))
    few = bool(where) and index.count(where, EXACT_UP_TO + 1) <= EXACT_UP_TO
    return _run(index, _EXACT if few else _DENSE, parameters, k, where)


def _full_text(index: Index, queries: Sequence[str], k: int, where: Mapping[str, str] | None) -> list[list[Hit]]:
    parameters = [{"query": without_nul(query), "language": index.language} for query in queries]
    return _run(index, _FULL_TEXT, parameters, k, where)


def _hybrid(index: Index, queries: Sequence[str], k: int, where: Mapping[str, str] | None) -> list[list[Hit]]:
    further = k * _FURTHER
    halves = zip(_dense(index, queries, further, where), _full_text(index, queries, further, where), strict=True)
    return [reciprocal_rank_fusion(rankings, k) for rankings in halves]


_FIND = dict(zip(METHODS, (_dense, _full_text, _hybrid), strict=True))


def _run(
    index: Index, statement: sql.SQL, parameters: Sequence[dict[str, Any]], k: int, where: Mapping[str, str] | None
) -> list[list[Hit]]:
    query = statement.format(
        columns=_COLUMNS,
        table=index.table,
        dimensions=sql.Literal(index.embedder.dimensions),
        filter=_FILTER if where else _NO_FILTER,
    )
    shared = {"k": k, "where": Jsonb(storable(where or {}))}
    results = []
    with index.connection.cursor() as cursor:
        for one in parameters:
            rows = cursor.execute(query, one | shared).fetchall()
            results.append([Hit(rank, float(row[0]), *row[1:]) for rank, row in enumerate(rows, start=1)])
    return results
