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
from lib.costs.estimates import Estimates, LikeEstimates
from lib.decision.choice import NOBODY, evaluate
from lib.decision.features import EvaluationContext
from lib.decision.frameworks import rule_thresholds
from lib.decision.measured import MeasuredRun, measured_run, usable_client
from lib.paths import DATA
from lib.prices import PriceBook, price_book
from lib.simulation import ALL, BLOCK, Draw, Edit, Simulation, UncertainInput, read_priors
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
    nobody, *counts = (np.bincount(picks - NOBODY, minlength=1 + len(ARMS)) / len(picks)).tolist()
    return dict(sorted(zip((*ARMS, UNDECIDED), (*counts, nobody), strict=True), key=lambda row: -row[1]))


def joined(parts: Sequence[Variations]) -> Variations:
    """Join variations of the same client; what moves in the last part moves in all."""
    moved = {path: np.concatenate([part.moved[path] for part in parts]) for path in parts[-1].moved}
    return Variations(np.concatenate([part.picks for part in parts]), moved)


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

    def recommend_each(self, others: Sequence["Model"]) -> list[int]:
        """Return what each of some models recommends whose draws are those of this one (:meth:`draws_like`), at once."""
        estimates = LikeEstimates(self.estimates, [other.estimates for other in others])
        facts = self.simulation.facts.each([other.simulation.facts for other in others])
        context = EvaluationContext(facts, self.simulation.book, self.thresholds, estimates, self.run)
        return np.broadcast_to(evaluate(context).recommendation, len(others)).tolist() if others else []

    def context(self, draw: Draw) -> EvaluationContext:
        """Return the situations that one draw of the simulation stands for."""
        limits = ThresholdValues(self.thresholds.thresholds, draw.others.get(THRESHOLD))
        return EvaluationContext(
            draw.facts, self.simulation.book, limits, self.estimates, self.run, draw.prices, self.own_scores
        )

    def stability(self, size: int, edits: Sequence[Edit] = (), rows: slice = ALL) -> Iterator[EvaluationContext]:
        """Return stability draws in blocks of at most BLOCK; ``size``, ``edits`` and ``rows`` as in a draw."""
        for number, start in enumerate(range(0, size, BLOCK)):
            yield self.context(self.simulation.stability_draw(min(BLOCK, size - start), number, edits, rows))

    def draws_like(self, other: "Model", edited: str) -> bool:
        """Return whether the draws of ``other`` are those of this client after an edit of the field ``edited``."""

        def drawn_from(model: Model, but: str) -> tuple:
            book = model.simulation.book
            inputs = [item for item in model.simulation.inputs if item.name != but]
            return book, book.own_models, book.hourly, book.events, model.run, model.own_scores, inputs

        return drawn_from(self, edited) == drawn_from(other, edited if field_specs()[edited].judgement else "")

    def variations(self, size: int, edits: Sequence[Edit] = (), rows: slice = ALL) -> list[Variations]:
        """Evaluate stability draws of the client after each of some edits, or as it is where there is none."""
        facts, times = self.simulation.facts, max(1, len(edits))
        unanswered = [path for path in field_specs() if path in facts and not facts.answered(path)]
        picks: list[Array] = []
        moved: dict[str, list[Array]] = {}
        for context in self.stability(size, edits, rows):
            pick = np.atleast_1d(evaluate(context).recommendation)
            picks.append(np.broadcast_to(pick, max(len(pick), times)).reshape(times, -1))
            for path in unanswered:
                if np.ndim(context.facts[path]):
                    moved.setdefault(path, []).append(context.facts[path].reshape(times, -1))
        by_edit = zip(np.concatenate(picks, axis=1), edits or [("", 0.0)], strict=True)
        all_moved = {path: np.concatenate(blocks, axis=1) for path, blocks in moved.items()}
        return [
            Variations(pick, {path: values[place] for path, values in all_moved.items() if path != edited})
            for place, (pick, (edited, _)) in enumerate(by_edit)
        ]


def all_thresholds() -> ThresholdValues:
    """Return every threshold, of the frameworks and of the workbook, at its likely value."""
    return ThresholdValues(rule_thresholds() | own_thresholds())


def prices_of(client: ClientFile, source: str | Path | None = None) -> PriceBook:
    """Resolve the client's prices; ``source`` as for :func:`lib.decision.decide`."""
    return price_book(client) if source is None else price_book(client, str(source), Path(source).parent)
