"""What the client's facts rule out: one row a blocker, each with the number behind it.

A blocker compares something observed with a limit, for one arm. All comparisons are on arrays of shape
``()`` or ``(n,)``; a limit or an observation that is not known blocks nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.arms import ARM, ARMS, KNOWING_ARMS, TUNED_ARMS
from lib.client.facts import Array
from lib.decision.features import EvaluationContext, assumed_fields, known

Quantity = Callable[[EvaluationContext, str], Array]


@dataclass(frozen=True)
class Blocker:
    """One reason that can rule an arm out: blocked where ``observed`` passes ``limit`` in ``direction``."""

    id: str
    arms: tuple[str, ...]
    observed: Quantity
    direction: str
    limit: Quantity
    unit: str
    words: str
    words_if_unknown: str = ""

    def blocks(self, context: EvaluationContext, arm: str) -> Array:
        """Tell where the arm is ruled out."""
        observed, limit = self.observed(context, arm), self.limit(context, arm)
        # Comparisons with nan are False, so an unknown limit or observation never blocks.
        return observed < limit if self.direction == "below" else observed > limit

    def assumed(self, context: EvaluationContext, arm: str) -> tuple[str, ...]:
        """Return the fields that were assumed on a side of the comparison where the client answered none."""
        sides = (context.fields_read(lambda side=side: side(context, arm)) for side in (self.observed, self.limit))
        return tuple(path for fields in sides for path in assumed_fields(context.facts, fields))


def _fact(path: str) -> Quantity:
    return lambda s, arm: s.facts[path]


def _limit(name: str) -> Quantity:
    return lambda s, arm: s.thresholds[name]


def _number(value: float) -> Quantity:
    return lambda s, arm: np.asarray(value)


def _cost(name: str) -> Quantity:
    return lambda s, arm: getattr(s.costs, name)[arm]


def _setup_cost(s: EvaluationContext, arm: str) -> Array:
    """Set-up cost that a budget must cover: the likely one of a tuned arm, a lean one of the others.

    A pipeline can be built lean (the articles' ranges span a factor of eight); training data cannot, and
    start-with-rag sees teams underestimate it five to ten times.
    """
    if arm in TUNED_ARMS or np.isnan(s.facts["money.setup_usd"]).all():
        return s.costs.setup_usd[arm]
    return s.lean_setup_usd[arm]


def _knowledge_days(s: EvaluationContext, arm: str) -> Array:
    """Days between the changes that only retraining can follow."""
    behaviour = s.facts["behaviour.days_between_changes"]
    if arm == "hybrid":
        return behaviour
    return np.fmin(behaviour, known(s.holds("knowledge_gap"), s.facts["knowledge.days_between_changes"]))


def _visible_hours(s: EvaluationContext, arm: str) -> Array:
    """Hours until a change must show, where the client said so and knowledge does change."""
    if not s.facts.answered("knowledge.hours_until_visible"):
        return np.asarray(np.nan)
    changing = s.holds("knowledge_gap") & np.isfinite(s.facts["knowledge.days_between_changes"])
    return known(changing, s.facts["knowledge.hours_until_visible"])


def _felt_latency(s: EvaluationContext, arm: str) -> Array:
    """What a user waits for: the first token where answers stream, the whole answer elsewhere."""
    return np.where(s.facts.truth("latency.streaming"), s.latency.first_token_ms[arm], s.latency.p95_ms[arm])


def _window_share(s: EvaluationContext, arm: str) -> Array:
    # A knowledge base of unknown size cannot be planned into a prompt.
    share = s.read("share_of_window")
    return np.where(s.holds("knowledge_gap") & np.isnan(share), np.inf, share)


_NOT_KNOWING = tuple(arm for arm in ARMS if arm not in KNOWING_ARMS)

BLOCKERS: tuple[Blocker, ...] = (
    Blocker(
        "weights", TUNED_ARMS, _fact("constraints.weights_can_be_trained"), "below", _number(1), "yes or no",
        "the model's weights cannot be trained",
    ),
    Blocker(
        "skills", TUNED_ARMS, _fact("constraints.team_has_ml_skills"), "below", _number(1), "yes or no",
        "nobody on the team can train and evaluate models",
    ),
    Blocker(
        "two-systems", ("hybrid",), _fact("constraints.team_can_run_two_systems"), "below", _number(1), "yes or no",
        "the team cannot run retrieval and a tuned model together",
    ),
    Blocker(
        "labelled-examples", TUNED_ARMS, lambda s, arm: s.read("usable_examples"), "below",
        _limit("labelled_examples"), "examples", "too few labelled examples to train on",
    ),
    Blocker(
        "citations", _NOT_KNOWING, lambda s, arm: s.read("citations_required"), "above", _number(0), "yes or no",
        "answers must name a source, and it has none",
    ),
    Blocker(
        "changes-faster-than-retraining", TUNED_ARMS, _knowledge_days, "below", _limit("retrain_days"), "days",
        "what the weights would have to hold changes faster than a model can be retrained",
    ),
    Blocker(
        "visible-sooner-than-retraining", ("fine_tune",), _visible_hours, "below",
        _limit("training_cycle_hours"), "hours",
        "a change must show sooner than a training cycle takes",
    ),
    Blocker(
        "context-window", ("long_context",), _window_share, "above", _limit("share_of_window"), "context windows",
        "the knowledge base does not fit the context window",
        "the size of the knowledge base is not known, so it cannot be planned into a prompt",
    ),
    Blocker(
        "setup-budget", ARMS, _setup_cost, "above", _fact("money.setup_usd"), "USD",
        "building it, lean where that is possible, costs more than the budget",
    ),
    Blocker(
        "monthly-budget", ARMS, _cost("monthly_bill_usd"), "above", _fact("money.monthly_usd"), "USD a month",
        "its monthly bills, before any labour, are above the budget",
    ),
    Blocker(
        "per-query-ceiling", ARMS, _cost("usd_per_query"), "above", _fact("money.per_query_usd"), "USD a query",
        "search and tokens of one query cost more than the ceiling",
    ),
    Blocker(
        "launch-date", ARMS, lambda s, arm: s.thresholds[ARM[arm].weeks], "above", _fact("delivery.weeks"),
        "weeks", "a first version takes longer than there is time",
    ),
    Blocker(
        "latency", ARMS, _felt_latency, "above", _fact("latency.p95_ms"), "ms",
        "answers take longer than the limit",
    ),
)  # fmt: skip

LATENCY = "latency"


@dataclass(frozen=True)
class Feasibility:
    """Which arms pass. ``blocked[arm][blocker]`` and ``feasible[arm]`` are boolean arrays.

    ``latency_lifted`` tells where no arm that passes otherwise meets the latency limit. Latency then
    rules nothing out, because it does not tell the arms apart: it is met by a smaller model, caching or
    streaming instead, which the advice says.
    """

    blocked: dict[str, dict[str, Array]]
    feasible: dict[str, Array]
    latency_lifted: Array


def feasibility(context: EvaluationContext) -> Feasibility:
    """Check every blocker of every arm."""
    blocked = {arm: {b.id: b.blocks(context, arm) for b in BLOCKERS if arm in b.arms} for arm in ARMS}
    passes = {arm: ~_any(row for name, row in blocked[arm].items() if name != LATENCY) for arm in ARMS}
    useful = {arm: passes[arm] & _may_help(context, arm) for arm in ARMS}
    in_time = _any(useful[arm] & ~blocked[arm][LATENCY] for arm in ARMS)
    lifted = ~in_time & _any(useful.values())
    feasible = {arm: passes[arm] & (~blocked[arm][LATENCY] | lifted) for arm in ARMS}
    return Feasibility(blocked, feasible, lifted)


def _may_help(context: EvaluationContext, arm: str) -> Array:
    """An arm without documents is no way to meet a latency limit where facts are missing."""
    return np.asarray(True) if arm in KNOWING_ARMS else ~context.holds("knowledge_gap")


def _any(rows) -> Array:
    result = np.asarray(False)
    for row in rows:
        result = result | row
    return result
