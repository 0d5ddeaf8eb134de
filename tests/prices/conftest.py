import pytest

from lib.client import ClientFile, Facts, check_client
from lib.costs import Costs, Latencies, costs, latency
from lib.prices import PriceBook, price_book


class Case:
    """A client with its facts, prices, costs and latencies, from the few fields that a test states."""

    def __init__(self, **sections: dict) -> None:
        self.client: ClientFile = check_client({"client": {"name": "Test"}, **sections})
        self.facts: Facts = Facts.of(self.client)
        self.book: PriceBook = price_book(self.client)
        self.costs: Costs = costs(self.facts, self.book)
        self.latency: Latencies = latency(self.facts, self.book)


@pytest.fixture
def case() -> type[Case]:
    return Case
