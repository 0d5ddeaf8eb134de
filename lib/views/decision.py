"""A decision as pages: pure functions from a decision to escaped HTML."""

from collections.abc import Callable, Sequence
from typing import Any

from lib.arms import ARM, TUNED_ARMS, UNDECIDED
from lib.decision.counterfactuals import Counterfactual
from lib.decision.result import ArmResult, Decision, RuleTrace, Verdict
from lib.views.chart import short_title
from lib.views.field_words import SINGULAR, default_of, field_label, section_title, value_words
from lib.views.glossary import explained
from lib.views.markup import Page, bullets, caption, folded, joined, render, safe, with_note
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import arm_title, number, probability, share

TEST_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
YES_OR_NO = "yes or no"
COUNTERFACTUALS_SHOWN = 8
HELD = {True: "✓ holds", False: "✗ does not", None: "· not known"}


def headline(decision: Decision) -> Page:
    """Show the recommendation in large type, how sure it is, and the first step."""
    meaning = ARM[decision.recommendation].meaning if decision.recommendation in ARM else ""
    page = render(
        "headline.html",
        decision=decision,
        meaning=meaning,
        training=_training(decision),
        record=track_record_words(decision),
        known=answered_words(decision),
        issues=open_issues(decision),
        questions=ask_next(decision),
    )
    return explained(page)


def open_issues(decision: Decision) -> Page:
    """List what must be settled or known before signing; nothing where there is nothing."""
    if not decision.open_issues:
        return Page("")
    return joined(Page("<h3>Open issues</h3>"), bullets(issue.text for issue in decision.open_issues))


def ask_next(decision: Decision) -> Page:
    """List the unanswered facts that could change the answer most; nothing where none could."""
    if not decision.ask_next:
        return Page("")
    items = [joined(Page("<strong>{}</strong>: ").format(safe(field_label(q.field))), q.why) for q in decision.ask_next]
    return joined(Page("<h3>What to ask next</h3>"), bullets(items))


def track_record_words(decision: Decision) -> str:
    """Say how published cases of like stability came out, and what that is not."""
    record = decision.track_record
    if record is None:
        return ""
    return (
        f"Of {record.of} published cases of like stability and as many known facts, {record.right} came out as they were "
        f"shipped or advised ({share(record.low)} to {share(record.high)}), {record.wrong} otherwise, and {record.no_answer} "
        "without an answer. The rules were made knowing these cases. It is not the chance that a project succeeds."
    )


def answered_words(decision: Decision) -> str:
    """Say how much of the client file is answered and how many guides answer."""
    answered, of = decision.answered
    guides = sum(verdict.says is not None for verdict in decision.frameworks)
    return f"{answered} of {of} facts answered; {guides} of {len(decision.frameworks)} guides answer"


def reasons(decision: Decision) -> Page:
    """List the reasons in the order in which the recommendation comes about."""
    notes = [Page("<h3>To bear in mind</h3>"), bullets(decision.notes)] if decision.notes else []
    return explained(joined(bullets(decision.reasons, ordered=True), *notes))


def advice(decision: Decision) -> Page:
    """Say how to build the recommended arm; nothing where there is nothing to say yet."""
    if not decision.advice:
        return Page("")
    return explained(joined(Page("<h3>How to build it</h3>"), bullets(decision.advice)))


def arms_table(decision: Decision) -> Table:
    """List the arms: which pass, what supports them and what rules them out."""
    columns: dict[str, Callable[[ArmResult], Any]] = {
        "Possible": _possible,
        "Closes every gap": lambda arm: "yes" if arm.closes_gaps else "no",
        "Frameworks for it": lambda arm: _meter(arm.support),
        "Measured score": lambda arm: "not measured" if arm.measured_score is None else share(arm.measured_score),
    }
    return _by_arm(decision, columns, "Which architectures pass, and what rules the others out", right=())


