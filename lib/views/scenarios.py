"""Two or three scenarios or clients side by side, with what differs marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import Range
from lib.decision import Decision
from lib.views.field_words import field_label, section_title, value_words
from lib.views.markup import Page, with_note
from lib.views.money import Money
from lib.views.table import Table
from lib.wording import arm_title, probability


@dataclass(frozen=True)
class Scenario:
    """One column: a name, the client's facts and the decision for them."""

    name: str
    client: ClientFile
    decision: Decision


def comparison(scenarios: Sequence[Scenario]) -> Table:
    """Set results and differing facts in one column each; a cell that differs from the first is marked."""
    rows = [[title, *_marked([say(scenario) for scenario in scenarios])] for title, say in _MEASURES]
    values = [_values(scenario.client) for scenario in scenarios]
    for path in field_specs():
        held = [value[path] for value in values]
        if path != "client.name" and any(value != held[0] for value in held):
            name = with_note(field_label(path), section_title(path.split(".")[0]))
            rows.append([name, *_marked([value_words(path, value) for value in held])])
    return Table(
        ["What", *(scenario.name for scenario in scenarios)],
        rows,
        "Scenarios side by side: results first, then every fact that differs (≠ against the first column)",
    )


def _values(client: ClientFile) -> dict[str, Any]:
    values = {}
    for path in field_specs():
        section, name = path.split(".")
        value = getattr(getattr(client, section), name)
        values[path] = value.model_dump() if isinstance(value, Range) else None if value in ([], {}) else value
    return values


def _marked(cells: list[str]) -> list[Any]:
    mark = Page('<strong class="differs">≠ {}</strong>')
    return [cells[0], *(cell if cell == cells[0] else mark.format(cell) for cell in cells[1:])]


def _money(field: str) -> Callable[[Scenario], str]:
    def say(scenario: Scenario) -> str:
        arm = scenario.decision.arms.get(scenario.decision.planned_arm)
        return Money.of(scenario.client).text(getattr(arm, field)) if arm else "–"

    return say


def _seconds(scenario: Scenario) -> str:
    arm = scenario.decision.arms.get(scenario.decision.planned_arm)
    return f"{arm.p95_latency_ms / 1000:,.1f} s" if arm else "–"


_MEASURES: tuple[tuple[str, Callable[[Scenario], str]], ...] = (
    ("Recommendation", lambda scenario: arm_title(scenario.decision.recommendation)),
    ("Runner-up", lambda scenario: arm_title(scenario.decision.runner_up) if scenario.decision.runner_up else "none"),
    ("Stability", lambda scenario: probability(scenario.decision.stability)),
    ("Set-up, expected", _money("setup_usd")),
    ("A month, expected", _money("monthly_usd")),
    ("Over the horizon, expected", _money("horizon_usd")),
    ("A query, all in", _money("usd_per_query")),
    ("Whole answer, 95 of 100 within", _seconds),
)
