"""The evidence gate: measured scores outrank opinion, but only a tested difference counts between two arms.

A score is set against the target by a one-sided test. Two arms are set against each other by McNemar's
exact test on the run's questions where the run is stored, else by a test of the two shares; a bare
difference of scores decides nothing. Everything works on arrays of shape ``()`` or ``(n,)``.
"""

from collections.abc import Iterable
from itertools import permutations

import numpy as np

from lib.arms import ARMS, KNOWING_ARMS, TUNED_ARMS
from lib.client.facts import Array
from lib.decision.feasibility import Feasibility
from lib.decision.features import EvaluationContext
from lib.stats import Z_ONE_SIDED, Z_TWO_SIDED, two_proportions_z

NOBODY = -1
"""The recommendation where no arm passes: undecided."""


def clearly_below(context: EvaluationContext, arm: str, target: Array) -> Array:
    """Tell where a score is below the target by more than chance (one-sided 95 %, normal approximation)."""
    score = _score(context, arm)
    return score + Z_ONE_SIDED * np.sqrt(score * (1.0 - score) / evaluation_size(context)) < target


def evaluation_size(context: EvaluationContext) -> Array:
    """Give the questions behind a score; unstated, the smallest evaluation set that can carry a decision."""
    examples = context.facts["evidence.eval_examples"]
    return np.where(examples > 0, examples, context.thresholds["evaluation_examples"])


def proven_better(context: EvaluationContext, arm: str, other: str) -> Array:
    """Tell where ``arm`` is better than ``other`` by more than chance (two-sided 95 %)."""
    score, others = _score(context, arm), _score(context, other)
    first, second = sorted((arm, other), key=ARMS.index)
    pair = context.run.pairs.get((first, second))
    if pair is None:
        return two_proportions_z(score, others, evaluation_size(context)) > Z_TWO_SIDED
    paired = score - others >= pair.critical_gap
    own = context.is_own_score(arm) & context.is_own_score(other)
    if own.all():
        return paired
    return np.where(own, paired, two_proportions_z(score, others, evaluation_size(context)) > Z_TWO_SIDED)


def with_evidence(
    context: EvaluationContext, knowledge: Array, possible: Feasibility, by_ladder: Array
) -> tuple[Array, Array]:
    """Let measured scores decide between the arms that pass; tell where they did.

    1. The simplest plain arm that reaches the target, or that cannot be told from the target nor from an arm
       that reaches it. Where facts are missing, arms that bring facts come first.
    2. Else the simplest plain arm than which no measured arm is proven better.
    3. Else a tuned arm, proven better than every plain one that was measured.
    4. A tuned arm that reaches the target replaces the arm found so far where it costs less over the horizon,
       corrections of wrong answers included; arms that are not told apart count as equally often right there.

    All that only where some arm reaches the target or the ladder's own arm was measured and does not;
    otherwise the ladder goes on with the arm that nobody has measured.
    """
    scores = {arm: _score(context, arm) for arm in ARMS}
    measured = [arm for arm in ARMS if not np.isnan(scores[arm]).all()]
    if not measured:
        return by_ladder, np.zeros(np.shape(by_ladder), dtype=bool)
    target = context.facts["evidence.target_score"]
    counted = {arm: possible.feasible[arm] & ~np.isnan(scores[arm]) & _users_accept(context, arm) for arm in measured}
    passes = {arm: counted[arm] & (scores[arm] >= target) for arm in measured}
    better = {
        (arm, other): proven_better(context, arm, other) & counted[arm] & counted[other]
        for arm, other in permutations(measured, 2)
    }
    some_pass = _any(passes.values())
    pick = _simplest(context, knowledge, target, measured, counted, passes, better)
    pick = _unless_training_pays(context, scores, measured, passes, better, pick)
    missed = sum((by_ladder == ARMS.index(arm)) & (scores[arm] < target) for arm in measured) > 0
    decides = (some_pass | missed) & (pick != NOBODY)
    return np.where(decides, pick, by_ladder), decides


def _simplest(context, knowledge, target, measured, counted, passes, better) -> Array:
    """Steps 1 to 3 of :func:`with_evidence`, as tiers of which the first that is not empty gives the arm."""
    plain = [arm for arm in measured if arm not in TUNED_ARMS]
    tuned = [arm for arm in measured if arm in TUNED_ARMS]
    brings_facts = {arm: ~knowledge if arm not in KNOWING_ARMS else np.asarray(True) for arm in measured}
    some_pass = _any(passes.values())
    beaten = {arm: _any(better[other, arm] for other in measured if other != arm) for arm in measured}
    good_enough = {
        arm: passes[arm]
        | (
            counted[arm]
            & some_pass
            & ~clearly_below(context, arm, target)
            & ~_any(better[other, arm] & passes[other] for other in measured if other != arm)
        )
        for arm in plain
    }
    unbeaten = {arm: counted[arm] & ~beaten[arm] for arm in measured}
    earned = {arm: unbeaten[arm] & ~_any(counted[other] & ~better[arm, other] for other in plain) for arm in tuned}
    pick = np.asarray(NOBODY)
    for arms, stands in reversed([(plain, good_enough), (plain, unbeaten), (tuned, earned), (tuned, unbeaten)]):
        # The later assignment wins: first those that bring no facts, then the simplest of those that do.
        for needed in ({arm: np.asarray(True) for arm in arms}, brings_facts):
            for arm in reversed(arms):
                pick = np.where(stands[arm] & needed[arm], ARMS.index(arm), pick)
    return pick


def _unless_training_pays(context, scores, measured, passes, better, pick) -> Array:
    for arm in (arm for arm in measured if arm in TUNED_ARMS):
        pays = np.asarray(False)
        for other in (other for other in measured if other != arm):
            apart = better[arm, other] | better[other, arm]
            right = np.where(apart, scores[arm], scores[other])
            cheaper = _with_corrections(context, arm, right) < _with_corrections(context, other, scores[other])
            pays = pays | ((pick == ARMS.index(other)) & cheaper)
        pick = np.where(passes[arm] & pays, ARMS.index(arm), pick)
    return pick


def _score(context: EvaluationContext, arm: str) -> Array:
    return context.facts[f"evidence.{arm}_score"]


def _users_accept(context: EvaluationContext, arm: str) -> Array:
    """Dissatisfied users outrank a prompt score that reaches the target."""
    return np.where(context.facts["evidence.users_satisfied"] == 0.0, arm != "prompt", True)


def _with_corrections(context: EvaluationContext, arm: str, score: Array) -> Array:
    facts = context.facts
    wrong = facts["traffic.queries_per_month"] * (1.0 - np.nan_to_num(score))
    return context.costs.horizon_usd[arm] + wrong * facts["money.correction_usd"] * facts["money.horizon_months"]


def _any(rows: Iterable[Array]) -> Array:
    result = np.asarray(False)
    for row in rows:
        result = result | row
    return result
