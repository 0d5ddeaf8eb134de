"""Money in the currency that the client's report shows."""

import math
from dataclasses import dataclass
from typing import Any

from lib.client import ClientFile
from lib.client.quantity import likely
from lib.costs import Estimate
from lib.views.markup import Page, safe
from lib.wording import amount


@dataclass(frozen=True)
class Money:
    """A currency and how much of it one US dollar is."""

    currency: str = "USD"
    per_usd: float = 1.0

    @classmethod
    def of(cls, client: ClientFile) -> "Money":
        """Take the currency of a client file."""
        return cls(client.prices.currency, float(likely(client.prices.per_usd)))

    def converted(self, unit: str, value: Any) -> tuple[str, Any]:
        """Return a unit and a value, or a range of one, in this currency where they are in US dollars."""
        if not unit.startswith("USD") or value is None or self.currency == "USD":
            return unit, value
        if isinstance(value, dict):
            return self.converted(unit, 0.0)[0], {key: round(part * self.per_usd, 6) for key, part in value.items()}
        if isinstance(value, int | float):
            # As exact as :func:`amount` writes it, so that no two places differ.
            value *= self.per_usd
            value = float(round(value)) if abs(value) >= 100 else float(f"{value:.3g}")
        return unit.replace("USD", self.currency, 1), value

    def text(self, usd: float) -> str:
        """Write an amount of US dollars in this currency."""
        return amount(float(usd), self.currency, self.per_usd)

    def ranged(self, found: Estimate | None) -> Page | str:
        """Write an estimate as a cell: expected, and P10 to P90 in brackets on a line of their own where it is uncertain."""
        words, brackets = self.with_range(found).partition(" (")[::2]
        return Page('{} <span class="range">({}</span>').format(safe(words), brackets) if brackets else words

    def with_range(self, found: Estimate | None) -> str:
        """Write an estimate within a sentence: ``USD 5,989 (4,015 to 8,163)``, without a range where it is certain."""
        if found is None:
            return "not measured"
        if not math.isfinite(found.expected):
            return "none is right" if math.isinf(found.expected) else "not known"
        low, high = (self.text(end).removeprefix(f"{self.currency} ") for end in (found.p10, found.p90))
        return self.text(found.expected) + ("" if found.p10 == found.p90 else f" ({low} to {high})")

    def value(self, usd: float) -> float:
        """Convert an amount of US dollars, rounded to what a chart can show."""
        return round(float(usd) * self.per_usd, 4)


DOLLARS = Money()
