"""One run of the experiment, as an object that shows itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.measures import GRADES, MEASURES
from lib.experiment.resampling import Mean, mean_of
from lib.experiment.result import effort, frames, overview, page
from lib.experiment.result.outcomes import ALL_KINDS, Outcomes
from lib.experiment.result.overview import Panel
from lib.experiment.statistics import Pairing, Share, paired, share_of
from lib.experiment.token_prices import TokenPrices

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, repr=False)
class ExperimentResult:
    """One run. ``record`` is what is stored as JSON, ``folder`` where it lies with its adapters.

    Older and smaller records, which lack measures, read too: what they lack is left out of the tables.
    """

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

    @property
    def kinds(self) -> list[str]:
        """The kinds of question in this run."""
        return self.outcomes.kinds

    @cached_property
    def outcomes(self) -> Outcomes:
        """The answers as numbers, questions × arms."""
        return Outcomes(self.record)

    @cached_property
    def answers(self) -> "pd.DataFrame":
        """Every answer: one row for each arm and question, with a column for each measure (None: not judged)."""
        import pandas as pd

        frame = pd.DataFrame(self.record["answers"])
        lacking = {measure: None for measure in MEASURES if measure not in frame}
        return frame.assign(**lacking).astype({measure: object for measure in MEASURES})

    def share(self, arm: str, measure: str, kind: str = ALL_KINDS) -> Share:
        """Return one arm's share by one of ``MEASURES`` over one kind of question (or all), with Wilson's interval.

        Raises:
            InputError: there is no such arm, measure or kind in this run.
        """
        self.check(measure, kind, MEASURES, arm)
        key = (arm, measure, kind)
        if key not in self._shares:
            self._shares[key] = share_of([value > 0.5 for value in self._known(arm, measure, kind).tolist()])
        return self._shares[key]

    def mean(self, arm: str, grade: str, kind: str = ALL_KINDS) -> Mean:
        """Return one arm's mean by one of ``GRADES`` (0 to 1), with its clustered bootstrap interval.

        Raises:
            InputError: there is no such arm, grade or kind in this run.
        """
        self.check(grade, kind, GRADES, arm)
        known, clusters = self._known(arm, grade, kind), self._known(arm, grade, kind, clusters=True)
        return mean_of(known, clusters.tolist())

    def perplexity(self) -> "pd.DataFrame":
        """Return how surprised each arm's model was by the ideal answers, for the arms where it was measured.

        Returns:
            Indexed by arm: ``n``, ``perplexity`` (geometric mean; 1 is no surprise), ``low``, ``high``
            (95 %, clustered bootstrap).
        """
        import numpy as np
        import pandas as pd

        rows = {}
        for arm in self.arms:
            known = self._known(arm, "perplexity", ALL_KINDS)
            if len(known):
                mean = mean_of(np.log(known), self._known(arm, "perplexity", ALL_KINDS, clusters=True).tolist())
                rows[arm] = [mean.n, *np.exp([mean.mean, mean.low, mean.high])]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["n", "perplexity", "low", "high"])
        frame.index.name = "arm"
        return frame

    def to_frame(self) -> "pd.DataFrame":
        """Return arm × measure × kind, for ``MEASURES`` (form "share") and ``GRADES`` (form "mean").

        Returns:
            ``n``, ``share`` (the share or mean, 0 to 1), ``low`` and ``high`` (95 %; Wilson for shares,
            clustered bootstrap for means), ``clustered_low`` and ``clustered_high`` (bootstrap that
            resamples what the questions are about; without width where all answers are alike).
        """
        return frames.shares_frame(self)

    def compare(self, measure: str = "substance", kind: str = ALL_KINDS) -> "pd.DataFrame":
        """Compare every two arms on the same questions, by one of ``MEASURES`` or ``GRADES``.

        Returns:
            One row a pair: ``first``, ``second``, ``n``, ``only_first`` and ``only_second`` (questions on
            which one alone was right; None for grades), ``gap`` (first less second, −1 to 1) with ``low``
            and ``high`` (95 %, clustered bootstrap), ``p`` (McNemar, exact; for grades from the
            bootstrap), ``p_holm`` (for the number of pairs) and ``smallest_gap`` that so many questions
            can show.

        Raises:
            InputError: there is no such measure or kind in this run.
        """
        return frames.comparison_frame(self, measure, kind)

    def pairing(self, first: str, second: str, measure: str = "substance", kind: str = ALL_KINDS) -> Pairing:
        """Compare two arms by one of ``MEASURES``; see ``statistics.paired``."""
        one, other, _ = self.paired_values(first, second, measure, kind)
        return paired((one > 0.5).tolist(), (other > 0.5).tolist())

    def paired_values(
        self, first: str, second: str, measure: str, kind: str = ALL_KINDS
    ) -> tuple["np.ndarray", "np.ndarray", list[str]]:
        """Give two arms' values on the questions where both were judged, and what these are about.

        Raises:
            InputError: there is no such arm, measure or kind in this run.
        """
        import numpy as np

        self.check(measure, kind, MEASURES | GRADES, first, second)
        one, other = (self.outcomes.of_arm(arm, measure, kind) for arm in (first, second))
        both = ~np.isnan(one) & ~np.isnan(other)
        return one[both], other[both], self.outcomes.clusters[self.outcomes.of_kind(kind)][both].tolist()

    def product_arms(self, measure: str = "right", kind: str = ALL_KINDS) -> "pd.DataFrame":
        """Return the arm that stands for each of the product's arms.

        Returns:
            One row for each of prompt, long_context, rag, fine_tune and hybrid that was run:
            ``stands_for``, ``arm``, ``n``, ``share``, ``low``, ``high``, ``fixed``. An arm whose record
            says which score it ``feeds`` was fixed before the run; else it is the best of several
            (``fixed`` false), which flatters a little: it was chosen on the questions that it is reported on.
        """
        return frames.product_arms_frame(self, measure, kind)

    def overview(self, reference: str | None = None, marks: bool = True) -> "pd.DataFrame":
        """Return the table to read first: one row an arm, shares in percent with their 95 % intervals.

        Args:
            reference: arm that the others are marked against (▲ better, ▼ worse, by more than chance);
                the untuned arm that is all right most often if not given. ``legend`` says it in words.
            marks: whether to mark.

        Raises:
            InputError: there is no such arm in this run.
        """
        return overview.overview_table(self, self._reference(reference) if marks else None)

    def legend(self, reference: str | None = None) -> str:
        """Say what the overview's marks mean, and which gaps so many questions cannot show."""
        return overview.legend(self, self._reference(reference))

    @cached_property
    def panels(self) -> list[Panel]:
        """The overview's columns that this run has something to say on: title, measure, kind."""
        return overview.panels(self)

    def efficiency(
        self, prices: TokenPrices | None = None, correction_usd: float = 0.0, measure: str = "right"
    ) -> "pd.DataFrame":
        """Return tokens a question, the wait for one answer at a time and, with prices, the cost of each arm.

        Args:
            prices: USD for one million tokens; without them there are no costs.
            correction_usd: what it costs a person to put one wrong answer right.
            measure: by which of ``MEASURES`` an answer counts as correct.

        Returns:
            Indexed by the arm's title: mean ``prompt_tokens``, ``answer_tokens`` and, where some came from
            a prompt cache, ``cached_tokens``, each with ``_low`` and ``_high`` (95 %, clustered
            bootstrap); ``seconds_p50``, ``seconds_p95`` over ``seconds_n`` answers; where answers are
            streamed ``first_token_p50`` and ``first_token_p95`` (seconds); with prices
            ``usd_per_query``, ``usd_per_correct`` (inf where nothing is right) and its limits from the
            share's interval, ``usd_per_correct_low`` and ``_high``.
        """
        return effort.efficiency_frame(self, prices, correction_usd, measure)

    def retrieval(self) -> "pd.DataFrame":
        """Return the means of the retrieval measures (0 to 1, over the first k) for each kind of question.

        Returns:
            ``kind``, ``precision``, ``recall``, ``reciprocal_rank``, ``ndcg`` (as far as the record has
            them), ``n``, and ``_low`` and ``_high`` of each (95 %, clustered bootstrap).
        """
        return effort.retrieval_frame(self)

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
        return page.as_text(self)

    def _repr_html_(self) -> str:
        return page.as_html(self)

    def _reference(self, given: str | None) -> str | None:
        if given is not None and given not in self.arms:
            raise InputError(f"reference: {given!r} is not in run {self.id}; it has {', '.join(self.arms)}.")
        return given or overview.usual_reference(self)

    def check(self, measure: str, kind: str, measures: Mapping[str, Any], *arms: str) -> None:
        """Refuse what this run does not hold.

        Raises:
            InputError: an arm, the measure (one of ``measures`` is allowed) or the kind is not there.
        """
        for name, value, allowed in (
            *(("arm", arm, list(self.arms)) for arm in arms),
            ("measure", measure, list(measures)),
            ("kind", kind, [ALL_KINDS, *self.kinds]),
        ):
            if value not in allowed:
                raise InputError(f"{name}: {value!r} is not in run {self.id}; it has {', '.join(allowed)}.")

    def _known(self, arm: str, column: str, kind: str, clusters: bool = False) -> "np.ndarray":
        """Give an arm's values where there are any, or what those questions are about."""
        import numpy as np

        values = self.outcomes.of_arm(arm, column, kind)
        given = self.outcomes.clusters[self.outcomes.of_kind(kind)] if clusters else values
        return given[~np.isnan(values)]

    @cached_property
    def _shares(self) -> dict[tuple[str, str, str], Share]:
        return {}
