"""What rules read: quantities derived from the client's facts, each with the fields it comes from.

A reading is an array of shape ``()`` or ``(n,)``. ``nan`` means that it is not known or does not apply,
and a rule that reads it abstains.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lib.client.facts import Array, Facts
from lib.costs import Costs, Latencies, costs, latency
from lib.decision.measured import measured_run
from lib.prices import PriceBook


@dataclass(frozen=True)
class Reading:
    """How a reading is computed and which client fields it looks at."""

    compute: Callable[["Situation"], Array]
    fields: tuple[str, ...]


class Situation:
    """One client's facts (or many variations of them) with everything derived from them, computed once."""

    def __init__(
        self,
        facts: Facts,
        book: PriceBook,
        thresholds: Mapping[str, Array],
        prices: Mapping[str, Array] | None = None,
        own_scores: frozenset[str] | None = None,
    ) -> None:
        """Take facts, resolved prices, the thresholds' present values and, for draws, prices of shape (n,).

        ``own_scores`` names the arms whose scores are the named run's own though draws move them; without it
        a score is the run's own where it has the value that the run measured.
        """
        self.facts = facts
        self.prices = dict(prices or {})
        self.book = book
        self.thresholds = thresholds
        self._read: dict[str, Array] = {}
        self._costs: Costs | None = None
        self._latency: Latencies | None = None
        self._lean: dict[str, Array] | None = None
        self._own_scores = own_scores
        self.run = measured_run(facts.text("evidence.run"))

    @property
    def costs(self) -> Costs:
        """Give the costs of all arms."""
        if self._costs is None:
            self._costs = costs(self.facts, self.book, self.prices, keep_components=False)
        return self._costs

    @property
    def lean_setup_usd(self) -> dict[str, Array]:
        """Give what each arm costs to set up where every effort is at the low end of its range."""
        if self._lean is None:
            low = {key: price.cheap_end for key, price in self.book.uncertain().items()}
            self._lean = costs(self.facts, self.book, low, keep_components=False).setup_usd
        return self._lean

    @property
    def latency(self) -> Latencies:
        """Give the latency of all arms."""
        if self._latency is None:
            self._latency = latency(self.facts, self.book, self.prices)
        return self._latency

    def is_own_score(self, arm: str) -> Array:
        """Tell where the score of ``arm`` is the one that the client file's run measured."""
        if self._own_scores is not None:
            return np.asarray(arm in self._own_scores)
        return self.run.is_own(arm, self.facts[f"evidence.{arm}_score"])

    def read(self, name: str) -> Array:
        """Give a reading by name, computing it the first time."""
        if name not in self._read:
            self._read[name] = np.asarray(READINGS[name].compute(self))
        return self._read[name]

    def holds(self, name: str) -> Array:
        """Give a yes/no reading as booleans; not known counts as no."""
        return self.read(name) == 1.0


def known(condition: Array, value: Array) -> Array:
    """Give ``value`` where ``condition`` holds and not-known elsewhere."""
    return np.where(condition, value, np.nan)


def _at_least(value: Array, limit: Array) -> Array:
    """Compare as 1/0, keeping not-known."""
    return known(~np.isnan(value), value >= limit)


# --- knowledge ---------------------------------------------------------------------------------


def _private(s: Situation) -> Array:
    # Documents without an answer to "what must answers draw on" are taken for the client's own.
    unsaid = not s.facts.answered("knowledge.needed")
    return s.facts.is_word("knowledge.needed", "private") | (unsaid & (s.facts["knowledge.documents"] > 0))


def _drawn_on(s: Situation) -> Array:
    return s.holds("private_knowledge") | s.facts.is_word("knowledge.needed", "public")


def _knowledge_gap(s: Situation) -> Array:
    facts = s.facts
    changing = facts["knowledge.days_between_changes"] <= s.thresholds["public_change_days"]
    newer_than_model = facts.is_word("knowledge.needed", "public") & changing
    likely = s.holds("private_knowledge") | newer_than_model
    # Measured without any documents, prompting reached the target: then no facts are missing.
    return (likely & ~s.holds("prompt_meets_target")) | facts.truth("knowledge.citations_required")


