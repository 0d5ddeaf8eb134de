"""The recommendation itself: gaps, feasibility, votes and evidence, in that order, on arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.arms import ARMS, TUNED_ARMS
from lib.client.facts import Array
from lib.decision.evidence_gate import NOBODY, clearly_below, with_evidence
from lib.decision.feasibility import Feasibility, brings_facts, feasibility, felt_latency
from lib.decision.features import EvaluationContext, Gaps
from lib.decision.frameworks import ABSTAINS, frameworks

PROMPT, LONG_CONTEXT, RAG, FINE_TUNE, HYBRID = range(len(ARMS))


@dataclass(frozen=True)
class Outcome:
    """Everything that one evaluation of a context found.

    ``recommendation`` holds positions in :data:`lib.arms.ARMS` or :data:`~lib.decision.evidence_gate.NOBODY`; ``says`` the same for
    each framework; ``support[arm]`` the share of non-abstaining frameworks for the arm (``nan`` where
    all abstain). ``by_ladder`` is the answer from gaps and limits alone, ``by_evidence`` tells where measured
    scores decided.
    """

    context: EvaluationContext
    holds: dict[str, dict[str, Array]]
    says: dict[str, Array]
    support: dict[str, Array]
    gaps: Gaps
    feasibility: Feasibility
    by_ladder: Array
    recommendation: Array
    by_evidence: Array


def evaluate(context: EvaluationContext) -> Outcome:
    """Go from facts to a recommendation, for one context or for n variations at once."""
    holds = {
        item.id: {rule.id: rule.evaluate(context, context.thresholds[f"{item.id}.{rule.id}"]) for rule in item.rules}
        for item in frameworks()
    }
    says = {item.id: item.verdict(holds[item.id]) for item in frameworks()}
    support = _support(says)
    possible = feasibility(context)
    gaps = _gaps(context, support, possible)
    by_ladder = _by_ladder(context, gaps, possible)
    recommendation, by_evidence = with_evidence(context, gaps, possible, by_ladder)
    return Outcome(context, holds, says, support, gaps, possible, by_ladder, recommendation, by_evidence)


def _support(says: dict[str, Array]) -> dict[str, Array]:
    voting = sum((verdict != ABSTAINS).astype(int) for verdict in says.values())
    votes = {arm: sum((verdict == place).astype(int) for verdict in says.values()) for place, arm in enumerate(ARMS)}
    return {arm: np.where(voting > 0, count / np.maximum(voting, 1), np.nan) for arm, count in votes.items()}


def _gaps(context: EvaluationContext, support: dict[str, Array], possible: Feasibility) -> Gaps:
    limits = context.thresholds.thresholds["behaviour_need"]
    knowledge = context.holds("knowledge_gap")
    need = context.read("behaviour_need_after_evidence")
    disputed = (need >= limits.low) & (need < limits.high)
    votes = np.nan_to_num(sum(support[arm] for arm in TUNED_ARMS))
    likely = (need >= limits.high) | (disputed & (votes > context.thresholds["majority"]))
    proven = _proven(context, knowledge, need)
    slow = _latency_only_by_tuning(knowledge, possible)
    return Gaps(knowledge, likely | proven, disputed, proven, _training_pays(context), slow)


def _proven(context: EvaluationContext, knowledge: Array, need: Array) -> Array:
    """Measured: what prompting (or retrieval, where facts are missing) reaches is below the target, through behaviour.

    Without documents a prompt that was worked on for a serious week fails by behaviour, for nothing else is left. A
    low score of retrieval is behaviour's only where the passages found are known to be the right ones and style,
    format or reasoning matter; otherwise retrieval and prompt are looked at first.
    """
    facts, limits = context.facts, context.thresholds
    target = facts["evidence.target_score"]
    tried = facts["evidence.prompt_engineering_weeks"] >= limits["prompting_weeks"]
    prompt_fails = clearly_below(context, "prompt", target) & tried
    found = facts["evidence.retrieval_precision"] >= limits["retrieval_precision"]
    behaves = (need >= limits.thresholds["behaviour_need"].low) | (found & (need > 0))
    return np.where(knowledge, clearly_below(context, "rag", target) & behaves, prompt_fails)


def _training_pays(context: EvaluationContext) -> Array:
    """Tell where, on a narrow task with enough examples at hand, a tuned model costs less over the horizon."""
    enough = context.read("usable_examples") >= context.thresholds["labelled_examples"]
    return (context.read("tuning_saves_usd") > 0) & enough


def _latency_only_by_tuning(knowledge: Array, possible: Feasibility) -> Array:
    """Return where the limit is missed by the plain arm, which passes otherwise, and met by the tuned one."""

    def only(plain: str, tuned: str) -> Array:
        return possible.feasible[plain] & ~possible.in_time[plain] & possible.in_time[tuned]

    return np.where(knowledge, only("rag", "hybrid"), only("prompt", "fine_tune"))


def _by_ladder(context: EvaluationContext, gaps: Gaps, possible: Feasibility) -> Array:
    """Take the first eligible arm of the ladder that the gaps ask for; the fastest where none is in time."""
    pick = np.asarray(NOBODY)
    for applies, ladder in _ladders(context, gaps):
        pick = np.where(applies, _first_eligible(ladder, possible), pick)
    return np.where(possible.late, _fastest(context, gaps, possible), pick)


def _ladders(context: EvaluationContext, gaps: Gaps) -> list[tuple[Array, tuple[Array, ...]]]:
    """For each combination of gaps, the arms in the order in which they are tried."""
    total = context.costs.horizon_usd
    # Both bring the facts; the simpler one where it costs no more over the horizon.
    cheaper = np.where(total["long_context"] <= total["rag"], LONG_CONTEXT, RAG)
    dearer = np.where(cheaper == RAG, LONG_CONTEXT, RAG)
    knowledge, tuning = gaps.knowledge, gaps.behaviour | gaps.economic
    arm = np.asarray
    in_weights = np.where(brings_facts(context, "fine_tune"), FINE_TUNE, NOBODY)
    return [
        (~knowledge & ~tuning, (arm(PROMPT), arm(FINE_TUNE))),
        (knowledge & ~tuning, (cheaper, dearer, arm(HYBRID), in_weights)),
        (~knowledge & tuning, (arm(FINE_TUNE), arm(PROMPT))),
        (knowledge & tuning, (arm(HYBRID), in_weights, cheaper, dearer)),
    ]


def _first_eligible(ladder: tuple[Array, ...], possible: Feasibility) -> Array:
    pick = np.asarray(NOBODY)
    for arm in reversed(ladder):
        pick = np.where(at(arm, possible.eligible), arm, pick)
    return pick


def _fastest(context: EvaluationContext, gaps: Gaps, possible: Feasibility) -> Array:
    """Where no arm that helps is in time: the one that people wait for least, so that no stricter limit brings a slower one."""
    pick, least = np.asarray(NOBODY), np.asarray(np.inf)
    for place, arm in enumerate(ARMS):
        wait = felt_latency(context, arm)
        helps = possible.feasible[arm] & (brings_facts(context, arm) | ~gaps.knowledge)
        pick = np.where(helps & (wait < least), place, pick)
        least = np.where(helps, np.minimum(wait, least), least)
    return pick


def at(place: Array, by_arm: Mapping[str, Array]) -> Array:
    """Look up a yes/no of the arm at each place of an array of arms; nobody has none."""
    result = np.asarray(False)
    for number, name in enumerate(ARMS):
        result = np.where(place == number, by_arm[name], result)
    return result
