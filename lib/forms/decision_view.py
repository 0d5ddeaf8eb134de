"""A decision as pages: pure functions from a decision to escaped HTML."""

from collections.abc import Callable

from lib.arms import TUNED_ARMS, UNDECIDED
from lib.decision.result import ArmResult, Decision, RuleTrace, Verdict
from lib.forms.field_words import default_of, field_label, section_title, value_words
from lib.forms.markup import Page, render
from lib.wording import amount, arm_title, listed, number

TEST_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
YES_OR_NO = "yes or no"
FLIPS_SHOWN = 8


def headline(decision: Decision) -> Page:
    """Give the recommendation in large type, how sure it is, and the first step."""
    return render("headline.html", decision=decision, training=_training(decision))


def reasons(decision: Decision) -> Page:
    """Give the reasons in the order in which the recommendation comes about."""
    return render("reasons.html", decision=decision)


def arms_table(decision: Decision) -> Page:
    """Give the five arms: which pass, what supports them and what rules them out."""
    return render("arms.html", decision=decision)


def costs_table(decision: Decision) -> Page:
    """Give what each arm costs and how fast it answers."""
    return render("costs.html", decision=decision, measures=COST_MEASURES)


def frameworks_table(decision: Decision) -> Page:
    """Give the five frameworks side by side: framework × what it says."""
    abstaining = any(verdict.says is None for verdict in decision.frameworks)
    return render("frameworks.html", decision=decision, abstaining=abstaining, holding=_holding)


def trace(verdict: Verdict) -> Page:
    """Give one framework's rules: what was observed, the threshold and its source, and how it came out."""
    return render("trace.html", verdict=verdict, observed=_observed, condition=_condition)


def traces(decision: Decision) -> Page:
    """Give every framework's rules, each folded under its verdict."""
    return Page("").join(_folded(verdict) for verdict in decision.frameworks)


def flips_table(decision: Decision) -> Page:
    """Give the nearest single-field changes that change the recommendation."""
    rows = [
        {
            "label": field_label(flip.field),
            "section": section_title(flip.field.split(".")[0]),
            "before": value_words(flip.field, flip.from_value) + (" (assumed)" if flip.assumed else ""),
            "after": value_words(flip.field, flip.to_value),
            "recommendation": flip.recommendation,
        }
        for flip in decision.flips[:FLIPS_SHOWN]
    ]
    return render("flips.html", rows=rows)


def advice(decision: Decision) -> Page:
    """Say how to build the recommended arm."""
    return render("advice.html", decision=decision)


def assumed_table(decision: Decision) -> Page:
    """Give the fields that are not answered and what is assumed for each."""
    rows = [
        {
            "section": section_title(path.split(".")[0]),
            "label": field_label(path),
            "value": value_words(path, default_of(path)),
        }
        for path in decision.assumed
    ]
    return render("assumed.html", rows=rows)


def problem(title: str, sentences: list[str]) -> Page:
    """Say what is wrong, in the sentences that the checks gave."""
    return render("problem.html", title=title, sentences=sentences)


def read_aloud(sentence: str) -> Page:
    """Set the sentence that reads a table aloud."""
    return render("read_aloud.html", sentence=sentence)


def frameworks_read_aloud(decision: Decision) -> Page:
    """Read the frameworks' table aloud."""
    voting = [verdict for verdict in decision.frameworks if verdict.says]
    agreeing = [verdict.id for verdict in voting if verdict.says == decision.recommendation]
    others = [f"{verdict.id} says {arm_title(verdict.says)}" for verdict in voting if verdict.id not in agreeing]
    abstaining = [verdict.id for verdict in decision.frameworks if not verdict.says]
    words = (
        f"{len(agreeing)} of the {len(voting)} frameworks that give an answer say {arm_title(decision.recommendation)}"
    )
    words += f"; {listed(others)}" if others else ""
    words += f"; {listed(abstaining)} abstain" + ("s" if len(abstaining) == 1 else "") if abstaining else ""
    return read_aloud(words + ".")


