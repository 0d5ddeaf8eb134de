"""The recommendation itself: gaps, feasibility, votes and evidence, in that order, on arrays."""

from dataclasses import dataclass

import numpy as np

from lib.arms import ARMS, TUNED_ARMS
from lib.client.facts import Array
from lib.decision.evidence_gate import NOBODY, clearly_below, with_evidence
from lib.decision.feasibility import Feasibility, feasibility
from lib.decision.features import EvaluationContext
from lib.decision.frameworks import ABSTAINS, frameworks

PROMPT, LONG_CONTEXT, RAG, FINE_TUNE, HYBRID = range(len(ARMS))


@dataclass(frozen=True)
class Gaps:
    """What the model alone lacks. Every entry is a boolean array of shape ``()`` or ``(n,)``."""

    knowledge: Array
    behaviour: Array
    behaviour_disputed: Array
    behaviour_proven: Array
    economic: Array
    latency: Array

    @property
    def tuning(self) -> Array:
        """Tell where anything speaks for a tuned model."""
        return self.behaviour | self.economic | self.latency


@dataclass(frozen=True)
class Outcome:
    """Everything that one evaluation of a context found.

    ``recommendation`` holds positions in :data:`lib.arms.ARMS` or :data:`~lib.decision.evidence_gate.NOBODY`; ``says`` the same for
    each framework; ``support[arm]`` the share of non-abstaining frameworks for the arm (``nan`` where
    all abstain). ``by_evidence`` tells where measured scores decided.
    """

    context: EvaluationContext
    holds: dict[str, dict[str, Array]]
    says: dict[str, Array]
    support: dict[str, Array]
    gaps: Gaps
    feasibility: Feasibility
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
    by_ladder = _first_feasible(_ladders(context, gaps), possible)
    recommendation, by_evidence = with_evidence(context, gaps.knowledge, possible, by_ladder)
    return Outcome(context, holds, says, support, gaps, possible, recommendation, by_evidence)


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
    saves = context.read("tuning_saves_usd") > 0
    slow = _latency_only_by_tuning(knowledge, possible)
    unneeded = context.holds("prompting_suffices")
    return Gaps(knowledge, likely | proven, disputed, proven, saves, slow & ~unneeded)


def _proven(context: EvaluationContext, knowledge: Array, need: Array) -> Array:
    """Measured: what prompting (or retrieval, where facts are missing) reaches is below the target.

    Poor retrieval explains a low RAG score by itself, and is mended first; prompts count as tried only
    after a serious week.
    """
    facts, limits = context.facts, context.thresholds
    target = facts["evidence.target_score"]
    tried = facts["evidence.prompt_engineering_weeks"] >= limits["prompting_weeks"]
    prompt_fails = clearly_below(context, "prompt", target) & tried
    retrieval_is_poor = facts["evidence.retrieval_precision"] < limits["retrieval_precision"]
    rag_fails = clearly_below(context, "rag", target) & ~retrieval_is_poor
    return np.where(knowledge, rag_fails, prompt_fails) & (need > 0)


def _latency_only_by_tuning(knowledge: Array, possible: Feasibility) -> Array:
    """Tell where the limit rules out the plain arm and leaves the tuned one."""

    def only(plain: str, tuned: str) -> Array:
        others = [row for name, row in possible.blocked[plain].items() if name != "latency"]
        plain_else_fine = ~np.any(np.broadcast_arrays(*others), axis=0) if others else np.asarray(True)
        return (
            possible.blocked[plain]["latency"] & plain_else_fine & possible.feasible[tuned] & ~possible.latency_lifted
        )

    return np.where(knowledge, only("rag", "hybrid"), only("prompt", "fine_tune"))


def _ladders(context: EvaluationContext, gaps: Gaps) -> list[tuple[Array, tuple[Array, ...]]]:
    """For each combination of gaps, the arms in the order in which they are tried."""
    total = context.costs.horizon_usd
    # Both bring the facts; the simpler one where it costs no more over the horizon.
    cheaper = np.where(total["long_context"] <= total["rag"], LONG_CONTEXT, RAG)
    dearer = np.where(cheaper == RAG, LONG_CONTEXT, RAG)
    knowledge, tuning = gaps.knowledge, gaps.tuning
    arm = np.asarray
    return [
        (~knowledge & ~tuning, (arm(PROMPT), arm(FINE_TUNE))),
        (knowledge & ~tuning, (cheaper, dearer, arm(HYBRID))),
        (~knowledge & tuning, (arm(FINE_TUNE), arm(PROMPT))),
        (knowledge & tuning, (arm(HYBRID), cheaper, dearer)),
    ]


def _first_feasible(ladders: list[tuple[Array, tuple[Array, ...]]], possible: Feasibility) -> Array:
    result = np.asarray(NOBODY)
    for applies, ladder in ladders:
        pick = np.asarray(NOBODY)
        for arm in reversed(ladder):
            pick = np.where(_feasible_at(arm, possible), arm, pick)
        result = np.where(applies, pick, result)
    return result


def _feasible_at(arm: Array, possible: Feasibility) -> Array:
    """Look up the feasibility of the arm at each place of an array of arms."""
    result = np.asarray(False)
    for place, name in enumerate(ARMS):
        result = np.where(arm == place, possible.feasible[name], result)
    return result
