"""The evidence gate: measured scores outrank opinion, but only a tested difference counts between two arms.

A score is set against the target by a one-sided test. Two arms are set against each other by McNemar's
exact test on the run's questions where the run is stored, else by a test of the two shares; a bare
difference of scores decides nothing. Everything works on arrays of shape ``()`` or ``(n,)``.
"""

from itertools import permutations

import numpy as np

from lib.arms import ARMS, TUNED_ARMS
from lib.client.facts import Array, queries_answered
from lib.decision.feasibility import Feasibility, brings_facts
from lib.decision.features import EvaluationContext, Gaps, any_of, graded_questions, measured_score
from lib.stats import Z_ONE_SIDED, Z_TWO_SIDED, two_proportions_z

NOBODY = -1
"""The recommendation where no arm passes: undecided."""

HOURS = 1 / 60


def clearly_below(context: EvaluationContext, arm: str, target: Array) -> Array:
    """Return where a measured score is below the target by more than chance (one-sided 95 %, normal approximation)."""
    return measured_score(context, arm) + _reach(context, arm) < target


def clearly_reaches(context: EvaluationContext, arm: str, target: Array) -> Array:
    """Return where a measured score is at least the target by more than chance."""
    return measured_score(context, arm) - _reach(context, arm) >= target


def proven_better(context: EvaluationContext, arm: str, other: str) -> Array:
    """Return where ``arm`` is better than ``other`` by more than chance (two-sided 95 %)."""
    score, others = measured_score(context, arm), measured_score(context, other)
    first, second = sorted((arm, other), key=ARMS.index)
    pair = context.run.pairs.get((first, second))
    size = np.maximum(graded_questions(context), 1.0)
    unpaired = two_proportions_z(score, others, size) > Z_TWO_SIDED
    if pair is None:
        return unpaired
    own = context.is_own_score(arm) & context.is_own_score(other)
    return np.where(own, score - others >= pair.critical_gap, unpaired)


def with_evidence(
    context: EvaluationContext, gaps: Gaps, possible: Feasibility, by_ladder: Array
) -> tuple[Array, Array]:
    """Let measured scores decide between the eligible arms; tell where they did.

    An arm *passes* where it reaches the client's target; where the client stated none and several arms are
    measured, where no measured arm is better than it by more than chance and by more than the difference costs.

    1. The simplest untuned arm that passes, or that cannot be told from the target nor from an arm that passes.
       Where facts are missing, arms that bring facts come first.
    2. Else the simplest untuned arm than which no measured arm is better.
    3. Else a tuned arm that is better than every untuned one that was measured.
    4. A tuned arm that passes replaces the arm found so far where it costs less over the horizon, corrections of
       wrong answers included; arms that are not told apart count as equally often right there.
    5. Where what was found misses the target by more than chance, an untuned arm of the ladder that nobody has
       measured is tried before it; and where prompting passes but a tuned model would pay for its training, the
       tuned one stays the answer although unproven: what it has to prove is that it passes too.

    All that only where some arm passes or the ladder's own arm was measured and does not.
    """
    scores = {arm: measured_score(context, arm) for arm in ARMS}
    measured = [arm for arm in ARMS if not np.isnan(scores[arm]).all()]
    if not measured:
        return by_ladder, np.zeros(np.shape(by_ladder), dtype=bool)
    target = context.facts["evidence.target_score"]
    counted = {arm: possible.eligible[arm] & ~np.isnan(scores[arm]) & _users_accept(context, arm) for arm in measured}
    better = {
        (arm, other): proven_better(context, arm, other) & counted[arm] & counted[other]
        for arm, other in permutations(measured, 2)
    }
    worth = {pair: better[pair] & _worth_its_cost(context, *pair, scores) for pair in better}
    no_target = ~context.facts.answered_at("evidence.target_score") & (
        sum(counted[arm].astype(int) for arm in measured) > 1
    )
    unbeaten = {
        arm: counted[arm] & ~any_of(worth[other, arm] for other in measured if other != arm) for arm in measured
    }
    passes = {arm: counted[arm] & np.where(no_target, unbeaten[arm], scores[arm] >= target) for arm in measured}
    some_pass = any_of(passes.values())
    pick = _simplest(context, gaps.knowledge, target, measured, counted, passes, better, unbeaten)
    pick = _unless_training_pays(context, scores, measured, passes, better, pick)
    pick = _untried_first(context, target, measured, no_target, by_ladder, pick)
    missed = sum((by_ladder == ARMS.index(arm)) & (scores[arm] < target) for arm in measured) > 0
    pays_unmeasured = _pays_unmeasured(gaps, measured, passes, by_ladder, pick)
    decides = (some_pass | missed) & (pick != NOBODY) & ~pays_unmeasured
    return np.where(decides, pick, by_ladder), decides


