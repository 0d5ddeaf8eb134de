"""The plan: steps in order, one sum with the costs, gates with the client's own numbers."""

from itertools import pairwise

import pytest

from lib.arms import ARMS
from lib.client import Facts, check_client, load_client
from lib.costs import costs
from lib.errors import InputError
from lib.paths import CLIENTS
from lib.plan import checklist, industry_note, roadmap
from lib.plan.checklist import checklist_items
from lib.prices import price_book


def planned(arm: str, **sections):
    client = check_client({"client": {"name": "A"}} | sections)
    return client, roadmap(client, arm, costs(Facts.of(client), price_book(client)))


@pytest.mark.parametrize("arm", ARMS)
def test_hours_and_cost_of_the_steps_are_the_cost_models_labour_at_set_up(arm: str) -> None:
    client = load_client(CLIENTS / "support-tickets.yaml")
    result = costs(Facts.of(client), price_book(client))
    plan = roadmap(client, arm, result)
    assert plan.usd == pytest.approx(sum(float(part.setup) for part in result.components[arm].values() if part.labour))
    assert plan.hours == pytest.approx(plan.usd / 150)


@pytest.mark.parametrize("arm", ARMS)
def test_the_evaluation_set_comes_first_and_steps_follow_one_another(arm: str) -> None:
    _, plan = planned(arm)
    assert plan.steps[0].id == "evaluation_set"
    assert all(after.begins == before.ends for before, after in pairwise(plan.steps))


def test_retrieval_takes_the_articles_eleven_to_seventeen_days_after_the_evaluation_set() -> None:
    # which-approach: 2-3, 1-2, 1, 1-2, 2-3, 2-3 and 2-3 days; two to five for the evaluation set before them.
    _, plan = planned("rag")
    assert plan.steps[-1].ends == (11 + 2, 17 + 5)


def test_gates_name_the_clients_own_target() -> None:
    _, plan = planned("hybrid", evidence={"target_score": 0.9, "eval_examples": 250})
    assert any("90 % of 250 questions" in gate.words for gate in plan.gates)
    assert plan.questions_to_grade == 0


def test_data_to_collect_and_retrainings_are_told_of_a_tuned_architecture_only() -> None:
    assert planned("rag")[1].examples_to_collect is None
    _, plan = planned("fine_tune", training_data={"labelled_examples": 150})
    assert plan.examples_to_collect == (0, 50, 350)
    # Nothing is known to change: once a quarter.
    assert plan.retraining_months(12) == (3, 6, 9, 12)


def test_ticked_items_are_those_of_the_client_file_and_unknown_ones_are_refused() -> None:
    client, _ = planned("rag", plan={"done": ["results-re-ranked"]})
    result = costs(Facts.of(client), price_book(client))
    found = checklist(client, "rag", result)
    assert found.done == {"results-re-ranked"}
    assert len(found.items) == 6
    assert len(checklist(client, "hybrid", result).items) == 12 == len(checklist_items())
    assert not checklist(client, "prompt", result).items
    unknown, _ = planned("rag", plan={"done": ["drink-coffee"]})
    with pytest.raises(InputError, match=r"plan\.done holds 'drink-coffee'"):
        checklist(unknown, "rag", result)


@pytest.mark.parametrize(
    ("industry", "note"), [("Legal tech", "legal"), ("Hospital group", "healthcare"), ("saas", None)]
)
def test_the_industry_note_is_found_by_the_clients_own_words(industry: str, note: str | None) -> None:
    found = industry_note(check_client({"client": {"name": "A", "industry": industry}}))
    assert (found.id if found else None) == note