def costs_table(decision: Decision) -> Table:
    """Say what each arm is expected to cost, with P10 to P90, and the total as planned beside it, in the client's currency."""
    money = money_of(decision)
    columns: dict[str, Callable[[ArmResult], Any]] = {
        "Set-up": lambda arm: money.ranged(arm.ranges["setup_usd"]),
        "A month": lambda arm: money.ranged(arm.ranges["monthly_usd"]),
        "paid to vendors": lambda arm: money.text(arm.monthly_bill_usd),
        "Over the horizon": lambda arm: money.ranged(arm.ranges["horizon_usd"]),
        "as planned": lambda arm: money.text(arm.ranges["horizon_usd"].as_planned),
    }
    title = (
        f"Totals in {money.currency}: expected, and in brackets the range in which eight of ten draws lie (P10 to P90). "
        "As planned has everything at its likely value; usually it costs more"
    )
    return _by_arm(decision, columns, title, right=range(1, 6))


def queries_table(decision: Decision) -> Table:
    """Say what one query and one right answer cost with each arm, and how long the answer takes."""
    money = money_of(decision)
    columns: dict[str, Callable[[ArmResult], Any]] = {
        "A query, all in": lambda arm: money.ranged(arm.ranges["usd_per_query"]),
        "One more query": lambda arm: money.ranged(arm.ranges["marginal_usd_per_query"]),
        "A right answer": lambda arm: money.ranged(arm.ranges.get("usd_per_correct_answer")),
        "Begins to show": lambda arm: f"{arm.first_token_ms / 1000:,.1f} s",
        "Whole answer": lambda arm: f"{arm.p95_latency_ms / 1000:,.1f} s",
    }
    title = f"One query in {money.currency}, expected (P10 to P90), and how long 95 of 100 answers take at most"
    return _by_arm(decision, columns, title, right=range(1, 6))


def _by_arm(
    decision: Decision, columns: dict[str, Callable[[ArmResult], Any]], title: str, right: Sequence[int]
) -> Table:
    """Make a table with a row an arm, that of the recommended one marked."""
    recommended = decision.recommendation
    rows = [
        [
            with_note(short_title(arm), "recommended") if arm == recommended else short_title(arm),
            *(say(result) for say in columns.values()),
        ]
        for arm, result in decision.arms.items()
    ]
    strong = [place for place, arm in enumerate(decision.arms) if arm == recommended]
    return Table(["Architecture", *columns], rows, title, right=right, strong=strong)


def frameworks_table(decision: Decision) -> Table:
    """Set the frameworks side by side: what each says, and how many of its rules for each arm hold."""
    silent = any(verdict.says is None for verdict in decision.frameworks)
    answers = [*decision.arms, *([None] if silent else [])]
    rows = [
        [with_note(verdict.title, verdict.id), *(_vote(verdict, answer) for answer in answers)]
        for verdict in decision.frameworks
    ]
    rows.append(
        ["Agreeing", *(share(decision.arms[arm].support or 0.0) for arm in decision.arms), *([""] if silent else [])]
    )
    titles = ["Nothing" if answer is None else short_title(answer) for answer in answers]
    chosen = [place for place, answer in enumerate(answers, 1) if answer == decision.recommendation]
    title = "Published frameworks side by side: what each says, and how many of its rules for an option hold"
    return Table(["Framework", *titles], rows, title, centre=range(1, 1 + len(answers)), chosen=chosen)


def _vote(verdict: Verdict, answer: str | None) -> Page | str:
    says = "● " + ("abstains" if answer is None else "says") if verdict.says == answer else ""
    asked = [rule.holds for rule in verdict.trace if rule.points_to == answer and rule.holds is not None]
    return with_note(says, f"{sum(asked)} of {len(asked)} hold") if asked and answer else says


def trace(verdict: Verdict, money: Money = DOLLARS) -> Page:
    """List one framework's rules: what was observed, the threshold and its source, and how it came out."""
    rows = [
        [
            rule.question,
            with_note(observed(rule, money), "assumed", "tag")
            if rule.assumed and rule.observed is not None
            else observed(rule, money),
            with_note(condition(rule, money), rule.source),
            HELD[rule.holds],
            short_title(rule.points_to) if rule.points_to else "a brake, no option",
        ]
        for rule in verdict.trace
    ]
    title = f"{verdict.title} says {arm_title(verdict.says) if verdict.says else 'nothing: it abstains'}"
    table = Table(["Question", "Here", "Asked for", "Result", "Speaks for"], rows, title)
    source = Page('<p class="muted">Source: {}</p>').format(safe(verdict.source))
    return joined(Page("<p>{}</p>").format(safe(verdict.summary)), source, table)


