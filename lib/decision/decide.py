"""From a client file to a decision."""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARM, ARMS, TUNED_ARMS, UNDECIDED, arm_name
from lib.client import ClientFile, Facts, answers, check_client
from lib.client.facts import coded, field_specs
from lib.client.quantity import likely
from lib.costs import Estimates
from lib.costs.overview import BUDGETS, MONEY
from lib.decision import explain
from lib.decision.advice import advice
from lib.decision.asking import asked_next, explaining_field
from lib.decision.choice import Outcome, evaluate
from lib.decision.comparisons import comparisons
from lib.decision.counterfactuals import Counterfactual, counterfactuals
from lib.decision.feasibility import BLOCKERS, Blocker, brings_facts
from lib.decision.features import assumed_fields, graded_questions
from lib.decision.frameworks import ABSTAINS, Rule, frameworks
from lib.decision.result import ArmResult, BlockerTrace, Decision, EvidenceTrace, RuleTrace, Verdict
from lib.decision.track_record import deciding_answered, track_record
from lib.decision.uncertainty import Model, Variations, joined
from lib.errors import InputError
from lib.prices import PriceBook
from lib.simulation import Edit
from lib.thresholds import likely_threshold

COSTED_SECTIONS = ("stack", "prices", "evidence")
COSTED_FIELDS = (
    "constraints.data_must_stay_in_house",
    "constraints.runs_where",
    "knowledge.documents",
    "knowledge.tokens_per_document",
    "money.correction_usd",
    "money.engineer_usd_per_hour",
    "money.horizon_months",
    "money.review_minutes_per_answer",
    "risk.expert_review",
    "traffic.context_tokens",
    "traffic.queries_per_month",
)
"""Facts whose change is followed by looking prices up and drawing costs anew."""

DRAWS = 1024
NO_EDIT: Edit = ("", 0.0)
LOOKS = ((slice(0, None, 4), 0.08), (slice(2, None, 4), 0.05), (slice(1, None, 2), 0.0))
"""Whether an answer holds in enough variations after an edit is seen in a quarter of them first, then in half and in all:
the share of those seen is off by less than the slack (three standard errors)."""

FACTS, LIMITS = "facts", "limits"
"""Why nothing is recommended: something decisive is not known, or nothing that closes the gaps passes."""


def decide(
    client: ClientFile,
    with_counterfactuals: bool = True,
    source: str | Path | None = None,
    book: PriceBook | None = None,
) -> Decision:
    """Return the decision for one client.

    ``source`` is the client file's path, where it has one: errors name it, and a price list may lie beside it; ``book``
    the prices, where they are resolved already.

    Raises:
        InputError: the client's stack or price list cannot be used.
    """
    steps = deciding(client, source, book)
    return [made for made in steps if made][-1] if with_counterfactuals else next(steps)


def deciding(
    client: ClientFile, source: str | Path | None = None, book: PriceBook | None = None
) -> Iterator[Decision | None]:
    """Yield the decision without its counterfactuals, and whole in the end: that takes five times as long.

    ``None`` in between is a place to rest: whoever follows a slider looks there for a newer value. Arguments and errors
    as for ``decide``.
    """
    model = Model.of(client, source, book)
    outcome = evaluate(model.present())
    facts = model.simulation.facts
    arms = {arm: _arm(outcome, model.estimates, arm) for arm in ARMS}
    [varied] = model.variations(DRAWS)
    pick = arm_name(int(outcome.recommendation))
    because = _undecided_because(facts, pick, varied)
    recommendation = UNDECIDED if because else pick
    start = None
    if because:
        start = "rag" if because == FACTS and arms["rag"].feasible else explain.starting_point(outcome, arms)
    # Of an undecided client: how often the answer that holds most often does.
    stability = varied.shares[recommendation] if not because else max(varied.shares.values())
    verdicts = _verdicts(outcome)
    decision = Decision(
        client=client.client.name,
        recommendation=recommendation,
        runner_up=_runner_up(outcome, recommendation, varied.shares, (), arms),
        stability=round(stability, 3),
        track_record=None if because else track_record(stability, deciding_answered(facts)),
        agreement=_plain(outcome.support[recommendation]) if recommendation in ARMS else None,
        proven=_proven(outcome, recommendation),
        undecided_because=because,
        starting_point=start,
        answered=(sum(map(facts.answered, field_specs())), len(field_specs())),
        ask_next=asked_next(varied, recommendation),
        open_issues=tuple(explain.open_issues(outcome, recommendation, arms, varied.shares)),
        first_step=explain.first_step(outcome, recommendation, arms, because),
        reasons=tuple(explain.reasons(outcome, recommendation, arms, verdicts)),
        steps=explain.steps(outcome, arms, verdicts, recommendation),
        arms=arms,
        frameworks=verdicts,
        counterfactuals=(),
        advice=advice(outcome, start or recommendation),
        evidence=_evidence(outcome, recommendation),
        assumed=tuple(path for path in field_specs() if _is_assumed(facts, path)),
        notes=tuple(outcome.context.costs.notes),
        currency=client.prices.currency,
        per_usd=float(likely(client.prices.per_usd)),
    )

    yield decision
    if because == FACTS:
        return
    found = counterfactuals(facts, model.recommend, int(outcome.recommendation))
    yield None
    found = yield from _edited(model, client, source, found, recommendation)
    runner_up = _runner_up(outcome, recommendation, varied.shares, found, arms)
    yield replace(decision, counterfactuals=found, runner_up=runner_up)


