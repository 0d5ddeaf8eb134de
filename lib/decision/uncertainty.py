"""Uncertainty of costs and recommendation together: the same draws go through both.

SciPy is imported here and nowhere on the way of ``decide``.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.arms import ARMS
from lib.client import ClientFile
from lib.client.facts import Array
from lib.costs import break_even_queries, payback_months
from lib.decision.choice import NOBODY, evaluate
from lib.decision.decide import model_of
from lib.decision.features import EvaluationContext
from lib.decision.flips import arm_name
from lib.simulation import SEED, UncertainInput

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Draws:
    """What many draws gave. Arrays of shape ``(n,)``, money in USD.

    ``picks`` are positions in :data:`lib.arms.ARMS`, -1 undecided; the others are keyed by arm.
    """

    picks: Array
    setup_usd: dict[str, Array]
    monthly_usd: dict[str, Array]
    usd_per_query: dict[str, Array]
    horizon_usd: dict[str, Array]
    queries: Array
    months: Array
    benefit_usd: dict[str, Array]


@dataclass(frozen=True)
class Interval:
    """The 10th, 50th and 90th percentile of something uncertain; ``nan`` where there is none."""

    p10: float
    p50: float
    p90: float

    @classmethod
    def of(cls, values: Array) -> "Interval":
        """Take percentiles of the draws that have a value."""
        known = values[np.isfinite(values)]
        return cls(*np.quantile(known, QUANTILES)) if known.size else cls(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Swing:
    """One bar of the tornado: the effect of one input at its low and high value, all others likely."""

    label: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """Give how far the result moves between the two ends."""
        return abs(self.at_high - self.at_low)


def draws(client: ClientFile, power: int = 12, source: str | Path | None = None) -> Draws:
    """Send ``2**power`` money draws through frameworks, costs and recommendation; ``source`` as for ``decide``."""
    blocks = [_block(situation) for situation in model_of(client, source).money(2**power)]
    return Draws(*(_joined([block[i] for block in blocks]) for i in range(8)))


def _block(context: EvaluationContext) -> tuple:
    picks = np.atleast_1d(evaluate(context).recommendation)
    size = picks.shape
    facts, costs = context.facts, context.costs
    queries, months = facts["traffic.queries_per_month"], facts["money.horizon_months"]
    spread = {name: {arm: np.broadcast_to(value, size) for arm, value in getattr(costs, name).items()}
              for name in ("setup_usd", "monthly_usd", "usd_per_query", "horizon_usd")}  # fmt: skip
    hourly = facts["money.engineer_usd_per_hour"] / 60 * facts["money.minutes_saved_per_answer"]
    benefit = {arm: np.broadcast_to(queries * hourly * _share_right(context, arm), size) for arm in ARMS}
    return (picks, *spread.values(), np.broadcast_to(queries, size), np.broadcast_to(months, size), benefit)


def _share_right(context: EvaluationContext, arm: str) -> Array:
    """The measured score, or the target where nothing is measured."""
    score = context.facts[f"evidence.{arm}_score"]
    return np.where(np.isnan(score), context.facts["evidence.target_score"], score)


def _joined(parts: list) -> Array | dict[str, Array]:
    if isinstance(parts[0], dict):
        return {arm: np.concatenate([part[arm] for part in parts]) for arm in parts[0]}
    return np.concatenate(parts)


def shares(result: Draws) -> dict[str, float]:
    """Give each recommendation's share of the draws, largest first."""
    found = {arm_name(place): float(np.mean(result.picks == place)) for place in range(NOBODY, len(ARMS))}
    return dict(sorted(((arm, part) for arm, part in found.items() if part), key=lambda item: -item[1]))


def probability_cheapest(result: Draws, arms: tuple[str, ...] = ARMS) -> dict[str, float]:
    """Give, for each of ``arms``, the share of draws in which it costs least over the horizon (ties: simpler)."""
    totals = np.stack([result.horizon_usd[arm] for arm in arms])
    cheapest = np.argmin(totals, axis=0)
    return {arm: float(np.mean(cheapest == place)) for place, arm in enumerate(arms)}


