"""Chunks are embedded once, found by meaning and by words, and never by SQL in a question."""

import socket
from dataclasses import replace
from itertools import pairwise

import numpy as np
import psycopg
import pytest
from psycopg import sql

from lib.errors import InputError
from lib.experiment.retrieval import search as search_module
from lib.experiment.retrieval.chunks import Chunk, chunks_of
from lib.experiment.retrieval.index import SCHEMA, Changes, open_index
from lib.experiment.retrieval.search import METHODS, Hit, reciprocal_rank_fusion, search
from lib.experiment.world import Document
from lib.retrieval.embedder import check_weights, load_embedder, offline_folder

PAGES = [
    Document("plan-1", "plan", "Amber Falcon plan", "The plan costs 49 dollars a month.", {"language": "en"}),
    Document("plan-2", "plan", "Ruby Whale plan", "The plan costs 12 dollars a month.", {"language": "en"}),
    Document("office-3", "office", "Quiet Oak office", "The office is based in Lisbon.", {"language": "en"}),
    Document("office-4", "office", "Bold Reef office", "The office is based in Oslo.", {"language": "no"}),
    Document("policy-5", "policy", "Tiny Maple policy", "Refunds are given for 30 days.", {"language": "en"}),
]


@pytest.fixture(scope="module")
def index(database, embedder):
    with open_index(database, "help pages", embedder) as opened:
        opened.update(chunks_of(PAGES))
        yield opened


def test_the_offline_embedder_makes_unit_vectors_without_trying_the_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    embedder = load_embedder()
    vectors = embedder.embed_queries(["one", "another"])
    assert vectors.shape == (2, embedder.dimensions) == (2, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_weights_that_are_not_the_known_ones_are_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other weights")
    with pytest.raises(InputError, match="sha256"):
        check_weights(weights, "0" * 64)
    with pytest.raises(InputError, match="missing"):
        check_weights(tmp_path / "nothing.safetensors", "0" * 64)


def test_a_folder_goes_through_the_same_function_and_gives_the_same_vectors(embedder):
    again = load_embedder(offline_folder())
    assert np.array_equal(again.embed_queries(["a question"]), embedder.embed_queries(["a question"]))


def test_an_embedder_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="nothing-here"):
        load_embedder(tmp_path / "nothing-here")


def test_indexing_again_embeds_only_what_changed(database, embedder, monkeypatch):
    embedded = []
    original = type(embedder).embed_documents
    monkeypatch.setattr(
        type(embedder), "embed_documents", lambda self, texts: embedded.extend(texts) or original(self, texts)
    )
    with open_index(database, "changing pages", embedder, keep=False) as index:
        assert index.update(chunks_of(PAGES)) == Changes(added=5, changed=0, removed=0, unchanged=0)
        assert index.update(chunks_of(PAGES)) == Changes(added=0, changed=0, removed=0, unchanged=5)
        changed = [replace(PAGES[0], text="The plan costs 99 dollars a month."), *PAGES[2:]]
        assert index.update(chunks_of(changed)) == Changes(added=0, changed=1, removed=1, unchanged=3)
        assert len(index) == 4
        assert "99 dollars" in search(index, ["What does the Amber Falcon plan cost?"], k=1)[0][0].text
    assert len(embedded) == 6


class CountedVectors:
    """An embedder that needs no model: a text is the number of its direction. It notes what it embeds."""

    name, fingerprint, dimensions = "counted", "counted", 64

    def __init__(self):
        self.batches = []
        self.vectors = np.random.default_rng(0).standard_normal((2000, self.dimensions)).astype(np.float32)

    def embed_documents(self, texts):
        self.batches.append(len(texts))
        return self.embed_queries([text.split()[-1] for text in texts])

    def embed_queries(self, texts):
        vectors = self.vectors[[int(text) for text in texts]]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_many_chunks_are_embedded_in_batches_that_tell_how_far_they_are(database):
    counted, told = CountedVectors(), []
    chunks = [Chunk(f"d-{number}", 0, "page", "", f"chunk {number}") for number in range(1200)]
    with open_index(database, "many", counted, keep=False) as index:
        index.update(chunks, lambda *one: told.append(one))
        assert sum(counted.batches) == 1200 and len(counted.batches) > 3 and max(counted.batches) < 500
        assert [done for _, done, _ in told] == [0, *np.cumsum(counted.batches)]
        assert {(stage, total) for stage, _, total in told} == {("Embedding", 1200)}
        # The index built after the load is the one that finds, and it grows with what comes later.
        index.connection.execute("SET enable_seqscan = off")
        for number, added in enumerate([0, 1, 700], start=1):
            more = [Chunk(f"new-{n}", 0, "page", "", f"chunk {1200 + n}") for n in range(added)]
            changes = index.update([*chunks, *more])
            assert changes.unchanged + changes.added == len(index) == 1200 + added, number
            plan = index.connection.execute(
                sql.SQL("EXPLAIN SELECT 1 FROM {} ORDER BY embedding::halfvec(64) <=> %s::halfvec(64) LIMIT 5").format(
                    index.table
                ),
                [counted.vectors[3]],
            ).fetchall()
            assert any(f"{index.name}_vectors" in line for (line,) in plan)
            for query in (3, 900, 1199 + added):
                hits = search(index, [str(query)], 5, "dense")[0]
                assert hits[0].text == f"chunk {query}" and hits[0].score == pytest.approx(1, abs=1e-5)
    assert sum(counted.batches) == 1200 + 1 + 699