def _edited(
    model: Model, client: ClientFile, source: str | Path | None, found: list[Counterfactual], now: str
) -> Generator[None, None, tuple[Counterfactual, ...]]:
    """Keep the changes whose answer holds when the file is edited; undecided is said where the edited file leaves it so."""
    values = answers(client)
    kept: list[Counterfactual] = []
    alike: dict[str, Model] = {}
    apart: dict[str, Model] = {}
    for change in found:
        section, name = change.field.split(".")
        if section in COSTED_SECTIONS or change.field in COSTED_FIELDS:
            yield
            try:
                edited = check_client(values | {section: {**values.get(section, {}), name: change.to_value}})
                after = Model.of(edited, source)
            except InputError:
                continue
            (alike if model.draws_like(after, change.field) else apart)[change.field] = after
        kept.append(change)
    yield
    picks = dict(zip(alike, model.recommend_each(list(alike.values())), strict=True))
    picks |= {path: int(after.recommend(after.simulation.facts)[0]) for path, after in apart.items()}
    kept = [one for one in kept if one.field not in picks or arm_name(picks[one.field]) == one.recommendation]
    unclear, edits = {}, []
    for change in kept:
        if change.field in apart:
            yield
            [unclear[change.field]] = _unclear(apart[change.field])
        else:
            edits.append((change.field, coded(field_specs()[change.field], change.to_value)))
    yield
    unclear |= zip((path for path, _ in edits), _unclear(model, edits) if edits else (), strict=True)
    found = [replace(change, recommendation=UNDECIDED) if unclear[change.field] else change for change in kept]
    return tuple(change for change in found if change.recommendation != now)


def _unclear(model: Model, edits: Sequence[Edit] = ()) -> list[bool]:
    """Return whether no answer holds in half of the variations and one field explains it: after each edit, or as it is."""
    least = likely_threshold("held_by")
    seen: dict[Edit, list[Variations]] = {edit: [] for edit in edits or (NO_EDIT,)}
    doubtful = list(seen)
    for rows, slack in LOOKS:
        found = model.variations(DRAWS, doubtful if edits else (), rows) if doubtful else ()
        for edit, varied in zip(doubtful, found, strict=True):
            seen[edit].append(varied)
        doubtful = [edit for edit in doubtful if max(joined(seen[edit]).shares.values()) < least + slack]
    return [edit in doubtful and explaining_field(joined(looks)) is not None for edit, looks in seen.items()]


def _undecided_because(facts: Facts, pick: str, varied: Variations) -> str | None:
    """Say why nothing is recommended, ``None`` where something is.

    ``facts``: what answers draw on is not known at all, or no answer holds in half of the variations and one
    unanswered field explains it. ``limits``: nothing that closes the gaps passes.
    """
    unknown = not facts.answered("knowledge.needed") and np.isnan(facts["knowledge.documents"])
    if unknown or explaining_field(varied):
        return FACTS
    return LIMITS if pick == UNDECIDED else None


def _proven(outcome: Outcome, recommendation: str) -> bool:
    """Return whether the recommended arm itself was measured, and its score decided for it or reaches the target."""
    level = explain.evidence_level(outcome, recommendation)
    return level == "proven" or (level == "measured" and bool(outcome.by_evidence))


def _runner_up(
    outcome: Outcome, recommendation: str, shares: dict[str, float], found: tuple, arms: dict[str, ArmResult]
) -> str | None:
    """Return the arm that wins most of the other draws, else the nearest change, else the most supported one.

    Only of those that pass and never lack the facts; ``None`` where there is none.
    """
    others = [arm for arm in ARMS if arm != recommendation and arms[arm].passes and _facts_there(outcome, arm)]
    nearest = {change.recommendation: -place for place, change in reversed(list(enumerate(found)))}
    return max(
        others,
        key=lambda arm: (
            shares.get(arm, 0.0),
            arms[arm].closes_gaps,
            nearest.get(arm, -len(found)),
            arms[arm].support or 0.0,
        ),
        default=None,
    )


