"""Kinds of fault seen by attacking the decision with random and contradictory clients, each as one small client.

Every test states what an architect would expect. A test that is not met yet is marked ``xfail`` (strict), so that
mending it takes the mark away.
"""

from itertools import pairwise
from typing import Any

import pytest

from lib.arms import ARMS, KNOWING_ARMS
from lib.client import check_client
from lib.decision import decide
from lib.decision.result import Decision


def decided(with_counterfactuals: bool = False, **sections: dict[str, Any]) -> Decision:
    return decide(check_client({"client": {"name": "R"}} | sections), with_counterfactuals=with_counterfactuals)


def text(decision: Decision) -> str:
    return " ".join([*decision.reasons, decision.first_step, *decision.advice, *decision.notes])


PLAIN = {"style_sensitivity": 0.1, "specialised_reasoning": 0.1}


# --- 1 and 2: what a score may carry -------------------------------------------------------------


def test_a_score_without_graded_examples_proves_nothing() -> None:
    decision = decided(
        knowledge={"documents": 500, "days_between_changes": 30}, evidence={"rag_score": 0.74, "eval_examples": 0}
    )
    assert decision.recommendation == "rag"
    assert "proven" not in text(decision)


@pytest.mark.parametrize("examples", [0, 1, 20])
def test_fewer_graded_examples_are_never_stronger_evidence(examples: int) -> None:
    few = decided(
        knowledge={"documents": 500, "days_between_changes": 30},
        evidence={"rag_score": 0.74, "eval_examples": examples},
    )
    assert few.recommendation == "rag"
    assert few.evidence.decides is False


def test_a_low_rag_score_is_diagnosed_before_anything_is_trained() -> None:
    decision = decided(knowledge={"documents": 500}, behaviour=PLAIN, evidence={"rag_score": 0.5, "eval_examples": 100})
    assert decision.recommendation == "rag"
    assert "retriev" in decision.first_step.lower()


def test_an_arm_that_nobody_measured_is_not_called_proven() -> None:
    decision = decided(
        knowledge={"documents": 1, "tokens_per_document": 800}, evidence={"rag_score": 0.436, "eval_examples": 100}
    )
    assert decision.recommendation == "long_context"
    assert not decision.proven


# --- 4 and 5: physical limits for every arm -------------------------------------------------------


def test_a_prompt_that_does_not_fit_the_window_is_never_recommended() -> None:
    for sections in (
        {"traffic": {"instruction_tokens": 200_000}, "stack": {"context_window_tokens": 128_000}},
        {
            "knowledge": {"documents": 100_000},
            "traffic": {"context_tokens": 500_000},
            "stack": {"context_window_tokens": 128_000},
        },
        {"knowledge": {"documents": 100_000}, "stack": {"context_window_tokens": 1000}},
    ):
        assert decided(**sections).recommendation not in ("prompt", "rag", "long_context", "hybrid")


def test_a_prompt_cache_shortens_the_wait_of_every_arm() -> None:
    cold = decided(traffic={"instruction_tokens": 6000, "cacheable_share": 0.0})
    warm = decided(traffic={"instruction_tokens": 6000, "cacheable_share": 0.95})
    assert warm.arms["prompt"].first_token_ms < cold.arms["prompt"].first_token_ms


def test_without_documents_long_context_is_no_faster_than_the_same_prompt() -> None:
    decision = decided(knowledge={"documents": 0}, traffic={"instruction_tokens": 6000, "cacheable_share": 0.95})
    assert decision.arms["long_context"].first_token_ms >= decision.arms["prompt"].first_token_ms


# --- 6 and 7: words and numbers agree -------------------------------------------------------------


def test_undecided_never_says_that_nothing_passes_where_something_does() -> None:
    decision = decided(knowledge={"documents": 200}, money={"monthly_usd": 106})
    passing = [arm for arm, result in decision.arms.items() if result.feasible]
    if decision.recommendation == "undecided" and passing:
        assert "No arm passes" not in text(decision)
        assert "No architecture passes" not in text(decision)


def test_no_gap_is_not_said_of_another_recommendation_than_prompting() -> None:
    decision = decided(
        knowledge={"documents": 300},
        evidence={"prompt_score": 0.68, "rag_score": 0.9, "eval_examples": 200, "prompt_engineering_weeks": 2},
        behaviour=PLAIN,
    )
    if decision.recommendation != "prompt":
        assert "NO GAP" not in text(decision)


def test_a_gap_that_stays_open_is_named_with_what_would_close_it() -> None:
    decision = decided(
        knowledge={"needed": "none"}, behaviour={"specialised_reasoning": 0.92}, training_data={"labelled_examples": 50}
    )
    assert decision.recommendation == "prompt"
    assert any("150" in issue.text for issue in decision.open_issues)


# --- 8: what is not answered ----------------------------------------------------------------------


def test_a_client_of_whom_nothing_is_known_is_undecided_with_five_questions() -> None:
    decision = decided()
    assert decision.recommendation == "undecided"
    assert decision.undecided_because == "facts"
    assert decision.starting_point in ARMS
    assert len(decision.ask_next) == 5


def test_the_runner_up_passes_or_there_is_none() -> None:
    for documents in (50, 200, 5000):
        for setup in (2000, 4000, 8000):
            decision = decided(knowledge={"documents": documents, "needed": "private"}, money={"setup_usd": setup})
            assert decision.runner_up in (None, *KNOWING_ARMS)
            assert decision.runner_up is None or decision.arms[decision.runner_up].passes


# --- 9: monotone ----------------------------------------------------------------------------------


def test_a_longer_latency_limit_never_rules_an_arm_out() -> None:
    for documents in (0, 200):
        base = {"knowledge": {"documents": documents}, "constraints": {"data_must_stay_in_house": True}}
        possible = [
            {arm for arm, row in decided(**base, latency={"p95_ms": limit}).arms.items() if row.feasible}
            for limit in (50, 119, 357, 1000, 3000, 10_000)
        ]
        assert all(tight <= loose for tight, loose in pairwise(possible))


def test_more_labelled_examples_never_rule_a_tuned_arm_out() -> None:
    base = {"behaviour": {"style_sensitivity": 0.9}, "money": {"setup_usd": 26_000}}
    few = decided(**base, training_data={"labelled_examples": 2000})
    many = decided(**base, training_data={"labelled_examples": 201_000})
    for arm in ("fine_tune", "hybrid"):
        assert many.arms[arm].feasible >= few.arms[arm].feasible


# --- 10: counterfactuals are edits of the file --------------------------------------------------------------


def test_what_a_counterfactual_promises_happens_when_the_file_is_edited() -> None:
    sections = {"knowledge": {"documents": 200}, "behaviour": PLAIN, "money": {"setup_usd": 6000}}
    decision = decided(with_counterfactuals=True, **sections)
    assert any(change.field == "knowledge.needed" for change in decision.counterfactuals)
    for change in decision.counterfactuals:
        section, field = change.field.split(".")
        edited = {**sections, section: {**sections.get(section, {}), field: change.to_value}}
        assert decided(**edited).recommendation == change.recommendation, change


# --- 18: contradictory inputs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"knowledge": {"needed": "none", "documents": 50_000}}, "50,000"),
        ({"knowledge": {"needed": "none", "documents": 0, "citations_required": True}}, "cite"),
        ({"traffic": {"instruction_tokens": 50}}, "instruction"),
    ],
)
def test_contradictory_inputs_are_named(sections: dict, named: str) -> None:
    assert any(named in issue.text for issue in decided(**sections).open_issues)
