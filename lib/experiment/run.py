"""Running the experiment: retrieval, two LoRA trainings, every arm's answers, judged and stored."""

import importlib.metadata
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib.experiment import store
from lib.experiment.answering import Answers, answer_all
from lib.experiment.arms import ExperimentArm, chosen_arms
from lib.experiment.config import ExperimentConfig
from lib.experiment.endings import ending_signals_unwind
from lib.experiment.finetune import Training, fine_tune
from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.lessons import closed_book_lessons, lessons_with_pages
from lib.experiment.lookups import Lookups, look_up
from lib.experiment.measures import judged, retrieval_measures
from lib.experiment.models import SAMPLE_MODEL, LanguageModel, adapted, load_model, model_fingerprint
from lib.experiment.progress import Bars, Progress
from lib.experiment.quiet import quiet_libraries
from lib.experiment.result import ExperimentResult
from lib.experiment.retrieval.embedder import Embedder, embedder_fingerprint, load_embedder
from lib.experiment.world import Sample, sample_company

_PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "sentence-transformers",
    "psycopg",
    "pgvector",
    "ir-measures",
    "statsmodels",
)


def run_experiment(
    config: ExperimentConfig | None = None, *, fresh: bool = False, progress: Progress | None = None
) -> ExperimentResult:
    """Run the experiment, or give the stored result of the same one.

    The same one means: the same configuration, sample, model weights, embedding weights, package
    versions and experiment code.

    Args:
        config: what to do; the workbook's defaults if not given.
        fresh: run even where a stored result would do.
        progress: told how far it is; bars on stderr if not given, ``progress.silent`` for none.

    Raises:
        InputError: the configuration, a model or ``DATABASE_URL`` cannot be used.
    """
    config = config or ExperimentConfig()
    sample = sample_company(config.seed, config.documents, config.questions_per_kind, config.training_pairs)
    prints = model_fingerprint(config.model), embedder_fingerprint(config.embedder)
    # Where the weights are known by their files, a stored result is found without loading anything.
    if not fresh and None not in prints and (stored := store.newest_with_key(run_key(config, sample, *prints))):
        return load_run(stored)
    bars = Bars()
    clock = Clock()
    try:
        with ending_signals_unwind(), fixed_threads(config.threads):
            with clock.stage("load models"):
                model, embedder = load_model(config.model), load_embedder(config.embedder)
            key = run_key(config, sample, model.fingerprint, embedder.fingerprint)
            with store.one_at_a_time(key):
                # Another process may have finished the same run while this one waited.
                stored = None if fresh else store.newest_with_key(key)
                if stored:
                    return load_run(stored)
                return _run(config, sample, model, embedder, key, clock, progress or bars)
    finally:
        bars.close()


def load_run(run_id: str) -> ExperimentResult:
    """Read a stored run.

    Raises:
        InputError: there is none of that id.
    """
    record, folder = store.read_record(run_id)
    return ExperimentResult(record, folder)


def latest_run() -> ExperimentResult | None:
    """Read the newest stored run, or give ``None`` where nothing has been run yet."""
    ids = store.run_ids()
    return load_run(ids[-1]) if ids else None


def run_key(config: ExperimentConfig, sample: Sample, model: str, embedder: str) -> str:
    """Name everything that decides the result, as one sha256 (hex). Models go by their fingerprints."""
    return value_fingerprint(
        {
            "config": config.to_dict(),
            "sample": repr(sample),
            "model": model,
            "embedder": embedder,
            "packages": package_versions(),
            "code": _code(),
        }
    )


def package_versions() -> dict[str, str]:
    """Return the versions of the packages whose change may change a result, and Python's."""
    return {name: importlib.metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()}


class Clock:
    """Adds up the seconds of each named stage."""

    def __init__(self) -> None:
        """Start with no stage."""
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block towards ``name``."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


