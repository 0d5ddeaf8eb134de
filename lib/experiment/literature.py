"""A run beside the published measurements: does it order the arms as they do, and what changes with the model's size?

The papers' numbers stand in ``data/published/accuracy.csv``, what each of their arms is in ``arms.csv`` (its role; an
``ExperimentArm`` names the role it has in ``published``), single statements in ``statements.csv``. Pairs are compared
by order, not by level: models, questions and tunings differ, and most papers print no intervals. Two arms of the run
are in order only where their difference is more than chance (``lib.experiment.result``). The share compared is "fact
right" on answerable questions: the papers count right answers in whatever style.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from math import nan

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.result import ALL_KINDS, ContrastResult, ExperimentResult, Verdict
from lib.published import published_table, share_right
from lib.stats import SIGNIFICANCE, Proportion, holm

NOTE = (
    "Pairs are compared by order, not by level: models, questions and tunings differ. Most papers print no intervals, so "
    "a small published difference may itself be chance. A row whose untuned model with retrieval fails on the answer's "
    "form (RAFT on three of five sets) is left out of the orderings."
)


class Order(StrEnum):
    """How the run orders a pair of arms that a paper orders."""

    ALIKE = "alike"
    OPPOSITE = "the other way round"
    NOT_TOLD_APART = "not told apart"


class Outcome(StrEnum):
    """What the run says of a paper's statement."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CANNOT_BE_TOLD = "cannot be told"


