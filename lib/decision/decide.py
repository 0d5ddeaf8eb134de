"""From a client file to a decision."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lib.arms import ARMS, KNOWING_ARMS, TUNED_ARMS, UNDECIDED
from lib.client import ClientFile, Facts
from lib.client.facts import Array, field_specs
from lib.costs import Estimates
from lib.costs.overview import BUDGETS, MONEY
from lib.decision import explain
from lib.decision.advice import advice
from lib.decision.choice import NOBODY, Outcome, evaluate
from lib.decision.comparisons import comparisons
from lib.decision.feasibility import BLOCKERS
from lib.decision.features import assumed_fields
from lib.decision.flips import arm_name, flips
from lib.decision.frameworks import ABSTAINS, Rule, frameworks, rule_thresholds
from lib.decision.result import ArmResult, BlockerTrace, Decision, EvidenceTrace, RuleTrace, Verdict
from lib.decision.thresholds import ThresholdValues, own_thresholds
from lib.decision.uncertain import Model
from lib.prices import PriceBook, price_book
from lib.wording import number

DRAWS = 1024


def thresholds() -> ThresholdValues:
    """Give every threshold, of the frameworks and of the workbook, at its likely value."""
    return ThresholdValues(rule_thresholds() | own_thresholds())


def decide(
    client: ClientFile, with_flips: bool = True, source: str | Path | None = None, book: PriceBook | None = None
) -> Decision:
    """Give the decision for one client.

    ``source`` is the client file's path, where it has one: errors name it, and a price list may lie beside it; ``book``
    the prices, where they are resolved already.
    Raises :class:`lib.errors.InputError` where the client's stack or price list cannot be used.
    """
    model = model_of(client, source, book)
    outcome = evaluate(model.present())
    facts = outcome.context.facts
    recommendation = arm_name(int(outcome.recommendation))
    shares = _shares_of_draws(model)
    found = tuple(flips(model.simulation.facts, recommender(model))) if with_flips else ()
    verdicts = _verdicts(outcome)
    arms = {arm: _arm(outcome, model.estimates, arm) for arm in ARMS}
    proven = recommendation not in TUNED_ARMS or bool(outcome.by_evidence) or bool(outcome.gaps.behaviour_proven)
    return Decision(
        client=client.client.name,
        recommendation=recommendation,
        runner_up=_runner_up(recommendation, shares, found, arms),
        confidence=round(shares.get(recommendation, 0.0), 3),
        agreement=_plain(outcome.support[recommendation]) if recommendation in ARMS else None,
        proven=proven,
        first_step=explain.first_step(outcome, recommendation, arms, proven),
        reasons=tuple(explain.reasons(outcome, recommendation, arms, verdicts)),
        steps=explain.steps(outcome, arms, verdicts, recommendation),
        arms=arms,
        frameworks=verdicts,
        flips=found,
        advice=advice(outcome, recommendation) if recommendation in ARMS else (),
        evidence=_evidence(outcome),
        assumed=tuple(path for path in field_specs() if _is_assumed(facts, path)),
        notes=tuple(outcome.context.costs.notes),
    )


def model_of(client: ClientFile, source: str | Path | None = None, book: PriceBook | None = None) -> Model:
    """Collect facts, prices, thresholds and what of them is uncertain; ``source`` and ``book`` as for :func:`decide`."""
    return Model.of(client, book or prices_of(client, source), thresholds())


def prices_of(client: ClientFile, source: str | Path | None = None) -> PriceBook:
    """Resolve the client's prices; see :func:`decide` for ``source``."""
    return price_book(client) if source is None else price_book(client, str(source), Path(source).parent)


def recommender(model: Model) -> Callable[[Facts], Array]:
    """Give the function from facts to recommendations (positions in ARMS, -1 undecided) that flips are sought with."""

    def recommend(facts: Facts) -> Array:
        return np.atleast_1d(evaluate(model.present(facts)).recommendation)

    return recommend


def _shares_of_draws(model: Model) -> dict[str, float]:
    """Give each recommendation's share of the draws, largest first."""
    picks = np.concatenate([np.atleast_1d(evaluate(block).recommendation) for block in model.money(DRAWS)])
    shares = {arm_name(place): float(np.mean(picks == place)) for place in range(NOBODY, len(ARMS))}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _runner_up(recommendation: str, shares: dict[str, float], found: tuple, arms: dict[str, ArmResult]) -> str | None:
    """Give the arm that wins most of the other draws, else the nearest flip, else the most supported other arm."""
    for arm, part in shares.items():
        if arm not in (recommendation, UNDECIDED) and part > 0:
            return arm
    for flip in found:
        if flip.recommendation not in (recommendation, UNDECIDED):
            return flip.recommendation
    others = [arm for arm in ARMS if arm != recommendation and arms[arm].feasible]
    return max(others, key=lambda arm: arms[arm].support or 0.0, default=None)


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


def _evidence(outcome: Outcome) -> EvidenceTrace:
    context = outcome.context
    examples = float(context.facts["evidence.eval_examples"])
    return EvidenceTrace(
        run=context.run.run,
        status=context.run.status,
        why=context.run.why,
        questions=context.run.questions or int(examples),
        decides=bool(outcome.by_evidence),
        comparisons=comparisons(context),
    )


def _arm(outcome: Outcome, estimates: Estimates, arm: str) -> ArmResult:
    context = outcome.context
    score = float(context.facts[f"evidence.{arm}_score"])
    closes = (arm in KNOWING_ARMS or not outcome.gaps.knowledge) and (arm in TUNED_ARMS or not outcome.gaps.tuning)
    feasible = bool(outcome.feasibility.feasible[arm])
    return ArmResult(
        feasible=feasible,
        blockers=() if feasible else tuple(_blocker(outcome, arm, b) for b in BLOCKERS if _blocked(outcome, arm, b.id)),
        closes_gaps=bool(closes),
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


def _chances(facts: Facts, estimates: Estimates, arm: str) -> dict[str, float]:
    """Give the share of the draws that stay within each budget that the client has stated."""
    limits = {path: float(facts[path]) for path in BUDGETS}
    return {
        path: round(estimates.chance_within(figure, arm, limits[path]), 4)
        for path, figure in BUDGETS.items()
        if not math.isnan(limits[path])
    }


def _blocked(outcome: Outcome, arm: str, blocker: str) -> bool:
    return bool(outcome.feasibility.blocked[arm].get(blocker, False))


def _blocker(outcome: Outcome, arm: str, blocker) -> BlockerTrace:
    context = outcome.context
    observed, limit = float(blocker.observed(context, arm)), float(blocker.limit(context, arm))
    words = blocker.words
    if math.isinf(observed) and blocker.words_if_unknown:
        words = blocker.words_if_unknown
    elif blocker.unit.startswith("USD"):
        words += f" ({context.amount(observed)} against {context.amount(limit)}{blocker.unit.removeprefix('USD')})"
    elif blocker.unit != "yes or no":
        words += f" ({number(observed)} against {number(limit)} {blocker.unit})"
    assumed = blocker.assumed(context, arm)
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
