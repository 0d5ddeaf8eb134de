"""Three ways to find passages in a table: by meaning, by words, and by both; and what to search for next."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from lib.retrieval.table import Table
from lib.retrieval.text import storable

# Cormack, Clarke and Büttcher (SIGIR 2009) found 60; little depends on it.
RANK_CONSTANT = 60
# Each half of a hybrid search looks further than k, so that a passage both halves rank middling can win.
_FURTHER = 4
# Numbers of 16 bits may swap passages that are almost equally near; so many more are looked at in full.
_ALMOST_EQUAL = 20

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_CITATION = re.compile(r"\[[^\]\s]*\]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")


@dataclass(frozen=True)
class Hit:
    """One passage found.

    ``rank`` counts from 1. ``score`` grows with the match; its scale is the method's own (cosine similarity,
    ``ts_rank_cd``, the sum of reciprocal ranks, or what a re-ranker gives) and compares only within one method.
    """

    rank: int
    score: float
    id: str
    document_id: str
    title: str
    text: str
    kind: str
    metadata: dict[str, str]

    def placed(self, rank: int, score: float | None = None) -> "Hit":
        """Return the same passage at another rank, and with another score if one is given."""
        return replace(self, rank=rank, score=self.score if score is None else score)


def document_ids(hits: Iterable[Hit]) -> list[str]:
    """Return the documents of some hits, each once, best first."""
    return list(dict.fromkeys(hit.document_id for hit in hits))


COLUMNS = sql.SQL("id, document_id, title, text, kind, metadata")
"""The columns that make a ``Hit``, in its order."""

# The inner query is the one that the HNSW index serves, on halved numbers; the outer one ranks what that found by
# the whole numbers and settles ties by id.
_DENSE = """SELECT 1 - (embedding <=> %(vector)s) AS score, {columns} FROM (
        SELECT embedding, {columns} FROM {table} WHERE {condition}
        ORDER BY embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions}) LIMIT %(candidates)s
    ) AS nearest ORDER BY score DESC, id LIMIT %(k)s"""

# Orders by the whole numbers, which no HNSW index holds: every passage that the condition leaves is looked at.
_EXACT = """SELECT 1 - (embedding <=> %(vector)s) AS score, {columns} FROM {table} WHERE {condition}
    ORDER BY embedding <=> %(vector)s, id LIMIT %(k)s"""

ANY_WORD = "CAST(replace(plainto_tsquery({language}, %(query)s)::text, '&', '|') AS tsquery) AS query"
"""plainto_tsquery asks for every word of the question; a question is answered by texts with some of them."""

_FULL_TEXT = f"""SELECT ts_rank_cd(words, query, 1) AS score, {{columns}} FROM {{table}}, {ANY_WORD}
    WHERE words @@ query AND {{condition}}
    ORDER BY score DESC, id LIMIT %(k)s"""


def find(table: Table, queries: Sequence[str], k: int, method: str, condition: sql.Composable) -> list[list[Hit]]:
    """Find the best ``k`` passages for each query among those that ``condition`` leaves, best first."""
    if method == "dense":
        return _dense(table, queries, k, condition)
    if method == "full_text":
        return _full_text(table, queries, k, condition)
    halves = (_dense(table, queries, k * _FURTHER, condition), _full_text(table, queries, k * _FURTHER, condition))
    return [reciprocal_rank_fusion(rankings, k) for rankings in zip(*halves, strict=True)]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """Merge rankings: a passage's score is the sum over rankings of 1 / (60 + its rank)."""
    scores: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for ranking in rankings:
        for hit in ranking:
            scores[hit.id] = scores.get(hit.id, 0.0) + 1 / (RANK_CONSTANT + hit.rank)
            hits[hit.id] = hit
    order = sorted(scores, key=lambda id_: (-scores[id_], id_))[:k]
    return [hits[id_].placed(rank, scores[id_]) for rank, id_ in enumerate(order, start=1)]


def _dense(table: Table, queries: Sequence[str], k: int, condition: sql.Composable) -> list[list[Hit]]:
    vectors = table.embedder.embed_queries(list(queries))
    parameters = [{"vector": vector, "candidates": min(k + _ALMOST_EQUAL, 2 * k)} for vector in vectors]
    if not table.serve(condition, max(100, 4 * k)):
        return _exact(table, parameters, k, condition)
    found = _run(table, _DENSE, parameters, k, condition)
    # HNSW gives up after 20,000 passages that the condition drops.
    wanted = min(k, table.count(condition))
    short = [place for place, hits in enumerate(found) if len(hits) < wanted]
    for place, hits in zip(short, _exact(table, [parameters[place] for place in short], k, condition), strict=True):
        found[place] = hits
    return found


def _exact(table: Table, parameters: Sequence[dict], k: int, condition: sql.Composable) -> list[list[Hit]]:
    return _run(table, _EXACT, parameters, k, condition, by_index=False)


def _full_text(table: Table, queries: Sequence[str], k: int, condition: sql.Composable) -> list[list[Hit]]:
    parameters = [{"query": storable(query)} for query in queries]
    return _run(table, _FULL_TEXT, parameters, k, condition, by_index=False)


def _run(
    table: Table, statement: str, parameters: Sequence[dict], k: int, condition: sql.Composable, by_index: bool = True
) -> list[list[Hit]]:
    """Run one statement for each query; ``by_index=False``: not with the settings that ``serve`` left."""
    if parameters and not by_index:
        table.set({})
    results = []
    for one in parameters:
        rows = table.execute(statement, one | {"k": k}, columns=COLUMNS, condition=condition).fetchall()
        results.append([Hit(rank, float(row[0]), *row[1:]) for rank, row in enumerate(rows, start=1)])
    return results


def follow_up_query(question: str, refusal: str) -> str | None:
    """Return what to search for next: the question, with the names that a refusing answer has and it has not, if any.

    A name is a word with a capital letter inside a sentence, or with a digit. In the reference run 5 of 2,240 answers led
    to a second search and none of them came right by it, so this plain form is all there is.
    """
    asked = {word.casefold() for word in _WORD.findall(question)}
    names = [
        word
        for sentence in _SENTENCES.split(_CITATION.sub(" ", refusal))
        for place, word in enumerate(_WORD.findall(sentence))
        if (place and word[0].isupper() and len(word) > 1) or any(sign.isdigit() for sign in word)
    ]
    new = dict.fromkeys(name for name in names if name.casefold() not in asked)
    return " ".join([question, *new]) if new else None


def merged(first: Sequence[Hit], second: Sequence[Hit], k: int) -> list[Hit]:
    """Put two searches together: the first one's best hit, then the second search, then the first; at most ``k``."""
    once = {hit.id: hit for hit in [*first[:1], *second, *first]}
    return [hit.placed(rank) for rank, hit in enumerate(list(once.values())[:k], start=1)]