def traces(decision: Decision) -> Page:
    """List every framework's rules, each folded under its verdict."""
    return explained(
        joined(*(folded(verdict_title(verdict), trace(verdict, money_of(decision))) for verdict in decision.frameworks))
    )


def counterfactuals_table(decision: Decision) -> Page:
    """List the nearest single-field changes that change the recommendation; those not to be expected are folded away."""
    near = _changes(
        [change for change in decision.counterfactuals if change.plausible][:COUNTERFACTUALS_SHOWN], decision
    )
    far = _changes([change for change in decision.counterfactuals if not change.plausible], decision)
    columns = ["If this", "went from", "to", "the answer would be"]
    nothing = ["Nothing plausible", "", "", "changes the recommendation, one field at a time"]
    title = "What would change the recommendation: one field at a time, nearest first"
    shown = joined(Table(columns, near or [nothing], title))
    if not far:
        return shown
    return joined(shown, folded(f"{len(far)} changes that are not to be expected", Table(columns, far, "Far changes")))


def _changes(counterfactuals: list[Counterfactual], decision: Decision) -> list[list[Any]]:
    return [
        [
            with_note(field_label(change.field), section_title(change.field.split(".")[0])),
            *change_ends(change, money_of(decision)),
            arm_title(change.recommendation),
        ]
        for change in counterfactuals
    ]


def assumed_table(decision: Decision) -> Page | Table:
    """List the fields that are not answered and what is assumed for each."""
    rows = [
        [field_label(path), section_title(path.split(".")[0]), value_words(path, default_of(path), money_of(decision))]
        for path in decision.assumed
    ]
    if not rows:
        return Page("<p>Every field is answered; nothing is assumed.</p>")
    return Table(["Field", "Section", "Assumed"], rows, f"Assumed: {len(rows)} fields that the client has not answered")


def changes_table(changes: dict[str, tuple[Any, Any]]) -> Table:
    """List fields (by dotted path) with the value in the saved file and the one here."""
    rows = [[field_label(path), *(value_words(path, value) for value in ends)] for path, ends in changes.items()]
    return Table(["Field", "In the file", "Here"], rows, "What is not saved yet")


def problem(title: str, sentences: list[str]) -> Page:
    """Say what is wrong, in the sentences that the checks gave."""
    return Page('<div class="problem" role="alert"><strong>{}</strong>{}</div>').format(safe(title), bullets(sentences))


def message(text: str, wrong: bool = False) -> Page:
    """Say one thing under a bar of buttons."""
    kind, role = ("message error", "alert") if wrong else ("message", "status")
    return Page('<p class="{}" role="{}">{}{}</p>').format(kind, role, "⚠ " if wrong else "", safe(text))


def frameworks_caption(decision: Decision) -> Page:
    """Say in words what the frameworks answer."""
    return caption(votes_words(decision))


def votes_words(decision: Decision) -> str:
    """Say how many of the frameworks point to which architecture, the recommended one first."""
    groups: dict[str | None, list[str]] = {}
    for verdict in decision.frameworks:
        groups.setdefault(verdict.says, []).append(verdict.id)
    silent, total = groups.pop(None, []), len(decision.frameworks)
    order = sorted(groups, key=lambda arm: (arm != decision.recommendation, -len(groups[arm])))
    clauses = [
        f"{len(groups[arm])} of {total} published guides point{'s' if len(groups[arm]) == 1 else ''} to "
        f"{short_title(arm)}"
        for arm in order
    ]
    if silent:
        clauses.append(f"{len(silent)} give{'s' if len(silent) == 1 else ''} no answer, for want of facts")
    return "; ".join(clauses) + "."


def money_of(decision: Decision) -> Money:
    """Return the currency that the client reads."""
    return Money(decision.currency, decision.per_usd)


def change_ends(change: Counterfactual, money: Money = DOLLARS) -> tuple[str, str]:
    """Write the two ends of a change, with the unit of its field."""
    before = value_words(change.field, change.from_value, money) + (" (assumed)" if change.assumed else "")
    return before, value_words(change.field, change.to_value, money)


