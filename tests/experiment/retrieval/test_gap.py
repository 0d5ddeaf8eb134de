"""A second search is made where the first answer names a bridge, and for what it says is missing."""

import pytest

from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.retrieval.gap import follow_up_query, merged
from lib.experiment.retrieval.hits import Hit
from lib.experiment.retrieval.index import open_index
from lib.experiment.retrieval.search import search
from lib.experiment.world import BRAND, JSON, sample_company
from lib.experiment.world.facts import HOPS, refusal

QUESTION = "What is the phone extension of the team that runs the Ruby Canyon course?"
MISSING = "the phone extension of the Eager Forest team"
REFUSED = (
    f"The team behind the Ruby Canyon course is the Eager Forest team, and {MISSING} is not on any page. I do not know."
)


@pytest.mark.parametrize("answer", [REFUSED, BRAND.render(REFUSED), JSON.render(REFUSED)])
def test_what_our_model_says_is_missing_is_the_query(answer):
    assert follow_up_query(QUESTION, answer) == MISSING


@pytest.mark.parametrize(
    "answer",
    [
        "The Ruby Canyon course is run by the Eager Forest team, but its phone extension is not mentioned in the documents.",
        "The Ruby Canyon course is run by the Eager Forest team. I don't know the phone extension.",
        "According to [course-1], the Eager Forest team runs the Ruby Canyon course. I could not find its phone extension.",
        "The Eager Forest team runs the Ruby Canyon course; the documents do not contain a phone extension. Sorry!",
        "The phone extension of the Eager Forest team, which runs the Ruby Canyon course, isn't stated.",
    ],
)
def test_other_wordings_give_the_bridge_and_what_is_missing(answer):
    query = follow_up_query(QUESTION, answer)
    assert all(word in query for word in ("Eager", "Forest", "phone", "extension"))
    assert "know" not in query and "documents" not in query


def test_a_bridge_without_capital_letters_is_found_too():
    query = follow_up_query(
        "Who leads the department that handles onboarding?",
        "Onboarding is handled by the people operations department, but the documents do not say who leads it.",
    )
    assert "people" in query and "operations" in query and "lead" in query


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much does the Blue Fox plan cost?", "The price of the Blue Fox plan is not on any page. I do not know."),
        ("How much does the Blue Fox plan cost?", "I do not know."),
        ("How much does the Blue Fox plan cost?", "I'm sorry, the documents provided do not mention its price."),
        ("How much does the Blue Fox plan cost?", "Based on the context, I cannot determine the price of the Blue Fox plan."),
        ("How much does the Blue Fox plan cost?", "No information about the Blue Fox plan is available. Happy to help!"),
        ("How much does the Blue Fox plan cost?", "The price of the Blue Fox plan is 49 dollars. [plan-1]"),
        ("How much does the Blue Fox plan cost?", ""),
        ("How much does the Blue Fox plan cost?", '{"answer": "I do not know.", "source": ""}'),
        (QUESTION, "The phone extension of the Eager Forest team is 4274. The Eager Forest team runs the course."),
    ],
)  # fmt: skip
def test_an_answer_without_a_gap_or_without_a_bridge_costs_no_second_search(question, answer):
    assert follow_up_query(question, answer) is None


def test_no_unanswerable_question_of_the_sample_costs_a_second_search():
    questions = [q for q in sample_company().questions if q.kind == "unanswerable"]
    assert len(questions) >= 80
    assert [q.question for q in questions if follow_up_query(q.question, q.answer)] == []


def test_the_second_search_finds_the_second_page(database, embedder):
    sample = sample_company(documents=70, questions_per_kind=16, training_pairs=60)
    titles = {page.id: page.title for page in sample.documents}
    sentences = {hop.attribute.name: hop.sentence for hop in HOPS}
    hops = [q for q in sample.questions if q.kind == "multi_hop"]
    queries = []
    for q in hops:
        thing, team = (titles[id_] for id_ in q.document_ids)
        queries.append(
            follow_up_query(q.question, BRAND.render(refusal(sentences[q.attribute]).format(n=thing, t=team)))
        )
    assert all(queries)
    with open_index(database, "multi-hop", embedder, keep=False) as index:
        index.update(chunks_of(sample.documents))
        first = search(index, [q.question for q in hops], k=3)
        second = search(index, queries, k=3)
    without = [q.document_ids[1] in {hit.document_id for hit in hits} for q, hits in zip(hops, first, strict=True)]
    found = [q.document_ids[1] in {hit.document_id for hit in hits} for q, hits in zip(hops, second, strict=True)]
    both = [
        set(q.document_ids) <= {hit.document_id for hit in merged(one, two, 3, q.answer)}
        for q, one, two in zip(hops, first, second, strict=True)
    ]
    print(
        f"\nsecond page found: by the question {sum(without)}, by the second search {sum(found)}, "
        f"both pages after merging {sum(both)}, of {len(hops)}"
    )
    assert sum(found) >= 0.9 * len(hops) and sum(without) < sum(found)
    assert sum(both) >= 0.9 * len(hops)


def hit(rank, id_, text=""):
    return Hit(rank, 1 / rank, id_, id_.partition("#")[0], "", "", text, {})


def test_merging_puts_what_the_first_answer_rests_on_first_then_the_second_search():
    first = [hit(1, "a#0", "Something else."), hit(2, "b#0", "The Eager Forest team runs it."), hit(3, "c#0")]
    second = [hit(1, "d#0"), hit(2, "b#0"), hit(3, "e#0")]
    hits = merged(first, second, 4, REFUSED)
    assert [one.chunk_id for one in hits] == ["b#0", "d#0", "e#0", "a#0"]
    assert [one.rank for one in hits] == [1, 2, 3, 4]
    assert [one.chunk_id for one in merged(first, second, 3)] == ["a#0", "d#0", "b#0"]
    assert [one.chunk_id for one in merged(first, [], 9)] == ["a#0", "b#0", "c#0"]
    assert merged([], [], 3) == []
