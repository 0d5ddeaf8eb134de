"""A second search is made where the first answer names a bridge, and for what it says is missing."""

import pytest

from lib.dataset import JSON, Document, Voice
from lib.retrieval.index import open_index
from lib.retrieval.multi_hop import follow_up_query, merged
from lib.retrieval.search import Hit

BRAND = Voice("brand", "Thanks for asking!", "Happy to help.", "[{id}]")
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


TEAMS = ["Eager Forest", "Quiet River", "Bold Meadow", "Calm Harbour", "Bright Summit", "Green Valley"]
COURSES = ["Ruby Canyon", "Amber Falcon", "Tiny Maple", "Silver Reef", "Golden Oak", "Copper Lake"]


def test_the_second_search_finds_the_second_page(database, embedder):
    courses = [
        Document(f"course-{n}", f"{course} course", f"The {course} course is run by the {team} team.")
        for n, (course, team) in enumerate(zip(COURSES, TEAMS, strict=True))
    ]
    teams = [
        Document(f"team-{n}", f"{team} team", f"The {team} team has the phone extension {4200 + n}.")
        for n, team in enumerate(TEAMS)
    ]
    with open_index(database, "multi-hop", embedder) as index:
        index.sync([*courses, *teams])
        for n, (course, team) in enumerate(zip(COURSES, TEAMS, strict=True)):
            question = QUESTION.replace("Ruby Canyon", course)
            refused = REFUSED.replace("Ruby Canyon", course).replace("Eager Forest", team)
            first = index.search([question], 3)[0]
            second = index.search([follow_up_query(question, refused)], 3)[0]
            assert second[0].document_id == f"team-{n}"
            together = {one.document_id for one in merged(first, second, 3, refused)}
            assert together >= {f"course-{n}", f"team-{n}"}


def hit(rank, id_, text=""):
    return Hit(rank, 1 / rank, id_, id_.partition("#")[0], "", text, "", {})


def test_merging_puts_what_the_first_answer_rests_on_first_then_the_second_search():
    first = [hit(1, "a#0", "Something else."), hit(2, "b#0", "The Eager Forest team runs it."), hit(3, "c#0")]
    second = [hit(1, "d#0"), hit(2, "b#0"), hit(3, "e#0")]
    hits = merged(first, second, 4, REFUSED)
    assert [one.id for one in hits] == ["b#0", "d#0", "e#0", "a#0"]
    assert [one.rank for one in hits] == [1, 2, 3, 4]
    assert [one.id for one in merged(first, second, 3)] == ["a#0", "d#0", "b#0"]
    assert [one.id for one in merged(first, [], 9)] == ["a#0", "b#0", "c#0"]
    assert merged([], [], 3) == []
