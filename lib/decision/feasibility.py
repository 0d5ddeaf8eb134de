"""What the client's facts rule out: one row a blocker, each with the number behind it.

A blocker compares something observed with a limit, for one arm. All comparisons are on arrays of shape
``()`` or ``(n,)``; a limit or an observation that is not known blocks nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.arms import ARM, ARMS, KNOWING_ARMS, RETRIEVAL_ARMS, TUNED_ARMS
from lib.client.facts import Array
from lib.costs import derived
from lib.decision.features import EvaluationContext, any_of, assumed_fields, known
from lib.prices.window import points_against_retrieval
from lib.wording import every, number, share

Quantity = Callable[[EvaluationContext, str], Array]


Words = Callable[[EvaluationContext, str, float, float], str]
"""Says a blocker in words from the context, the arm, what was observed and the limit."""


@dataclass(frozen=True)
class Blocker:
    """One reason that can rule an arm out: blocked where ``observed`` passes ``limit`` in ``direction``.

    ``soft`` marks a limit that is said to be missed and preferred to be met, but does not rule the arm out by itself.
    """

    id: str
    arms: tuple[str, ...]
    observed: Quantity
    direction: str
    limit: Quantity
    unit: str
    words: Words
    soft: bool = False

    def blocks(self, context: EvaluationContext, arm: str) -> Array:
        """Return where the arm is ruled out."""
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
    """Hours until a change must show, where knowledge is needed and does change."""
    changing = s.holds("knowledge_gap") & np.isfinite(s.facts["knowledge.days_between_changes"])
    return known(changing, s.facts["knowledge.hours_until_visible"])


def felt_latency(s: EvaluationContext, arm: str) -> Array:
    """What a user waits for: the first token where answers stream, the whole answer elsewhere."""
    return np.where(s.facts.truth("latency.streaming"), s.latency.first_token_ms[arm], s.latency.p95_ms[arm])


def _tried_in_vain(s: EvaluationContext, arm: str) -> Array:
    """1 where the client tried the arm against what runs today and it was no better, or worse."""
    outcome = (s.facts.text("evidence.tried") or {}).get(arm)
    return np.asarray(float(outcome in ("worse", "no_better")))


def _access_by_person(s: EvaluationContext, arm: str) -> Array:
    """1 where people may see different things: retrieval filters by person, weights and whole-base prompts cannot."""
    return (s.facts.truth("knowledge.access_differs") & s.holds("knowledge_drawn_on")).astype(float)


def _on_device(s: EvaluationContext, arm: str) -> Array:
    return s.facts.is_word("constraints.runs_where", "device").astype(float)


def _prompt_and_answer(s: EvaluationContext, arm: str) -> Array:
    """Tokens of one prompt and its answer; of long context only what is not knowledge, which has its own row."""
    of = "prompt" if arm == "long_context" else arm
    return s.costs.prompt_tokens[of] + s.facts["traffic.answer_tokens"]


def _window_share(s: EvaluationContext, arm: str) -> Array:
    # A knowledge base of unknown size cannot be planned into a prompt.
    share = s.read("share_of_window")
    return np.where(s.holds("knowledge_gap") & np.isnan(share), np.inf, share)


def _read_against_retrieval(s: EvaluationContext, arm: str) -> Array:
    """Points (of 100) by which long context was measured to do better than retrieval with this many tokens."""
    tokens = s.read("knowledge_base_tokens")
    compares = s.facts["knowledge.multi_hop_share"] > s.thresholds["majority"]
    points = np.where(compares, points_against_retrieval(tokens, "comparison"), points_against_retrieval(tokens))
    return known(s.holds("knowledge_gap") & ~np.isnan(tokens), points)


def _read_words(s: EvaluationContext, arm: str, observed: float, limit: float) -> str:
    return (
        "even a window that held all documents would not read them all: measured at this length, answers fall "
        f"{abs(observed):.1f} points behind retrieval"
    )


def _says(sentence: str) -> Words:
    return lambda s, arm, observed, limit: sentence


def _window_words(s: EvaluationContext, arm: str, observed: float, limit: float) -> str:
    if math.isinf(observed):
        return "how many documents there are is not known, so they cannot be planned into a prompt"
    tokens, room = float(s.read("knowledge_base_tokens")), float(derived.room_for_knowledge(s.priced))
    return (
        f"the documents are about {number(round(tokens))} tokens; the model's window leaves room for "
        f"{number(max(0, round(room)))}, of which {share(limit)} may be filled"
    )


def _setup_words(s: EvaluationContext, arm: str, observed: float, limit: float) -> str:
    build = "building it" if arm in TUNED_ARMS else "even a lean build"
    return f"{build} costs {s.amount(observed)}, above the set-up budget of {s.amount(limit)}"


def _change_words(s: EvaluationContext, arm: str, observed: float, limit: float) -> str:
    return f"what it would have to hold changes {every(observed)}; retraining a model takes about {number(limit)} days"


def _latency_words(s: EvaluationContext, arm: str, observed: float, limit: float) -> str:
    begins = "begin to show" if s.facts.truth("latency.streaming") else "are complete"
    return f"95 of 100 answers {begins} after up to {seconds(observed)}; the limit is {seconds(limit)}"


def seconds(ms: float) -> str:
    """Write a time: ``1.8 s``, ``350 ms``."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{round(ms)} ms"