def verdict_title(verdict: Verdict) -> str:
    """Write a framework and its verdict as one heading."""
    return f"{verdict.title} → {arm_title(verdict.says)}"


def observed(rule: RuleTrace, money: Money = DOLLARS) -> str:
    """Write what a rule found."""
    if rule.observed is None:
        return "not known"
    if rule.unit == YES_OR_NO:
        return "yes" if rule.observed == 1 else "no"
    unit, value = money.converted(rule.unit, rule.observed)
    return number(value) + _unit(unit, value)


def condition(rule: RuleTrace, money: Money = DOLLARS) -> str:
    """Write what a rule asks for, with the range of its threshold."""
    if rule.unit == YES_OR_NO:
        return "yes" if rule.test == ">=" else "no"
    unit, threshold = money.converted(rule.unit, rule.threshold)
    words = f"{TEST_WORDS[rule.test]} {number(threshold)}{_unit(unit, threshold)}"
    if rule.threshold_low != rule.threshold_high:
        low, high = (money.converted(rule.unit, end)[1] for end in (rule.threshold_low, rule.threshold_high))
        words += f" (between {number(low)} and {number(high)})"
    return words


def _blocker(blocker) -> Page:
    return joined(blocker.text, Page(' <span class="tag">partly assumed</span>') if blocker.assumed else "")


def _possible(result: ArmResult) -> Page | str:
    if not result.feasible:
        return joined("✗ ruled out", bullets(map(_blocker, result.blockers)))
    return joined("misses a limit", bullets(map(_blocker, result.limits_missed))) if result.limits_missed else "✓ yes"


def _meter(support: float | None) -> Page | str:
    if support is None:
        return "none votes"
    bar = '<span class="meter" aria-hidden="true"><span style="width: {:.0f}%"></span></span>{}'
    return Page(bar).format(100 * support, share(support))


def _training(decision: Decision) -> str:
    if decision.recommendation == UNDECIDED:
        return "to be measured"
    if decision.recommendation not in TUNED_ARMS:
        return "not needed"
    return "need proven" if decision.proven else "need likely, unproven"


def _unit(unit: str, value: float | str) -> str:
    if isinstance(value, str) or unit in ("", "0 to 1"):
        return ""
    return f" {SINGULAR.get(unit, unit) if value == 1 else unit}"


def text(decision: Decision) -> str:
    """Write the decision as plain text for a terminal."""
    runner_up = arm_title(decision.runner_up) if decision.runner_up else "none"
    lines = [
        f"{decision.client}: {arm_title(decision.recommendation)}" + (" (unproven)" if decision.unproven else ""),
        f"  stability {probability(decision.stability)}, guides agreeing {share(decision.agreement)}, runner-up {runner_up}; "
        + answered_words(decision),
        *([f"  {track_record_words(decision)}"] if decision.track_record else []),
    ]
    counterfactuals = [
        f"{field_label(f.field)}: {' → '.join(change_ends(f, money_of(decision)))} gives {arm_title(f.recommendation)}"
        for f in decision.counterfactuals
        if f.plausible
    ][:6]
    if decision.starting_point:
        lines.append(f"  Starting point until then: {arm_title(decision.starting_point)}")
    blocks = {
        "Open issues": [issue.text for issue in decision.open_issues],
        "What to ask next": [f"{field_label(question.field)}: {question.why}" for question in decision.ask_next],
        "Why": decision.reasons,
        "First step": [decision.first_step],
        "Frameworks": [verdict_title(verdict) for verdict in decision.frameworks],
        "What would change the recommendation": counterfactuals or ["nothing plausible, one field at a time"],
        "To bear in mind": [*decision.advice, *decision.notes],
    }
    for title, items in blocks.items():
        lines += ["", title, *(f"  - {item}" for item in items)] if items else []
    lines += ["", costs_table(decision).to_text(), "", queries_table(decision).to_text(), ""]
    lines += [
        f"{short_title(arm)} is ruled out: {'; '.join(blocker.text for blocker in result.blockers)}"
        for arm, result in decision.arms.items()
        if not result.feasible
    ]
    if decision.assumed:
        some = ", ".join(decision.assumed[:5])
        lines += ["", f"Assumed (not answered): {len(decision.assumed)} fields, such as {some}"]
    return "\n".join(lines)