@dataclass(frozen=True)
class PublishedRow:
    """One study, task and model (of so many billion parameters): share right (0 to 1) by arm of the experiment.

    ``grade`` is P (read in the primary text), S (a careful secondary source) or A (abstract only). ``left_out`` are
    arms of the experiment whose number is shown and counts in no ordering.
    """

    study: str
    task: str
    model: str
    parameters: float
    grade: str
    shares: dict[str, float] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Name the row within its study: model and task."""
        return f"{self.model} on {self.task}"


@dataclass(frozen=True)
class PairOrder:
    """Two arms in one published row and in the run; ``higher`` is the one that the paper has higher."""

    row: PublishedRow
    higher: str
    lower: str
    order: Order


@dataclass(frozen=True)
class StatementVerdict:
    """One row of ``statements.csv`` (by ``measure`` the arm ``higher`` lies above ``lower``) tested on the run, and why."""

    statement: dict[str, str]
    verdict: Outcome
    why: str


@dataclass(frozen=True)
class Gain:
    """What tuning adds to retrieval (points): one published row, or the run (``low`` and ``high`` known)."""

    name: str
    parameters: float
    points: float
    with_pages: bool
    low: float = nan
    high: float = nan


@dataclass(frozen=True)
class LiteratureComparison:
    """A run set beside the literature; ``titles`` and ``shares`` are by arm of the experiment."""

    run: str
    titles: dict[str, str]
    shares: dict[str, Proportion]
    published: tuple[PublishedRow, ...]
    pairs: tuple[PairOrder, ...]
    statements: tuple[StatementVerdict, ...]
    gains: tuple[Gain, ...]

    def counts(self, row: PublishedRow | None = None) -> dict[Order, int]:
        """Count the pairs of one row, or of all, by how the run orders them."""
        pairs = [pair for pair in self.pairs if row is None or pair.row is row]
        return {order: sum(pair.order is order for pair in pairs) for order in Order}


def literature_agreement(result: ExperimentResult) -> LiteratureComparison:
    """Set a run beside the published measurements; published arms that it lacks are left out."""
    published = published_rows()
    named = {arm for row in published for arm in row.shares}
    arms = [arm for arm in result.arms if arm in named and result.share(arm, "fact").n]
    tests = {(t.contrast.first, t.contrast.second): t for t in result.pairs("fact", arms=arms)} if len(arms) > 1 else {}
    return LiteratureComparison(
        run=result.id,
        titles={arm: result.arms[arm].title for arm in arms},
        shares={arm: result.share(arm, "fact") for arm in arms},
        published=published,
        pairs=tuple(pair for row in published for pair in _orders(row, arms, tests)),
        statements=tuple(_tested(result)),
        gains=tuple(_gains(result, published)),
    )


@cache
def published_rows() -> tuple[PublishedRow, ...]:
    """Read ``accuracy.csv`` with the papers' arms replaced by the experiment's, smallest model first."""
    ours = {arm.published: arm.id for arm in EXPERIMENT_ARMS.values() if arm.published}
    roles = {(row["study"], row["arm"]): row["role"] for row in published_table("arms")}
    found: dict[tuple[str, str, str], PublishedRow] = {}
    for row in published_table("accuracy"):
        key = row["study"], row["task"], row["model"]
        entry = found.setdefault(key, PublishedRow(*key, float(row["parameters_b"]), row["grade"]))
        if arm := ours.get(roles[row["study"], row["arm"]]):
            entry.shares[arm] = share_right(row)
            if row["in_orderings"] == "no":
                entry.left_out.add(arm)
    return tuple(sorted(found.values(), key=lambda row: row.parameters))


def _orders(
    row: PublishedRow, arms: Sequence[str], tests: dict[tuple[str, str], ContrastResult]
) -> Iterator[PairOrder]:
    counted = set(row.shares) - row.left_out
    for (first, second), test in tests.items():
        if {first, second} <= counted and row.shares[first] != row.shares[second]:
            higher, lower = sorted((first, second), key=lambda arm: -row.shares[arm])
            same = (test.difference.gap > 0) == (higher == first)
            told = test.verdict is Verdict.MORE_THAN_CHANCE
            order = Order.NOT_TOLD_APART if not told else Order.ALIKE if same else Order.OPPOSITE
            yield PairOrder(row, higher, lower, order)


def _tested(result: ExperimentResult) -> Iterator[StatementVerdict]:
    """Test the papers' statements that the run can test, corrected (Holm) for their number."""
    arms, kinds = set(result.arms), {ALL_KINDS, *result.kinds}
    statements = published_table("statements")
    found = {
        s["id"]: result.difference(s["higher"], s["lower"], s["measure"], s["kind"])
        for s in statements
        if not s["untestable"] and {s["higher"], s["lower"]} <= arms and s["kind"] in kinds
    }
    corrected = dict(zip(found, holm([each.p for each in found.values()]), strict=True))
    for s in statements:
        told, why = Outcome.CANNOT_BE_TOLD, s["untestable"] or "the run lacks an arm or a kind of question for it"
        if gap := found.get(s["id"]):
            one, other = (100 * result.share(s[side], s["measure"], s["kind"]).share for side in ("higher", "lower"))
            why = f"{one:.0f} % against {other:.0f} % of {gap.n} questions ({100 * gap.low:+.0f} to {100 * gap.high:+.0f} points)"
            if corrected[s["id"]] < SIGNIFICANCE:
                told = Outcome.HOLDS if gap.gap > 0 else Outcome.DOES_NOT_HOLD
        yield StatementVerdict(s, told, why)


def _gains(result: ExperimentResult, published: Sequence[PublishedRow]) -> Iterator[Gain]:
    """Return what a tuned model with retrieval gains over the untuned one with it, row by row; the run's own last."""
    for row in published:
        for arm in ("lora_with_pages", "lora_rag"):
            if {arm, "rag"} <= set(row.shares) - row.left_out:
                gap = 100 * (row.shares[arm] - row.shares["rag"])
                yield Gain(f"{row.study}, {row.name}", row.parameters, gap, arm == "lora_with_pages")
                break
    if {"lora_with_pages", "rag"} <= set(result.arms) and result.record.model.parameters:
        found = result.difference("lora_with_pages", "rag", "fact")
        size = result.record.model.parameters / 1e9
        yield Gain(f"Run {result.id}", size, 100 * found.gap, True, 100 * found.low, 100 * found.high)
