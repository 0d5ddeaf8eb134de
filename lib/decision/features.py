"""Features: what rules read, quantities derived from the client's facts.

For: everything that the decision computes from facts, prices and thresholds, once. May import: client,
prices, costs, ``measured``.

A feature is an array of shape ``()`` or ``(n,)``. ``nan`` means that it is not known or does not apply,
and a rule that reads it abstains. Which fields of the client file stand behind a feature is recorded while
it is computed, so that no list of them can drift from the formula.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np

from lib.client.facts import Array, Facts, field_specs
from lib.costs import Costs, Latencies, costs, derived, latency
from lib.costs.estimates import Estimates
from lib.costs.situation import Situation
from lib.decision.measured import MeasuredRun
from lib.prices import PriceBook
from lib.wording import amount


class RecordedFacts(Facts):
    """Facts that note the path of every field that is asked for."""

    def __init__(self, facts: Facts, reading: list[dict[str, None]]) -> None:
        """Share the values of ``facts``; paths go into the last one of ``reading``, where there is one."""
        super().__init__(facts._values, facts._answered, facts._words, facts.name, facts._answered_rows)
        # The list and not whoever made it: a cycle would keep every draw in memory until the collector comes.
        self._reading = reading

    def replaced(self, values: Mapping[str, Any], answered: bool = True) -> "RecordedFacts":
        """Return facts with other arrays in some fields, which note as these do."""
        return RecordedFacts(super().replaced(values, answered), self._reading)

    def __getitem__(self, path: str) -> Array:
        """Note the field, and return its array."""
        if self._reading:
            self._reading[-1][path] = None
        return super().__getitem__(path)


class EvaluationContext:
    """One client's facts (or many variations of them) with everything derived from them, computed once."""

    def __init__(
        self,
        facts: Facts,
        book: PriceBook,
        thresholds: Mapping[str, Array],
        estimates: Estimates,
        run: MeasuredRun,
        prices: Mapping[str, Array] | None = None,
        own_scores: frozenset[str] | None = None,
        recorded: bool = False,
    ) -> None:
        """Take the facts of the client that ``estimates`` were made for, or variations of them.

        ``facts`` are of shape ``()`` or ``(n,)``, ``prices`` drawn ones of shape ``(n,)``: without them the expected costs
        count. ``run`` is looked up once, since variations read no file. ``own_scores`` are the arms whose scores are the
        run's own though draws move them; without it those that have the value which the run measured. ``recorded`` tells
        whether :meth:`fields_read` will be asked; recording takes a fifth of the time.
        """
        self._reading: list[dict[str, None]] = []
        self._known: dict[str, tuple[Any, dict[str, None]]] = {}
        self.facts: Facts = RecordedFacts(facts, self._reading) if recorded else facts
        self.prices = dict(prices or {})
        self.book = book
        self.thresholds = thresholds
        self._own_scores = own_scores
        self._estimates = estimates
        self.run = run

    @property
    def costs(self) -> Costs:
        """The costs of all arms: expected, or those of the draws."""
        if not self.prices:
            return self._expected_costs
        return self._once("costs", lambda: costs(self.facts, self.book, self.prices, keep_components=False))

    @property
    def _expected_costs(self) -> Costs:
        return self._once("expected costs", lambda: self._estimates.expected_costs(self.facts))

    @property
    def lean_setup_usd(self) -> dict[str, Array]:
        """What each arm costs to set up (USD) in the cheapest tenth of the draws."""
        return self._estimates.setup_p10_usd(self._expected_costs.setup_usd)

    @property
    def latency(self) -> Latencies:
        """The latency of all arms."""
        return self._once("latency", lambda: latency(self.facts, self.book, self.prices))

    @cached_property
    def priced(self) -> Situation:
        """The same facts and prices as the cost model reads them."""
        return Situation(self.facts, self.book, self.prices)

    def amount(self, usd: Any) -> str:
        """Write an amount of US dollars in the currency that the client reads."""
        per_usd = float(Facts.__getitem__(self.facts, "prices.per_usd"))
        return amount(float(usd), self.facts.text("prices.currency"), per_usd)

    def is_own_score(self, arm: str) -> Array:
        """Return where the score of ``arm`` is the one that the client file's run measured."""
        if self._own_scores is not None:
            return np.asarray(arm in self._own_scores)
        return self.run.is_own(arm, self.facts[f"evidence.{arm}_score"])

    def read(self, name: str) -> Array:
        """Return a feature by name, computed the first time. Shape ``()`` or ``(n,)``."""
        return self._once(f"feature {name}", lambda: np.asarray(FEATURES[name](self)))

    def fields_of(self, name: str) -> tuple[str, ...]:
        """Return the client file's fields that a feature looked at, in the file's order."""
        return self.fields_read(lambda: self.read(name))

    def fields_read(self, compute: Callable[[], Any]) -> tuple[str, ...]:
        """Return the client file's fields that a computation on this context looks at, in the file's order."""
        self._reading.append({})
        try:
            compute()
        finally:
            fields = self._reading.pop()
        return tuple(path for path in field_specs() if path in fields)

    def holds(self, name: str) -> Array:
        """Return a yes/no feature as booleans; not known counts as no."""
        return self.read(name) == 1.0

    def applies(self, name: str) -> Array:
        """Return a yes/no feature as :meth:`holds` does, where it tells whether a figure applies and not how large it is.

        The fields behind it do not count as those of the figure: an answer to whether anything changes is no
        answer to how often.
        """
        self._reading.append({})
        try:
            return self.holds(name)
        finally:
            self._reading.pop()

    def _once(self, key: str, compute: Callable[[], Any]) -> Any:
        """Compute a thing the first time; whoever asks for it has read the fields behind it."""
        if key not in self._known:
            self._reading.append({})
            try:
                value = compute()
            finally:
                fields = self._reading.pop()
            self._known[key] = (value, fields)
        value, fields = self._known[key]
        if self._reading:
            self._reading[-1].update(fields)
        return value