_NOT_KNOWING = tuple(arm for arm in ARMS if arm not in KNOWING_ARMS)

BLOCKERS: tuple[Blocker, ...] = (
    Blocker(
        "weights", TUNED_ARMS, _fact("constraints.weights_can_be_trained"), "below", _number(1), "yes or no",
        _says("the model's weights cannot be trained"),
    ),
    Blocker(
        "skills", TUNED_ARMS, _fact("constraints.team_has_ml_skills"), "below", _number(1), "yes or no",
        _says("nobody on the team can train and evaluate models"),
    ),
    Blocker(
        "two-systems", ("hybrid",), _fact("constraints.team_can_run_two_systems"), "below", _number(1), "yes or no",
        _says("the team cannot run retrieval and a tuned model together"),
    ),
    Blocker(
        "labelled-examples", TUNED_ARMS, lambda s, arm: s.read("usable_examples"), "below",
        _limit("labelled_examples"), "examples",
        lambda s, arm, observed, limit: (
            f"training wants about {number(limit)} good examples, and there are {number(round(observed))}"
        ),
    ),
    Blocker(
        "citations", _NOT_KNOWING, lambda s, arm: s.read("citations_required"), "above", _number(0), "yes or no",
        _says("it cannot cite a source, and citations are required"),
    ),
    Blocker(
        "changes-faster-than-retraining", TUNED_ARMS, _knowledge_days, "below", _limit("retrain_days"), "days",
        _change_words,
    ),
    Blocker(
        "visible-sooner-than-retraining", ("fine_tune",), _visible_hours, "below",
        _limit("training_cycle_hours"), "hours",
        lambda s, arm, observed, limit: (
            f"a change must show within {number(observed)} hours, and a training cycle takes about {number(limit)} hours"
        ),
    ),
    Blocker(
        "context-window", ("long_context",), _window_share, "above", _limit("share_of_window"), "context windows",
        _window_words,
    ),
    Blocker(
        "window-reading", ("long_context",), _read_against_retrieval, "below", _limit("window_points"), "points",
        _read_words,
    ),
    Blocker(
        "prompt-window", ARMS, _prompt_and_answer, "above", lambda s, arm: derived.context_window(s.priced), "tokens",
        lambda s, arm, observed, limit: (
            f"one prompt with its answer is about {number(round(observed))} tokens; the model reads {number(limit)} at once"
        ),
    ),
    Blocker(
        "access-by-person", ("long_context", "fine_tune"), _access_by_person, "above", _number(0), "yes or no",
        _says("not everybody may see everything, and only a search can leave out what a person may not see"),
    ),
    Blocker(
        "one-system-on-the-device", RETRIEVAL_ARMS, _on_device, "above", _number(0), "yes or no",
        _says("it runs offline on the device, where no second system can search"),
    ),
    Blocker(
        "tried-in-vain", ARMS, _tried_in_vain, "above", _number(0), "yes or no",
        _says("it was tried and was no better than what runs today"),
    ),
    Blocker(
        "setup-budget", ARMS, _setup_cost, "above", _fact("money.setup_usd"), "USD", _setup_words,
    ),
    Blocker(
        "monthly-budget", ARMS, _cost("monthly_bill_usd"), "above", _fact("money.monthly_usd"), "USD a month",
        lambda s, arm, observed, limit: (
            f"its bills of {s.amount(observed)} a month are above the budget of {s.amount(limit)}"
        ),
    ),
    Blocker(
        "per-query-ceiling", ARMS, _cost("usd_per_query"), "above", _fact("money.per_query_usd"), "USD a query",
        lambda s, arm, observed, limit: (
            f"search and tokens of one query cost {s.amount(observed)}, above the ceiling of {s.amount(limit)}"
        ),
    ),
    Blocker(
        "launch-date", ARMS, lambda s, arm: s.thresholds[ARM[arm].weeks], "above", _fact("delivery.weeks"), "weeks",
        lambda s, arm, observed, limit: (
            f"a first version takes about {number(observed)} weeks, and there are {number(limit)}"
        ),
    ),
    Blocker(
        "latency", ARMS, felt_latency, "above", _fact("latency.p95_ms"), "ms", _latency_words, soft=True,
    ),
)  # fmt: skip

