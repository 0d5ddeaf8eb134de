"""What a client's measured scores rest on: a stored run with its paired outcomes, or numbers typed in.

``evidence.run`` names the run. Its answers give the paired tests between arms; where it is not stored on
this machine only the shares are left, and where it is one of the sample's its scores are not used at all.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from lib import paths
from lib.arms import ARMS
from lib.client import ClientFile, answers, check_client
from lib.client.facts import Array
from lib.errors import InputError
from lib.stats import fewest_significant, mcnemar_p

TYPED, STORED, NOT_STORED, REFUSED = "typed in", "stored", "not stored", "refused"

MEASURED_FIELDS = (*(f"{arm}_score" for arm in ARMS), "eval_examples", "retrieval_precision")

# A score is the run's own while it is this close to it, in questions: then rounding moves no gap by a whole one.
CLOSE = 0.4


@dataclass(frozen=True)
class Pair:
    """Two arms on the same ``n`` questions: on how many each alone was right."""

    n: int
    only_first: int
    only_second: int

    @classmethod
    def of(cls, first: Mapping[str, bool], second: Mapping[str, bool]) -> "Pair":
        """Compare two arms by question id; both were judged on the same questions."""
        only_first = sum(first[question] and not second[question] for question in first)
        return cls(len(first), only_first, only_first + sum(second.values()) - sum(first.values()))

    @property
    def gap(self) -> float:
        """The first arm's share less the second's (-1 to 1)."""
        return (self.only_first - self.only_second) / self.n

    @property
    def p(self) -> float:
        """McNemar's exact two-sided p."""
        return mcnemar_p(self.only_first, self.only_second)

    @cached_property
    def critical_gap(self) -> float:
        """The gap from which this many discordant questions are significant; infinite where none is.

        It lies half a step below the smallest significant gap (gaps move in steps of ``2 / n``), so that a
        share that was rounded when it was written down still falls on its own side.
        """
        discordant = self.only_first + self.only_second
        least = fewest_significant(discordant)
        return math.inf if least is None else (2 * least - discordant - 1) / self.n


@dataclass(frozen=True)
class MeasuredRun:
    """What stands behind the scores of a client file.

    ``status`` is one of :data:`TYPED` (no run is named), :data:`STORED`, :data:`NOT_STORED` and
    :data:`REFUSED`, ``why`` says more in the last two. ``shares`` (0 to 1, by arm) and ``pairs`` (by two
    arms) are there for a stored run only.
    """

    status: str
    run: str | None = None
    why: str = ""
    questions: int = 0
    shares: dict[str, float] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)

    def is_own(self, arm: str, score: Array) -> Array:
        """Return where ``score`` is the one that the run measured. Shape of ``score``."""
        if arm not in self.shares:
            return np.zeros(np.shape(score), dtype=bool)
        return np.abs(score - self.shares[arm]) <= CLOSE / self.questions


def measured_run(run_id: str | None, citations_required: bool = False) -> MeasuredRun:
    """Look up the run that a client file names; stored runs are read once, where citations are required with these."""
    if not run_id:
        return MeasuredRun(TYPED)
    try:
        changed = (paths.RUNS / run_id / "run.json").stat().st_mtime_ns
    except (OSError, ValueError):
        changed = 0
    return _read(str(paths.RUNS), run_id, changed, citations_required)


def usable_client(client: ClientFile) -> ClientFile:
    """Return the client without anything that a sample's run measured; the run's id stays, so that it can be said."""
    if measured_run(client.evidence.run).status != REFUSED:
        return client
    values = answers(client)
    kept = {name: value for name, value in values["evidence"].items() if name not in MEASURED_FIELDS}
    return check_client(values | {"evidence": kept})


@lru_cache(maxsize=16)
def _read(folder: str, run_id: str, changed: int, citations_required: bool) -> MeasuredRun:
    """Read a run; ``folder`` and ``changed`` (its time of change) are here so that a new file is read anew."""
    # In here for start-up time: most clients name no run.
    from lib.experiment.evidence import feeding_arms, measure_for, right_by_question, why_unfit
    from lib.experiment.store import read_record

    try:
        record, _ = read_record(run_id)
    except InputError:
        why = (
            f"the stored file of run {run_id} cannot be read"
            if changed
            else f"run {run_id} is not stored on this machine"
        )
        return MeasuredRun(NOT_STORED, run_id, why)
    unfit = why_unfit(record)
    if unfit:
        return MeasuredRun(REFUSED, run_id, unfit)
    feeding, measure = feeding_arms(record), measure_for(citations_required)
    judged = {
        arm: right for arm in ARMS if (right := right_by_question(record, feeding.get(f"{arm}_score", ""), measure))
    }
    shares = {arm: sum(right.values()) / len(right) for arm, right in judged.items()}
    pairs = {
        (first, second): Pair.of(judged[first], judged[second])
        for first, second in combinations(judged, 2)
        if judged[first].keys() == judged[second].keys()
    }
    return MeasuredRun(STORED, run_id, "", max(map(len, judged.values()), default=0), shares, pairs)