@contextmanager
def fixed_threads(number: int) -> Iterator[None]:
    """Let torch compute with ``number`` threads: sums in another order give other last decimals."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _run(
    config: ExperimentConfig,
    sample: Sample,
    model: LanguageModel,
    embedder: Embedder,
    key: str,
    clock: Clock,
    progress: Progress,
) -> ExperimentResult:
    arms = chosen_arms(config.arms)
    created = datetime.now(UTC)
    with store.work_folder() as folder:
        with clock.stage("retrieval"):
            found = look_up(sample, config, embedder, progress)
        trainings = _trainings(arms, config, sample, model, found, folder, clock, progress)
        answers = _answers(arms, config, sample, model, found, trainings, clock, progress)
        with clock.stage("judging"):
            record = {
                "id": f"{created:%Y%m%d-%H%M%S}-{store.short_key(key)}",
                "key": key,
                "created": created.isoformat(timespec="seconds"),
                "config": config.to_dict(),
                "model": {
                    "name": model.name,
                    "fingerprint": model.fingerprint,
                    "parameters": model.model.num_parameters(),
                    "window": model.window,
                    "is_sample_model": model.name == SAMPLE_MODEL,
                },
                "embedder": {"name": embedder.name, "fingerprint": embedder.fingerprint},
                "sample": _described(sample),
                "versions": package_versions() | {"database": found.server},
                "arms": [_arm_record(arm, answers[arm.id], sample, found) for arm in arms],
                "retrieval": _retrieval_record(config, sample, found),
                "trainings": {name: _training_record(training) for name, training in trainings.items()},
                "answers": [row for arm in arms for row in _answer_rows(arm, answers[arm.id], sample)],
            }
        record["seconds"] = clock.seconds
        record["peak_memory_mib"] = peak_memory_mib()
        return ExperimentResult(record, store.finish(folder, record))


def _trainings(
    arms: list[ExperimentArm],
    config: ExperimentConfig,
    sample: Sample,
    model: LanguageModel,
    found: Lookups,
    folder: Path,
    clock: Clock,
    progress: Progress,
) -> dict[str, Training]:
    """Train each adapter that an arm needs."""
    lessons = {
        "closed_book": closed_book_lessons(sample),
        "with_pages": lessons_with_pages(sample, found.for_pairs, config.seed),
    }
    trainings = {}
    for name in lessons:
        if any(arm.adapter == name for arm in arms):
            stage = f"LoRA {name.replace('_', ' ')}"
            with clock.stage(stage):
                trainings[name] = fine_tune(
                    model, lessons[name], folder / "adapters" / name, config.lora, config.seed, progress, stage
                )
    return trainings


def _answers(
    arms: list[ExperimentArm],
    config: ExperimentConfig,
    sample: Sample,
    model: LanguageModel,
    found: Lookups,
    trainings: dict[str, Training],
    clock: Clock,
    progress: Progress,
) -> dict[str, Answers]:
    answers: dict[str, Answers] = {}
    for arm in arms:
        stage = f"Answers: {arm.title}"
        count = _Counter(progress, stage, len(sample.questions))
        adapter = trainings[arm.adapter].adapter if arm.adapter != "none" else None
        with clock.stage(stage), quiet_libraries(), adapted(model, adapter) as tuned:
            answers[arm.id] = answer_all(arm, tuned, sample, config, found.for_questions, count)
    return answers


class _Counter:
    """Turns "so many more" into "so many of so many"."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self.progress, self.stage, self.total, self.done = progress, stage, total, 0
        progress(stage, 0, total)

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.stage, self.done, self.total)


def _described(sample: Sample) -> dict[str, Any]:
    return {
        "name": sample.name,
        "fingerprint": value_fingerprint(repr(sample)),
        "documents": len(sample.documents),
        "changed_documents": sum(
            now.text != then.text for now, then in zip(sample.documents, sample.documents_at_training, strict=True)
        ),
        "questions": len(sample.questions),
        "training_pairs": len(sample.training_pairs),
        "style": sample.voice.instructions,
    }


def _arm_record(arm: ExperimentArm, answers: Answers, sample: Sample, found: Lookups) -> dict[str, Any]:
    searching = found.seconds_each if arm.retrieves else [0.0] * len(answers.seconds_each)
    shown = {page for answer in answers.answers for page in answer.page_ids}
    return {
        "id": arm.id,
        "title": arm.title,
        "meaning": arm.meaning,
        "stands_for": arm.stands_for,
        "seconds_each": [a + b for a, b in zip(answers.seconds_each, searching, strict=True)],
        "shortened_prompts": answers.shortened,
        "share_of_pages_read": len(shown) / len(sample.documents) if arm.pages == "all_that_fit" else None,
    }


def _retrieval_record(config: ExperimentConfig, sample: Sample, found: Lookups) -> dict[str, Any]:
    wanted = {question.id: question.document_ids for question in sample.questions}
    return {
        "search": config.search,
        "k": config.k,
        "questions": retrieval_measures(found.for_questions, wanted, config.k),
        "seconds_each": found.seconds_each,
        "reindexed": found.reindexed,
    }


def _training_record(training: Training) -> dict[str, Any]:
    return {
        "adapter": f"adapters/{training.adapter.name}",
        "losses": list(training.losses),
        "lessons": training.lessons,
        "too_long": training.too_long,
        "tokens": training.tokens,
        "trainable_parameters": training.trainable_parameters,
        "parameters": training.parameters,
    }


def _answer_rows(arm: ExperimentArm, answers: Answers, sample: Sample) -> Iterator[dict[str, Any]]:
    for question, answer in zip(sample.questions, answers.answers, strict=True):
        yield {
            "arm": arm.id,
            "question_id": question.id,
            "kind": question.kind,
            "question": question.question,
            "expected": question.answer,
            "answer": answer.text,
            "page_ids": list(answer.page_ids),
            "prompt_tokens": answer.prompt_tokens,
            "answer_tokens": answer.answer_tokens,
        } | judged(question, answer.text, sample.voice)


def peak_memory_mib() -> float | None:
    """Return the most memory this process has held so far, in MiB; ``None`` where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _code() -> str:
    """Fingerprint the experiment's own code; the base model's trainer is left out, its weights count."""
    here = Path(__file__).parent
    return value_fingerprint(
        {
            path.relative_to(here).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(here.rglob("*.py"))
            if "base_model" not in path.relative_to(here).parts
        }
    )
