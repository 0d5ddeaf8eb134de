"""The one honest set of figures: what a client's costs are expected to be, with P10 to P90 of the same draws.

*Expected* is the mean of the money draws (:mod:`lib.simulation`): components add up to totals, and months to the
horizon. *As planned* has every input at its likely value; it lies below the expected figure, because most things
that are uncertain can go wrong further than they can go well.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile, Facts
from lib.costs.cost_model import Costs, costs
from lib.prices import PriceBook
from lib.simulation import DRAWS, FACT, PRICE, Draw, Simulation

if TYPE_CHECKING:
    import pandas

Array = np.ndarray
P10, P90 = 0.1, 0.9
COLUMNS = ["arm", "component", "label", "kind", "month", "expected", "p10", "p90", "as_planned"]
SCALED = ("setup_usd", "monthly_usd", "monthly_bill_usd", "usd_per_query", "all_in_usd_per_query")
AVERAGED = (*SCALED, "usd_per_correct_answer", "input_tokens", "prompt_tokens", "retrains_per_month")


@dataclass(frozen=True)
class Estimate:
    """One uncertain figure: its mean and its 10th and 90th percentile over the draws, and where all goes as planned."""

    expected: float
    p10: float
    p90: float
    as_planned: float

    @classmethod
    def of(cls, drawn: Array, as_planned: Any) -> "Estimate":
        """Take mean and percentiles of ``drawn`` (shape ``(n,)``, or ``()`` where nothing moves)."""
        # Values that were drawn, not points between them: some draws may be infinite.
        places = [math.ceil(share * np.size(drawn)) - 1 for share in (P10, P90)]
        p10, p90 = np.partition(np.atleast_1d(drawn), places)[places]
        return cls(float(np.mean(drawn)), float(p10), float(p90), float(as_planned))


class Estimates:
    """One client's costs as planned, in each money draw, and expected. Money in USD."""

    def __init__(self, simulation: Simulation, size: int = DRAWS) -> None:
        """Draw ``size`` times from ``simulation``."""
        self.simulation = simulation
        self.facts: Facts = simulation.facts
        self.book: PriceBook = simulation.book
        self.draw: Draw = simulation.money_draw(size)
        self.size = size

    @classmethod
    def of(cls, client: ClientFile, book: PriceBook, size: int = DRAWS) -> "Estimates":
        """Collect what is uncertain for ``client`` and draw ``size`` times."""
        return cls(Simulation.of(client, book), size)

    @cached_property
    def planned(self) -> Costs:
        """The costs with every input at its likely value: scalars, with components."""
        return costs(self.facts, self.book)

    @cached_property
    def drawn(self) -> Costs:
        """The costs of every draw: arrays of shape ``()`` or ``(n,)``, with components."""
        return costs(self.draw.facts, self.book, self.draw.prices)

    @cached_property
    def expected(self) -> Costs:
        """The expected costs: scalars, with components that add up to the totals, and months to the horizon."""
        return _mean(self.drawn, self.facts)

    def estimate(self, name: str, arm: str) -> Estimate | None:
        """Return one figure of ``arm`` by the name that it has in :class:`~lib.costs.cost_model.Costs`.

        ``None`` where it was not measured.
        """
        drawn = getattr(self.drawn, name)[arm]
        return None if drawn is None else Estimate.of(drawn, getattr(self.planned, name)[arm])

    def component(self, arm: str, component: str, kind: str) -> Estimate:
        """Return one component of ``arm``; ``kind`` is ``setup`` or ``monthly``."""
        drawn, planned = (getattr(found.components[arm][component], kind) for found in (self.drawn, self.planned))
        return Estimate.of(drawn, planned)

    def spent(self, arm: str) -> Array:
        """Return expected, P10 and P90 of the USD spent after 0, 1, … months: shape ``(3, months + 1)``."""
        drawn = np.broadcast_to(self.drawn.spent_usd(arm), (self.size, self.drawn.months + 1))
        return np.stack([drawn.mean(axis=0), *np.quantile(drawn, (P10, P90), axis=0, method="inverted_cdf")])

    def chance_cheapest(self, arms: tuple[str, ...] = ARMS) -> dict[str, float]:
        """Return, for each of ``arms``, the share of draws in which it costs least over the horizon (ties: simpler)."""
        totals = np.stack([np.broadcast_to(self.drawn.horizon_usd[arm], self.size) for arm in arms])
        cheapest = np.argmin(totals, axis=0)
        return {arm: float(np.mean(cheapest == place)) for place, arm in enumerate(arms)}

    def to_frame(self) -> "pandas.DataFrame":
        """Return the tidy table: one row per arm × component × month with expected, P10, P90 and as planned, in USD.

        Month 0 is the set-up, 1 to the horizon are the months; a component that costs nothing in a month is left out
        of it. ``kind`` is ``labour`` or ``bill``. The expected figures of an arm add up to its horizon.
        """
        import pandas

        rows = []
        for arm in ARMS:
            for part in self.drawn.components[arm].values():
                head = (arm, part.id, part.label, "labour" if part.labour else "bill")
                planned = self.planned.components[arm][part.id]
                if np.any(part.setup):
                    rows.append((*head, 0, *astuple(Estimate.of(part.setup, planned.setup))))
                if np.any(part.monthly) or part.by_month is not None:
                    found = np.array(astuple(Estimate.of(part.monthly, planned.monthly)))
                    months = np.broadcast_to(part.uneven, self.drawn.months)
                    rows += [(*head, month, *(found + more)) for month, more in enumerate(months, 1)]
        return pandas.DataFrame(rows, columns=COLUMNS)

    def chance_within(self, name: str, arm: str, limit: float) -> float:
        """Return the share of the draws in which a figure of ``arm`` is at most ``limit`` (``nan`` = no limit: 1)."""
        return 1.0 if np.isnan(limit) else float(np.mean(getattr(self.drawn, name)[arm] <= limit))

    def setup_p10_usd(self, expected: dict[str, Array]) -> dict[str, Array]:
        """Return what each arm costs to set up in the cheapest tenth of the draws, where it is expected to cost so much."""
        return {arm: expected[arm] * share for arm, share in self._p10_of_setup.items()}

    @cached_property
    def _p10_of_setup(self) -> dict[str, float]:
        found = {arm: self.estimate("setup_usd", arm) for arm in ARMS}
        return {arm: figure.p10 / figure.expected if figure.expected else 1.0 for arm, figure in found.items()}

    def planned_costs(self, facts: Facts) -> Costs:
        """Return the costs of variations of this client with every input at its likely value."""
        return costs(facts, self.book, keep_components=False)

    def expected_costs(self, facts: Facts) -> Costs:
        """Return the expected costs of variations of this client: ``facts`` of shape ``()`` or ``(n,)``.

        Every input that moves is put at its mean, and the totals are then scaled so that the client's own facts give
        :attr:`expected`: near enough for the many variations among which a turning point is sought.
        """
        found = costs(self._at_means(facts), self.book, self._mean_prices, keep_components=False)
        # All are read before any is scaled: one follows from another.
        for totals, factors in [(getattr(found, name), factors) for name, factors in self._factors.items()]:
            totals.update({arm: totals[arm] * factors[arm] for arm in ARMS})
        found.facts = facts
        return found

    def _at_means(self, facts: Facts) -> Facts:
        means = {item.name: item.mean for item in self.simulation.inputs if item.kind == FACT}
        # Asked of the class, so that facts that record what a figure reads do not take this for a reading.
        now = {path: Facts.__getitem__(facts, path) for path in means}
        moved = {path: np.where(now[path] == self.facts[path], mean, now[path]) for path, mean in means.items()}
        return facts.replaced(moved, answered=False)

    @cached_property
    def _mean_prices(self) -> dict[str, float]:
        return {item.name: item.mean for item in self.simulation.inputs if item.kind == PRICE}

    @cached_property
    def _factors(self) -> dict[str, dict[str, float]]:
        means = costs(self._at_means(self.facts), self.book, self._mean_prices, keep_components=False)
        pairs = {name: (getattr(means, name), getattr(self.expected, name)) for name in SCALED}
        return {
            name: {arm: float(expected[arm] / mean[arm]) if mean[arm] else 1.0 for arm in ARMS}
            for name, (mean, expected) in pairs.items()
        }


