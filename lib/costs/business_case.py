"""The business case: what the client gets for the money, beside what runs today and what is planned.

Everything is counted in every money draw and then averaged, as all money is. Bills are those of all questions that are
brought to it once it is known (``adoption_share``), cautiously from the first month on. Until then its use grows evenly
(``ramp_up_months``), and so do the time saved, the wrong answers to be put right, and what today's solution no longer
costs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lib.arms import ARM, ARMS
from lib.client import Facts
from lib.client.facts import field_specs
from lib.costs.comparison import Swing, TurningPoint, widest_first
from lib.costs.cost_model import Costs
from lib.costs.estimates import Estimate, Estimates

Array = np.ndarray
VIEW_MONTHS = 36
"""The three-year view; payback is looked for within the horizon."""

SENSITIVE = {
    "money.minutes_saved_per_answer": (0.5, 1.5),
    "money.saved_usd_per_hour": (0.7, 1.3),
    "money.adoption_share": (0.5, 1.25),
    "money.ramp_up_months": (0.5, 3.0),
    "money.correction_usd": (0.5, 2.0),
    "traffic.queries_per_month": (0.5, 1.5),
}
"""Fields of which the case is shown at so many times their value (shares at most at 1)."""


def adoption(share: Any, ramp_up_months: Any, months: int) -> Array:
    """Return the mean share of questions brought to it in months 1, 2, …: shape ``(months,)`` or ``(n, months)``.

    It grows evenly from nothing to ``share`` within ``ramp_up_months``, and stays there.
    """
    ramp = np.asarray(ramp_up_months, dtype=float)[..., np.newaxis]
    edges = np.arange(months + 1, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        # The area under min(t ÷ ramp, 1) up to each edge.
        area = np.where(edges < ramp, edges**2 / (2 * ramp), edges - ramp / 2)
    return np.asarray(share, dtype=float)[..., np.newaxis] * np.diff(area, axis=-1)


@dataclass(frozen=True)
class Flows:
    """USD of one alternative in months 1, 2, …: arrays of shape ``(months,)`` or ``(n, months)``."""

    setup: Array  # once
    costs: Array
    saved_hours: Array  # people's hours that right answers save
    value: Array  # what those are worth
    avoided: Array  # what today's solution no longer costs
    corrections: Array  # what putting wrong answers right costs

    @property
    def gain(self) -> Array:
        """What a month brings: value and avoided cost, less costs and corrections."""
        return self.value + self.avoided - self.costs - self.corrections

    def net(self, months: int) -> Array:
        """Return the gain of the first ``months`` months less set-up: shape ``()`` or ``(n,)``."""
        return self.gain[..., :months].sum(axis=-1) - self.setup


def paid_back(setup: Array, gain: Array) -> Array:
    """Return the month after which the gains have paid the set-up for good (a fraction counts), infinite if never.

    ``gain`` has the shape ``(months,)`` or ``(n, months)``.
    """
    start = -np.asarray(setup, dtype=float)[..., np.newaxis]
    total = np.cumsum(gain, axis=-1) + start
    before = np.concatenate([np.broadcast_to(start, (*total.shape[:-1], 1)), total[..., :-1]], axis=-1)
    last_red = np.where(total < 0, np.arange(1, total.shape[-1] + 1), 0).max(axis=-1)
    place = np.minimum(last_red, total.shape[-1] - 1)[..., np.newaxis]
    red, step = (np.take_along_axis(table, place, axis=-1)[..., 0] for table in (before, gain))
    with np.errstate(divide="ignore", invalid="ignore"):
        month = last_red + np.clip(-red / step, 0, 1)
    free = (np.asarray(setup) <= 0) & (last_red == 0)
    return np.where(free, 0.0, np.where(last_red < total.shape[-1], month, np.inf))


class BusinessCase:
    """What each architecture costs and brings, beside doing nothing. Money in USD."""

    def __init__(self, estimates: Estimates) -> None:
        """Take the client's costs in every draw."""
        self.estimates = estimates
        self.facts = estimates.facts

    @property
    def wage_is_known(self) -> bool:
        """Whether saved time can be counted in money: somebody said whose time it is worth what."""
        return not np.isnan(float(self.facts["money.saved_usd_per_hour"]))

    @property
    def has_benefit(self) -> bool:
        """Whether anything is stated that an architecture would bring."""
        minutes = float(self.facts["money.minutes_saved_per_answer"])
        return (minutes > 0 and self.wage_is_known) or self.today_is_known

    @property
    def today_is_known(self) -> bool:
        """Whether the client said what runs today costs."""
        return not np.isnan(float(today_usd(self.facts)))

    @property
    def plan(self) -> str | None:
        """The architecture that the client has planned already."""
        place = float(self.facts["today.plan"])
        return None if np.isnan(place) else ARMS[int(place)]

    def share_right(self, arm: str) -> float:
        """Return the share of answers taken to be right: measured, or the target where nothing is."""
        return float(_share_right(self.facts, arm))

    @cached_property
    def drawn(self) -> dict[str, Flows]:
        """The flows of every architecture in every draw."""
        return {arm: flows(self.estimates.drawn, self.estimates.draw.facts, arm) for arm in ARMS}

    @cached_property
    def planned(self) -> dict[str, Flows]:
        """The flows of every architecture where everything goes as planned."""
        return {arm: flows(self.estimates.planned, self.facts, arm) for arm in ARMS}

    def net(self, arm: str, months: int | None = None) -> Estimate:
        """Return what ``arm`` brings over ``months`` (else the horizon), set-up paid."""
        months = self.estimates.planned.months if months is None else months
        return Estimate.of(self.drawn[arm].net(months), self.planned[arm].net(months))

    def total(self, arm: str, name: str, months: int) -> Estimate:
        """Return the sum of one of the flows over the first ``months`` months; ``costs`` with set-up."""

        def add(found: Flows) -> Array:
            amount = getattr(found, name)[..., :months].sum(axis=-1)
            return amount + found.setup if name == "costs" else amount

        return Estimate.of(add(self.drawn[arm]), add(self.planned[arm]))

    def payback(self, arm: str) -> TurningPoint:
        """Return the months after which ``arm`` has paid for itself against doing nothing."""
        setup, gain = self.drawn[arm].setup, self.drawn[arm].gain
        drawn = np.broadcast_to(paid_back(setup, gain), self.estimates.size)
        within = np.where(drawn <= self.estimates.planned.months, drawn, np.inf)
        expected = paid_back(np.mean(setup), np.atleast_2d(gain).mean(axis=0))
        return TurningPoint.of(float(expected), within)

    def sensitivity(self, arm: str, months: int = VIEW_MONTHS) -> list[Swing]:
        """Return how what ``arm`` brings over ``months`` moves with each assumption of the case; widest first."""
        score = self.share_right(arm)
        moves = [("Share of answers right", ARM[arm].score_field, (max(0.0, score - 0.1), min(1.0, score + 0.1)))]
        for path, factors in SENSITIVE.items():
            value, spec = float(self.facts[path]), field_specs()[path]
            if value > 0:
                moves.append((spec.label, path, tuple(min(value * factor, spec.highest) for factor in factors)))
        shift = self.net(arm, months).expected - float(self.planned[arm].net(months))
        swings = []
        for label, path, ends in moves:
            moved = [self.facts.replaced({path: end}, answered=False) for end in ends]
            nets = [float(flows(self.estimates.planned_costs(facts), facts, arm).net(months)) for facts in moved]
            ends = tuple(float(f"{end:.4g}") for end in ends)
            swings.append(Swing(label, *(net + shift for net in nets), path, ends))
        return widest_first(swings)

    def to_dict(self) -> dict[str, Any]:
        """Return the case as plain values, money in USD; what cannot be counted is ``None``."""
        months = self.estimates.planned.months
        today = float(today_usd(self.facts))
        return {
            "today_monthly_usd": None if np.isnan(today) else round(today, 2),
            "plan": self.plan,
            "share_right": {arm: self.share_right(arm) for arm in ARMS},
            "arms": {arm: self._arm(arm, months) for arm in ARMS},
        }

    def _arm(self, arm: str, months: int) -> dict[str, Any]:
        hours, value = self.total(arm, "saved_hours", months), self.total(arm, "value", months)
        found = {
            "saved_hours": round(hours.expected, 2),
            "value_usd": round(value.expected, 2) if self.wage_is_known else None,
            "corrections_usd": round(self.total(arm, "corrections", months).expected, 2),
        }
        if self.has_benefit:
            for name, span in (("net_usd", months), ("net_three_years_usd", VIEW_MONTHS)):
                net = self.net(arm, span)
                found |= {
                    name: round(net.expected, 2),
                    f"{name}_p10": round(net.p10, 2),
                    f"{name}_p90": round(net.p90, 2),
                }
            paid = self.payback(arm)
            found["payback_months"] = round(paid.expected, 2) if paid.expected <= months else None
            found["chance_paid_back_within_horizon"] = round(paid.share, 4)
        return found


