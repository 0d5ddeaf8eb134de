"""Passages are embedded once, found by meaning and by words, and never by SQL in a question."""

import ast
import re
import socket
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import psycopg
import pytest

from lib import retrieval
from lib.dataset import Document
from lib.errors import InputError
from lib.retrieval import search as search_module
from lib.retrieval import table as table_module
from lib.retrieval.embedder import check_weights, load_embedder, offline_folder
from lib.retrieval.index import open_index
from lib.retrieval.kinds import METHODS
from lib.retrieval.passages import Passage, passages_of
from lib.retrieval.search import Hit, document_ids, reciprocal_rank_fusion
from lib.retrieval.table import SCHEMA, Changes

PAGES = [
    Document("plan-1", "Amber Falcon plan", "The plan costs 49 dollars a month.", "plan", {"language": "en"}),
    Document("plan-2", "Ruby Whale plan", "The plan costs 12 dollars a month.", "plan", {"language": "en"}),
    Document("office-3", "Quiet Oak office", "The office is based in Lisbon.", "office", {"language": "en"}),
    Document("office-4", "Bold Reef office", "The office is based in Oslo.", "office", {"language": "no"}),
    Document("policy-5", "Tiny Maple policy", "Refunds are given for 30 days.", "policy", {"language": "en"}),
]


@pytest.fixture(scope="module")
def index(database, embedder):
    with open_index(database, "help pages", embedder) as opened:
        opened.sync(PAGES)
        yield opened


class CountedVectors:
    """An embedder that needs no model: a text is the number of its direction. It notes what it embeds."""

    name, fingerprint, dimensions = "counted", "counted", 64

    def __init__(self):
        self.batches = []
        self.vectors = np.random.default_rng(0).standard_normal((4000, self.dimensions)).astype(np.float32)

    def embed_documents(self, texts):
        self.batches.append(len(texts))
        return self.embed_queries([text.split()[-1] for text in texts])

    def embed_queries(self, texts):
        vectors = self.vectors[[int(text) for text in texts]]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def counted_passages(numbers, **metadata):
    return [Passage(f"d-{n}", 0, "", f"passage {n}", metadata=metadata) for n in numbers]


# The embedder.


