"""What is uncertain in one client's decision, and what becomes of the answer in draws of it.

For: the client's facts, prices and thresholds at their likely values, variations of them, and each answer's share.
May import: client, prices, costs, simulation, decision's own modules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.arms import ARM, ARMS, UNDECIDED
from lib.client import ClientFile, Facts
from lib.client.facts import Array, field_specs
from lib.costs.estimates import Estimates
from lib.decision.choice import NOBODY, evaluate
from lib.decision.features import EvaluationContext
from lib.decision.frameworks import rule_thresholds
from lib.decision.measured import MeasuredRun, measured_run, usable_client
from lib.paths import DATA
from lib.prices import PriceBook, price_book
from lib.simulation import BLOCK, Draw, Edit, Simulation, UncertainInput, read_priors
from lib.thresholds import ThresholdValues, own_thresholds

THRESHOLD = "threshold"
PRIORS_FILE = DATA / "decision" / "priors.yaml"


@dataclass(frozen=True)
class Variations:
    """The stability draws of one client: ``picks`` (positions in ARMS, -1 nobody) of shape ``(n,)`` and what moved.

    ``moved`` maps each unanswered field to its coded values of shape ``(n,)``.
    """

    picks: Array
    moved: dict[str, Array]

    @property
    def shares(self) -> dict[str, float]:
        """Each answer's share of the draws, largest first; ties go to the simpler."""
        return shares(self.picks)


def shares(picks: Array) -> dict[str, float]:
    """Return each answer's share of ``picks``, as :attr:`Variations.shares`."""
    counts = {arm: float(np.mean(picks == place)) for place, arm in enumerate(ARMS)}
    counts[UNDECIDED] = float(np.mean(picks == NOBODY))
    return dict(sorted(counts.items(), key=lambda row: -row[1]))


@dataclass(frozen=True)
class Model:
    """One client's facts, prices and thresholds at their likely values, with everything that may move."""

    simulation: Simulation
    thresholds: ThresholdValues
    estimates: Estimates
    """The client's costs: as planned, in the money draws, and expected."""

    run: MeasuredRun
    """What stands behind the client file's scores, looked up once: no evaluation of a variation reads a file."""

    own_scores: frozenset[str] = frozenset()
    """Arms whose scores are those of the client file's stored run: draws move them, and they stay paired."""

    @classmethod
    def of(cls, client: ClientFile, source: str | Path | None = None, book: PriceBook | None = None) -> "Model":
        """Collect what is uncertain for ``client``; ``source`` and ``book`` as for :func:`lib.decision.decide`."""
        thresholds = all_thresholds()
        moving = [
            UncertainInput(THRESHOLD, name, f"threshold {name}", item.low, item.likely, item.high)
            for name, item in thresholds.thresholds.items()
        ]
        book = book or prices_of(client, source)
        simulation = Simulation.of(usable_client(client), book, moving, read_priors(PRIORS_FILE))
        facts = simulation.facts
        run = measured_run(facts.text("evidence.run"), bool(facts.truth("knowledge.citations_required")))
        own = frozenset(arm.id for arm in ARM.values() if run.is_own(arm.id, facts[arm.score_field]))
        return cls(simulation, thresholds, Estimates(simulation), run, own)

    def present(self, facts: Facts | None = None) -> EvaluationContext:
        """Return the client's situation, or variations of it (``facts``), at expected costs.

        The fields that a figure reads are recorded in the client's own situation only.
        """
        own = facts is None
        facts = self.simulation.facts if own else facts
        return EvaluationContext(facts, self.simulation.book, self.thresholds, self.estimates, self.run, recorded=own)

    def recommend(self, facts: Facts) -> Array:
        """Return the recommendation (positions in ARMS, -1 nobody) for variations of the client. Shape ``(n,)``."""
        return np.atleast_1d(evaluate(self.present(facts)).recommendation)

    def context(self, draw: Draw) -> EvaluationContext:
        """Return the situations that one draw of the simulation stands for."""
        limits = ThresholdValues(self.thresholds.thresholds, draw.others.get(THRESHOLD))
        return EvaluationContext(
            draw.facts, self.simulation.book, limits, self.estimates, self.run, draw.prices, self.own_scores
        )

    def stability(self, size: int, edits: Sequence[Edit] = ()) -> Iterator[EvaluationContext]:
        """Return ``size`` stability draws (unanswered choices move too, ``edits`` as there) in blocks of at most BLOCK."""
        for number, start in enumerate(range(0, size, BLOCK)):
            yield self.context(self.simulation.stability_draw(min(BLOCK, size - start), number, edits))

    def shares_after(self, edits: Sequence[Edit], size: int) -> list[dict[str, float]]:
        """Return each answer's share of ``size`` stability draws of the client after each of some edits."""
        context = next(self.stability(size, edits))
        picks = np.broadcast_to(evaluate(context).recommendation, size * len(edits))
        return [shares(part) for part in np.split(picks, len(edits))]

    def variations(self, size: int, *edit: Edit) -> Variations:
        """Evaluate ``size`` stability draws, of the client after an edit where given, and keep what moved in them."""
        facts, edited = self.simulation.facts, dict(edit)
        unanswered = [
            path for path in field_specs() if path in facts and not facts.answered(path) and path not in edited
        ]
        picks: list[Array] = []
        moved: dict[str, list[Array]] = {}
        for context in self.stability(size, edit):
            pick = np.atleast_1d(evaluate(context).recommendation)
            picks.append(pick)
            for path in unanswered:
                if np.ndim(context.facts[path]):
                    moved.setdefault(path, []).append(np.broadcast_to(context.facts[path], pick.shape))
        return Variations(np.concatenate(picks), {path: np.concatenate(blocks) for path, blocks in moved.items()})


def all_thresholds() -> ThresholdValues:
    """Return every threshold, of the frameworks and of the workbook, at its likely value."""
    return ThresholdValues(rule_thresholds() | own_thresholds())


def prices_of(client: ClientFile, source: str | Path | None = None) -> PriceBook:
    """Resolve the client's prices; ``source`` as for :func:`lib.decision.decide`."""
    return price_book(client) if source is None else price_book(client, str(source), Path(source).parent)