def _simplest(context, knowledge, target, measured, counted, passes, better, unbeaten) -> Array:
    """Steps 1 to 3 of :func:`with_evidence`, as tiers of which the first that is not empty gives the arm."""
    plain = [arm for arm in measured if arm not in TUNED_ARMS]
    tuned = [arm for arm in measured if arm in TUNED_ARMS]
    facts_brought = {arm: brings_facts(context, arm) | ~knowledge for arm in measured}
    some_pass = any_of(passes.values())
    good_enough = {
        arm: passes[arm]
        | (
            counted[arm]
            & some_pass
            & ~clearly_below(context, arm, target)
            & unbeaten[arm]
            & ~any_of(better[other, arm] & passes[other] for other in measured if other != arm)
        )
        for arm in plain
    }
    earned = {arm: unbeaten[arm] & ~any_of(counted[other] & ~better[arm, other] for other in plain) for arm in tuned}
    pick = np.asarray(NOBODY)
    for arms, stands in reversed([(plain, good_enough), (plain, unbeaten), (tuned, earned), (tuned, unbeaten)]):
        # The later assignment wins: first those that bring no facts, then the simplest of those that do.
        for needed in ({arm: np.asarray(True) for arm in arms}, facts_brought):
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


def _untried_first(context, target, measured, no_target, by_ladder, pick) -> Array:
    """Where an untuned arm misses the target by more than chance, the ladder's own untuned arm that is not measured."""
    for arm in (arm for arm in measured if arm not in TUNED_ARMS):
        fails = (pick == ARMS.index(arm)) & ~no_target & clearly_below(context, arm, target)
        for other in (other for other in ARMS if other not in measured and other not in TUNED_ARMS):
            pick = np.where(fails & (by_ladder == ARMS.index(other)), ARMS.index(other), pick)
    return pick


def _pays_unmeasured(gaps, measured, passes, by_ladder, pick) -> Array:
    result = np.asarray(False)
    for arm in (arm for arm in TUNED_ARMS if arm not in measured):
        plain_passes = any_of(
            passes[other] & (pick == ARMS.index(other)) for other in measured if other not in TUNED_ARMS
        )
        result = result | ((by_ladder == ARMS.index(arm)) & gaps.economic & ~gaps.behaviour & plain_passes)
    return result


def _reach(context: EvaluationContext, arm: str) -> Array:
    score = measured_score(context, arm)
    return Z_ONE_SIDED * np.sqrt(score * (1.0 - score) / np.maximum(graded_questions(context), 1.0))


def _users_accept(context: EvaluationContext, arm: str) -> Array:
    """Dissatisfied users outrank a prompt score that reaches the target."""
    return np.where(context.facts["evidence.users_satisfied"] == 0.0, arm != "prompt", True)


def _worth_its_cost(context: EvaluationContext, arm: str, other: str, scores: dict[str, Array]) -> Array:
    """Return where more right answers of ``arm`` are worth what it costs more than ``other``.

    A right answer saves its correction and somebody's minutes. Where the client says neither, its worth is not known,
    and a difference that was measured counts.
    """
    facts = context.facts
    saved = np.nan_to_num(facts["money.saved_usd_per_hour"]) * facts["money.minutes_saved_per_answer"] * HOURS
    each = facts["money.correction_usd"] + saved
    more_right = queries_answered(facts) * facts["money.horizon_months"] * (scores[arm] - scores[other])
    return (each == 0) | (more_right * each > context.costs.horizon_usd[arm] - context.costs.horizon_usd[other])


def _with_corrections(context: EvaluationContext, arm: str, score: Array) -> Array:
    facts = context.facts
    wrong = queries_answered(facts) * (1.0 - np.nan_to_num(score))
    return context.costs.horizon_usd[arm] + wrong * facts["money.correction_usd"] * facts["money.horizon_months"]