LATENCY = "latency"


@dataclass(frozen=True)
class Feasibility:
    """What each arm may do. All entries are boolean arrays of shape ``()`` or ``(n,)``, by arm.

    ``blocked[arm][blocker]`` has every row that applies. ``feasible`` tells where nothing rules the arm out,
    ``in_time`` where it also meets the latency limit; both are the arm's own and never depend on another arm.
    ``eligible`` is what the recommendation chooses from: the arms in time, or, where no arm that brings what is
    needed is in time (``late``), all feasible ones: a smaller model, caching or streaming must then bring the time.
    """

    blocked: dict[str, dict[str, Array]]
    feasible: dict[str, Array]
    in_time: dict[str, Array]
    eligible: dict[str, Array]
    late: Array


def feasibility(context: EvaluationContext) -> Feasibility:
    """Check every blocker of every arm."""
    blocked = {arm: {b.id: b.blocks(context, arm) for b in BLOCKERS if arm in b.arms} for arm in ARMS}
    feasible = {arm: ~any_of(row for name, row in blocked[arm].items() if name != LATENCY) for arm in ARMS}
    in_time = {arm: feasible[arm] & ~blocked[arm][LATENCY] for arm in ARMS}
    helps = {arm: brings_facts(context, arm) | ~context.holds("knowledge_gap") for arm in ARMS}
    late = ~any_of(in_time[arm] & helps[arm] for arm in ARMS) & any_of(feasible[arm] & helps[arm] for arm in ARMS)
    eligible = {arm: in_time[arm] | (feasible[arm] & late) for arm in ARMS}
    return Feasibility(blocked, feasible, in_time, eligible, late)


def brings_facts(context: EvaluationContext, arm: str) -> Array:
    """Return where an arm brings the facts that answers draw on.

    Weights do only where nothing can search beside the model, and the facts stay as they are: then they can be
    trained in (many wordings and about a hundred exposures each), which retrieval spares everybody else.
    """
    if ARM[arm].knows:
        return np.asarray(True)
    if not ARM[arm].trained:
        return np.asarray(False)
    lasting = context.facts["knowledge.days_between_changes"] >= context.thresholds["lasting_days"]
    return context.facts.is_word("constraints.runs_where", "device") & lasting