def today_usd(facts: Facts) -> Array:
    """Return what runs today costs a month: as stated, or its cost per query times the queries; ``nan`` if not said."""
    per_query = facts["today.usd_per_query"] * facts["traffic.queries_per_month"]
    return np.where(np.isnan(facts["today.monthly_usd"]), per_query, facts["today.monthly_usd"])


def flows(found: Costs, facts: Facts, arm: str, months: int = VIEW_MONTHS) -> Flows:
    """Count one architecture month by month; months beyond the horizon cost what its last month does."""
    by_month = found.by_month_usd(arm)
    last = by_month[..., -1:]
    running = np.concatenate([by_month, np.repeat(last, max(0, months - found.months), axis=-1)], axis=-1)
    used = adoption(facts["money.adoption_share"], facts["money.ramp_up_months"], running.shape[-1])
    asked = facts["traffic.queries_per_month"][..., np.newaxis] * used
    right = np.asarray(_share_right(facts, arm), dtype=float)[..., np.newaxis]
    hours = asked * right * facts["money.minutes_saved_per_answer"][..., np.newaxis] / 60
    wage = np.nan_to_num(facts["money.saved_usd_per_hour"])[..., np.newaxis]
    avoided = np.nan_to_num(today_usd(facts))[..., np.newaxis]
    return Flows(
        setup=np.asarray(found.setup_usd[arm], dtype=float),
        costs=running,
        saved_hours=hours,
        value=hours * wage,
        avoided=avoided * used,
        corrections=asked * (1 - right) * facts["money.correction_usd"][..., np.newaxis],
    )


def _share_right(facts: Facts, arm: str) -> Array:
    score = facts[ARM[arm].score_field]
    return np.where(np.isnan(score), facts["evidence.target_score"], score)
