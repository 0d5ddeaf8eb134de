"""Over random clients: a change moves the answer only in the direction that an expert expects, and words follow numbers."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.arms import ARM, ARMS, KNOWING_ARMS, RETRIEVAL_ARMS, TUNED_ARMS
from lib.client import check_client
from lib.decision import decide
from lib.decision.choice import evaluate
from lib.decision.result import Decision
from lib.decision.uncertainty import Model

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def clients(draw) -> dict[str, dict[str, Any]]:
    needed = draw(st.sampled_from(["none", "public", "private"]))
    sections: dict[str, dict[str, Any]] = {
        "client": {"name": "R"},
        "knowledge": {
            "needed": needed,
            "documents": draw(st.integers(1, 20_000)) if needed != "none" else 0,
            "days_between_changes": draw(st.sampled_from([1, 7, 30, 90, 400, "never"])),
            "citations_required": draw(st.booleans()) if needed != "none" else False,
        },
        "behaviour": {
            "style_sensitivity": draw(st.sampled_from([0.1, 0.5, 0.75, 0.95])),
            "strict_schema": draw(st.booleans()),
            "narrow_task": draw(st.booleans()),
        },
        "training_data": {"labelled_examples": draw(st.sampled_from([0, 150, 300, 5000]))},
        "traffic": {"queries_per_month": draw(st.sampled_from([500, 25_000, 2_000_000]))},
        "money": {"setup_usd": draw(st.sampled_from([3000, 9000, 40_000]))},
    }
    if draw(st.booleans()):
        sections["evidence"] = {
            "eval_examples": draw(st.sampled_from([20, 120, 600])),
            "prompt_engineering_weeks": draw(st.sampled_from([0, 3])),
            "rag_score": draw(st.sampled_from([0.4, 0.8, 0.92])),
        }
    return sections


def outcome_of(sections: dict[str, dict[str, Any]]):
    return evaluate(Model.of(check_client(sections)).present())


def feasible(sections: dict[str, dict[str, Any]]) -> set[str]:
    return {arm for arm, row in outcome_of(sections).feasibility.feasible.items() if bool(row)}


def changed(sections: dict[str, dict[str, Any]], section: str, **values: Any) -> dict[str, dict[str, Any]]:
    return sections | {section: sections.get(section, {}) | values}


@pytest.mark.slow
@few
@given(clients())
def test_less_budget_and_stricter_rules_never_let_another_arm_in(sections) -> None:
    before = feasible(sections)
    assert feasible(changed(sections, "money", setup_usd=2000)) <= before
    assert feasible(changed(sections, "training_data", labelled_examples=0)) <= before
    assert feasible(changed(sections, "constraints", team_has_ml_skills=False)) <= before - set(TUNED_ARMS) or not (
        before & set(TUNED_ARMS)
    )
    assert feasible(changed(sections, "delivery", weeks=1)) <= before


@few
@given(clients())
def test_citations_never_bring_an_arm_that_cannot_cite(sections) -> None:
    outcome = outcome_of(
        changed(changed(sections, "knowledge", citations_required=True), "knowledge", needed="private")
    )
    place = int(outcome.recommendation)
    assert place < 0 or ARMS[place] in KNOWING_ARMS


@few
@given(clients())
def test_access_that_differs_by_person_leaves_only_what_can_filter(sections) -> None:
    outcome = outcome_of(changed(sections, "knowledge", needed="private", documents=50, access_differs=True))
    place = int(outcome.recommendation)
    assert place < 0 or ARMS[place] in RETRIEVAL_ARMS


@few
@given(clients(), st.sampled_from([(5000, 1500), (1500, 800), (3000, 400)]))
def test_a_stricter_latency_limit_never_brings_a_slower_arm(sections, limits) -> None:
    loose, strict = (outcome_of(changed(sections, "latency", p95_ms=limit)) for limit in limits)
    first, second = int(loose.recommendation), int(strict.recommendation)
    if first >= 0 and second >= 0 and not bool(loose.by_evidence) and not bool(strict.by_evidence):
        wait = loose.context.latency.first_token_ms
        assert float(wait[ARMS[second]]) <= float(wait[ARMS[first]]) + 1e-6


@few
@given(clients())
def test_a_better_score_of_the_recommended_arm_never_loses_it(sections) -> None:
    measured = changed(sections, "evidence", eval_examples=300, rag_score=0.86, target_score=0.85)
    before = int(outcome_of(measured).recommendation)
    after = int(outcome_of(changed(measured, "evidence", rag_score=0.95)).recommendation)
    if before >= 0 and ARMS[before] == "rag":
        assert ARMS[after] == "rag"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clients())
def test_words_follow_the_numbers(sections) -> None:
    decision: Decision = decide(check_client(sections), with_counterfactuals=False)
    told = " ".join(decision.reasons)
    if decision.recommendation != "prompt":
        assert "NO GAP" not in told
    for arm, result in decision.arms.items():
        assert (f"{ARM[arm].title}: " in told.partition("Ruled out. ")[2]) == (not result.feasible)
    if "next cheapest option that meets the needs is " in told:
        named = told.partition("next cheapest option that meets the needs is ")[2].partition(" at ")[0]
        arm = next(arm for arm in ARMS if ARM[arm].title == named)
        assert decision.arms[arm].passes and decision.arms[arm].closes_gaps
    if decision.recommendation in ARMS:
        assert decision.arms[decision.recommendation].feasible
        assert decision.undecided_because is None
    else:
        assert decision.undecided_because in ("facts", "limits") and decision.starting_point in ARMS
    assert decision.runner_up is None or decision.arms[decision.runner_up].passes
    if decision.proven:
        assert decision.arms[decision.recommendation].measured_score is not None
    assert 0 <= decision.stability <= 1


@pytest.mark.parametrize("tried", ["worse", "no_better"])
def test_what_was_tried_in_vain_is_not_recommended(tried: str) -> None:
    sections = {"client": {"name": "R"}, "knowledge": {"needed": "none"}, "behaviour": {"style_sensitivity": 0.95}}
    assert decide(check_client(sections), with_counterfactuals=False).recommendation == "fine_tune"
    after = decide(check_client(sections | {"evidence": {"tried": {"fine_tune": tried}}}), with_counterfactuals=False)
    assert after.recommendation == "prompt"
    assert any("tried" in blocker.text for blocker in after.arms["fine_tune"].blockers)
