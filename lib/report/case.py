"""One client with everything that is computed for the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lib.arms import ARMS
from lib.client import ClientFile, Facts
from lib.costs import Costs, Latencies
from lib.costs.overview import Overview
from lib.decision import Decision, decide, usable_client
from lib.decision.uncertainty import prices_of
from lib.plan import Roadmap, roadmap
from lib.prices import PriceBook
from lib.report.parameters import client_from
from lib.views.money import Money


@dataclass(frozen=True)
class Case:
    """A client's facts, decision, prices, costs and answer times; money inside is US dollars."""

    client: ClientFile
    file: Path | None
    facts: Facts
    decision: Decision
    overview: Overview
    money: Money

    @property
    def book(self) -> PriceBook:
        """The prices."""
        return self.overview.book

    @property
    def costs(self) -> Costs:
        """The expected costs."""
        return self.overview.costs

    @property
    def latency(self) -> Latencies:
        """The answer times."""
        return self.overview.latency

    @property
    def recommended(self) -> str | None:
        """The recommended arm, ``None`` where it is not decidable yet."""
        return self.decision.recommendation if self.decision.recommendation in ARMS else None

    @property
    def planned(self) -> str:
        """The arm whose costs and plan are shown: the recommended one, or the one to start from."""
        return self.decision.planned_arm

    @property
    def mark(self) -> str:
        """What the planned arm is called on a chart."""
        return "recommended" if self.recommended else "to start from"

    @property
    def in_house(self) -> bool:
        """Whether data must stay on the client's own machines."""
        return self.book.in_house

    @cached_property
    def roadmap(self) -> Roadmap:
        """The way to it in steps; hours and money are expected ones."""
        return roadmap(self.client, self.planned, self.costs)

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """The arms that the client's facts or limits rule out."""
        return tuple(arm for arm, result in self.decision.arms.items() if not result.passes)

    @property
    def folder(self) -> Path | None:
        """The folder from which paths in the client file are counted."""
        return self.file.parent if self.file else None

    @property
    def date(self) -> str:
        """The report's date: the one stated, else that of the prices. Never the day of the run."""
        return (self.client.report.date or self.book.as_of).isoformat()


def report_title(client: ClientFile) -> str:
    """Return the report's title: the one stated, else what is recommended for what."""
    use_case = client.client.use_case
    subject = client.client.name if use_case == "not stated" else use_case
    return client.report.title or f"Architecture recommendation: {subject}"


def running_words(client: ClientFile) -> str:
    """Return what stands at the foot of every page and slide: the client, and that it is confidential where it is."""
    return client.client.name + (", confidential" if client.report.confidential else "")


def case_of(client: ClientFile, file: Path | None = None) -> Case:
    """Compute everything the report shows. Raises :class:`InputError` for a stack or price list of no use."""
    name = file.name if file else "client file"
    # Scores that may not be used, such as a sample run's, are not used for the cost of a right answer either.
    used = usable_client(client)
    book = prices_of(used, file)
    overview = Overview.of(used, name, file.parent if file else None, book)
    return Case(
        client=client,
        file=file,
        facts=Facts.of(used),
        decision=decide(client, source=file, book=book),
        overview=overview,
        money=Money.of(client),
    )


def case_from(variables: Mapping[str, Any]) -> Case:
    """Make the case from a notebook's variables; what cannot be used is refused in one sentence."""
    return case_of(*client_from(variables))