def arms_read_aloud(decision: Decision) -> Page:
    """Read the arms' table aloud."""
    passing = [arm_title(arm) for arm, result in decision.arms.items() if result.feasible]
    closing = [arm_title(arm) for arm, result in decision.arms.items() if result.feasible and result.closes_gaps]
    return read_aloud(
        f"{len(passing)} of the {len(decision.arms)} arms pass ({listed(passing)}); of those, {listed(closing)} "
        f"close{'s' if len(closing) == 1 else ''} every gap."
    )


def costs_read_aloud(decision: Decision) -> Page:
    """Read the costs' table aloud."""
    cheapest = min(decision.arms, key=lambda arm: decision.arms[arm].horizon_usd)
    words = f"{arm_title(cheapest)} is the cheapest over the horizon at {amount(decision.arms[cheapest].horizon_usd)}"
    if decision.recommendation in decision.arms and decision.recommendation != cheapest:
        mine = decision.arms[decision.recommendation]
        words += f"; {arm_title(decision.recommendation)} comes to {amount(mine.horizon_usd)}"
    return read_aloud(words + ".")


def flips_read_aloud(decision: Decision) -> Page:
    """Read the flips aloud."""
    if not decision.flips:
        return read_aloud("No change of a single field gives another answer.")
    nearest = decision.flips[0]
    return read_aloud(
        f"The nearest change: {field_label(nearest.field)} from {value_words(nearest.field, nearest.from_value)} to "
        f"{value_words(nearest.field, nearest.to_value)} would make the answer {arm_title(nearest.recommendation)}."
    )


def verdict_title(verdict: Verdict) -> str:
    """Give a framework and its verdict as one heading."""
    return f"{verdict.title} → {arm_title(verdict.says)}"


def _folded(verdict: Verdict) -> Page:
    return render("expandable.html", summary=verdict_title(verdict), content=trace(verdict))


def _training(decision: Decision) -> str:
    if decision.recommendation == UNDECIDED:
        return "to be measured"
    if decision.recommendation not in TUNED_ARMS:
        return "not needed"
    return "need proven" if decision.proven else "need likely, unproven"


def _correct_answer(arm: ArmResult) -> str:
    return "not measured" if arm.usd_per_correct_answer is None else _amount_or_never(arm.usd_per_correct_answer)


def _amount_or_never(value: float | str) -> str:
    return value if isinstance(value, str) else amount(value)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:,.1f} s"


def _holding(verdict: Verdict) -> int:
    return sum(rule.holds is True for rule in verdict.trace)


def _observed(rule: RuleTrace) -> str:
    if rule.observed is None:
        return "not known"
    if rule.unit == YES_OR_NO:
        return "yes" if rule.observed == 1 else "no"
    return number(rule.observed) + _unit(rule.unit, rule.observed)


def _condition(rule: RuleTrace) -> str:
    if rule.unit == YES_OR_NO:
        return "yes" if rule.test == ">=" else "no"
    words = f"{TEST_WORDS[rule.test]} {number(rule.threshold)}{_unit(rule.unit, rule.threshold)}"
    if rule.threshold_low != rule.threshold_high:
        words += f" (between {number(rule.threshold_low)} and {number(rule.threshold_high)})"
    return words


def _unit(unit: str, value: float | str) -> str:
    return "" if isinstance(value, str) or unit in ("", "0 to 1") else f" {unit}"


COST_MEASURES: tuple[tuple[str, Callable[[ArmResult], str]], ...] = (
    ("Set-up", lambda arm: amount(arm.setup_usd)),
    ("Each month", lambda arm: amount(arm.monthly_usd)),
    ("… of it bills", lambda arm: amount(arm.monthly_bill_usd)),
    ("Each query", lambda arm: amount(arm.usd_per_query)),
    ("Each correct answer", _correct_answer),
    ("Over the horizon", lambda arm: amount(arm.horizon_usd)),
    ("First token", lambda arm: _seconds(arm.first_token_ms)),
    ("Whole answer (p95)", lambda arm: _seconds(arm.p95_latency_ms)),
)
