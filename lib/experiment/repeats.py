"""The same experiment with several seeds: how far its numbers move when everything random is drawn anew."""

import html
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.measures import agreement
from lib.experiment.resampling import mean_of, mean_over_seeds
from lib.experiment.result import ExperimentResult
from lib.experiment.result.page import table_html

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.config import ExperimentConfig


@dataclass(frozen=True, repr=False)
class RepeatedResult:
    """Runs that differ in nothing but their seed: ``runs`` in the order of ``seeds``."""

    seeds: tuple[int, ...]
    runs: tuple[ExperimentResult, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return arm × measure × kind over the seeds, for the measures that any run has.

        Returns:
            ``runs`` (that judged it), ``mean`` of the runs' shares (0 to 1), ``sd`` between them, ``low``
            and ``high`` (95 %, Student's t over the runs, cut at 0 and 1; nan for a single run).
        """
        import pandas as pd

        labels = ["arm", "arm_title", "stands_for", "measure", "measure_title", "form", "kind"]
        every = pd.concat([run.to_frame() for run in self.runs], ignore_index=True)
        rows = [
            dict(zip(labels, names, strict=True)) | asdict(mean_over_seeds(some["share"].tolist()))
            for names, some in every.groupby(labels, sort=False)
        ]
        return pd.DataFrame(rows, columns=[*labels, "runs", "mean", "sd", "low", "high"])

    def consistency(self) -> "pd.DataFrame":
        """Return how often an arm gives the same answer again, over questions that several runs ask alike.

        Returns:
            Indexed by arm: ``n`` questions, ``consistency`` (mean share of pairs of runs whose answers say
            the same, 0 to 1), ``low`` and ``high`` (95 %, bootstrap). Runs whose seed makes other
            questions have none in common, and no rows here.
        """
        import pandas as pd

        given: dict[tuple[str, str, str], list[str]] = {}
        for run in self.runs:
            for row in run.record["answers"]:
                if "answer" in row:
                    given.setdefault((row["arm"], row["question_id"], row["question"]), []).append(row["answer"])
        rows = {}
        for arm in self.arms:
            alike = [agreement(answers) for (of, *_), answers in given.items() if of == arm and len(answers) > 1]
            if alike:
                mean = mean_of(alike)
                rows[arm] = [mean.n, mean.mean, mean.low, mean.high]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["n", "consistency", "low", "high"])
        frame.index.name = "arm"
        return frame

    @property
    def arms(self) -> dict[str, dict[str, Any]]:
        """Arm id to its record, of every arm of any run."""
        return {id_: arm for run in self.runs for id_, arm in run.arms.items()}

    def overview(self) -> "pd.DataFrame":
        """Return means over the seeds in percent with their interval, one row an arm."""
        import pandas as pd

        panels = list(dict.fromkeys(panel for run in self.runs for panel in run.panels))
        shares = self.to_frame().set_index(["arm", "measure", "kind"])
        rows = {}
        for id_, arm in self.arms.items():
            places = {panel.title: (id_, panel.measure, panel.kind) for panel in panels}
            rows[arm["title"]] = {
                title: _percent(shares.loc[place]) if place in shares.index else "–" for title, place in places.items()
            }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.index.name = "Arm"
        return frame

    def legend(self) -> str:
        """Say what the numbers are."""
        seeds = ", ".join(map(str, self.seeds))
        if len(self.runs) == 1:
            return f"One run, seed {seeds}: a single run says nothing of how far another seed would be from it."
        return (
            f"Mean of {len(self.runs)} runs in percent, seeds {seeds}. In brackets the 95 % interval (Student's t over "
            "the runs), which holds all that a seed changes; then the standard deviation between runs, in points."
        )

    def __repr__(self) -> str:
        """Name the seeds; the runs are long."""
        return f"RepeatedResult(seeds={self.seeds!r})"

    def __str__(self) -> str:
        """Show the overview as text."""
        return f"{self.overview().to_string()}\n\n{self.legend()}"

    def _repr_html_(self) -> str:
        return f"{table_html(self.overview())}<p>{html.escape(self.legend())}</p>"


def repeat(
    config: "ExperimentConfig",
    seeds: Sequence[int],
    run: "Callable[[ExperimentConfig], ExperimentResult] | None" = None,
) -> RepeatedResult:
    """Run the experiment once for each seed.

    Args:
        config: what is to be run; its own seed does not count.
        seeds: at least one, none twice; five or more make an interval worth reading.
        run: runs one configuration; ``run_experiment`` if not given, which takes stored runs where it can.

    Raises:
        InputError: no seed is given, or one twice, or a run cannot be done.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        given = ", ".join(map(str, seeds)) or "none"
        raise InputError(f"seeds: {given} cannot be repeated over; give one or more whole numbers, none twice.")
    if run is None:
        from lib.experiment.run import run_experiment as run
    return RepeatedResult(tuple(seeds), tuple(run(replace(config, seed=seed)) for seed in seeds))


def _percent(row: "pd.Series") -> str:
    if row["runs"] < 2:
        return f"{100 * row['mean']:.0f} %"
    return f"{100 * row['mean']:.0f} % ({100 * row['low']:.0f}–{100 * row['high']:.0f}; ±{100 * row['sd']:.1f})"
