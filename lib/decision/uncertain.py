"""What is uncertain in one client's decision: what :mod:`lib.simulation` draws, and the thresholds beside it.

What for: stability, chances and what to ask next. May import: the rooms below and the rest of ``decision``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lib.arms import ARM
from lib.client import ClientFile, Facts
from lib.costs.estimates import Estimates
from lib.decision.features import EvaluationContext
from lib.decision.measured import MeasuredRun, measured_run, usable_client
from lib.decision.thresholds import ThresholdValues
from lib.paths import DATA
from lib.prices import PriceBook
from lib.simulation import BLOCK, Draw, Simulation, UncertainInput, read_priors

THRESHOLD = "threshold"
PRIORS_FILE = DATA / "decision" / "priors.yaml"


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
    def of(cls, client: ClientFile, book: PriceBook, thresholds: ThresholdValues) -> "Model":
        """Collect what is uncertain for ``client``."""
        moving = [
            UncertainInput(THRESHOLD, name, f"threshold {name}", item.low, item.likely, item.high)
            for name, item in thresholds.thresholds.items()
        ]
        simulation = Simulation.of(
            usable_client(client), book, moving, read_priors(PRIORS_FILE), float(thresholds["evaluation_examples"])
        )
        facts = simulation.facts
        run = measured_run(facts.text("evidence.run"), bool(facts.truth("knowledge.citations_required")))
        own = frozenset(arm.id for arm in ARM.values() if run.is_own(arm.id, facts[arm.score_field]))
        return cls(simulation, thresholds, Estimates(simulation), run, own)

    @property
    def inputs(self) -> tuple[UncertainInput, ...]:
        """The numbers that move in every draw."""
        return self.simulation.inputs

    def present(self, facts: Facts | None = None) -> EvaluationContext:
        """Return the client's situation, or variations of it (``facts``), at expected costs."""
        return EvaluationContext(
            self.simulation.facts if facts is None else facts,
            self.simulation.book,
            self.thresholds,
            estimates=self.estimates,
            run=self.run,
        )

    def context(self, draw: Draw) -> EvaluationContext:
        """Return the situations that one draw of the simulation stands for."""
        limits = self.thresholds.moved(draw.others.get(THRESHOLD, {}))
        return EvaluationContext(
            draw.facts, self.simulation.book, limits, draw.prices, self.own_scores, self.estimates, self.run
        )

    def money(self, size: int) -> Iterator[EvaluationContext]:
        """Return ``size`` money draws (choices as stated or at their default) in blocks of at most BLOCK."""
        return (self.context(self.simulation.money_draw(*block)) for block in blocks(size))

    def stability(self, size: int) -> Iterator[EvaluationContext]:
        """Return ``size`` stability draws (unanswered choices move too) in blocks of at most BLOCK."""
        return (self.context(self.simulation.stability_draw(*block)) for block in blocks(size))


def blocks(size: int) -> list[tuple[int, int]]:
    """Return the (size, number) of the blocks that ``size`` draws are made in."""
    return [(min(BLOCK, size - start), number) for number, start in enumerate(range(0, size, BLOCK))]
