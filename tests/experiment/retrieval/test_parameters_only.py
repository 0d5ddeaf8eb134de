"""What people write reaches PostgreSQL as parameters, never as SQL."""

import ast
import re
from pathlib import Path

import pytest

from lib.experiment import retrieval
from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.retrieval.index import SCHEMA, open_index
from lib.experiment.retrieval.methods import METHODS
from lib.experiment.retrieval.search import search
from lib.experiment.world import Document

ATTACKS = [
    "'; DROP TABLE chunks; --",
    "x' OR '1'='1",
    "$$; DROP SCHEMA decision_workbook CASCADE; $$",
    "%(k)s %s %% {table} {}",
    'a"b\\c',
    "\x00 nul",
    "Robert'); DELETE FROM chunks;--",
]
SOURCES = sorted(Path(retrieval.__file__).parent.glob("*.py"))
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|COPY|CREATE|DROP|ALTER|ANALYZE|WHERE|SET)\b")


@pytest.fixture(scope="module")
def pages():
    return [
        Document(f"{attack}-{n}", attack, attack, f"{attack} words", {"note": attack})
        for n, attack in enumerate(ATTACKS)
    ]


@pytest.fixture(scope="module")
def index(database, embedder, pages):
    # NUL can stand in no text of PostgreSQL: of titles, texts and notes it is blanked out, an id does not have it.
    storable = [page for page in pages if "\x00" not in page.id]
    with open_index(database, "'; DROP SCHEMA public; --", embedder, keep=False) as opened:
        opened.update(chunks_of(storable))
        yield opened


@pytest.mark.parametrize("reranker", ["none", "term_overlap"])
@pytest.mark.parametrize("method", METHODS)
def test_a_question_a_page_a_note_and_a_name_are_data_whatever_they_hold(index, method, reranker):
    for attack in ATTACKS:
        assert len(search(index, [attack], 3, method, reranker=reranker)[0]) <= 3
    for attack in (attack for attack in ATTACKS if "\x00" not in attack):
        hits = search(index, ["words"], 9, method, where={"note": attack}, reranker=reranker)[0]
        assert [hit.text for hit in hits] == [f"{attack} words"] and hits[0].metadata == {"note": attack}
        assert search(index, ["words"], 9, method, where={attack: "x"}, reranker=reranker) == [[]]
    assert search(index, ["\x00"], 1, method, where={"\x00": "\x00"}, reranker=reranker) == [[]]
    assert len(index) == len(ATTACKS) - 1
    schema = index.connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = ANY(%s)", [[SCHEMA, "public"]])
    assert schema.fetchone() == (2,)


def test_the_index_gives_back_what_it_was_given(index, pages):
    held = index.connection.execute(f"SELECT document_id, kind, title, metadata FROM {SCHEMA}.{index.name}").fetchall()
    assert sorted(row[0] for row in held) == sorted(page.id for page in pages if "\x00" not in page.id)
    assert all(kind == title == metadata["note"] for _, kind, title, metadata in held)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_sql_is_put_together_as_text(source):
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        parts = []
        if isinstance(node, ast.JoinedStr):
            parts = node.values
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            parts = [node.func.value]
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        assert not [text for text in texts if SQL.search(text)], f"{source.name}:{node.lineno}"


def test_the_search_for_sql_made_of_text_finds_some():
    # The test above is no empty one: there is SQL in these files, and the pattern sees it.
    assert sum(bool(SQL.search(source.read_text(encoding="utf-8"))) for source in SOURCES) >= 4