def _change_days(s: Situation) -> Array:
    return known(s.holds("knowledge_drawn_on"), s.facts["knowledge.days_between_changes"])


def _stable_days(s: Situation) -> Array:
    behaviour = s.facts["behaviour.days_between_changes"]
    knowledge = s.facts["knowledge.days_between_changes"]
    return np.where(s.holds("knowledge_drawn_on"), np.minimum(behaviour, knowledge), behaviour)


def _knowledge_base_tokens(s: Situation) -> Array:
    documents = s.facts["knowledge.documents"]
    return known(documents > 0, documents * s.facts["knowledge.tokens_per_document"])


def _context_window(s: Situation) -> Array:
    own = s.facts["stack.context_window_tokens"]
    return np.where(np.isnan(own), s.book["base_model.context_window"].likely, own)


def _share_of_window(s: Situation) -> Array:
    facts = s.facts
    room = s.read("context_window") - (
        facts["traffic.instruction_tokens"] + facts["traffic.question_tokens"] + facts["traffic.answer_tokens"]
    )
    return known(s.holds("knowledge_gap"), s.read("knowledge_base_tokens") / np.maximum(room, 1.0))


# --- behaviour ---------------------------------------------------------------------------------


def _style_or_reasoning(s: Situation) -> Array:
    return np.maximum(s.facts["behaviour.style_sensitivity"], s.facts["behaviour.specialised_reasoning"])


def _behaviour_need(s: Situation) -> Array:
    facts, limits = s.facts, s.thresholds
    tried = facts["evidence.prompt_engineering_weeks"] >= limits["prompting_weeks"]
    dissatisfied = (facts["evidence.users_satisfied"] == 0.0) & tried
    need = (
        s.read("style_or_reasoning")
        + limits["schema_weight"] * facts.truth("behaviour.strict_schema")
        + limits["narrow_schema_weight"] * s.holds("schema_on_narrow_task")
        + limits["dissatisfied_weight"] * dissatisfied
    )
    # Rounded, because 0.2 + 0.3 + 0.2 must reach a threshold of 0.7.
    return np.minimum(np.round(need, 9), 1.0)


def _prompt_meets_target(s: Situation) -> Array:
    facts = s.facts
    reached = _at_least(facts["evidence.prompt_score"], facts["evidence.target_score"])
    return np.where(facts["evidence.users_satisfied"] == 0.0, known(~np.isnan(reached), 0.0), reached)


def _prompting_suffices(s: Situation) -> Array:
    facts, limits = s.facts, s.thresholds
    happy = facts["evidence.users_satisfied"] == 1.0
    tried = facts["evidence.prompt_engineering_weeks"] >= limits["prompting_weeks"]
    missed = s.read("prompt_falls_short") == 1.0
    retrieval_does = (facts["evidence.rag_score"] >= facts["evidence.target_score"]) & (
        facts["evidence.users_satisfied"] != 0.0
    )
    return s.holds("prompt_meets_target") | (happy & tried & ~missed) | retrieval_does


def _after_evidence(s: Situation) -> Array:
    return np.where(s.holds("prompting_suffices"), 0.0, s.read("behaviour_need"))


# --- evidence and money ------------------------------------------------------------------------


def _usable_examples(s: Situation) -> Array:
    # The default quality counts every example once; poorer data counts for less.
    quality = np.minimum(s.facts["training_data.quality"] / 0.8, 1.0)
    return s.facts["training_data.labelled_examples"] * quality


def _tuning_saves(s: Situation) -> Array:
    total = s.costs.horizon_usd
    saves = np.where(s.holds("knowledge_gap"), total["rag"] - total["hybrid"], total["prompt"] - total["fine_tune"])
    return known(s.facts.truth("behaviour.narrow_task"), saves)


def _field(path: str) -> Reading:
    return Reading(lambda s: s.facts[path], (path,))


