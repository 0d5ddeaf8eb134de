"""The decision as plain values; :mod:`lib.views.decision` shows it."""

from dataclasses import asdict, dataclass
from typing import Any

from lib.arms import TUNED_ARMS
from lib.costs.estimates import Estimate
from lib.decision.comparisons import Comparison
from lib.decision.counterfactuals import Counterfactual
from lib.decision.track_record import TrackRecord

RECORD_KEYS = ("right", "of", "low", "high", "wrong", "no_answer")


@dataclass(frozen=True)
class RuleTrace:
    """How one rule came out. ``holds`` is ``None`` where it abstains; ``assumed`` lists fields without an answer."""

    rule: str
    question: str
    observed: float | str | None
    test: str
    threshold: float
    threshold_low: float
    threshold_high: float
    unit: str
    source: str
    holds: bool | None
    points_to: str | None
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What one framework says of the client, and why. ``says`` is ``None`` where it abstains."""

    id: str
    title: str
    summary: str
    source: str
    says: str | None
    trace: tuple[RuleTrace, ...]


@dataclass(frozen=True)
class BlockerTrace:
    """One reason that rules an arm out, or a limit that it misses, as a sentence with its numbers."""

    id: str
    observed: float | str | None
    limit: float | None
    unit: str
    text: str
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class ArmResult:
    """One arm: whether it passes, what speaks for it, what it costs and how fast it answers.

    ``feasible`` tells that nothing rules it out, ``closes_gaps`` that it brings what is missing (facts, behaviour):
    two different things. ``limits_missed`` are limits that do not rule it out by themselves (latency).
    Money is in USD, expected, and the total over all components, work included: ``usd_per_query`` is the month over
    its queries. ``monthly_bill_usd`` is what vendors are paid of it, ``marginal_usd_per_query`` what one more
    query costs. ``ranges`` has P10, P90 and the as-planned value of each of these; ``chance_within`` the share of
    the draws that stay within each stated budget, by the budget's field.
    """

    feasible: bool
    blockers: tuple[BlockerTrace, ...]
    limits_missed: tuple[BlockerTrace, ...]
    closes_gaps: bool
    support: float | None
    setup_usd: float
    monthly_usd: float
    monthly_bill_usd: float
    usd_per_query: float
    marginal_usd_per_query: float
    usd_per_correct_answer: float | None
    horizon_usd: float
    ranges: dict[str, Estimate]
    chance_within: dict[str, float]
    p95_latency_ms: float
    first_token_ms: float
    measured_score: float | None

    @property
    def passes(self) -> bool:
        """Whether nothing rules it out and it misses no limit."""
        return not self.obstacles

    @property
    def obstacles(self) -> tuple[BlockerTrace, ...]:
        """What rules it out, then the limits that it misses."""
        return self.blockers + self.limits_missed


@dataclass(frozen=True)
class Step:
    """One step of the way to the recommendation, in the order in which it is taken."""

    title: str
    text: str


@dataclass(frozen=True)
class OpenIssue:
    """Something to settle or to know before signing: ``kind`` is ``gap``, ``limit``, ``evidence``, ``assumption``,
    ``contradiction`` or ``stability``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Question:
    """A fact to ask the client for next: why it matters, and which other answers it could lead to."""

    field: str
    why: str
    could_change_to: tuple[str, ...]
    value: float = 0.0
    """How much of the variations it settles (0 to 1): the gain in the share that the best answer holds."""


@dataclass(frozen=True)
class EvidenceTrace:
    """What the measured scores rest on: ``status`` and ``why`` as in :class:`lib.decision.measured.MeasuredRun`.

    ``questions`` is the number of graded questions behind the scores, 0 where nobody says; ``level`` is what is known
    of the recommended arm: ``nothing``, ``anecdote`` (fewer questions than an evaluation set), ``measured`` or
    ``proven`` (reaches the target by more than chance). ``comparisons`` has one entry for every two measured arms;
    ``decides`` tells whether all this decided the recommendation.
    """

    run: str | None
    status: str
    why: str
    questions: int
    level: str
    decides: bool
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Decision:
    """The workbook's recommendation for one client, with everything that led to it.

    ``stability`` is the share of simulated variations in which the recommendation stays; ``undecided_because`` is
    ``facts`` or ``limits`` for an undecided client, whose costs and plan are those of ``starting_point``.
    ``answered`` counts the answered fields and all fields. ``proven`` tells that the recommended arm was measured and
    reaches what is asked; the need for a tuned arm that is not is likely, and said to be.
    """

    client: str
    recommendation: str
    runner_up: str | None
    stability: float
    track_record: TrackRecord | None
    undecided_because: str | None
    starting_point: str | None
    answered: tuple[int, int]
    ask_next: tuple[Question, ...]
    open_issues: tuple[OpenIssue, ...]
    first_step: str
    reasons: tuple[str, ...]
    proven: bool
    arms: dict[str, ArmResult]
    frameworks: tuple[Verdict, ...]
    agreement: float | None
    counterfactuals: tuple[Counterfactual, ...]
    evidence: EvidenceTrace
    steps: tuple[Step, ...]
    advice: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...] = ()
    currency: str = "USD"
    """The currency that the client's pages are in; money here is in US dollars, of which one is ``per_usd`` of it."""

    per_usd: float = 1.0

    @property
    def unproven(self) -> bool:
        """Whether training is recommended for a need that is likely, and no measurement shows that it helps."""
        return self.recommendation in TUNED_ARMS and not self.proven

    @property
    def planned_arm(self) -> str:
        """Name the arm whose costs and plan the pages show: the recommendation, or the starting point."""
        return self.starting_point or self.recommendation

    def to_dict(self) -> dict[str, Any]:
        """Return the shape that ``decide --json`` prints; every value is plain JSON."""
        row = asdict(self)
        record = self.track_record
        row["track_record"] = record and {name: round(getattr(record, name), 3) for name in RECORD_KEYS}
        row["answered"] = dict(zip(("fields", "of"), self.answered, strict=True))
        for arm in row["arms"].values():
            for name in ("blockers", "limits_missed"):
                arm[name] = [blocker["text"] for blocker in arm[name]]
            for name, figure in arm.pop("ranges").items():
                arm |= {f"{name}_{end}": round(figure[end], 8) for end in ("p10", "p90", "as_planned")}
        row["counterfactuals"] = [change.to_dict() for change in self.counterfactuals]
        names = {"counterfactuals": "flips"}
        return {names.get(key, key): value for key, value in row.items() if key not in ("currency", "per_usd")}
