"""Curves: one thing is varied and everything else stays as in the reference run.

A curve is a table of points; one caption reads any of them aloud. They come with the workbook under ``data/curves``,
and ``python -m lib experiment --curves`` measures them anew into ``data/runs/curves``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from lib import paths
from lib.dataset import KINDS, Dataset
from lib.errors import InputError
from lib.experiment.answering import Inputs
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.config import ExperimentConfig
from lib.experiment.data import data_for
from lib.experiment.result import ExperimentResult
from lib.experiment.run import RunContext, machine, open_context
from lib.experiment.scoring import MEASURES
from lib.files import write_text
from lib.progress import Progress
from lib.retrieval.kinds import ChunkSettings
from lib.stats import Proportion, proportion

Panels = Sequence[tuple[str, tuple[str, ...]]]
"""Measures, each with the kinds of question that count: all where empty."""


@dataclass(frozen=True)
class CurveEntry:
    """A curve by id: what it asks, what stands on its axis, and how it is measured."""

    id: str
    title: str
    question: str
    x_title: str
    measure: Callable[["Measuring"], Iterator["CurvePoint"]]
    log_x: bool = False


@dataclass(frozen=True)
class CurvePoint:
    """One point: a ``series`` at ``x`` by one of ``MEASURES`` on questions of some ``kinds`` (all where empty)."""

    series: str
    x: float
    measure: str
    kinds: str
    share: Proportion


@dataclass(frozen=True)
class Curve:
    """A measured curve; ``model``, ``created`` and ``machine`` say by what, when and where."""

    id: str
    points: tuple[CurvePoint, ...]
    model: str = ""
    created: str = ""
    machine: str = ""

    @property
    def entry(self) -> CurveEntry:
        """What it asks and how it is drawn."""
        return CURVES[self.id]

    @property
    def panels(self) -> list[tuple[str, str]]:
        """The panels of its chart: measure and kinds, in the order measured."""
        return list(dict.fromkeys((point.measure, point.kinds) for point in self.points))

    def line(self, panel: tuple[str, str], series: str) -> list[CurvePoint]:
        """Return one series of a panel, by x."""
        points = [point for point in self.points if (point.measure, point.kinds) == panel and point.series == series]
        return sorted(points, key=lambda point: point.x)

    @property
    def series(self) -> list[str]:
        """Its lines, in the order measured."""
        return list(dict.fromkeys(point.series for point in self.points))


@dataclass
class Measuring:
    """What a curve is measured with: the run that it belongs to, and the open models."""

    result: ExperimentResult
    context: RunContext

    @property
    def config(self) -> ExperimentConfig:
        """The run's configuration."""
        return self.result.record.config

    def dataset(self, **changes) -> Dataset:
        """Make the sample company with other sizes."""
        return data_for(self.config.model_copy(update=changes)).dataset

    def answer(
        self, arm: str, inputs: Inputs, adapter: Path | None, x: float, series: str, panels: Panels
    ) -> Iterator[CurvePoint]:
        """Let one arm answer, and yield a point for each panel."""
        rows, _ = self.context.answer(EXPERIMENT_ARMS[arm], inputs, adapter, f", {series} at {x:g}", timed=False)
        voice, questions = inputs.dataset.voice, {question.id: question for question in inputs.dataset.questions}
        for measure, kinds in panels:
            known, clusters = [], []
            for row in rows:
                question = questions[row.question_id]
                value = MEASURES[measure].judge(question, row.answer, voice)
                if value is not None and (not kinds or question.kind in kinds):
                    known.append(value)
                    clusters.append(question.cluster)
            shown = ", ".join(kind.replace("_", " ") for kind in kinds)
            yield CurvePoint(series, x, measure, shown, proportion(known, clusters))

    def trained(
        self, name: str, arm: str, dataset: Dataset, x: float, series: str, panels: Panels, **changes
    ) -> Iterator[CurvePoint]:
        """Train on a dataset under a changed configuration, and let one arm answer with that adapter."""
        config = self.config.model_copy(update={"arms": (arm,)} | changes)
        with self.context.inputs(dataset, config) as inputs:
            adapter, _ = self.context.train(name, inputs, 0)
            yield from self.answer(arm, inputs, adapter, x, series, panels)


_NONE_ASKED = dict.fromkeys(KINDS, 0)


def _dose(measuring: Measuring) -> Iterator[CurvePoint]:
    """Teach a hundred facts in one or five wordings, for more and more epochs: exposures of a fact are the dose."""
    asked = _NONE_ASKED | {"trained_wording": 50, "new_wording": 50}
    panels = [("fact", ("new_wording",)), ("fact", ("trained_wording",))]
    for wordings, doses in ((5, (1, 2, 4)), (1, (5, 10, 20))):
        dataset = measuring.dataset(questions=asked, training_pairs=125, wordings=wordings)
        name = f"{wordings} wording{'s' if wordings > 1 else ''} of each fact"
        for epochs in doses:
            lora = replace(measuring.config.closed_book, epochs=epochs)
            x = wordings * epochs
            yield from measuring.trained("closed_book", "lora", dataset, x, name, panels, closed_book=lora)