class LikeEstimates:
    """The expected costs of several clients whose prices and draws are those of ``own``, in one evaluation.

    Only the facts of ``each`` differ: figures are arrays of shape ``(len(each),)``.
    """

    def __init__(self, own: Estimates, each: Sequence[Estimates]) -> None:
        """Take the client's own estimates and those after each change of its facts."""
        self._own, self._each = own, each

    def expected_costs(self, facts: Facts) -> Costs:
        """Return the expected costs of each, as :meth:`Estimates.expected_costs` does of its own facts."""
        means = self._own.facts.each([item._at_means(item.facts) for item in self._each])
        found = costs(means, self._own.book, self._own._mean_prices, keep_components=False)
        # All are read before any is replaced: one follows from another.
        for totals, name in [(getattr(found, name), name) for name in SCALED]:
            for arm in ARMS:
                totals[arm] = np.array([np.mean(getattr(item.drawn, name)[arm]) for item in self._each])
        found.facts = facts
        return found

    def setup_p10_usd(self, expected: dict[str, Array]) -> dict[str, Array]:
        """Return what each arm costs to set up in the cheapest tenth of the draws of each."""
        return {
            arm: np.array([Estimate.of(item.drawn.setup_usd[arm], 0.0).p10 for item in self._each]) for arm in expected
        }


def _mean(drawn: Costs, facts: Facts) -> Costs:
    result = Costs(facts, drawn.book, drawn.horizon_months, notes=drawn.notes)
    for name in AVERAGED:
        values = getattr(drawn, name).items()
        setattr(result, name, {arm: None if value is None else np.mean(value) for arm, value in values})
    result.components = {
        arm: {part.id: part.mean() for part in parts.values()} for arm, parts in drawn.components.items()
    }
    result.uneven_usd = drawn.uneven_usd
    return result