def test_an_error_in_the_middle_of_indexing_changes_nothing(database, monkeypatch):
    counted = CountedVectors()
    chunks = [Chunk(f"d-{number}", 0, "page", "", f"chunk {number}") for number in range(1100)]
    with open_index(database, "interrupted", counted, keep=False) as index:
        index.update(chunks[:5])

        def interrupt(_stage, done, _total):
            if done > 300:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index.update(chunks, interrupt)
        assert len(index) == 5 and search(index, ["4"], 1, "dense")[0][0].text == "chunk 4"
        assert index.update(chunks) == Changes(added=1095, changed=0, removed=0, unchanged=5)


def test_an_index_that_is_not_kept_leaves_no_table(database, embedder):
    with open_index(database, "passing pages", embedder, keep=False) as index:
        index.update(chunks_of(PAGES[:1]))
        name = index.name
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA]).fetchall()
    assert (name,) not in tables


def test_an_index_that_is_kept_is_found_again(database, embedder, index):
    with open_index(database, "help pages", embedder) as again:
        assert len(again) == len(PAGES)


def test_two_documents_with_one_id_are_refused(index):
    with pytest.raises(InputError, match="plan-1"):
        index.update(chunks_of([PAGES[0], PAGES[0]]))


def test_an_unknown_language_is_refused(database, embedder):
    with pytest.raises(InputError, match="klingon"), open_index(database, "pages", embedder, language="klingon"):
        pass


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_page_and_ranks_from_one_by_falling_score(index, method):
    hits = search(index, ["In which city is the Quiet Oak office?"], k=3, method=method)[0]
    assert hits[0].document_id == "office-3" and hits[0].title == "Quiet Oak office"
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(above.score >= below.score for above, below in pairwise(hits))


def test_dense_search_agrees_with_a_search_of_every_vector(index, embedder):
    questions = ["price of a plan", "money back", "Where is it based?", "Falcon"]
    documents = embedder.embed_documents([chunk.content for chunk in chunks_of(PAGES)])
    scores = embedder.embed_queries(questions) @ documents.T
    for hits, row in zip(search(index, questions, k=5, method="dense"), scores, strict=True):
        assert [hit.document_id for hit in hits] == [PAGES[place].id for place in np.argsort(-row)]
        assert np.allclose([hit.score for hit in hits], np.sort(row)[::-1], atol=1e-5)


def test_a_filter_leaves_only_pages_with_that_metadata(index):
    for method in METHODS:
        hits = search(index, ["Where is the office based?"], k=5, method=method, where={"language": "no"})[0]
        assert [hit.document_id for hit in hits] == ["office-4"]


def test_a_filter_that_leaves_many_is_served_by_the_vector_index_and_finds_the_same(index, monkeypatch):
    questions = ["What does the plan cost?", "Where is the office?"]
    few = search(index, questions, 2, "dense", where={"language": "en"})
    monkeypatch.setattr(search_module, "EXACT_UP_TO", 3)
    assert index.count({"language": "en"}, 100) == 4 and index.count({"language": "en"}, 2) == 2
    many = search(index, questions, 2, "dense", where={"language": "en"})
    assert [[hit.chunk_id for hit in hits] for hits in many] == [[hit.chunk_id for hit in hits] for hits in few]


def test_reciprocal_rank_fusion_adds_one_over_sixty_plus_rank():
    def ranking(*ids):
        return [Hit(rank, 0.0, id_, id_, "", "", "", {}) for rank, id_ in enumerate(ids, start=1)]

    merged = reciprocal_rank_fusion([ranking("a", "b", "c"), ranking("b", "d")], k=3)
    assert [hit.chunk_id for hit in merged] == ["b", "a", "d"]
    assert merged[0].score == pytest.approx(1 / 62 + 1 / 61) and merged[1].score == pytest.approx(1 / 61)


@pytest.mark.parametrize(
    "question",
    [
        "'; DROP TABLE chunks; --",
        "%(k)s %s {table}",
        "'",
        "\\",
        "a & | ! ( b",
        "",
        "the of and",
        "\x00 nul",
        "Größe 🦉",
    ],
)
def test_a_question_is_data_whatever_it_holds(index, question):
    for method in METHODS:
        assert len(search(index, [question], k=2, method=method)) == 1
    assert len(index) == len(PAGES)


def test_bad_settings_of_a_search_are_refused(index):
    with pytest.raises(InputError, match="psychic"):
        search(index, ["?"], k=1, method="psychic")
    with pytest.raises(InputError, match="k is 0"):
        search(index, ["?"], k=0)
