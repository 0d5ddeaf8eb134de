"""Everything that stays open during a run: models, the server, what earlier runs finished. Steps of a run use it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from lib.experiment.answering import Answers, Materials, answer_all
from lib.experiment.arms import ExperimentArm
from lib.experiment.cache import AnswerCache, kept_training
from lib.experiment.clock import Clock
from lib.experiment.config import ExperimentConfig
from lib.experiment.finetune import Lesson, LoraSettings, Training, fine_tune
from lib.experiment.lessons import closed_book_lessons, lessons_with_pages
from lib.experiment.models import AnsweringModel, adapted, load_model
from lib.experiment.pages import Pages, example_chunks, open_pages
from lib.experiment.precision import best_precision
from lib.experiment.progress import Progress, say, silent
from lib.experiment.quiet import quiet_libraries
from lib.experiment.retrieval.hits import Hit, document_ids
from lib.experiment.versions import package_versions
from lib.experiment.world import Sample
from lib.retrieval.embedder import Embedder


@dataclass(frozen=True)
class Prepared:
    """A sample whose pages are in the index and have been searched.

    ``lessons`` maps the name of a training to what it learns from. ``search_seconds`` are of one question at a
    time; ``reindexed`` says what the change of pages since training cost; ``unneeded`` lists the questions
    that were not searched for, because they need no page.
    """

    materials: Materials
    lessons: dict[str, list[Lesson]]
    search_seconds: list[float]
    reindexed: dict[str, float]
    unneeded: tuple[str, ...]


@dataclass
class Workbench:
    """What the steps of a run share; made by ``lib.experiment.run`` and by the learning curves.

    ``cache`` is the folder in which finished answers and adapters outlive an interruption. ``resumed`` counts
    what was found there. ``on_loss`` is told a training's name, step, loss and number of steps.
    """

    config: ExperimentConfig
    model: AnsweringModel
    embedder: Embedder
    address: str
    cache: Path
    progress: Progress = silent
    on_loss: Callable[[str, int, float, int], None] | None = None
    clock: Clock = field(default_factory=Clock)
    resumed: dict[str, int] = field(default_factory=lambda: {"answers": 0, "trainings": 0})

    @contextmanager
    def prepared(self, sample: Sample, config: ExperimentConfig | None = None) -> Iterator[Prepared]:
        """Index the pages as at training, search for the lessons, change the pages to today's, search again.

        Args:
            sample: pages, pairs and questions.
            config: another way to cut and search than the workbench's own.
        """
        config = config or self.config
        with ExitStack() as stack, self.clock.stage("retrieval"):
            pages = stack.enter_context(open_pages(self.address, "pages", self.embedder, config))
            pages.show(sample.documents_at_training, self._staged("Index: pages at training"))
            lessons = self._lessons(sample, pages, config)
            started = time.perf_counter()
            changes = pages.show(sample.documents, self._staged("Index: today's pages"))
            seconds = time.perf_counter() - started
            reindexed = {"pages": changes.added + changes.changed + changes.removed, "seconds": seconds}
            found, unneeded, search_seconds = self._search(sample, pages, config)
            examples = self._examples(sample, config)
            yield Prepared(
                Materials(sample, pages, found, examples),
                lessons,
                search_seconds,
                reindexed,
                unneeded,
            )

    def train(
        self, name: str, prepared: Prepared, settings: LoraSettings | None = None, lessons: Sequence[Lesson] = ()
    ) -> Training:
        """Train the adapter ``name`` (``closed_book`` or ``with_pages``), or go on with one that was begun."""
        settings = settings or self.config.lora
        lessons = list(lessons or prepared.lessons[name])
        key = {
            "model": self.model.fingerprint,
            "lessons": [asdict(lesson) for lesson in lessons],
            "settings": asdict(settings),
            "seed": self.config.seed,
            "threads": self.config.threads,
            "precision": best_precision(
                str(getattr(getattr(self.model, "model", None), "device", "cpu")).partition(":")[0]
            ),
            "versions": package_versions(),
        }
        stage = f"LoRA {name.replace('_', ' ')}"
        with self.clock.stage(stage):
            training, kept = kept_training(
                self.cache,
                key,
                lambda folder: fine_tune(
                    self.model,
                    lessons,
                    folder,
                    settings,
                    self.config.seed,
                    self.progress,
                    stage,
                    on_loss=partial(self.on_loss, name) if self.on_loss else None,
                    on_estimate=lambda estimate: say(self.progress, f"expected: {estimate}"),
                ),
            )
        self.resumed["trainings"] += kept
        return training

    def answer(
        self,
        arm: ExperimentArm,
        prepared: Prepared,
        adapter: Path | None = None,
        config: ExperimentConfig | None = None,
    ) -> Answers:
        """Let one arm answer the prepared sample's questions.

        Args:
            arm: how it asks.
            prepared: what it answers from.
            adapter: folder of the arm's LoRA adapter; for a tuned arm without one, the model that the
                configuration names for it answers.
            config: another one than the workbench's own.
        """
        config = config or self.config
        model = self._model_for(arm, adapter)
        stage = f"Answers: {arm.title}"
        total = len(prepared.materials.sample.questions)
        cache = AnswerCache(
            self.cache,
            model=model.fingerprint,
            adapter=_adapter_fingerprint(adapter),
            threads=config.threads,
            versions=package_versions(),
        )
        with self.clock.stage(stage), quiet_libraries(), adapted(model, adapter) as tuned:
            counter = _Counter(self.progress, stage, total)
            answers = answer_all(arm, tuned, prepared.materials, config, cache, counter)
        self.resumed["answers"] += answers.kept
        return answers

    def _model_for(self, arm: ExperimentArm, adapter: Path | None) -> AnsweringModel:
        elsewhere = None if adapter or arm.adapter == "none" else self.config.tuned_elsewhere(arm.adapter)
        return load_model(elsewhere) if elsewhere else self.model

    def _lessons(self, sample: Sample, pages: Pages, config: ExperimentConfig) -> dict[str, list[Lesson]]:
        if not sample.training_pairs:
            return {}
        found = pages.find([pair.question for pair in sample.training_pairs], config.k)
        return {
            "closed_book": closed_book_lessons(sample),
            "with_pages": lessons_with_pages(sample, pages, found, config.seed),
        }

    def _search(self, sample: Sample, pages: Pages, config: ExperimentConfig):
        from lib.experiment.retrieval.need import needs_retrieval

        questions = [question.question for question in sample.questions]
        needed = needs_retrieval(questions, self.embedder) if config.skip_needless else [True] * len(questions)
        searched = [question for question, need in zip(sample.questions, needed, strict=True) if need]
        rankings = pages.find([question.question for question in searched])
        found: dict[str, list[Hit]] = {question.id: [] for question in sample.questions}
        found |= {question.id: hits for question, hits in zip(searched, rankings, strict=True)}
        seconds = []
        for question in questions[: config.latency_questions]:
            started = time.perf_counter()
            pages.find([question])
            seconds.append(time.perf_counter() - started)
        unneeded = tuple(q.id for q, need in zip(sample.questions, needed, strict=True) if not need)
        return found, unneeded, seconds

    def _examples(self, sample: Sample, config: ExperimentConfig) -> dict[str, list[int]]:
        """Find the training pairs nearest to each question, in a table of their own."""
        if not sample.training_pairs or not config.examples:
            return {question.id: [] for question in sample.questions}
        with open_pages(self.address, "training pairs", self.embedder, config) as pairs:
            pairs.show_chunks(example_chunks(sample.training_pairs))
            found = pairs.find([question.question for question in sample.questions], config.examples)
            return {
                question.id: [int(number) for number in document_ids(hits)]
                for question, hits in zip(sample.questions, found, strict=True)
            }

    def _staged(self, stage: str) -> Progress:
        return lambda _stage, done, total: self.progress(stage, done, total)


def _adapter_fingerprint(adapter: Path | None) -> str | None:
    from lib.experiment.fingerprints import folder_fingerprint

    return folder_fingerprint(adapter, "*.safetensors") if adapter else None


class _Counter:
    """Turns "so many more" into "so many of so many"."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self.progress, self.stage, self.total, self.done = progress, stage, total, 0
        progress(stage, 0, total)

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.stage, self.done, self.total)
