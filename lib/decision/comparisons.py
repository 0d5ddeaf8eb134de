"""What was measured and what it decides: a test for every two measured arms, and the sentence that tells them.

For: the trace of the evidence and its words; every number is computed. May import: decision's own modules, stats, wording.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lib.arms import ARM, ARMS
from lib.decision.choice import Outcome
from lib.decision.features import EvaluationContext, graded_questions
from lib.decision.measured import NOT_STORED, REFUSED, STORED, TYPED
from lib.stats import SIGNIFICANCE, p_of_z, two_proportions_z
from lib.wording import arm_title, listed, number, share

MCNEMAR, TWO_SHARES = "McNemar, exact, on the same questions", "two shares, unpaired"


@dataclass(frozen=True)
class Comparison:
    """Two measured arms, the simpler one first, and whether a test finds the gap significant.

    ``gap`` is the first arm's share less the second's. ``only_first`` and ``only_second`` count the questions
    on which one alone was right; ``None`` where the test is unpaired, and ``why_unpaired`` says why it is.
    """

    first: str
    second: str
    test: str
    n: int
    only_first: int | None
    only_second: int | None
    gap: float
    p: float
    significant: bool
    why_unpaired: str

    @property
    def higher(self) -> str | None:
        """Name the arm with the higher share; ``None`` where both have the same."""
        return None if self.gap == 0 else self.first if self.gap > 0 else self.second

    @property
    def words(self) -> str:
        """Say the comparison in a few words: who is better, or that they are not told apart, with p."""
        rows = [(self.first, self.only_first), (self.second, self.only_second)]
        if self.significant and self.gap < 0:
            rows.reverse()
        (one, only_one), (other, only_other) = rows
        counts = "" if only_one is None else f"alone right on {only_one} questions against {only_other}, "
        chance = counts + ("p below 0.001" if self.p < 0.001 else f"p = {self.p:.3f}")
        if self.significant:
            return f"{arm_title(one)} is better than {arm_title(other)} ({chance})"
        return f"{arm_title(one)} and {arm_title(other)} are not told apart ({chance})"


def comparisons(context: EvaluationContext) -> tuple[Comparison, ...]:
    """Compare every two measured arms of one context (not of draws)."""
    return tuple(_compared(context, *pair) for pair in combinations(_scores(context), 2))


def _scores(context: EvaluationContext) -> dict[str, float]:
    """Return the share right (0 to 1) of each arm that has one."""
    scores = {arm.id: float(context.facts[arm.score_field]) for arm in ARM.values()}
    return {arm: score for arm, score in scores.items() if not math.isnan(score)}


def _compared(context: EvaluationContext, first: str, second: str) -> Comparison:
    pair = context.run.pairs.get((first, second))
    if pair is not None and context.is_own_score(first) and context.is_own_score(second):
        counts = pair.only_first, pair.only_second
        return Comparison(first, second, MCNEMAR, pair.n, *counts, pair.gap, pair.p, pair.p < SIGNIFICANCE, "")
    one, other = (_scores(context)[arm] for arm in (first, second))
    size = max(1.0, float(graded_questions(context)))
    p = p_of_z(float(two_proportions_z(np.asarray(one), np.asarray(other), np.asarray(size))))
    why = _why_unpaired(context, first, second)
    return Comparison(first, second, TWO_SHARES, round(size), None, None, one - other, p, p < SIGNIFICANCE, why)


def _why_unpaired(context: EvaluationContext, first: str, second: str) -> str:
    run = context.run
    if run.status == TYPED:
        return "no stored run is named for these scores"
    if run.status != STORED:
        return run.why
    typed = [arm_title(arm) for arm in (first, second) if not context.is_own_score(arm)]
    if typed:
        return f"what the client file says of {listed(typed)} is not what run {run.run} measured"
    return f"run {run.run} judged the two on different questions"


def evidence_sentence(outcome: Outcome) -> str:
    """Say what has been measured and what that decides."""
    facts = outcome.context.facts
    known = _scores(outcome.context)
    target = share(float(facts["evidence.target_score"]))
    run = outcome.context.run
    if run.status == REFUSED:
        return (
            f"NOT USED: the client file takes its scores from run {run.run}, but {run.why}. They count as not "
            f"measured; the target is {target}."
        )
    if not known:
        return f"Nothing is measured yet; the target is {target}."
    words = listed([f"{arm_title(arm)} {share(score)}" for arm, score in known.items()])
    examples = float(facts["evidence.eval_examples"])
    size = f" on {number(examples)} examples" if examples else ""
    if run.status == STORED:
        size = f" in run {run.run} on {number(run.questions)} questions"
    elif run.status == NOT_STORED:
        size += f" in run {run.run}"
    effect = (
        "This decides between the options that pass."
        if outcome.by_evidence
        else "The option that the gaps ask for is not among them."
    )
    if max(known.values()) < float(facts["evidence.target_score"]):
        effect += " NONE OF THEM REACHES THE TARGET."
    return " ".join([f"Measured{size}: {words}, against a target of {target}.", *_tests(outcome), effect])


def _tests(outcome: Outcome) -> list[str]:
    """Say which measured arms are told apart, by which test, and why by none that is paired."""
    rows = comparisons(outcome.context)
    place = int(outcome.recommendation)
    chosen = ARMS[place] if place >= 0 else None
    # The recommended arm against each other; all of them where that one is not measured.
    shown = [row for row in rows if chosen in (row.first, row.second)] or list(rows)
    groups: dict[tuple[str, str], list[Comparison]] = {}
    for row in shown:
        groups.setdefault((row.test, row.why_unpaired), []).append(row)
    sentences = []
    for (test, why), group in groups.items():
        how = (
            "By McNemar's exact test on the same questions"
            if test == MCNEMAR
            else f"By a test of two shares, unpaired because {why}"
        )
        sentences.append(f"{how}: {'; '.join(row.words for row in group)}.")
    passed_over = [row for row in shown if not row.significant and row.higher not in (None, chosen)]
    if passed_over and chosen in (passed_over[0].first, passed_over[0].second):
        sentences.append(
            f"{listed([arm_title(row.higher) for row in passed_over])} scored higher than {arm_title(chosen)}, but "
            "a difference that chance explains decides nothing."
        )
    return sentences
