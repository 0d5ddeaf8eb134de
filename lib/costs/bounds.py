"""The cheapest and the dearest that costs can come out, beside the likely."""

from collections.abc import Mapping

import numpy as np

from lib.client import Facts
from lib.client.quantity import Range
from lib.costs.cost_model import Costs, costs
from lib.prices import PriceBook

Array = np.ndarray

CHEAPER_WHEN_HIGH = frozenset(
    {
        "knowledge.days_between_changes",
        "knowledge.hours_until_visible",
        "behaviour.days_between_changes",
        "traffic.cacheable_share",
        "prices.batch_share",
    }
)
"""Fields of which more costs less; of all others more costs more, or nothing."""


def corner_costs(facts: Facts, book: PriceBook, ranges: Mapping[str, Range] | None = None) -> Costs:
    """Compute costs three times: everything uncertain at its cheap end, at its likely value, at its dear end.

    ``facts`` hold one situation; ``ranges`` are the client's own ranges by field, to which the ranges of
    the price book are added. Arrays are of shape ``()`` (certain) or ``(3,)``: the widest possible range
    and not a percentile, since not everything comes out dear at once.
    """
    corners = {
        path: [item.high, item.likely, item.low] if path in CHEAPER_WHEN_HIGH else [item.low, item.likely, item.high]
        for path, item in (ranges or {}).items()
    }
    draws = {key: np.array([p.cheap_end, p.likely, p.dear_end]) for key, p in book.uncertain().items()}
    return costs(facts.replaced(corners), book, draws)


def spread(amount: Array) -> tuple[float, float, float]:
    """Give (low, likely, high) of an amount from :func:`corner_costs`, in that order whatever moves it."""
    cheap, likely, dear = np.broadcast_to(amount, 3)
    return float(min(cheap, likely, dear)), float(likely), float(max(cheap, likely, dear))