def test_the_offline_embedder_makes_unit_vectors_without_trying_the_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    embedder = load_embedder()
    vectors = embedder.embed_queries(["one", "another"])
    assert vectors.shape == (2, embedder.dimensions) == (2, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_no_text_is_embedded_twice_and_the_order_is_that_of_the_texts(embedder, monkeypatch):
    again = load_embedder(offline_folder())
    read = []
    encode = again.model.encode_query
    monkeypatch.setattr(again.model, "encode_query", lambda texts, **more: read.extend(texts) or encode(texts, **more))
    first = again.embed_queries(["a", "b", "a"])
    second = again.embed_queries(["c", "b"])
    assert read == ["a", "b", "c"]
    assert np.array_equal(first[0], first[2]) and np.array_equal(first[1], second[1])
    assert np.allclose(second, embedder.embed_queries(["c", "b"]), atol=1e-6)


def test_weights_that_are_not_the_known_ones_are_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other weights")
    with pytest.raises(InputError, match="sha256"):
        check_weights(weights, "0" * 64)
    with pytest.raises(InputError, match="missing"):
        check_weights(tmp_path / "nothing.safetensors", "0" * 64)
    with pytest.raises(InputError, match="nothing-here"):
        load_embedder(tmp_path / "nothing-here")


# Keeping the index and the documents the same.


def test_syncing_again_embeds_only_what_changed(database, embedder, monkeypatch):
    embedded = []
    original = type(embedder).embed_documents
    monkeypatch.setattr(
        type(embedder), "embed_documents", lambda self, texts: embedded.extend(texts) or original(self, texts)
    )
    with open_index(database, "changing pages", embedder) as index:
        assert index.sync(PAGES) == Changes(added=5, changed=0, removed=0, unchanged=0)
        assert index.sync(PAGES) == Changes(added=0, changed=0, removed=0, unchanged=5)
        changed = [replace(PAGES[0], text="The plan costs 99 dollars a month."), *PAGES[2:]]
        assert index.sync(changed) == Changes(added=0, changed=1, removed=1, unchanged=3)
        assert len(index) == 4
        assert "99 dollars" in index.search(["What does the Amber Falcon plan cost?"], k=1)[0][0].text
    assert len(embedded) == 6


def test_many_passages_are_embedded_in_batches_that_tell_how_far_they_are(database):
    counted, told = CountedVectors(), []
    with open_index(database, "many", counted) as index:
        index.sync_passages(counted_passages(range(1200)), lambda *one: told.append(one))
        assert sum(counted.batches) == 1200 and len(counted.batches) > 3 and max(counted.batches) < 500
        assert [done for _, done, _ in told] == [0, *np.cumsum(counted.batches)]
        assert {(stage, total) for stage, _, total in told} == {("Embedding", 1200)}
        # The index built after the load is the one that finds, and it grows with what comes later.
        for more in (0, 1, 700):
            changes = index.sync_passages(counted_passages(range(1200 + more)))
            assert changes.unchanged + changes.added == len(index) == 1200 + more
            for query in (3, 900, 1199 + more):
                hits = index.search([str(query)], 5, "dense")[0]
                assert hits[0].text == f"passage {query}" and hits[0].score == pytest.approx(1, abs=1e-5)
    assert sum(counted.batches) == 1200 + 1 + 699


def test_an_error_in_the_middle_of_syncing_changes_nothing(database):
    counted = CountedVectors()
    with open_index(database, "interrupted", counted) as index:
        index.sync_passages(counted_passages(range(5)))

        def interrupt(_stage, done, _total):
            if done > 300:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index.sync_passages(counted_passages(range(1100)), interrupt)
        assert len(index) == 5 and index.search(["4"], 1, "dense")[0][0].text == "passage 4"
        assert index.sync_passages(counted_passages(range(1100))) == Changes(1095, 0, 0, 5)


def test_an_index_leaves_no_table(database, embedder):
    def tables():
        with psycopg.connect(database) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            return {name for (name,) in connection.execute(query, [SCHEMA]).fetchall()}

    before = tables()
    with open_index(database, "kept", embedder) as passing:
        passing.sync(PAGES[:1])
        assert tables() - before == {passing.table.name}
    assert tables() == before


def test_two_documents_with_one_id_are_refused(index):
    with pytest.raises(InputError, match="plan-1"):
        index.sync([PAGES[0], PAGES[0]])


# Searching.


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_page_and_ranks_from_one_by_falling_score(index, method):
    hits = index.search(["In which city is the Quiet Oak office?"], 3, method)[0]
    assert hits[0].document_id == "office-3" and hits[0].title == "Quiet Oak office"
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(above.score >= below.score for above, below in pairwise(hits))
    assert index.search([], 3, method) == []


def test_dense_search_agrees_with_a_search_of_every_vector(index, embedder):
    questions = ["price of a plan", "money back", "Where is it based?", "Falcon"]
    documents = embedder.embed_documents([passage.content for passage in passages_of(PAGES)])
    scores = embedder.embed_queries(questions) @ documents.T
    for hits, row in zip(index.search(questions, 5, "dense"), scores, strict=True):
        assert document_ids(hits) == [PAGES[place].id for place in np.argsort(-row)]
        assert np.allclose([hit.score for hit in hits], np.sort(row)[::-1], atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_filter_leaves_only_pages_with_that_metadata(index, method):
    hits = index.search(["Where is the office based?"], 5, method, where={"language": "no"})[0]
    assert document_ids(hits) == ["office-4"]


@pytest.mark.parametrize(("parts", "served_by"), [(20, "partial"), (3, "vectors"), (200, "exact")])
def test_a_filter_is_served_by_the_index_that_fits_it_and_finds_what_a_full_search_finds(
    database, monkeypatch, parts, served_by
):
    monkeypatch.setattr(table_module, "EXACT_UP_TO", 50)
    counted = CountedVectors()
    passages = [Passage(f"d-{n}", 0, "", f"passage {n}", metadata={"part": str(n % parts)}) for n in range(2000)]
    mine = np.arange(2000)[np.arange(2000) % parts == 1]
    scores = counted.embed_queries(range(3000, 3020)) @ counted.embed_queries(mine).T
    expected = [[f"d-{mine[place]}" for place in np.argsort(-row)[:5]] for row in scores]
    with open_index(database, "parts", counted) as index:
        index.sync_passages(passages)
        found = index.search([str(n) for n in range(3000, 3020)], 5, "dense", where={"part": "1"})
        same = [len(set(document_ids(hits)) & set(ids)) for hits, ids in zip(found, expected, strict=True)]
        assert sum(same) >= 0.95 * 5 * 20
        names = [
            row[0]
            for row in index.table.connection.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = %s", [index.table.name]
            ).fetchall()
        ]
        assert (len(names) == 6) == (served_by == "partial")
        # What comes later is found too, and a second use builds nothing.
        index.sync_passages([*passages, *counted_passages([2500], part="1")])
        assert index.search(["2500"], 1, "dense", where={"part": "1"})[0][0].document_id == "d-2500"


def test_a_search_that_hnsw_gives_up_is_made_in_full(database, monkeypatch):
    counted = CountedVectors()
    with open_index(database, "hidden", counted) as index:
        index.sync_passages([*counted_passages(range(1500)), *counted_passages(range(1500, 2000), rare="yes")])
        index.table.connection.execute("SET hnsw.max_scan_tuples = 1")
        monkeypatch.setattr(table_module, "EXACT_UP_TO", 10)
        monkeypatch.setattr(table_module, "ITERATE_FROM", 5)
        hits = index.search(["3"], 200, "dense", where={"rare": "yes"})[0]
        assert len(hits) == 200 and {hit.metadata["rare"] for hit in hits} == {"yes"}


def test_reciprocal_rank_fusion_adds_one_over_sixty_plus_rank():
    def ranking(*ids):
        return [Hit(rank, 0.0, id_, id_, "", "", "", {}) for rank, id_ in enumerate(ids, start=1)]

    merged = reciprocal_rank_fusion([ranking("a", "b", "c"), ranking("b", "d")], k=3)
    assert [hit.id for hit in merged] == ["b", "a", "d"]
    assert merged[0].score == pytest.approx(1 / 62 + 1 / 61) and merged[1].score == pytest.approx(1 / 61)
    assert search_module.RANK_CONSTANT == 60


def test_gold_passages_are_those_that_say_the_answer(database, embedder):
    long = "\n\n".join(
        f"## Section {n}\n\nNumber {n} takes {n} days. {'More words follow here. ' * 12}" for n in range(5)
    )
    pages = [Document("long", "Long page", long), *PAGES]
    with open_index(database, "gold", embedder) as index:
        index.sync(pages)
        first, second = index.gold(["policy-5", "long"], "Number 3 takes 3 days.")
        assert (first.rank, first.document_id, second.rank, second.document_id) == (1, "policy-5", 2, "long")
        assert "Number 3 takes 3 days." in second.text
        (said,) = index.gold(["long"], "Number 3 takes 3 days.", says=lambda text: "takes 4 days" in text)
        assert "Number 4 takes 4 days." in said.text
        assert index.gold([], "x") == [] and index.gold(["nothing"], "x") == []
        numbers = [hit.id for hit in index.passages(["long", "plan-1"])]
        assert numbers == [*(f"long#{n}" for n in range(5)), "plan-1#0"]


def test_bad_settings_of_a_search_are_refused(index):
    with pytest.raises(InputError, match="psychic"):
        index.search(["?"], 1, "psychic")
    with pytest.raises(InputError, match="k is 0"):
        index.search(["?"], 0)


# What people write reaches PostgreSQL as values, never as SQL.

ATTACKS = [
    "'; DROP TABLE passages; --",
    "x' OR '1'='1",
    "$$; DROP SCHEMA decision_workbook CASCADE; $$",
    "%(k)s %s %% {table} {}",
    'a"b\\c',
    "Robert'); DELETE FROM passages;--",
    "a & | ! ( b",
    "Größe 🦉",
]


@pytest.fixture(scope="module")
def attacked(database, embedder):
    pages = [
        Document(f"{a}-{n}", a, f"{a} words", a, {"note": a, "access": a.replace(";", " ").replace(",", " ")})
        for n, a in enumerate(ATTACKS)
    ]
    with open_index(database, "'; DROP SCHEMA public; --", embedder) as opened:
        opened.sync(pages)
        yield opened


@pytest.mark.parametrize("reranker", ["none", "term_overlap"])
@pytest.mark.parametrize("method", METHODS)
def test_a_question_a_page_a_note_a_label_and_a_name_are_data_whatever_they_hold(attacked, method, reranker):
    from lib.retrieval.access import Person, labels_of

    for attack in [*ATTACKS, "", "the of and", "\x00 nul"]:
        assert len(attacked.search([attack], 3, method, reranker=reranker)[0]) <= 3
    for attack in ATTACKS:
        hits = attacked.search(["words"], 9, method, where={"note": attack}, reranker=reranker)[0]
        assert [hit.text for hit in hits] == [f"{attack} words"] and hits[0].metadata["note"] == attack
        assert attacked.search(["words"], 9, method, where={attack: "x"}, reranker=reranker) == [[]]
        person = Person("any", frozenset(labels_of(hits[0].metadata)))
        assert [hit.text for hit in attacked.search(["words"], 9, method, person=person)[0]] == [f"{attack} words"]
    assert attacked.search(["\x00"], 1, method, where={"\x00": "\x00"}, reranker=reranker) == [[]]
    assert len(attacked) == len(ATTACKS)


SOURCES = sorted(Path(retrieval.__file__).parent.glob("*.py"))
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|COPY|CREATE|DROP|ALTER|ANALYZE|WHERE|SET)\b")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_value_is_put_into_sql_as_text(source):
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        parts = []
        if isinstance(node, ast.JoinedStr):
            values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            # Another constant of SQL may stand in one: a name in capital letters.
            parts = node.values if any(not (isinstance(v, ast.Name) and v.id.isupper()) for v in values) else []
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            parts = [node.left, node.right]
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        assert not [text for text in texts if SQL.search(text)], f"{source.name}:{node.lineno}"