def _changed(measuring: Measuring) -> Iterator[CurvePoint]:
    """Mix the run's facts that have changed and those that have not, in every share: no new answers are needed."""
    result = measuring.result
    for arm in ("rag_few_shot", "lora", "lora_with_pages"):
        if arm not in result.arms:
            continue
        kept, changed = result.share(arm, "fact", "new_wording"), result.share(arm, "fact", "changed")
        for percent in (0, 25, 50, 75, 100):
            groups = (kept, 1 - percent / 100), (changed, percent / 100)
            share = kept.share + (changed.share - kept.share) * percent / 100
            # Two independent groups: variances add with the squares of their weights.
            below, above = (
                sum(((getattr(each, side) - each.share) * weight) ** 2 for each, weight in groups) ** 0.5
                for side in ("low", "high")
            )
            mixed = Proportion(kept.n + changed.n, share, share - below, share + above)
            yield CurvePoint(result.arms[arm].title, percent, "fact", "", mixed)


def _pairs(measuring: Measuring) -> Iterator[CurvePoint]:
    """Tune with pages on more and more pairs."""
    asked = _NONE_ASKED | {"document_only": 60, "near_miss": 30, "missing": 30}
    panels = [("style", ()), ("right", ()), ("refusal", ("missing", "near_miss"))]
    arm = EXPERIMENT_ARMS["lora_with_pages"]
    for number in (25, 50, 100, 200, 400):
        dataset = measuring.dataset(questions=asked, training_pairs=number)
        yield from measuring.trained("with_pages", arm.id, dataset, number, arm.title, panels)


def _corpus(measuring: Measuring) -> Iterator[CurvePoint]:
    """Put more and more pages about other things beside those that are asked about."""
    pairs = measuring.dataset().training_pairs
    for documents in (300, 1000, 3000, 10_000):
        dataset = measuring.dataset(documents=documents, questions=_NONE_ASKED | {"document_only": 100})
        changes = {"documents": documents, "arms": ("rag_few_shot", "lora_with_pages")}
        config = measuring.config.model_copy(update=changes)
        with measuring.context.inputs(replace(dataset, training_pairs=pairs), config) as inputs:
            for arm in config.arms:
                adapter = measuring.result.adapter("with_pages") if arm == "lora_with_pages" else None
                title = EXPERIMENT_ARMS[arm].title
                yield from measuring.answer(arm, inputs, adapter, documents, title, [("fact", ())])


def _passages(measuring: Measuring) -> Iterator[CurvePoint]:
    """Look up more or fewer passages, cut longer or shorter."""
    # The run's own questions: another deal of the facts writes other values onto the pages.
    dataset = measuring.dataset(ask=_NONE_ASKED | {"document_only": 100})
    for words in (40, 90, 180):
        for k in (1, 3, 5):
            config = measuring.config.model_copy(update={"k": k, "chunking": ChunkSettings(words, 0), "arms": ("rag",)})
            with measuring.context.inputs(dataset, config) as inputs:
                name = f"passages of {words} words"
                yield from measuring.answer("rag", inputs, None, k, name, [("fact", ())])


CURVES: Mapping[str, CurveEntry] = {
    entry.id: entry
    for entry in (
        CurveEntry("dose", "What it takes to teach a fact", "How often must a model read a fact, and in how many wordings?", "Times that a fact was read in training", _dose),
        CurveEntry("changed", "When facts change", "How many facts may change before retrieval is ahead of teaching them?", "Percent of the facts that have changed since training", _changed),
        CurveEntry("pairs", "How many training pairs", "How many pairs does tuning with pages need for style, and for refusing?", "Training pairs", _pairs, log_x=True),
        CurveEntry("corpus", "How many pages", "Does a larger knowledge base cost right answers?", "Pages in the knowledge base", _corpus, log_x=True),
        CurveEntry("passages", "How many passages of what length", "How many passages should the search bring, and how long?", "Passages that the search brings", _passages),
    )
}  # fmt: skip


def run_curves(
    ids: Sequence[str] | None, result: ExperimentResult, *, fresh: bool = False, progress: Progress | None = None
) -> Iterator[Curve]:
    """Measure curves (all if none is named) with a run's configuration and adapters, stored in ``data/runs/curves``.

    ``fresh`` measures again what an earlier call had finished; ``progress`` is as in ``run_experiment``.

    Raises:
        InputError: an id is not known, or the run is on own data.
    """
    for id_ in ids or ():
        if id_ not in CURVES:
            raise InputError(f"curves: {id_!r} is not a curve; allowed are all, {', '.join(CURVES)}.")
    if not result.record.dataset.is_sample_company:
        raise InputError("curves: they vary the sample company; a run on own data has none.")
    with open_context(result.record.config, fresh=fresh, progress=progress) as context:
        for id_ in ids or CURVES:
            points = tuple(CURVES[id_].measure(Measuring(result, context)))
            curve = Curve(id_, points, result.record.model.name, result.record.created, machine())
            write_text(paths.RUNS / "curves" / f"{id_}.json", curve_json(curve))
            yield curve


def shown_curves() -> dict[str, Curve]:
    """Read the curves that were measured here, or else those that come with the workbook; in the table's order."""
    found = {}
    for id_ in CURVES:
        measured, shipped = (folder / f"{id_}.json" for folder in (paths.RUNS / "curves", paths.CURVES))
        if (path := measured if measured.is_file() else shipped).is_file():
            found[id_] = read_curve(path)
    return found


def curve_json(curve: Curve) -> str:
    """Return a curve as it is stored."""
    return TypeAdapter(Curve).dump_json(curve, indent=1).decode() + "\n"


def read_curve(path: Path) -> Curve:
    """Read a stored curve."""
    return TypeAdapter(Curve).validate_json(path.read_bytes())
