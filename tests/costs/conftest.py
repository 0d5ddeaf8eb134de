import pytest

from lib.client import ClientFile, Facts, check_client
from lib.costs import Costs, Latencies, costs, latency
from lib.prices import PriceBook, price_book

ARTICLE_STACK = {"base_model": "openai/gpt-4o-mini", "tuned_model": "openai/ft:gpt-4o-mini-2024-07-18"}
"""The models of the articles, whose figures the bills worked by hand take up."""
ARTICLE_DATE = {"as_of": "2026-05-01"}


class Case:
    """A client with its facts, prices, costs and latencies, from the few fields that a test states.

    The models and the date are those of the articles unless the test states others (``stack=None`` for today's).
    """

    def __init__(self, **sections: dict) -> None:
        stack = sections.pop("stack", {})
        if stack is not None:
            sections["stack"] = ARTICLE_STACK | stack
            sections["prices"] = ARTICLE_DATE | sections.get("prices", {})
        self.client: ClientFile = check_client({"client": {"name": "Test"}, **sections})
        self.facts: Facts = Facts.of(self.client)
        self.book: PriceBook = price_book(self.client)
        self.costs: Costs = costs(self.facts, self.book)
        self.latency: Latencies = latency(self.facts, self.book)


@pytest.fixture
def case() -> type[Case]:
    return Case
