"""One run of the experiment: its numbers, each with its interval, and the comparisons fixed beforehand.

One rule says everywhere whether a difference is more than chance: the paired difference clustered by what the
questions are about (``lib.stats.difference``), its p after Holm's correction within the family that is shown, below
5 %. "No difference" is said only where two one-sided tests put the difference within five points.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from math import isnan, nan
from pathlib import Path

import numpy as np
import pandas as pd

from lib import paths
from lib.dataset import KINDS
from lib.errors import InputError
from lib.experiment import store
from lib.experiment.arms import PRIMARY_CONTRASTS, Contrast
from lib.experiment.record import ArmInfo, RunRecord, TrainingInfo
from lib.experiment.scoring import GRADES, MEASURES, RETRIEVAL_MEASURES, agreement
from lib.stats import SIGNIFICANCE, Difference, Mean, Proportion, clustered_mean, difference, holm, proportion

ALL_KINDS = "all"
TAUGHT = 0.95
"""Share of its trained wordings that a closed-book model must answer before it is judged on facts."""


class Verdict(StrEnum):
    """What may be said of a difference."""

    MORE_THAN_CHANCE = "more than chance"
    NO_DIFFERENCE = "no difference of five points or more"
    NOT_TOLD_APART = "not told apart"
    VOID = "void"


@dataclass(frozen=True)
class ContrastResult:
    """A comparison: ``p_holm`` is corrected within its family; ``void`` says why it does not count."""

    contrast: Contrast
    difference: Difference
    p_holm: float
    void: str = ""

    @property
    def verdict(self) -> Verdict:
        """What may be said of it: the one rule."""
        if self.void or isnan(self.p_holm):
            return Verdict.VOID
        if self.p_holm < SIGNIFICANCE:
            return Verdict.MORE_THAN_CHANCE
        return Verdict.NO_DIFFERENCE if self.difference.equivalent else Verdict.NOT_TOLD_APART


@dataclass(frozen=True, repr=False)
class ExperimentResult:
    """A run that has been read; ``folder`` is where it lies with its adapters."""

    record: RunRecord
    folder: Path

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.id

    @property
    def arms(self) -> dict[str, ArmInfo]:
        """Arm id to what is known of the arm, in the table's order."""
        return {arm.id: arm for arm in self.record.arms}

    @property
    def kinds(self) -> list[str]:
        """The kinds of question in this run, in the order of ``lib.dataset.KINDS``."""
        present = {question.kind for question in self.record.questions.values()}
        return [*(kind for kind in KINDS if kind in present), *sorted(present - set(KINDS))]

    @property
    def seeds(self) -> list[int]:
        """The training seeds that were run."""
        return sorted({row.seed for row in self.record.answers})

    # --- was it taught?

    @property
    def taught_trainings(self) -> list[TrainingInfo]:
        """The closed-book trainings of which it is known how much they hold."""
        return [training for training in self.record.trainings if training.asked]

    @property
    def taught(self) -> Proportion | None:
        """Share of its trained wordings that the closed-book model answers right, over the seeds; ``None`` if not asked."""
        asked = self.taught_trainings and "lora" in self.arms
        return self.share("lora", "fact", "trained_wording") if asked else None

    @property
    def is_taught(self) -> bool:
        """Whether every closed-book training holds what it was taught, so that it may be judged on facts."""
        return bool(self.taught_trainings) and all(t.taught >= TAUGHT * t.asked for t in self.taught_trainings)

    # --- values

    @cached_property
    def answers(self) -> pd.DataFrame:
        """Every answer: one row for arm × seed × question, a column for each measure and grade (None: not judged)."""
        rows = pd.DataFrame([row.model_dump(exclude={"scores"}) | row.scores for row in self.record.answers])
        asked = [self.record.questions[id_] for id_ in rows["question_id"]]
        return rows.assign(kind=[each.kind for each in asked], cluster=[each.cluster for each in asked])

    @cached_property
    def _means(self) -> pd.DataFrame:
        """By arm and question, the mean over the training seeds of everything that is a number or true or false."""
        texts = {"arm", "seed", "question_id", "kind", "cluster", "answer", "passage_ids"}
        numbers = [name for name in self.answers if name not in texts]
        whole = self.answers.astype(dict.fromkeys(numbers, float))
        return whole.groupby(["arm", "question_id"], sort=False)[numbers].mean()

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The long frame: ``arm, seed, question_id, kind, cluster, measure, value``, what was judged only."""
        names = [name for name in (*MEASURES, *GRADES) if name in self.answers]
        base = ["arm", "seed", "question_id", "kind", "cluster"]
        long = self.answers.melt(base, names, var_name="measure", value_name="value")
        return long.dropna(subset="value").astype({"value": float})

    def values(self, arm: str, measure: str, kinds: str | Sequence[str] = ()) -> pd.Series:
        """Return an arm's values by question, each the mean over the training seeds.

        ``measure`` is one of ``MEASURES`` or ``GRADES``, ``perplexity``, or a size such as ``prompt_tokens``; ``kinds``
        is one kind, several, or all where empty or ``"all"``.

        Raises:
            InputError: there is no such arm, measure or kind in this run.
        """
        kinds = _kinds(kinds)
        for name, value, allowed in (
            ("arm", arm, list(self.arms)),
            ("measure", measure, list(self._means.columns)),
            *(("kind", kind, [ALL_KINDS, *self.kinds]) for kind in kinds),
        ):
            if value not in allowed:
                raise InputError(f"{name}: {value!r} is not in run {self.id}; it has {', '.join(allowed)}.")
        series = self._means.xs(arm)[measure].dropna()
        return series[[self.record.questions[id_].kind in kinds for id_ in series.index]] if kinds else series

    def share(self, arm: str, measure: str, kinds: str | Sequence[str] = ()) -> Proportion:
        """Return an arm's share by one of ``MEASURES``: mean over seeds, Wilson's interval clustered by fact.

        Raises:
            InputError: there is no such arm, measure or kind in this run.
        """
        return self._share_of(self.values(arm, measure, kinds))

    def share_where_found(self, arm: str, measure: str) -> Proportion:
        """Return an arm's share as :meth:`share`, of the questions whose right pages the first search all brought."""
        values, scores = self.values(arm, measure), self.record.retrieval.scores
        return self._share_of(values[[scores.get(id_, {}).get("recall") == 1.0 for id_ in values.index]])

    def _share_of(self, values: pd.Series) -> Proportion:
        return proportion(values.tolist(), self._clusters(values.index))

    def mean(self, arm: str, grade: str, kinds: str | Sequence[str] = ()) -> Mean:
        """Return an arm's mean by one of ``GRADES`` or a size, with its clustered interval."""
        values = self.values(arm, grade, kinds)
        return clustered_mean(values.tolist(), self._clusters(values.index))

    def difference(
        self, first: str, second: str, measure: str = "right", kinds: str | Sequence[str] = ()
    ) -> Difference:
        """Compare two arms on the questions where both were judged: mean over seeds, clustered by fact."""
        one, other = self.values(first, measure, kinds), self.values(second, measure, kinds)
        both = [id_ for id_ in one.index if id_ in other.index]
        return difference(one[both].tolist(), other[both].tolist(), self._clusters(both))

    # --- comparisons

    @cached_property
    def contrasts(self) -> list[ContrastResult]:
        """The comparisons fixed beforehand that this run can make, corrected (Holm) for the number of these."""
        arms, kinds = set(self.arms), set(self.kinds)
        return self._compared([c for c in PRIMARY_CONTRASTS if {c.first, c.second} <= arms and set(c.kinds) <= kinds])

    def pairs(
        self, measure: str = "right", kinds: str | Sequence[str] = (), arms: Sequence[str] = ()
    ) -> list[ContrastResult]:
        """Compare every two arms (or every two of some); the family for Holm's correction is all of these pairs."""
        every = combinations(arms or self.arms, 2)
        return self._compared([Contrast(f"{a}/{b}", "", a, b, measure, _kinds(kinds)) for a, b in every])

    def _compared(self, contrasts: Sequence[Contrast]) -> list[ContrastResult]:
        found = [(c, self.difference(c.first, c.second, c.measure, c.kinds), self._void(c)) for c in contrasts]
        corrected = holm([nan if void else each.p for _, each, void in found])
        return [ContrastResult(c, each, p, void) for (c, each, void), p in zip(found, corrected, strict=True)]

    def _void(self, contrast: Contrast) -> str:
        if not contrast.needs_taught or self.is_taught:
            return ""
        held = "it is not known what it holds"
        if self.taught:
            held = f"it holds {100 * self.taught.share:.0f} % of its trained wordings"
        return f"the closed-book model was not taught ({held}; {100 * TAUGHT:.0f} % are needed)"

    # --- frames

    def shares(self) -> pd.DataFrame:
        """Return arm × measure × kind: ``arm, title, measure, kind, n, share, low, high`` (0 to 1)."""
        rows = [
            {"arm": arm.id, "title": arm.title, "measure": measure, "kind": kind} | asdict(found)
            for arm in self.record.arms
            for measure in (name for name in MEASURES if name in self.answers)
            for kind in (ALL_KINDS, *self.kinds)
            if (found := self.share(arm.id, measure, kind)).n
        ]
        return pd.DataFrame(rows, columns=["arm", "title", "measure", "kind", "n", "share", "low", "high"])

    def spread(self, measure: str = "right") -> pd.DataFrame:
        """Return the tuned arms' shares seed by seed: indexed by arm, a column a seed, then ``sd`` between them."""
        tuned = self._tuned_answers.astype({measure: float})
        frame = tuned.groupby(["arm", "seed"], sort=False)[measure].mean().unstack()
        frame["sd"] = frame.std(axis=1, ddof=1)
        return frame.reindex([arm for arm in self.arms if arm in frame.index])

    @property
    def _tuned_answers(self) -> pd.DataFrame:
        tuned = [arm.id for arm in self.record.arms if arm.stands_for in ("fine_tune", "hybrid")]
        return self.answers[self.answers["arm"].isin(tuned)]

    def consistency(self) -> dict[str, float]:
        """Return how often the trainings with other seeds give the same answer: tuned arm to the mean share of pairs."""
        by_question = self._tuned_answers.groupby(["arm", "question_id"], sort=False)["answer"]
        shares = by_question.agg(lambda texts: agreement(list(texts)))
        return shares.dropna().astype(float).groupby("arm", sort=False).mean().to_dict()

    def retrieval(self) -> pd.DataFrame:
        """Return the retrieval measures by kind: ``kind, n`` and each mean (0 to 1) with ``_low`` and ``_high``."""
        rows = []
        scores = self.record.retrieval.scores
        for kind in self.kinds:
            if ids := [id_ for id_ in scores if self.record.questions[id_].kind == kind]:
                rows.append({"kind": kind, "n": len(ids)})
                for name in RETRIEVAL_MEASURES:
                    found = clustered_mean([scores[id_][name] for id_ in ids], self._clusters(ids))
                    rows[-1] |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
        return pd.DataFrame(rows)

    def efficiency(self) -> pd.DataFrame:
        """Return what a question takes: indexed by arm, mean tokens read and written, and the wait in seconds."""
        rows = {}
        for arm in self.record.arms:
            sizes = ("prompt_tokens", "cached_tokens", "answer_tokens")
            waits = arm.seconds_each
            p50, p95 = np.percentile(waits, [50, 95]) if waits else (nan, nan)
            rows[arm.id] = {"title": arm.title, **{name: self.values(arm.id, name).mean() for name in sizes}}
            rows[arm.id] |= {"seconds_p50": p50, "seconds_p95": p95, "seconds_n": len(waits)}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("arm")

    def perplexity(self) -> pd.DataFrame:
        """Return how surprised each arm's model was by the ideal answers: geometric mean, ``low``, ``high``, ``n``."""
        rows = {}
        for arm in self.arms:
            values = self.values(arm, "perplexity")
            if len(values) > 1:
                found = clustered_mean(np.log(values).tolist(), self._clusters(values.index))
                rows[arm] = [found.n, *np.exp([found.mean, found.low, found.high])]
        columns = ["n", "perplexity", "low", "high"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("arm")

    def adapter(self, training: str) -> Path:
        """Return the folder of a trained adapter, ``closed_book`` or ``with_pages``.

        Raises:
            InputError: this run holds no such adapter.
        """
        kept = {each.name: self.folder / each.adapter for each in self.record.trainings if each.adapter}
        if training not in kept:
            raise InputError(f"run {self.id} has no adapter {training!r}; it has {', '.join(kept) or 'none'}.")
        return kept[training]

    def __repr__(self) -> str:
        """Name the run; the record is long."""
        return f"ExperimentResult({self.id!r})"

    def _clusters(self, ids) -> list[str]:
        return [self.record.questions[id_].cluster for id_ in ids]


def _kinds(kinds: str | Sequence[str]) -> tuple[str, ...]:
    return () if kinds == ALL_KINDS else (kinds,) if isinstance(kinds, str) else tuple(kinds)


def load_run(run_id: str) -> ExperimentResult:
    """Read a stored run; ``"reference"`` is the one that comes with the workbook.

    Raises:
        InputError: there is none of that id.
    """
    return ExperimentResult(*store.read_record(run_id))


def reference_run() -> ExperimentResult | None:
    """Read the run that comes with the workbook, ``None`` where it has been taken out."""
    return load_run(store.REFERENCE) if (paths.REFERENCE_RUN / store.RECORD).is_file() else None
