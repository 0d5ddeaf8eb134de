"""Money in the currency that the client's report shows."""

from dataclasses import dataclass

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

    def text(self, usd: float) -> str:
        """Write an amount of US dollars in this currency."""
        return amount(float(usd), self.currency, self.per_usd)

    def value(self, usd: float) -> float:
        """Convert an amount of US dollars, rounded to what a chart can show."""
        return round(float(usd) * self.per_usd, 4)


DOLLARS = Money()
