"""One price (or effort, or speed) with its range, its source and the date on which it was read."""

import datetime
from dataclasses import dataclass

ESTIMATE = "workbook's estimate"


@dataclass(frozen=True)
class Price:
    """A dated value with its range and its source.

    ``low`` ≤ ``likely`` ≤ ``high`` are in ``unit``. ``checked`` is the day on which somebody read the
    value at its ``source``. ``tiers`` are (prompt tokens above which it applies, value) pairs of
    providers that charge more for every token of a long prompt. ``cheaper`` names the end of the range
    that costs less: ``low`` for a price, ``high`` for a throughput. ``item`` is the model or service as
    the price source names it; ``component`` is what of it is priced.
    """

    item: str
    component: str
    low: float
    likely: float
    high: float
    unit: str
    source: str
    checked: datetime.date
    note: str = ""
    tiers: tuple[tuple[float, float], ...] = ()
    cheaper: str = "low"

    @property
    def is_estimate(self) -> bool:
        """Tell whether the value is the workbook's own estimate and not a figure that a source states."""
        return self.source == ESTIMATE

    @property
    def is_money(self) -> bool:
        """Tell whether the value is an amount of money, as opposed to hours, shares or speeds."""
        return self.unit.startswith("USD")

    @property
    def cheap_end(self) -> float:
        """Give the end of the range that costs less."""
        return self.low if self.cheaper == "low" else self.high

    @property
    def dear_end(self) -> float:
        """Give the end of the range that costs more."""
        return self.high if self.cheaper == "low" else self.low