def _yes(path: str) -> Reading:
    return Reading(lambda s: s.facts.truth(path).astype(float), (path,))


_KNOWLEDGE = ("knowledge.needed", "knowledge.documents")
_BEHAVIOUR = ("behaviour.style_sensitivity", "behaviour.specialised_reasoning")

READINGS: dict[str, Reading] = {
    "private_knowledge": Reading(_private, _KNOWLEDGE),
    "knowledge_drawn_on": Reading(_drawn_on, _KNOWLEDGE),
    "knowledge_gap": Reading(
        lambda s: _knowledge_gap(s).astype(float),
        ("knowledge.needed", "knowledge.citations_required", "knowledge.days_between_changes"),
    ),
    "knowledge_change_days": Reading(_change_days, ("knowledge.days_between_changes",)),
    "context_tokens_needed": Reading(
        lambda s: known(s.holds("knowledge_gap"), s.facts["traffic.context_tokens"]), ("traffic.context_tokens",)
    ),
    "stable_days": Reading(_stable_days, ("knowledge.days_between_changes", "behaviour.days_between_changes")),
    "knowledge_base_tokens": Reading(_knowledge_base_tokens, ("knowledge.documents", "knowledge.tokens_per_document")),
    "context_window": Reading(_context_window, ("stack.context_window_tokens",)),
    "share_of_window": Reading(_share_of_window, ("knowledge.documents", "knowledge.tokens_per_document")),
    "citations_required": _yes("knowledge.citations_required"),
    "style_or_reasoning": Reading(_style_or_reasoning, _BEHAVIOUR),
    "behaviour_need": Reading(_behaviour_need, (*_BEHAVIOUR, "behaviour.strict_schema", "behaviour.narrow_task")),
    "behaviour_need_after_evidence": Reading(
        _after_evidence, (*_BEHAVIOUR, "behaviour.strict_schema", "behaviour.narrow_task")
    ),
    "schema_on_narrow_task": Reading(
        lambda s: (s.facts.truth("behaviour.strict_schema") & s.facts.truth("behaviour.narrow_task")).astype(float),
        ("behaviour.strict_schema", "behaviour.narrow_task"),
    ),
    "narrow_task": _yes("behaviour.narrow_task"),
    "prompt_engineering_weeks": _field("evidence.prompt_engineering_weeks"),
    "eval_examples": _field("evidence.eval_examples"),
    "prompt_meets_target": Reading(
        _prompt_meets_target, ("evidence.prompt_score", "evidence.target_score", "evidence.users_satisfied")
    ),
    "prompt_falls_short": Reading(
        lambda s: 1.0 - _at_least(s.facts["evidence.prompt_score"], s.facts["evidence.target_score"]),
        ("evidence.prompt_score", "evidence.target_score"),
    ),
    "prompting_suffices": Reading(
        lambda s: _prompting_suffices(s).astype(float),
        ("evidence.prompt_score", "evidence.users_satisfied", "evidence.prompt_engineering_weeks"),
    ),
    "retrieval_precision": _field("evidence.retrieval_precision"),
    "usable_examples": Reading(_usable_examples, ("training_data.labelled_examples",)),
    "setup_budget_usd": _field("money.setup_usd"),
    "per_query_ceiling_usd": _field("money.per_query_usd"),
    "weeks_to_launch": _field("delivery.weeks"),
    "latency_limit_ms": _field("latency.p95_ms"),
    "queries_per_month": _field("traffic.queries_per_month"),
    "wrong_answer_is_high": Reading(
        lambda s: s.facts.is_word("risk.wrong_answer", "high").astype(float), ("risk.wrong_answer",)
    ),
    "team_can_run_two_systems": _yes("constraints.team_can_run_two_systems"),
    "tuning_saves_usd": Reading(
        _tuning_saves, ("traffic.queries_per_month", "traffic.instruction_tokens", "behaviour.narrow_task")
    ),
    "unit_economics_known": Reading(lambda s: np.asarray(1.0), ()),
}
