"""What was measured, what that rests on and what it decides, in words. Every number is computed."""

import math

from lib.arms import ARMS
from lib.decision.choice import Outcome
from lib.decision.comparisons import MCNEMAR, Comparison, comparisons
from lib.decision.measured import NOT_STORED, REFUSED, STORED
from lib.wording import arm_title, listed, number, share


def evidence_sentence(outcome: Outcome) -> str:
    """Say what has been measured and what that decides."""
    facts = outcome.context.facts
    measured = {arm: float(facts[f"evidence.{arm}_score"]) for arm in ARMS}
    known = {arm: score for arm, score in measured.items() if not math.isnan(score)}
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
        "This decides between the arms that pass."
        if outcome.by_evidence
        else "The arm that the gaps ask for is not among them."
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
    passed_over = [row for row in shown if not row.significant and _higher(row) not in (None, chosen)]
    if passed_over and chosen in (passed_over[0].first, passed_over[0].second):
        sentences.append(
            f"{listed([arm_title(_higher(row)) for row in passed_over])} scored higher than {arm_title(chosen)}, but "
            "a difference that chance explains decides nothing."
        )
    return sentences


def _higher(row: Comparison) -> str | None:
    return None if row.gap == 0 else row.first if row.gap > 0 else row.second
