"""A person never gets a passage that they may not see, whichever way it is looked for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.dataset import Document
from lib.errors import InputError
from lib.retrieval import table as table_module
from lib.retrieval.access import Person, labels_of, readable
from lib.retrieval.index import open_index
from lib.retrieval.kinds import METHODS

TEXT = "The salary of the managing director is 180,000 euros."


def page(id_, access=None, text=TEXT):
    return Document(id_, f"Salaries {id_}", text, "page", {} if access is None else {"access": access})


PAGES = [page("all"), page("hr", "hr"), page("both", "HR; finance"), page("board", "board"), page("anna", "Anna")]


@pytest.fixture(scope="module")
def index(database, embedder):
    with open_index(database, "salaries", embedder) as opened:
        opened.sync(PAGES)
        yield opened


@pytest.mark.parametrize(
    ("text", "sees"),
    [
        ("guest", {"all"}),
        ("hr", {"all", "hr", "both"}),
        ("bob/HR", {"all", "hr", "both"}),
        ("bob/finance", {"all", "both"}),
        ("anna", {"all", "anna"}),
        ("anna/board, finance", {"all", "anna", "board", "both"}),
    ],
)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("exact", [True, False])
def test_a_person_finds_what_is_for_everybody_and_what_they_hold_a_label_of(
    index, monkeypatch, method, text, sees, exact
):
    monkeypatch.setattr(table_module, "EXACT_UP_TO", 500 if exact else 0)
    person = Person.parse(text)
    question = ["What is the salary of the managing director?"]
    for reranker in ("none", "term_overlap"):
        hits = index.search(question, 9, method, person=person, reranker=reranker)[0]
        assert {hit.document_id for hit in hits} == sees
    ids = [document.id for document in PAGES]
    assert {hit.document_id for hit in index.passages(ids, person)} == sees
    assert {hit.document_id for hit in index.gold(ids, TEXT, person=person)} == sees
    assert {document.id for document in readable(PAGES, person)} == sees
    assert len(index.search(question, 9, method)[0]) == len(readable(PAGES, None)) == len(PAGES)


def test_a_filter_and_a_person_hold_together(index):
    assert index.search(["salary"], 9, where={"access": "board"}, person=Person.parse("bob/hr")) == [[]]


def test_a_label_that_changes_is_followed_by_the_next_sync(database, embedder):
    bob = Person.parse("bob/hr")
    with open_index(database, "moving", embedder) as index:
        index.sync([page("a"), page("b", "hr")])
        assert {hit.document_id for hit in index.search(["salary"], 9, person=bob)[0]} == {"a", "b"}
        changes = index.sync([page("a", "board"), page("b", "hr")])
        assert (changes.changed, changes.unchanged) == (1, 1)
        assert {hit.document_id for hit in index.search(["salary"], 9, person=bob)[0]} == {"b"}


LABELS = st.lists(st.sampled_from(["hr", "finance", "board", "it's", "100%", "a b"]), max_size=3, unique=True)


@given(st.lists(LABELS, min_size=1, max_size=6), LABELS)
@settings(max_examples=25, deadline=None)
def test_whatever_the_labels_are_nobody_finds_what_they_hold_no_label_of(database, embedder, access, held):
    pages = [page(f"p{n}", ";".join(labels) if labels else None) for n, labels in enumerate(access)]
    person = Person("p", frozenset({"p", *held}))
    with open_index(database, "any", embedder) as index:
        index.sync(pages)
        found = {hit.document_id for hit in index.search(["salary"], 9, "hybrid", person=person)[0]}
    assert found == {f"p{n}" for n, labels in enumerate(access) if not labels or set(labels) & set(held)}


def test_a_label_that_says_nothing_is_refused_rather_than_open_to_everybody(index):
    for access in ("", " ", ";", ","):
        with pytest.raises(InputError, match="access is empty"):
            labels_of({"access": access})
        with pytest.raises(InputError, match="access is empty"):
            index.sync([page("x", access)])
    assert len(index) == len(PAGES)


@pytest.mark.parametrize("text", ["", " ", "/hr", "anna/", "anna/;"])
def test_a_person_without_a_name_or_with_a_stroke_and_no_label_is_refused(text):
    with pytest.raises(InputError, match=r"--as: .* NAME/LABEL"):
        Person.parse(text)
