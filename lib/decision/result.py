"""The decision as an object that shows itself."""

from dataclasses import asdict, dataclass, field
from typing import Any

from lib.costs.estimates import Estimate
from lib.decision.comparisons import Comparison
from lib.decision.flips import Flip


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
    """One reason that rules an arm out, with its numbers."""

    id: str
    observed: float | str | None
    limit: float | None
    unit: str
    text: str
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class ArmResult:
    """One arm: whether it passes, what speaks for it, what it costs and how fast it answers.

    Money is in USD, expected, and the total over all components, work included: ``usd_per_query`` is the month over
    its queries. ``monthly_bill_usd`` is what vendors are paid of it, ``marginal_usd_per_query`` what one more
    query costs. ``ranges`` has P10, P90 and the as-planned value of each of these; ``chance_within`` the share of
    the draws that stay within each stated budget, by the budget's field.
    """

    feasible: bool
    blockers: tuple[BlockerTrace, ...]
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


@dataclass(frozen=True)
class Step:
    """One step of the way to the recommendation, in the order in which it is taken."""

    title: str
    text: str


@dataclass(frozen=True)
class EvidenceTrace:
    """What the measured scores rest on: ``status`` and ``why`` as in :class:`lib.decision.measured.MeasuredRun`.

    ``questions`` is the run's number of questions, or the client's own count; ``comparisons`` has one entry
    for every two measured arms; ``decides`` tells whether all this decided the recommendation.
    """

    run: str | None
    status: str
    why: str
    questions: int
    decides: bool
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Decision:
    """The workbook's recommendation for one client, with everything that led to it."""

    client: str
    recommendation: str
    runner_up: str | None
    confidence: float
    agreement: float | None
    proven: bool
    first_step: str
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    arms: dict[str, ArmResult]
    frameworks: tuple[Verdict, ...]
    flips: tuple[Flip, ...]
    advice: tuple[str, ...]
    assumed: tuple[str, ...]
    evidence: EvidenceTrace
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Give the shape that ``decide --json`` prints; every value is plain JSON."""
        arms = {}
        for arm, result in self.arms.items():
            row = asdict(result)
            row["blockers"] = [blocker["text"] for blocker in row["blockers"]]
            for name, figure in row.pop("ranges").items():
                ends = {end: round(figure[end], 8) for end in ("p10", "p90", "as_planned")}
                row |= {f"{name}_{end}": value for end, value in ends.items()}
            arms[arm] = row
        return {
            "client": self.client,
            "recommendation": self.recommendation,
            "runner_up": self.runner_up,
            "confidence": self.confidence,
            "first_step": self.first_step,
            "reasons": list(self.reasons),
            "proven": self.proven,
            "arms": arms,
            "frameworks": [
                asdict(verdict) | {"trace": [asdict(rule) for rule in verdict.trace]} for verdict in self.frameworks
            ],
            "agreement": self.agreement,
            "flips": [flip.to_dict() for flip in self.flips],
            "evidence": asdict(self.evidence) | {"comparisons": [asdict(row) for row in self.evidence.comparisons]},
            "steps": [asdict(step) for step in self.steps],
            "advice": list(self.advice),
            "assumed": list(self.assumed),
            "notes": list(self.notes),
        }
