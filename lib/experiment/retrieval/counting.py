"""The words of an index as PostgreSQL's full-text search keeps them: stems, without the language's stop words."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from psycopg import sql

from lib.experiment.retrieval.chunks import without_nul

if TYPE_CHECKING:
    from lib.experiment.retrieval.index import Index


def word_counts(index: "Index") -> tuple[dict[str, int], int]:
    """Return for each word in how many chunks it stands, and how many words all chunks have together."""
    words = sql.SQL("SELECT words FROM {}").format(index.table).as_string(index.connection)
    rows = index.connection.execute("SELECT word, ndoc, nentry FROM ts_stat(%s)", [words]).fetchall()
    return {word: chunks for word, chunks, _ in rows}, sum(times for _, _, times in rows)


def words_of(index: "Index", text: str) -> list[str]:
    """Return the words of any text, each once."""
    query = "SELECT tsvector_to_array(to_tsvector(%s::regconfig, %s))"
    return index.connection.execute(query, [index.language, without_nul(text)]).fetchone()[0]


def words_of_chunks(index: "Index", chunk_ids: Sequence[str]) -> dict[str, Counter]:
    """Return for each chunk id how often each word stands in the chunk, its title included."""
    query = sql.SQL(
        "SELECT chunk_id, word.lexeme, cardinality(word.positions) "
        "FROM {}, unnest(words) AS word WHERE chunk_id = ANY(%s)"
    ).format(index.table)
    found: dict[str, Counter] = {}
    for chunk_id, word, times in index.connection.execute(query, [list(chunk_ids)]).fetchall():
        found.setdefault(chunk_id, Counter())[word] = times
    return found
