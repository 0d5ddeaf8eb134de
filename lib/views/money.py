"""Money in the currency that the client's report shows."""

from dataclasses import dataclass
from typing import Any

from lib.client import ClientFile
from lib.client.quantity import likely
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
        """Give a unit and a value, or a range of one, in this currency where they are in US dollars."""
        if not unit.startswith("USD") or value is None or self.currency == "USD":
            return unit, value
        if isinstance(value, dict):
            return self.converted(unit, 0.0)[0], {key: round(part * self.per_usd, 6) for key, part in value.items()}
        if isinstance(value, int | float):
            # To the digits that the value has: what is shown is not more exact than what was said.
            value = float(f"{value * self.per_usd:.3g}")
        return unit.replace("USD", self.currency, 1), value

    def text(self, usd: float) -> str:
        """Write an amount of US dollars in this currency."""
        return amount(float(usd), self.currency, self.per_usd)

    def value(self, usd: float) -> float:
        """Convert an amount of US dollars, rounded to what a chart can show."""
        return round(float(usd) * self.per_usd, 4)


DOLLARS = Money()
