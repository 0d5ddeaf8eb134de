"""The roadmap of one architecture: steps with days, people, hours and cost; gates between them; what comes after.

Steps, their days and their sources stand in ``data/plan/roadmap.yaml``. Hours and cost of a step are those of the cost
model's set-up work that the step carries, so that the plan and the costs are one sum.
"""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.client import ClientFile
from lib.client.quantity import likely
from lib.costs import Costs
from lib.files import read_yaml
from lib.paths import DATA
from lib.thresholds import own_thresholds
from lib.wording import number, share

WORKING_DAYS_A_WEEK = 5
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Gate:
    """What must be measured before the plan goes on."""

    after: str
    words: str


@dataclass(frozen=True)
class PlannedStep:
    """One step in its place: working days from the start, at the short and the long end of its range."""

    id: str
    title: str
    result: str
    people: str
    source: str
    days: tuple[float, float]
    begins: tuple[float, float]
    hours: float
    usd: float
    gate: Gate | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The working day on which the step ends, short and long."""
        return self.begins[0] + self.days[0], self.begins[1] + self.days[1]


@dataclass(frozen=True)
class Roadmap:
    """The steps of one architecture in order, one after another.

    ``planned_arm`` and ``planned_weeks`` are the client's own plan, where stated. ``retrainings_a_year`` is 0 for an
    untuned architecture; ``examples_to_collect`` how many more labelled examples training wants (low, likely, high),
    ``None`` where nothing is trained. ``start`` is the day on which the work begins, where stated.
    """

    arm: str
    steps: tuple[PlannedStep, ...]
    retrainings_a_year: float
    examples_to_collect: tuple[int, int, int] | None
    questions_to_grade: int
    planned_arm: str | None
    planned_weeks: float | None
    start: datetime.date | None = None

    def dates(self, begins: float, ends: float) -> str:
        """Write the first and the last day of work between two working days from the start; empty without a start."""
        if self.start is None:
            return ""
        first, last = math.floor(begins), max(math.floor(begins), math.ceil(ends) - 1)
        return " to ".join(str(np.busday_offset(self.start, day, roll="forward")) for day in (first, last))

    @property
    def weeks(self) -> tuple[float, float]:
        """The weeks to the last step's end, short and long."""
        low, high = self.steps[-1].ends
        return low / WORKING_DAYS_A_WEEK, high / WORKING_DAYS_A_WEEK

    @property
    def hours(self) -> float:
        """The hours of work of all steps."""
        return sum(step.hours for step in self.steps)

    @property
    def usd(self) -> float:
        """The cost of that work, in USD: the set-up labour of the cost model."""
        return sum(step.usd for step in self.steps)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """List the gates in the order in which they are met."""
        return tuple(step.gate for step in self.steps if step.gate)

    def retraining_months(self, horizon: int) -> tuple[int, ...]:
        """Return the months (1 to ``horizon``) in which the model is trained anew, at most once a month."""
        if not self.retrainings_a_year:
            return ()
        every = MONTHS_A_YEAR / self.retrainings_a_year
        months = (max(1, round(every * count)) for count in range(1, int(horizon / every) + 2))
        return tuple(sorted({month for month in months if month <= horizon}))


def roadmap(client: ClientFile, arm: str, costs: Costs) -> Roadmap:
    """Plan ``arm`` for a client; ``costs`` are its own with components: one situation, no draws."""
    data, limits = _data(), own_thresholds()
    rate = float(likely(client.money.engineer_usd_per_hour))
    work = {id_: float(part.setup) for id_, part in costs.components[arm].items() if part.labour and part.setup > 0}
    carried = _carried(data, arm, work)
    graded = int(likely(client.evidence.eval_examples) or 0)
    examples = max(int(limits["evaluation_examples"].likely), graded)
    words = {
        "target": share(float(likely(client.evidence.target_score))),
        "examples": number(examples),
        "precision": share(limits["retrieval_precision"].likely),
    }
    steps, begins = [], (0.0, 0.0)
    for id_ in data["paths"][arm]:
        row = data["steps"][id_]
        gate = data["gates"].get(id_)
        usd = carried.get(id_, 0.0)
        step = PlannedStep(
            id=id_,
            title=row["title"],
            result=row["result"],
            people=row["people"],
            source=row["source"],
            days=(float(row["days"][0]), float(row["days"][1])),
            begins=begins,
            hours=usd / rate if rate else 0.0,
            usd=usd,
            # A gate that asks whether to train stands only where something is trained.
            gate=Gate(id_, gate.format(**words)) if gate and not (id_ == "rag_deployment" and arm == "rag") else None,
        )
        steps.append(step)
        begins = step.ends
    trained = arm in costs.retrains_per_month
    return Roadmap(
        arm=arm,
        steps=tuple(steps),
        retrainings_a_year=float(costs.retrains_per_month[arm]) * MONTHS_A_YEAR if trained else 0.0,
        examples_to_collect=_examples_missing(client) if trained and float(costs.retrains_per_month[arm]) else None,
        questions_to_grade=max(0, examples - graded),
        planned_arm=client.today.plan,
        planned_weeks=None if client.today.plan_weeks is None else float(likely(client.today.plan_weeks)),
        start=client.delivery.start,
    )


def _examples_missing(client: ClientFile) -> tuple[int, int, int]:
    """Count the labelled examples that are still missing to the least, usual and safe number."""
    limit = own_thresholds()["labelled_examples"]
    have = int(likely(client.training_data.labelled_examples) or 0)
    low, usual, high = (max(0, int(wanted) - have) for wanted in (limit.low, limit.likely, limit.high))
    return low, usual, high


def _carried(data: Mapping[str, Any], arm: str, work: Mapping[str, float]) -> dict[str, float]:
    """Hand every piece of set-up work (USD) to the first step of the path that carries it, else to the last one."""
    path, carried = data["paths"][arm], {}
    for id_, usd in work.items():
        step = next((step for step in path if id_ in data["steps"][step]["work"]), path[-1])
        carried[step] = carried.get(step, 0.0) + usd
    return carried


@cache
def _data() -> dict[str, Any]:
    return read_yaml(DATA / "plan" / "roadmap.yaml")
