"""Principles of the recommendation, on clients made up for each."""

from typing import Any

import pytest

from lib.client import check_client
from lib.decision import Decision, decide


def decided(**sections: dict[str, Any]) -> Decision:
    # What answers draw on is answered everywhere here: a client who leaves it open is undecided.
    known = {"client": {"name": "Test"}, "knowledge": {"needed": "none"}}
    return decide(check_client(known | sections), with_counterfactuals=False)


PRIVATE = {"needed": "private", "days_between_changes": 30}
STYLE = {"style_sensitivity": 0.9}


def test_without_any_gap_the_answer_is_prompting_and_says_so_loudly() -> None:
    decision = decided()
    assert decision.recommendation == "prompt"
    assert any("NO GAP" in reason and "80 %" in reason for reason in decision.reasons)


def test_private_knowledge_alone_asks_for_retrieval() -> None:
    assert decided(knowledge=PRIVATE).recommendation == "rag"


def test_documents_without_an_answer_to_what_is_needed_count_as_private_knowledge() -> None:
    assert decided(knowledge={"documents": 5000}).recommendation == "rag"


def test_public_knowledge_is_a_gap_only_where_it_is_newer_than_the_model() -> None:
    assert decided(knowledge={"needed": "public"}).recommendation == "prompt"
    assert decided(knowledge={"needed": "public", "days_between_changes": 1}).recommendation == "rag"


def test_style_alone_asks_for_fine_tuning_and_is_marked_unproven() -> None:
    decision = decided(behaviour=STYLE)
    assert decision.recommendation == "fine_tune"
    assert not decision.proven


def test_style_and_private_knowledge_ask_for_the_hybrid() -> None:
    assert decided(knowledge=PRIVATE, behaviour=STYLE).recommendation == "hybrid"


def test_a_small_fixed_knowledge_base_goes_into_the_prompt() -> None:
    decision = decided(knowledge={"needed": "private", "documents": 20, "tokens_per_document": 500})
    assert decision.recommendation == "long_context"


@pytest.mark.parametrize(
    ("sections", "blocker"),
    [
        ({"training_data": {"labelled_examples": 50}}, "labelled-examples"),
        ({"constraints": {"weights_can_be_trained": False}}, "weights"),
        ({"constraints": {"team_has_ml_skills": False}}, "skills"),
        ({"money": {"setup_usd": 3000}}, "setup-budget"),
        ({"delivery": {"weeks": 1}}, "launch-date"),
        ({"behaviour": {**STYLE, "days_between_changes": 3}}, "changes-faster-than-retraining"),
    ],
)
def test_what_rules_tuning_out_is_named_with_its_number_and_prompting_remains(
    sections: dict[str, Any], blocker: str
) -> None:
    decision = decided(**({"behaviour": STYLE} | sections))
    assert not decision.arms["fine_tune"].feasible
    assert blocker in [item.id for item in decision.arms["fine_tune"].blockers]
    assert decision.recommendation == "prompt"


def test_unknown_labels_block_nothing() -> None:
    assert decided(behaviour=STYLE).arms["fine_tune"].feasible


def test_citations_rule_out_every_arm_without_documents() -> None:
    decision = decided(knowledge={"needed": "private", "citations_required": True})
    assert [arm for arm, result in decision.arms.items() if "citations" in [b.id for b in result.blockers]] == [
        "prompt",
        "fine_tune",
    ]
    assert decision.recommendation == "rag"


def test_a_team_that_cannot_run_two_systems_gets_retrieval_where_both_would_be_needed() -> None:
    decision = decided(knowledge=PRIVATE, behaviour=STYLE, constraints={"team_can_run_two_systems": False})
    assert decision.recommendation == "rag"


def test_a_measured_score_outranks_opinion() -> None:
    enough = {"rag_score": 0.9, "prompt_score": 0.5, "eval_examples": 200}
    assert decided(knowledge=PRIVATE, behaviour=STYLE, evidence=enough).recommendation == "rag"
    short = {"rag_score": 0.7, "hybrid_score": 0.9, "eval_examples": 200}
    decision = decided(knowledge=PRIVATE, evidence=short)
    assert decision.recommendation == "hybrid"
    assert decision.proven


