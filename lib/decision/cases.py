"""Outside cases: published situations by other parties, decided by the workbook and set beside what they shipped.

A case file under ``data/cases`` is a client file with keys of its own in front: ``source``; ``accept``, the
answers that a fair grader takes as right; and, where the source tells them, ``reject``, ``shipped``, ``stated``
and ``told``. The rules were made knowing these cases, so the hit rate is a record, not a forecast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from lib.arms import ARMS, UNDECIDED
from lib.client import ClientFile, Facts
from lib.client.client_file import check_client
from lib.client.yaml_text import parse
from lib.decision.decide import decide
from lib.decision.result import Decision
from lib.decision.track_record import TRACK_RECORD_FILE, TrackRecord, bands, deciding_answered
from lib.errors import InputError
from lib.files import write_text
from lib.paths import CASES
from lib.stats import wilson

_KEYS = ("source", "accept", "reject", "shipped", "stated", "told")


@dataclass(frozen=True)
class OutsideCase:
    """One published situation; ``accept`` holds ids of arms."""

    id: str
    source: str
    accept: tuple[str, ...]
    client: ClientFile
    shipped: str = ""
    stated: str = ""
    told: str = ""


@dataclass(frozen=True)
class CaseOutcome:
    """How one case came out: ``right`` is ``None`` where the workbook gave no answer."""

    case: OutsideCase
    decision: Decision

    @property
    def right(self) -> bool | None:
        """Whether the recommendation is one that a fair grader accepts."""
        if self.decision.recommendation == UNDECIDED:
            return None
        return self.decision.recommendation in self.case.accept


@dataclass(frozen=True)
class CaseRecord:
    """All outside cases decided."""

    outcomes: tuple[CaseOutcome, ...]

    @property
    def right(self) -> int:
        """Count the hits."""
        return sum(outcome.right is True for outcome in self.outcomes)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the hit rate."""
        return wilson(self.right, len(self.outcomes))

    @property
    def misses(self) -> list[CaseOutcome]:
        """List the cases that came out wrong or without an answer."""
        return [outcome for outcome in self.outcomes if not outcome.right]

    @cached_property
    def bands(self) -> tuple[TrackRecord, ...]:
        """Part the cases by stability, highest first, ties kept together, at least ten in each band."""
        return bands([(outcome.decision.stability, outcome.right) for outcome in self.outcomes])

    def baselines(self) -> dict[str, int]:
        """Count the hits of simple guides: one arm always, each framework alone, two rules of thumb."""
        guides: dict[str, Callable[[CaseOutcome], str | None]] = {
            f"always {arm}": lambda outcome, arm=arm: arm for arm in ARMS
        }
        for place, verdict in enumerate(self.outcomes[0].decision.frameworks):
            guides[f"{verdict.id} alone"] = lambda outcome, place=place: outcome.decision.frameworks[place].says
        guides["200 labels: fine-tuning, else RAG"] = lambda outcome: (
            "fine_tune" if (outcome.case.client.training_data.labelled_examples or 0) >= 200 else "rag"
        )
        guides["private knowledge: RAG, else prompting"] = lambda outcome: (
            "rag" if outcome.case.client.knowledge.needed == "private" else "prompt"
        )
        return {
            name: sum(guide(outcome) in outcome.case.accept for outcome in self.outcomes)
            for name, guide in guides.items()
        }

    def stored(self) -> dict[str, Any]:
        """Return what ``data/decision/track_record.yaml`` keeps: stability, deciding facts answered and outcome by case."""
        return {
            "cases": [
                {
                    "case": outcome.case.id,
                    "stability": outcome.decision.stability,
                    "answered": deciding_answered(Facts.of(outcome.case.client)),
                    "right": outcome.right,
                }
                for outcome in self.outcomes
            ],
            "guides": {
                verdict.id: self.baselines()[f"{verdict.id} alone"] for verdict in self.outcomes[0].decision.frameworks
            },
        }


@cache
def load_cases(folder: Path = CASES) -> tuple[OutsideCase, ...]:
    """Read the case files of a folder, by name.

    Raises:
        InputError: a file lacks ``source`` or ``accept``, accepts something that is no arm, or its facts are refused.
    """
    return tuple(_case(path) for path in sorted(folder.glob("*.yaml")))


def decide_cases(cases: Sequence[OutsideCase] | None = None) -> CaseRecord:
    """Decide the outside cases (all that are shipped, if not given), without looking for counterfactuals."""
    return CaseRecord(
        tuple(CaseOutcome(case, decide(case.client, with_counterfactuals=False)) for case in cases or load_cases())
    )


def store_record(record: CaseRecord, target: Path = TRACK_RECORD_FILE) -> None:
    """Write the track record that decisions are shown with."""
    head = "# How each outside case came out when last decided (python -m lib cases --store); right: null = no answer given.\n"
    head += "# guides: the cases that each published guide alone gets right.\n"
    write_text(target, head + yaml.safe_dump(record.stored(), default_flow_style=None, sort_keys=False, width=120))


def _case(path: Path) -> OutsideCase:
    values: dict[str, Any] = parse(path.read_text(encoding="utf-8"), str(path))
    own = {key: values.pop(key) for key in _KEYS if key in values}
    for key in ("source", "accept"):
        if not own.get(key):
            raise InputError(f"{path}: {key} is not answered; an outside case needs it.")
    for arm in own["accept"]:
        if arm not in ARMS:
            raise InputError(f"{path}: accept holds {arm!r}; allowed are {', '.join(ARMS)}.")
    texts = {key: str(own[key]) for key in ("shipped", "stated", "told") if key in own}
    return OutsideCase(path.stem, own["source"], tuple(own["accept"]), check_client(values, str(path)), **texts)
