"""How the recommendation came about: steps, frameworks rule by rule, advice."""

from lib.articles import articles
from lib.charts.table import Table
from lib.decision.result import RuleTrace
from lib.report.case import Case
from lib.report.parts import Part, part
from lib.wording import arm_title, number

TESTS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
YES_OR_NO = "yes or no"


def steps(case: Case) -> Part:
    """Give the steps to the recommendation in their order, and every reason."""
    pairs = [(step.title.lstrip("0123456789 "), step.text) for step in case.decision.steps]
    return part("steps", steps=pairs, notes=case.decision.notes)


def frameworks(case: Case) -> Part:
    """Give the frameworks, each with all of its rules."""
    rows = [
        {
            "title": verdict.title,
            "article": articles()[verdict.id].citation,
            "says": arm_title(verdict.says),
            "summary": verdict.summary,
            "trace": trace_table(verdict.id, verdict.trace),
        }
        for verdict in case.decision.frameworks
    ]
    return part("frameworks", frameworks=rows)


def trace_table(framework: str, trace: tuple[RuleTrace, ...]) -> Table:
    """Give one framework's rules as a table."""
    rows = [
        [
            rule.question,
            _value(rule.observed, rule.unit) + (" (assumed)" if rule.assumed and rule.observed is not None else ""),
            _test(rule),
            {True: "yes", False: "no", None: "not known"}[rule.holds],
            arm_title(rule.points_to) if rule.points_to else "–",
        ]
        for rule in trace
    ]
    columns = ["Question", "Here", "Asked for", "Met", "Speaks for"]
    return Table(columns, rows, f"Rules of {framework}", strong=[i for i, rule in enumerate(trace) if rule.holds])


def advice(case: Case) -> Part:
    """Give the advice for the recommended arm and the first step."""
    return part("advice", advice=case.decision.advice, first_step=case.decision.first_step)


def _value(value: float | str | None, unit: str) -> str:
    if unit == YES_OR_NO and isinstance(value, int | float):
        return "yes" if value else "no"
    return number(value)


def _test(rule: RuleTrace) -> str:
    if rule.unit == YES_OR_NO:
        return "yes"
    words = f"{TESTS[rule.test]} {number(rule.threshold)} {'' if rule.unit == '0 to 1' else rule.unit}".strip()
    if rule.threshold_low < rule.threshold_high:
        words += f" (range {number(rule.threshold_low)} to {number(rule.threshold_high)})"
    return words
