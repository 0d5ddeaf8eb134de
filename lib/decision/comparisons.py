"""The tests behind the evidence, one comparison for every two measured arms, as the trace shows them."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lib.arms import ARMS
from lib.decision.features import EvaluationContext, graded_questions
from lib.decision.measured import STORED, TYPED
from lib.stats import SIGNIFICANCE, Z_TWO_SIDED, p_of_z, two_proportions_z
from lib.wording import arm_title, listed

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
    measured = [arm for arm in ARMS if not np.isnan(_score(context, arm))]
    return tuple(_compared(context, first, second) for first, second in combinations(measured, 2))


def _compared(context: EvaluationContext, first: str, second: str) -> Comparison:
    one, other = _score(context, first), _score(context, second)
    pair = context.run.pairs.get((first, second))
    if pair is not None and context.is_own_score(first) and context.is_own_score(second):
        significant = pair.p < SIGNIFICANCE
        return Comparison(
            first, second, MCNEMAR, pair.n, pair.only_first, pair.only_second, pair.gap, pair.p, significant, ""
        )
    size = max(1.0, float(graded_questions(context)))
    z = float(two_proportions_z(np.asarray(one), np.asarray(other), np.asarray(size)))
    why = _why_unpaired(context, first, second)
    return Comparison(
        first, second, TWO_SHARES, round(size), None, None, one - other, p_of_z(z), abs(z) > Z_TWO_SIDED, why
    )


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


def _score(context: EvaluationContext, arm: str) -> float:
    return float(context.facts[f"evidence.{arm}_score"])