def _verdicts(outcome: Outcome) -> tuple[Verdict, ...]:
    verdicts = []
    for item in frameworks():
        trace = tuple(_rule_trace(outcome, item.id, rule) for rule in item.rules)
        place = int(outcome.says[item.id])
        says = None if place == ABSTAINS else ARMS[place]
        verdicts.append(Verdict(item.id, item.title, item.summary, item.source, says, trace))
    return tuple(verdicts)


def _rule_trace(outcome: Outcome, framework: str, rule: Rule) -> RuleTrace:
    holds = float(outcome.holds[framework][rule.id])
    facts = outcome.context.facts
    return RuleTrace(
        rule=rule.id,
        question=rule.question,
        observed=_plain(outcome.context.read(rule.reads)),
        test=rule.test,
        threshold=rule.threshold.likely,
        threshold_low=rule.threshold.low,
        threshold_high=rule.threshold.high,
        unit=rule.threshold.unit,
        source=rule.threshold.source,
        holds=None if math.isnan(holds) else bool(holds),
        points_to=rule.points_to,
        assumed=assumed_fields(facts, outcome.context.fields_of(rule.reads)),
    )


def _evidence(outcome: Outcome, recommendation: str) -> EvidenceTrace:
    context = outcome.context
    return EvidenceTrace(
        run=context.run.run,
        status=context.run.status,
        why=context.run.why,
        questions=int(graded_questions(context)),
        level=explain.evidence_level(outcome, recommendation),
        decides=bool(outcome.by_evidence),
        comparisons=comparisons(context),
    )


def _arm(outcome: Outcome, estimates: Estimates, arm: str) -> ArmResult:
    context = outcome.context
    score = float(context.facts[ARM[arm].score_field])
    blocked = [blocker for blocker in BLOCKERS if _blocked(outcome, arm, blocker.id)]
    return ArmResult(
        feasible=bool(outcome.feasibility.feasible[arm]),
        blockers=tuple(_blocker(outcome, arm, blocker) for blocker in blocked if not blocker.soft),
        limits_missed=tuple(_blocker(outcome, arm, blocker) for blocker in blocked if blocker.soft),
        closes_gaps=_facts_there(outcome, arm) and (arm in TUNED_ARMS or not outcome.gaps.behaviour),
        support=_plain(outcome.support[arm]),
        setup_usd=_money(context.costs.setup_usd[arm]),
        monthly_usd=_money(context.costs.monthly_usd[arm]),
        monthly_bill_usd=_money(context.costs.monthly_bill_usd[arm]),
        usd_per_query=round(float(context.costs.all_in_usd_per_query[arm]), 8),
        marginal_usd_per_query=round(float(context.costs.usd_per_query[arm]), 8),
        usd_per_correct_answer=_plain(estimates.expected.usd_per_correct_answer[arm]),
        horizon_usd=_money(context.costs.horizon_usd[arm]),
        ranges={
            name: found
            for name, figure in MONEY.items()
            if (found := estimates.estimate(figure, arm)) and np.isfinite(found.expected)
        },
        chance_within=_chances(context.facts, estimates, arm),
        p95_latency_ms=round(float(context.latency.p95_ms[arm])),
        first_token_ms=round(float(context.latency.first_token_ms[arm])),
        measured_score=None if math.isnan(score) else score,
    )


def _facts_there(outcome: Outcome, arm: str) -> bool:
    return bool(brings_facts(outcome.context, arm)) or not outcome.gaps.knowledge


def _chances(facts: Facts, estimates: Estimates, arm: str) -> dict[str, float]:
    """Return the share of the draws that stay within each budget that the client has stated."""
    limits = {path: float(facts[path]) for path in BUDGETS}
    return {
        path: round(estimates.chance_within(figure, arm, limits[path]), 4)
        for path, figure in BUDGETS.items()
        if not math.isnan(limits[path])
    }


def _blocked(outcome: Outcome, arm: str, blocker: str) -> bool:
    return bool(outcome.feasibility.blocked[arm].get(blocker, False))


def _blocker(outcome: Outcome, arm: str, blocker: Blocker) -> BlockerTrace:
    context = outcome.context
    observed, limit = float(blocker.observed(context, arm)), float(blocker.limit(context, arm))
    words, assumed = blocker.words(context, arm, observed, limit), blocker.assumed(context, arm)
    return BlockerTrace(blocker.id, _plain(observed), _plain(limit), blocker.unit, words, assumed)


def _is_assumed(facts: Facts, path: str) -> bool:
    """An empty budget or score is simply not there; only a default that stands in for an answer is assumed."""
    return path in facts and not facts.answered(path) and not np.isnan(facts[path])


def _plain(value: Any) -> float | str | None:
    """Make a value plain JSON: nan is null, infinity is never."""
    value = math.nan if value is None else float(value)
    if math.isnan(value):
        return None
    return "never" if math.isinf(value) else round(value, 6)


def _money(value: Any) -> float:
    return round(float(value), 4)