def test_prompting_that_reaches_the_target_with_users_not_unhappy_is_shipped() -> None:
    evidence = {"prompt_score": 0.88, "prompt_engineering_weeks": 2, "eval_examples": 200}
    assert decided(behaviour=STYLE, evidence=evidence).recommendation == "prompt"
    unhappy = evidence | {"users_satisfied": False}
    assert decided(behaviour=STYLE, evidence=unhappy).recommendation == "fine_tune"


def test_a_measured_gap_that_retrieval_does_not_close_reaches_the_hybrid_unless_retrieval_is_poor() -> None:
    low = {"rag_score": 0.7, "eval_examples": 200}
    assert decided(knowledge=PRIVATE, evidence=low | {"retrieval_precision": 0.9}).recommendation == "hybrid"
    assert decided(knowledge=PRIVATE, behaviour=STYLE, evidence=low).recommendation == "hybrid"
    unknown = decided(knowledge=PRIVATE, evidence=low)
    assert unknown.recommendation == "rag"
    assert "whether the right passages were retrieved" in unknown.first_step
    poor = decided(knowledge=PRIVATE, evidence=low | {"retrieval_precision": 0.4})
    assert poor.recommendation == "rag"
    assert "Mend retrieval first" in poor.first_step


def test_where_nothing_passes_the_answer_is_undecided_and_names_what_to_settle() -> None:
    decision = decided(knowledge=PRIVATE, money={"setup_usd": 100})
    assert decision.recommendation == "undecided"
    assert "budget" in decision.first_step


def test_a_latency_that_no_arm_meets_does_not_decide_between_them() -> None:
    decision = decided(behaviour=STYLE, latency={"p95_ms": 100})
    assert decision.recommendation == "fine_tune"
    assert any("Latency" in line for line in decision.advice)


def test_a_narrow_task_at_high_volume_with_a_long_prompt_pays_for_training() -> None:
    traffic = {"queries_per_month": 3_000_000, "instruction_tokens": 12000, "answer_tokens": 150}
    enough = {"labelled_examples": 1000}
    decision = decided(behaviour={"narrow_task": True}, traffic=traffic, training_data=enough)
    assert decision.recommendation == "fine_tune"
    assert any("Economic gap" in reason for reason in decision.reasons)
    calm = traffic | {"queries_per_month": 20_000}
    assert decided(behaviour={"narrow_task": True}, traffic=calm, training_data=enough).recommendation == "prompt"
    # Without examples at hand a saving is a calculation and no gap.
    assert decided(behaviour={"narrow_task": True}, traffic=traffic).recommendation == "prompt"


def test_in_the_disputed_range_of_behaviour_the_frameworks_decide() -> None:
    inside = decided(behaviour={"style_sensitivity": 0.7})
    below = decided(behaviour={"style_sensitivity": 0.61})
    assert inside.recommendation == "fine_tune"
    assert below.recommendation == "prompt"


def test_a_score_below_the_target_by_chance_proves_no_gap() -> None:
    found = {"retrieval_precision": 0.9, "eval_examples": 120}
    near = decided(knowledge=PRIVATE, evidence=found | {"rag_score": 0.84})
    assert near.recommendation == "rag"
    assert "before training anything" in near.first_step
    far = decided(knowledge=PRIVATE, evidence=found | {"rag_score": 0.75})
    assert far.recommendation == "hybrid"


def test_the_first_step_follows_from_what_is_measured() -> None:
    assert decided(knowledge=PRIVATE, evidence={"rag_score": 0.9, "eval_examples": 200}).first_step.startswith(
        "Pilot RAG"
    )
    scores = {"prompt_score": 0.5, "rag_score": 0.6, "hybrid_score": 0.7}
    missed = decided(knowledge=PRIVATE, evidence=scores | {"eval_examples": 500})
    assert missed.recommendation == "hybrid" and missed.first_step.startswith("Do not launch yet")
    assert any("NONE OF THEM REACHES THE TARGET" in reason for reason in missed.reasons)


def test_a_limit_that_is_missed_is_an_open_issue() -> None:
    slow = decided(knowledge=PRIVATE, latency={"p95_ms": 500, "streaming": False})
    assert any(issue.text.startswith("Answer time") for issue in slow.open_issues)
    tight = decided(knowledge=PRIVATE, money={"setup_usd": 5000})
    assert tight.recommendation == "rag" and any(issue.text.startswith("Budget") for issue in tight.open_issues)
