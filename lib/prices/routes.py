"""The ways to have a model tuned and to serve it: by the token, on an endpoint by the hour, on own GPUs."""

import csv
from dataclasses import dataclass
from functools import cache

from lib.paths import PRICES

SERVERLESS, ENDPOINT, OWN_GPU, CLOSED = "serverless", "endpoint", "own_gpu", "closed"
KINDS = {
    SERVERLESS: "by the token, beside other clients' adapters",
    ENDPOINT: "a GPU of its own, by the hour, used or not",
    OWN_GPU: "the client's own GPUs",
    CLOSED: "a closed model tuned and served by its maker",
}


@dataclass(frozen=True)
class Route:
    """One way to tune and serve a model.

    ``base`` is the model that is tuned, as the price book names it; ``candidate`` tells whether the route is compared
    where the client names neither a tuned model nor a base that can be tuned (open models of about 8 billion
    parameters, so that the cheapest is not simply the smallest).
    """

    id: str
    kind: str
    base: str
    candidate: bool
    title: str
    grade: str
    source: str
    note: str

    @property
    def by_hour(self) -> bool:
        """Tell whether answering is paid by GPU hours and not by tokens."""
        return self.kind in (ENDPOINT, OWN_GPU)


@cache
def routes() -> dict[str, Route]:
    """Give every route of ``data/prices/routes.csv`` by its id."""
    with (PRICES / "routes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["route"]: Route(
            row["route"],
            row["kind"],
            row["base"],
            row["candidate"] == "yes",
            row["title"],
            row["grade"],
            row["source"],
            row["note"],
        )
        for row in rows
    }


def route_of(names: list[str]) -> Route | None:
    """Give the route that one of a tuned model's ``names`` is, or ``None``."""
    return next((routes()[name] for name in names if name in routes()), None)
