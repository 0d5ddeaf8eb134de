"""A run's result: tables that show themselves, an interval beside every share."""

import html
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.measures import MEASURES
from lib.experiment.statistics import Share, adjusted, paired, share_of

if TYPE_CHECKING:
    import pandas as pd

ALL_KINDS = "all"
# What the overview shows: a column's title, its measure, its kind of question.
OVERVIEW = (
    ("Seen fact", "fact", "seen_fact"),
    ("Document fact", "fact", "document_fact"),
    ("Changed fact", "fact", "changed_fact"),
    ("Two-page fact", "fact", "multi_hop"),
    ("Refuses rightly", "refusal", "unanswerable"),
    ("Style kept", "style", ALL_KINDS),
    ("All right", "right", ALL_KINDS),
)


@dataclass(frozen=True, repr=False)
class ExperimentResult:
    """One run. ``record`` is what is stored as JSON, ``folder`` where it lies with its adapters."""

    record: dict[str, Any]
    folder: Path

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record["id"]

    @property
    def arms(self) -> dict[str, dict[str, Any]]:
        """Arm id to its title, meaning, the product's arm it stands for, and its waiting times."""
        return {arm["id"]: arm for arm in self.record["arms"]}

    @property
    def is_sample_model(self) -> bool:
        """Whether the workbook's own small model answered, whose levels say nothing of a real one's."""
        return self.record["model"]["is_sample_model"]

    @cached_property
    def answers(self) -> "pd.DataFrame":
        """Every answer: one row for each arm and question, with a column for each measure (None: not judged)."""
        import pandas as pd

        return pd.DataFrame(self.record["answers"]).astype({measure: object for measure in MEASURES})

    def share(self, arm: str, measure: str, kind: str = ALL_KINDS) -> Share:
        """Return one arm's share by one measure over one kind of question (or all), with its interval.

        Raises:
            InputError: there is no such arm, measure or kind in this run.
        """
        return share_of(list(self._outcomes(arm, measure, kind).values()))

    def to_frame(self) -> "pd.DataFrame":
        """Return arm × measure × kind: ``n``, ``share``, ``low`` and ``high`` (0 to 1; Wilson, 95 %)."""
        import pandas as pd

        rows = []
        for arm in self.arms.values():
            for measure in MEASURES.values():
                for kind in (ALL_KINDS, *self.kinds):
                    share = self.share(arm["id"], measure.id, kind)
                    if share.n:
                        labels = {"arm": arm["id"], "arm_title": arm["title"], "stands_for": arm["stands_for"]}
                        labels |= {"measure": measure.id, "measure_title": measure.title, "kind": kind}
                        rows.append(labels | asdict(share))
        return pd.DataFrame(rows)

    def compare(self, measure: str = "substance", kind: str = ALL_KINDS) -> "pd.DataFrame":
        """Compare every two arms on the same questions.

        Returns:
            One row a pair: ``first``, ``second``, ``n``, ``only_first`` and ``only_second`` (questions on
            which one alone was right), ``gap`` (first less second, 0 to 1), ``p`` (McNemar, exact),
            ``p_holm`` (for the number of pairs) and ``smallest_gap`` that so many questions can show.

        Raises:
            InputError: there is no such measure or kind in this run.
        """
        import pandas as pd

        rows = []
        for first, second in combinations(self.arms, 2):
            rows.append({"first": first, "second": second} | asdict(self.pairing(first, second, measure, kind)))
        columns = ["first", "second", "n", "only_first", "only_second", "gap", "p", "smallest_gap"]
        frame = pd.DataFrame(rows, columns=columns)
        frame.insert(7, "p_holm", adjusted(frame["p"].tolist()))
        return frame

    def pairing(self, first: str, second: str, measure: str = "substance", kind: str = ALL_KINDS):
        """Compare two arms; see ``statistics.paired``."""
        one, other = self._outcomes(first, measure, kind), self._outcomes(second, measure, kind)
        return paired([one[id_] for id_ in one], [other[id_] for id_ in one])

    def product_arms(self, measure: str = "right", kind: str = ALL_KINDS) -> "pd.DataFrame":
        """Return the best of the arms that stand for each of the product's arms.

        Returns:
            One row for each of prompt, long_context, rag, fine_tune and hybrid that was run:
            ``stands_for``, ``arm``, ``n``, ``share``, ``low``, ``high``. The best of several flatters a
            little: it was chosen on the questions that it is reported on.
        """
        import pandas as pd

        best: dict[str, dict[str, Any]] = {}
        for arm in self.arms.values():
            share = self.share(arm["id"], measure, kind)
            known = best.get(arm["stands_for"])
            if share.n and (known is None or share.share > known["share"]):
                best[arm["stands_for"]] = {"stands_for": arm["stands_for"], "arm": arm["id"]} | asdict(share)
        return pd.DataFrame(best.values(), columns=["stands_for", "arm", "n", "share", "low", "high"])

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of question in this run."""
        return list(dict.fromkeys(row["kind"] for row in self.record["answers"]))

    def overview(self) -> "pd.DataFrame":
        """Return the table to read first: one row an arm, shares in percent with their 95 % intervals."""
        import pandas as pd

        rows = {
            arm["title"]: {title: percent(self.share(arm["id"], measure, kind)) for title, measure, kind in OVERVIEW}
            for arm in self.arms.values()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.index.name = "Arm"
        return frame

    def efficiency(self) -> "pd.DataFrame":
        """Return tokens a question, and the wait for one answer at a time, for each arm."""
        import numpy as np
        import pandas as pd

        means = self.answers.groupby("arm", sort=False)[["prompt_tokens", "answer_tokens"]].mean()
        rows = {}
        for arm in self.arms.values():
            waits = arm["seconds_each"]
            rows[arm["title"]] = {
                "prompt_tokens": means.loc[arm["id"], "prompt_tokens"],
                "answer_tokens": means.loc[arm["id"], "answer_tokens"],
                "seconds_p50": float(np.percentile(waits, 50)) if waits else float("nan"),
                "seconds_p95": float(np.percentile(waits, 95)) if waits else float("nan"),
            }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.index.name = "Arm"
        return frame

    def retrieval(self) -> "pd.DataFrame":
        """Return mean recall@k and mean reciprocal rank (0 to 1) for each kind of question."""
        import pandas as pd

        kinds = {row["question_id"]: row["kind"] for row in self.record["answers"]}
        frame = pd.DataFrame(
            self.record["retrieval"]["questions"], columns=["question_id", "recall", "reciprocal_rank"]
        )
        frame["kind"] = frame["question_id"].map(kinds)
        grouped = frame.groupby("kind", sort=False)[["recall", "reciprocal_rank"]]
        return grouped.mean().assign(n=grouped.size()).reset_index()

    def losses(self) -> "pd.DataFrame":
        """Return the loss after each training step: ``training``, ``step`` (from 1), ``loss``."""
        import pandas as pd

        rows = [
            {"training": name, "step": step, "loss": loss}
            for name, training in self.record["trainings"].items()
            for step, loss in enumerate(training["losses"], start=1)
        ]
        return pd.DataFrame(rows, columns=["training", "step", "loss"])

    def timings(self) -> "pd.DataFrame":
        """Return the seconds that each stage of the run took."""
        import pandas as pd

        return pd.DataFrame({"stage": list(self.record["seconds"]), "seconds": list(self.record["seconds"].values())})

    def adapter(self, training: str) -> Path:
        """Return the folder of a trained adapter, ``closed_book`` or ``with_pages``.

        Raises:
            InputError: this run trained no such adapter.
        """
        trained = self.record["trainings"]
        if training not in trained:
            raise InputError(f"run {self.id} has no adapter {training!r}; it has {', '.join(trained) or 'none'}.")
        return self.folder / trained[training]["adapter"]

    def __repr__(self) -> str:
        """Name the run; the record is long."""
        return f"ExperimentResult({self.id!r})"

    def __str__(self) -> str:
        """Show the overview and the seconds by stage as text."""
        seconds = "\n".join(f"{name:45} {value:8.1f} s" for name, value in self.record["seconds"].items())
        total = sum(self.record["seconds"].values())
        return f"{self._heading()}\n\n{self.overview().to_string()}\n\n{seconds}\n{'together':45} {total:8.1f} s"

    def _repr_html_(self) -> str:
        table = self.overview().to_html(escape=True, border=0, classes="experiment")
        return f"<p>{html.escape(self._heading())}</p>{table}"

    def _heading(self) -> str:
        sample, model = self.record["sample"], self.record["model"]
        return (
            f"Run {self.id}: {sample['questions']} questions on {sample['documents']} pages of {sample['name']}, "
            f"answered by {model['name']} ({model['parameters'] / 1e6:,.1f} million parameters). "
            "Percent, with 95 % Wilson intervals."
        )

    def _outcomes(self, arm: str, measure: str, kind: str) -> dict[str, bool]:
        """Question id to outcome, for the questions that the measure judges."""
        for name, value, allowed in (
            ("arm", arm, list(self.arms)),
            ("measure", measure, list(MEASURES)),
            ("kind", kind, [ALL_KINDS, *self.kinds]),
        ):
            if value not in allowed:
                raise InputError(f"{name}: {value!r} is not in run {self.id}; it has {', '.join(allowed)}.")
        return {
            row["question_id"]: row[measure]
            for row in self._rows_by_arm[arm]
            if row[measure] is not None and kind in (ALL_KINDS, row["kind"])
        }

    @cached_property
    def _rows_by_arm(self) -> dict[str, list[dict[str, Any]]]:
        rows: dict[str, list[dict[str, Any]]] = {arm: [] for arm in self.arms}
        for row in self.record["answers"]:
            rows[row["arm"]].append(row)
        return rows


def percent(share: Share) -> str:
    """Write a share as "81 % (74–87)"; a dash where nothing was asked."""
    if isnan(share.share):
        return "–"
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"