def fan(result: Draws, arm: str) -> Array:
    """Give P10, P50 and P90 of the cumulative cost of ``arm`` after 0, 1, … months: shape ``(3, months + 1)``."""
    months = np.arange(int(np.max(result.months)) + 1)
    return np.stack(
        [np.quantile(result.setup_usd[arm] + month * result.monthly_usd[arm], QUANTILES) for month in months], axis=1
    )


def break_even(result: Draws, arm: str, other: str) -> Interval:
    """Give the queries a month at which two arms cost the same over the horizon, as an interval.

    Draws in which one is cheaper at every volume have no break-even and are left out.
    """

    def fixed(name: str) -> Array:
        running = result.monthly_usd[name] - result.usd_per_query[name] * result.queries
        return result.setup_usd[name] / result.months + running

    return Interval.of(
        break_even_queries(fixed(arm), result.usd_per_query[arm], fixed(other), result.usd_per_query[other])
    )


def payback(result: Draws, arm: str, instead_of: str) -> Interval:
    """Give the months after which the dearer set-up of ``arm`` is paid back, as an interval."""
    return Interval.of(
        payback_months(
            result.setup_usd[instead_of], result.monthly_usd[instead_of], result.setup_usd[arm], result.monthly_usd[arm]
        )
    )


def return_on_investment(result: Draws, arm: str) -> Interval:
    """Give (benefit − cost) ÷ cost over the horizon; benefit is minutes saved by right answers, at the wage."""
    benefit = result.benefit_usd[arm] * result.months
    return Interval.of((benefit - result.horizon_usd[arm]) / np.maximum(result.horizon_usd[arm], 1e-9))


def tornado(client: ClientFile, arm: str, other: str, source: str | Path | None = None) -> list[Swing]:
    """Give how each input moves the difference in horizon cost (``arm`` − ``other``, USD); widest first."""
    model = model_of(client, source)
    values: dict[UncertainInput, Array] = {}
    count = 2 * len(model.inputs)
    for place, item in enumerate(model.inputs):
        row = np.full(count, item.likely)
        row[2 * place], row[2 * place + 1] = item.low, item.high
        values[item] = row
    total = model.context(model.simulation.moved(values)).costs.horizon_usd
    difference = np.broadcast_to(total[arm] - total[other], count)
    swings = [
        Swing(item.label, float(difference[2 * place]), float(difference[2 * place + 1]))
        for place, item in enumerate(model.inputs)
    ]
    return sorted((swing for swing in swings if swing.width > 0), key=lambda swing: (-swing.width, swing.label))


def sobol_first_order(
    client: ClientFile, arm: str, points: int = 512, source: str | Path | None = None
) -> dict[str, tuple[float, float]]:
    """Give each input's first-order Sobol index for the horizon cost of ``arm`` and for ``arm`` being the answer.

    An index is the share of the variance that the input explains alone; inputs below 1 % in both are left out.
    """
    from scipy.stats import sobol_indices, uniform

    model = model_of(client, source)

    def both(cube: Array) -> Array:
        flat = cube.reshape(len(model.inputs), -1)
        moved = model.simulation.moved({item: item.at(row) for item, row in zip(model.inputs, flat, strict=True)})
        outcome = evaluate(model.context(moved))
        total = np.broadcast_to(outcome.context.costs.horizon_usd[arm], flat.shape[1])
        picked = np.broadcast_to(outcome.recommendation == ARMS.index(arm), flat.shape[1]).astype(float)
        return np.stack([total, picked]).reshape(2, *cube.shape[1:])

    with np.errstate(divide="ignore", invalid="ignore"):
        result = sobol_indices(
            func=both, n=points, dists=[uniform()] * len(model.inputs), rng=np.random.default_rng(SEED)
        )
    first = np.clip(np.nan_to_num(np.atleast_2d(result.first_order)), 0.0, 1.0)
    rows = {item.label: (float(first[0, i]), float(first[1, i])) for i, item in enumerate(model.inputs)}
    kept = {label: pair for label, pair in rows.items() if max(pair) >= 0.01}
    return dict(sorted(kept.items(), key=lambda row: -max(row[1])))