@dataclass(frozen=True)
class Gaps:
    """What the model alone lacks. Every entry is a boolean array of shape ``()`` or ``(n,)``.

    ``economic`` is a saving by a shorter prompt or a smaller model that pays for its training; ``latency`` tells
    where the untuned arm passes but for the latency limit, which the tuned one meets.
    """

    knowledge: Array
    behaviour: Array
    behaviour_disputed: Array
    behaviour_proven: Array
    economic: Array
    latency: Array

    @property
    def tuning(self) -> Array:
        """Tell where anything speaks for a tuned model."""
        return self.behaviour | self.economic | self.latency


def any_of(rows: Iterable[Array]) -> Array:
    """Return where any of some boolean arrays holds; none of none."""
    return reduce(operator.or_, rows, np.asarray(False))


def assumed_fields(facts: Facts, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields behind a figure where none of them is answered: then the figure is an assumption."""
    return () if any(map(facts.answered, fields)) else fields


def known(condition: Array, value: Array) -> Array:
    """Return ``value`` where ``condition`` holds and not-known elsewhere."""
    return np.where(condition, value, np.nan)


def graded_questions(s: EvaluationContext) -> Array:
    """Return the graded questions behind the scores: the stored run's, else what the client says; 0 where unsaid."""
    stated = s.facts["evidence.eval_examples"]
    return np.where(stated > 0, stated, float(s.run.questions))


def measured_score(s: EvaluationContext, arm: str) -> Array:
    """Return the share right of an arm where enough questions were graded to say so, ``nan`` elsewhere.

    A score on fewer questions than an evaluation set, or on a number that nobody states, is an anecdote: it is
    shown, and decides nothing.
    """
    score = s.facts[f"evidence.{arm}_score"]
    if np.isnan(score).all():
        return score
    return known(graded_questions(s) >= s.thresholds["evaluation_examples"], score)


def _reaches_target(s: EvaluationContext, arm: str) -> Array:
    """Compare a measured score with the target as 1/0, keeping not-known; an unmeasured score reads no target."""
    score = measured_score(s, arm)
    if np.isnan(score).all():
        return score
    return known(~np.isnan(score), score >= s.facts["evidence.target_score"])


# --- knowledge ---------------------------------------------------------------------------------


def _private(s: EvaluationContext) -> Array:
    private, said = s.facts.is_word("knowledge.needed", "private"), s.facts.answered_at("knowledge.needed")
    if said.all():
        return private
    # Documents without an answer to "what must answers draw on" are taken for the client's own.
    return private | (~said & (s.facts["knowledge.documents"] > 0))


def _drawn_on(s: EvaluationContext) -> Array:
    return s.holds("private_knowledge") | s.facts.is_word("knowledge.needed", "public")


def _knowledge_gap(s: EvaluationContext) -> Array:
    facts = s.facts
    changing = facts["knowledge.days_between_changes"] <= s.thresholds["public_change_days"]
    newer_than_model = facts.is_word("knowledge.needed", "public") & changing
    likely = s.holds("private_knowledge") | newer_than_model
    # Measured without any documents, prompting reached the target: then no facts are missing.
    return (likely & ~s.holds("prompt_meets_target")) | facts.truth("knowledge.citations_required")


def _change_days(s: EvaluationContext) -> Array:
    return known(s.applies("knowledge_drawn_on"), s.facts["knowledge.days_between_changes"])


def _stable_days(s: EvaluationContext) -> Array:
    behaviour = s.facts["behaviour.days_between_changes"]
    knowledge = s.facts["knowledge.days_between_changes"]
    return np.where(s.applies("knowledge_drawn_on"), np.minimum(behaviour, knowledge), behaviour)


def _knowledge_base_tokens(s: EvaluationContext) -> Array:
    return known(s.facts["knowledge.documents"] > 0, derived.document_tokens(s.priced))


def _share_of_window(s: EvaluationContext) -> Array:
    room = derived.room_for_knowledge(s.priced)
    return known(s.applies("knowledge_gap"), s.read("knowledge_base_tokens") / np.maximum(room, 1.0))


# --- behaviour ---------------------------------------------------------------------------------


def _style_or_reasoning(s: EvaluationContext) -> Array:
    return np.maximum(s.facts["behaviour.style_sensitivity"], s.facts["behaviour.specialised_reasoning"])


def _dissatisfied(s: EvaluationContext) -> Array:
    tried = s.facts["evidence.prompt_engineering_weeks"] >= s.thresholds["prompting_weeks"]
    return ((s.facts["evidence.users_satisfied"] == 0.0) & tried).astype(float)


def _behaviour_need(s: EvaluationContext) -> Array:
    facts, limits = s.facts, s.thresholds
    # Where provider or server can force the answer into a schema, the schema by itself asks for no training.
    forced = facts.truth("constraints.structured_outputs")
    need = (
        s.read("style_or_reasoning")
        + limits["schema_weight"] * (facts.truth("behaviour.strict_schema") & ~forced)
        + limits["narrow_schema_weight"] * (s.holds("schema_on_narrow_task") & ~forced)
        + limits["dissatisfied_weight"] * s.applies("dissatisfied_after_prompting")
    )
    # Rounded, because 0.2 + 0.3 + 0.2 must reach a threshold of 0.7.
    return np.minimum(np.round(need, 9), 1.0)


def _prompt_meets_target(s: EvaluationContext) -> Array:
    reached = _reaches_target(s, "prompt")
    return np.where(s.facts["evidence.users_satisfied"] == 0.0, known(~np.isnan(reached), 0.0), reached)


def _prompting_suffices(s: EvaluationContext) -> Array:
    facts, limits = s.facts, s.thresholds
    happy = facts["evidence.users_satisfied"] == 1.0
    tried = facts["evidence.prompt_engineering_weeks"] >= limits["prompting_weeks"]
    missed = s.read("prompt_falls_short") == 1.0
    retrieval_does = (_reaches_target(s, "rag") == 1.0) & (facts["evidence.users_satisfied"] != 0.0)
    return s.holds("prompt_meets_target") | (happy & tried & ~missed) | retrieval_does


def _after_evidence(s: EvaluationContext) -> Array:
    return np.where(s.applies("prompting_suffices"), 0.0, s.read("behaviour_need"))


# --- evidence and money ------------------------------------------------------------------------


def _usable_examples(s: EvaluationContext) -> Array:
    examples = s.facts["training_data.labelled_examples"]
    if np.isnan(examples).all():
        return examples
    # Good enough data counts every example once; poorer data counts for less.
    quality = np.minimum(s.facts["training_data.quality"] / s.thresholds["full_quality"], 1.0)
    return examples * quality


def _tuning_saves(s: EvaluationContext) -> Array:
    if not s.facts.truth("behaviour.narrow_task").any():
        return np.asarray(np.nan)
    total = s.costs.horizon_usd
    saves = np.where(s.holds("knowledge_gap"), total["rag"] - total["hybrid"], total["prompt"] - total["fine_tune"])
    return known(s.facts.truth("behaviour.narrow_task"), saves)


def _field(path: str) -> Callable[[EvaluationContext], Array]:
    return lambda s: s.facts[path]


def _yes(path: str) -> Callable[[EvaluationContext], Array]:
    return lambda s: s.facts.truth(path).astype(float)


FEATURES: dict[str, Callable[[EvaluationContext], Array]] = {
    "private_knowledge": _private,
    "knowledge_drawn_on": _drawn_on,
    "knowledge_gap": lambda s: _knowledge_gap(s).astype(float),
    "knowledge_change_days": _change_days,
    "context_tokens_needed": lambda s: known(s.applies("knowledge_gap"), s.facts["traffic.context_tokens"]),
    "stable_days": _stable_days,
    "knowledge_base_tokens": _knowledge_base_tokens,
    "share_of_window": _share_of_window,
    "citations_required": _yes("knowledge.citations_required"),
    "style_or_reasoning": _style_or_reasoning,
    "dissatisfied_after_prompting": _dissatisfied,
    "behaviour_need": _behaviour_need,
    "behaviour_need_after_evidence": _after_evidence,
    "schema_on_narrow_task": lambda s: (
        s.facts.truth("behaviour.strict_schema") & s.facts.truth("behaviour.narrow_task")
    ).astype(float),
    "narrow_task": _yes("behaviour.narrow_task"),
    "prompt_engineering_weeks": _field("evidence.prompt_engineering_weeks"),
    "eval_examples": _field("evidence.eval_examples"),
    "prompt_meets_target": _prompt_meets_target,
    "prompt_falls_short": lambda s: 1.0 - _reaches_target(s, "prompt"),
    "prompting_suffices": lambda s: _prompting_suffices(s).astype(float),
    "retrieval_precision": _field("evidence.retrieval_precision"),
    "usable_examples": _usable_examples,
    "setup_budget_usd": _field("money.setup_usd"),
    "per_query_ceiling_usd": _field("money.per_query_usd"),
    "weeks_to_launch": _field("delivery.weeks"),
    "latency_limit_ms": _field("latency.p95_ms"),
    "queries_per_month": _field("traffic.queries_per_month"),
    "wrong_answer_is_high": lambda s: s.facts.is_word("risk.wrong_answer", "high").astype(float),
    "team_can_run_two_systems": _yes("constraints.team_can_run_two_systems"),
    "tuning_saves_usd": _tuning_saves,
    "unit_economics_known": lambda s: np.asarray(1.0),
}
"""Every feature by the name under which rules read it."""
