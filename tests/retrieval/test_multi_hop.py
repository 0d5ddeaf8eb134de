"""A second search is made where a refusing answer names a bridge."""

import pytest

from lib.dataset import Document
from lib.retrieval.index import open_index
from lib.retrieval.search import Hit, follow_up_query, merged

QUESTION = "What is the phone extension of the team that runs the Ruby Canyon course?"
MISSING = "the phone extension of the Eager Forest team"
REFUSED = (
    f"The team behind the Ruby Canyon course is the Eager Forest team, and {MISSING} is not on any page. I do not know."
)


@pytest.mark.parametrize(
    "answer",
    [
        REFUSED,
        "The Ruby Canyon course is run by the Eager Forest team, but its phone extension is not mentioned in the documents.",
        "According to [course-1], the Eager Forest team runs the Ruby Canyon course. I could not find its extension.",
        "The phone extension of the Eager Forest team, which runs the Ruby Canyon course, isn't stated.",
    ],
)
def test_the_question_is_asked_again_with_the_names_that_a_refusal_adds(answer):
    assert follow_up_query(QUESTION, answer) == f"{QUESTION} Eager Forest"


@pytest.mark.parametrize(
    "answer",
    [
        "The price of the Blue Fox plan is not on any page. I do not know.",
        "I do not know.",
        "I'm sorry, the documents provided do not mention its price.",
        "Based on the context, I cannot determine the price of the Blue Fox plan.",
        "",
    ],
)
def test_a_refusal_that_names_nothing_new_costs_no_second_search(answer):
    assert follow_up_query("How much does the Blue Fox plan cost?", answer) is None


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
            together = {one.document_id for one in merged(first, second, 3)}
            assert together >= {f"course-{n}", f"team-{n}"}


def hit(rank, id_, text=""):
    return Hit(rank, 1 / rank, id_, id_.partition("#")[0], "", text, "", {})


def test_merging_keeps_the_best_of_the_first_search_then_the_second_search():
    first, second = [hit(1, "a#0"), hit(2, "b#0"), hit(3, "c#0")], [hit(1, "d#0"), hit(2, "b#0"), hit(3, "e#0")]
    hits = merged(first, second, 4)
    assert [(one.rank, one.id) for one in hits] == [(1, "a#0"), (2, "d#0"), (3, "b#0"), (4, "e#0")]
    assert [one.id for one in merged(first, [], 9)] == ["a#0", "b#0", "c#0"] and merged([], [], 3) == []
