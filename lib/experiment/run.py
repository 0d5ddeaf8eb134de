"""Running the experiment: index, search, two LoRA trainings a seed, every arm's answers, scored and stored."""

import ctypes
import importlib.metadata
import json
import os
import platform
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diskcache import Cache

from lib import paths
from lib.dataset import Dataset, Question, TrainingPair
from lib.endings import ending_signals_unwind
from lib.errors import InputError
from lib.experiment import record as records
from lib.experiment import store
from lib.experiment.answering import Answerer, Inputs, changed_documents, look_up
from lib.experiment.arms import EXPERIMENT_ARMS, ExperimentArm, chosen_arms
from lib.experiment.config import ExperimentConfig
from lib.experiment.data import Data, data_for
from lib.experiment.lessons import (
    closed_book_examples,
    examples_with_pages,
    gold_passages,
    known,
    taught_enough,
    unlearned,
)
from lib.experiment.result import ExperimentResult, load_run
from lib.experiment.scoring import retrieval_scores, score_answers
from lib.fingerprints import value_fingerprint
from lib.models import load_model, model_fingerprint, refuse_remote
from lib.models.answering import AnsweringModel
from lib.models.training import TrainingExample, Until, train_adapter
from lib.progress import Bars, Progress, silent
from lib.quiet import quiet_libraries
from lib.retrieval.access import Person
from lib.retrieval.embedder import Embedder, embedder_fingerprint, load_embedder
from lib.retrieval.index import Index, open_index
from lib.retrieval.passages import Passage
from lib.retrieval.search import Hit, document_ids
from lib.retrieval.server import postgres

EXPERIMENT_VERSION = 4
"""Raise it when the same configuration may give other answers or scores than before: another prompt, another way to
train, cut, search or score. Comments, names, pages and charts leave it as it is, and with it every stored run."""

TRAININGS = ("closed_book", "with_pages")
_PACKAGES = "torch transformers peft sentence-transformers chonkie pgvector ir-measures sacrebleu rapidfuzz"
_TIMED_SEARCHES = 32
_SEARCHED_TOGETHER = 64


def run_experiment(
    config: ExperimentConfig | None = None,
    *,
    data: Data | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    data_must_stay_in_house: bool = False,
) -> ExperimentResult:
    """Run the experiment, or return the stored result of the same one.

    The same one means: the same configuration, data, weights, package versions and version of the experiment. A run
    that was interrupted goes on: finished answers and trainings are kept.

    Args:
        config: what to do; the whole design if not given.
        data: what ``data_for(config)`` gave, where it has been read already.
        fresh: run cold, even where a stored result or finished parts of it would do.
        progress: told how far it is; bars on stderr if not given, ``progress.silent`` for none.
        data_must_stay_in_house: refuse a model behind an endpoint that is not on this machine or network.

    Raises:
        InputError: the configuration, a model, a file of own data or ``DATABASE_URL`` cannot be used, or nothing can
            be written under ``data/runs``.

    Examples:
        >>> from lib.experiment import make_config, run_experiment
        >>> result = run_experiment(make_config(quick=True))  # doctest: +SKIP
        >>> run_experiment(make_config(model="endpoint:gpt-4o-mini"), data_must_stay_in_house=True)
        Traceback (most recent call last):
        lib.errors.InputError: constraints.data_must_stay_in_house is true, but the model is asked at OpenAI, outside the
        house; give a folder, a Hugging Face id, or an OPENAI_BASE_URL on this machine or a private network.
    """
    config = config or ExperimentConfig()
    for name in (config.model, config.tuned_closed_book, config.tuned_with_pages):
        refuse_remote(name, data_must_stay_in_house)
    data = data or data_for(config)
    prints = model_fingerprint(config.model), embedder_fingerprint(config.embedder)
    # Where the weights are known by their files, a stored result is found without loading anything.
    if not fresh and None not in prints and (stored := store.newest_with_key(run_key(config, data.dataset, *prints))):
        return load_run(stored)
    with store.work_folder() as folder, open_context(config, fresh=fresh, progress=progress) as context:
        key = run_key(config, data.dataset, context.model.fingerprint, context.embedder.fingerprint)
        with store.one_at_a_time(key):
            # Another process may have finished the same run while this one waited.
            stored = None if fresh else store.newest_with_key(key)
            return load_run(stored) if stored else _run(config, context, data, key, folder)


def run_key(config: ExperimentConfig, dataset: Dataset, model: str, embedder: str) -> str:
    """Name everything that decides the result, as one sha256 (hex). Models go by their fingerprints."""
    return value_fingerprint(
        {
            "config": config.model_dump(mode="json"),
            "dataset": repr(dataset),
            "model": model,
            "embedder": embedder,
            "packages": package_versions(),
            "experiment": EXPERIMENT_VERSION,
        }
    )


def package_versions() -> dict[str, str]:
    """Return the packages whose change may change a result, with their versions, and Python's."""
    return {name: importlib.metadata.version(name) for name in _PACKAGES.split()} | {
        "python": platform.python_version()
    }


@dataclass
class RunContext:
    """What stays open during a run: models, the server, the cache. The learning curves use it too.

    ``resumed`` counts the answers and trainings that an earlier run had finished.
    """

    model: AnsweringModel
    embedder: Embedder
    address: str
    cache: Cache
    progress: Progress = silent
    seconds: dict[str, float] = field(default_factory=dict)
    resumed: dict[str, int] = field(default_factory=lambda: {"answers": 0, "trainings": 0})

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block under a stage's name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
            # The C library keeps freed memory: a training and many answers leave gigabytes in holes.
            if sys.platform == "linux":
                with suppress(OSError, AttributeError):
                    ctypes.CDLL(None).malloc_trim(0)

    @contextmanager
    def inputs(self, dataset: Dataset, config: ExperimentConfig) -> Iterator[Inputs]:
        """Index the pages as at training, make what is learned, change the pages to today's, and look everything up."""
        questions = dataset.questions
        with open_index(self.address, "experiment", self.embedder, config.chunking) as index:
            with self.stage("retrieval"):
                index.sync(dataset.documents_at_training, self._at("Index: pages at training"))
                lessons = self._lessons(dataset, index, config)
                started = time.perf_counter()
                changes = index.sync(dataset.documents, self._at("Index: today's pages"))
                sync_seconds = time.perf_counter() - started
                waits = []
                # The first ones one at a time, to know how long that takes.
                for question in questions[:_TIMED_SEARCHES]:
                    started = time.perf_counter()
                    look_up(index, [question.question], config, config.asker)
                    waits.append(round(time.perf_counter() - started, 5))
                hits = self._looked_up("Search", [each.question for each in questions], index, config, config.asker)
                found = {question.id: each for question, each in zip(questions, hits, strict=True)}
                gold = found | {
                    question.id: gold_passages(index, question.document_ids, question.answer, config.asker)
                    for question in questions
                    if question.document_ids
                }
                nearest = self._nearest_examples(dataset, config)
                wanted = {question.id: question.document_ids for question in questions}
                scores = retrieval_scores({id_: document_ids(each) for id_, each in found.items()}, wanted, config.k)
                retrieval = records.RetrievalInfo(
                    search=config.search,
                    reranker=config.reranker,
                    k=config.k,
                    scores={id_: {name: round(each[name], 4) for name in each} for id_, each in scores.items()},
                    seconds_each=waits,
                    synced_passages=changes.added + changes.changed + changes.removed,
                    sync_seconds=sync_seconds,
                )
            yield Inputs(dataset, config, index, found, gold, nearest, lessons, retrieval)

    def train(self, name: str, inputs: Inputs, seed: int, until: Until | None = None) -> tuple[Path, dict[str, Any]]:
        """Train an adapter (``until`` it holds enough), go on with one that was begun, or take the finished one.

        Returns its folder and what ``lib.models.training`` noted.
        """
        examples, settings = inputs.lessons[name], inputs.config.lora(name)
        key = {
            "model": self.model.fingerprint,
            "examples": [asdict(example) for example in examples],
            "settings": asdict(settings),
            "seed": seed,
            "threads": inputs.config.threads,
            "until": until.target if until else None,
            "versions": package_versions(),
        }
        # Beside the cache, so that an unfinished training is found and gone on with.
        folder = Path(self.cache.directory).parent / "trainings" / value_fingerprint(key)[:24] / "adapter"
        notes = folder / "training.json"
        stage = f"LoRA {name.replace('_', ' ')}, seed {seed}"
        self.resumed["trainings"] += notes.is_file()
        if not notes.is_file():
            with self.stage(stage):
                train_adapter(self.model, examples, folder, settings, seed, self.progress, until, stage=stage)
                _halved(folder)
        return folder, json.loads(notes.read_text(encoding="utf-8"))

    def answer(
        self, arm: ExperimentArm, inputs: Inputs, adapter: Path | None = None, note: str = "", timed: bool = True
    ) -> tuple[list[records.AnswerRow], records.ArmInfo]:
        """Let one arm answer the questions (``Answerer.answers``), in a stage whose name ends in ``note``.

        A tuned arm without ``adapter``, the folder of its LoRA, is answered by the model named for it.
        """
        elsewhere = None if adapter or arm.adapter == "none" else inputs.config.tuned_elsewhere(arm.adapter)
        if elsewhere == store.REFERENCE:
            adapter, elsewhere = load_run(store.REFERENCE).adapter(arm.adapter), None
        stage = f"Answers: {arm.title}{note}"
        with self.stage(stage), quiet_libraries():
            base = load_model(elsewhere) if elsewhere else self.model
            with base.adapted(adapter) as model:
                answerer = Answerer(arm, model, inputs, self.cache)
                made = answerer.answers(self.progress, stage, timed)
        self.resumed["answers"] += answerer.kept
        return made

    def known(self, dataset: Dataset, adapter: Path | None = None, training: str = "", seed: int = 0) -> list[bool]:
        """Ask the model, with an adapter on it or as it is, what no training here is about (``lessons.known``)."""
        after = f"after {training.replace('_', ' ')}, seed {seed}" if adapter else "before training"
        stage = f"Everyday questions and texts, {after}"
        with self.stage(stage), quiet_libraries(), self.model.adapted(adapter) as model:
            return known(model, dataset.voice, self.progress, stage)

    def _lessons(self, dataset: Dataset, index: Index, config: ExperimentConfig) -> dict[str, list[TrainingExample]]:
        """Write what the adapters learn from, where an arm has one."""
        pairs = dataset.training_pairs or dataset.taught
        if not pairs or not any(EXPERIMENT_ARMS[arm].adapter != "none" for arm in config.arms):
            return {}
        questions = [pair.question for pair in dataset.training_pairs]
        hits = self._looked_up("Search: training pairs", questions, index, config, None)
        found = dict(zip(questions, hits, strict=True))
        return {"closed_book": closed_book_examples(dataset), "with_pages": examples_with_pages(dataset, index, found)}

    def _looked_up(
        self, stage: str, questions: Sequence[str], index: Index, config: ExperimentConfig, person: Person | None
    ) -> list[list[Hit]]:
        found: list[list[Hit]] = []
        for start in range(0, len(questions), _SEARCHED_TOGETHER):
            found += look_up(index, questions[start : start + _SEARCHED_TOGETHER], config, person)
            self.progress(stage, len(found), len(questions))
        return found

    def _nearest_examples(self, dataset: Dataset, config: ExperimentConfig) -> dict[str, list[TrainingPair]]:
        """Find the training pairs nearest to each question, where an arm shows them."""
        pairs = dataset.training_pairs
        wanted = any(EXPERIMENT_ARMS[arm].examples == "retrieved" for arm in config.arms)
        if not (wanted and pairs and config.examples):
            return {}
        with open_index(self.address, "examples", self.embedder) as index:
            index.sync_passages(
                [Passage(str(n), 0, each.question, each.answer, "pair") for n, each in enumerate(pairs)]
            )
            hits = index.search([question.question for question in dataset.questions], config.examples, "dense")
        found = zip(dataset.questions, hits, strict=True)
        return {question.id: [pairs[int(hit.document_id)] for hit in each] for question, each in found}

    def _at(self, stage: str) -> Progress:
        return lambda _, done, total: self.progress(stage, done, total)


def _halved(folder: Path) -> None:
    """Keep an adapter in 16 bits: what answers is what is shipped, at half the size."""
    import torch
    from safetensors.torch import load_file, save_file

    path = folder / "adapter_model.safetensors"
    save_file({name: tensor.to(torch.bfloat16) for name, tensor in load_file(path).items()}, path, {"format": "pt"})


@contextmanager
def open_context(
    config: ExperimentConfig, *, fresh: bool = False, progress: Progress | None = None
) -> Iterator[RunContext]:
    """Load the models and start the server; ``fresh`` forgets what earlier runs finished.

    Raises:
        InputError: a model or ``DATABASE_URL`` cannot be used.
    """
    import torch

    bars = Bars()
    with ending_signals_unwind(), ExitStack() as stack:
        stack.callback(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(config.threads)
        stack.callback(bars.close)
        started = time.perf_counter()
        model, embedder = load_model(config.model, progress or bars), load_embedder(config.embedder)
        seconds = {"load models": time.perf_counter() - started}
        address = stack.enter_context(postgres())
        forgotten = paths.RUNS / f".fresh-{os.getpid()}-{random.randrange(10**9)}"
        cache = store.open_cache(forgotten if fresh else paths.RUNS / ".cache")
        if fresh:
            stack.callback(shutil.rmtree, forgotten, ignore_errors=True)
        stack.callback(cache.close)
        yield RunContext(model, embedder, address, cache, progress or bars, seconds)


def possible_arms(
    config: ExperimentConfig, dataset: Dataset, model: AnsweringModel
) -> tuple[list[ExperimentArm], list[records.LeftOut]]:
    """Part the arms that can be run from those that cannot, with the reason.

    Raises:
        InputError: none of the arms asked for can be run.
    """
    arms, left_out = [], []
    for arm in chosen_arms(config.arms):
        reason = None
        if arm.adapter != "none" and config.tuned_elsewhere(arm.adapter):
            pass
        elif (arm.examples, arm.adapter) != ("none", "none") and not dataset.training_pairs:
            reason = "it needs training pairs, and none were given"
        elif arm.pages == "gold" and not any(question.document_ids for question in dataset.questions):
            reason = "it needs to know which document answers a question, and no question says so"
        elif arm.adapter != "none" and not hasattr(model, "network"):
            reason = f"{model.name} cannot be trained here; name a model that has been fine-tuned elsewhere"
        if reason:
            left_out.append(records.LeftOut(arm=arm.id, title=arm.title, reason=reason))
        else:
            arms.append(arm)
    if not arms:
        raise InputError(f"arms: none of those asked for can be run ({left_out[0].title}: {left_out[0].reason}).")
    return arms, left_out


def _run(config: ExperimentConfig, context: RunContext, data: Data, key: str, folder: Path) -> ExperimentResult:
    created, dataset, first = datetime.now(UTC), data.dataset, config.seeds[0]
    arms, left_out = possible_arms(config, dataset, context.model)
    trainings: list[records.TrainingInfo] = []
    rows: list[records.AnswerRow] = []
    took: dict[str, records.ArmInfo] = {}
    before: list[bool] = []
    with context.inputs(dataset, config) as inputs:
        for seed in config.seeds:
            adapters: dict[str, Path] = {}
            for name in (name for name in TRAININGS if any(arm.adapter == name for arm in arms)):
                if config.tuned_elsewhere(name) == store.REFERENCE and seed == first:
                    shipped = next(each for each in load_run(store.REFERENCE).record.trainings if each.name == name)
                    trainings.append(shipped.model_copy(update={"adapter": "", "seed": seed, "shipped": True}))
                elif not config.tuned_elsewhere(name):
                    info, adapters[name] = _trained(context, inputs, name, seed, folder)
                    if config.unlearning:
                        before = before or context.known(dataset)
                        info.unlearned = unlearned(before, context.known(dataset, adapters[name], info.name, seed))
                    trainings.append(info)
            for arm in arms:
                # An untuned model has no seed: it answers alike each time.
                if arm.adapter != "none" or seed == first:
                    note = f", seed {seed}" if arm.adapter != "none" and len(config.seeds) > 1 else ""
                    made, info = context.answer(arm, inputs, adapters.get(arm.adapter), note, timed=seed == first)
                    rows += [row.model_copy(update={"seed": seed}) for row in made]
                    took.setdefault(arm.id, info)
        with context.stage("scoring"):
            _score(context, inputs, rows)
            _count_taught(trainings, rows, dataset)
        record = records.RunRecord(
            id=f"{created:%Y%m%d-%H%M%S}-{key[:12]}",
            key=key,
            created=created.isoformat(timespec="seconds"),
            command=" ".join(["python -m lib", *sys.argv[1:]]) if sys.argv[0].endswith("__main__.py") else "",
            machine=machine(),
            experiment_version=EXPERIMENT_VERSION,
            config=config,
            model=_model_info(context.model),
            embedder={"name": context.embedder.name, "fingerprint": context.embedder.fingerprint},
            dataset=_dataset_info(inputs),
            versions=package_versions() | {"database": _server(inputs.index)},
            arms=list(took.values()),
            left_out=left_out,
            trainings=trainings,
            retrieval=inputs.retrieval,
            audit=[asdict(finding) for finding in data.audit.findings] if data.audit else [],
            skipped_files=[asdict(file) for file in data.skipped],
            questions={question.id: _question_info(question) for question in dataset.questions},
            passages={id_: inputs.passages[id_] for row in rows for id_ in row.passage_ids},
            answers=rows,
            resumed=dict(context.resumed),
            peak_memory_mib=peak_memory_mib(),
            seconds=context.seconds,
        )
    return ExperimentResult(record, store.finish(folder, record))


def _trained(
    context: RunContext, inputs: Inputs, name: str, seed: int, folder: Path
) -> tuple[records.TrainingInfo, Path]:
    """Train an adapter (or take the finished one), and copy the first seed's into the run's folder."""
    keep = seed == inputs.config.seeds[0]
    adapter, facts = context.train(name, inputs, seed, taught_enough(inputs.dataset) if name == "closed_book" else None)
    if keep:
        adapter = Path(shutil.copytree(adapter, folder / "adapters" / name))
    facts |= {
        "name": name,
        "seed": seed,
        "adapter": f"adapters/{name}" if keep else "",
        "seconds": round(facts["seconds"], 1),
        "estimated_seconds": round(facts["estimate"]["seconds"], 1),
        "peak_memory_mib": round(facts["peak_memory_mib"]),
        "losses": [round(loss, 4) for loss in facts["losses"]],
        # Of the wordings that were looked at while it was trained; the run asks others.
        "taught": None,
    }
    return records.TrainingInfo(**facts), adapter


def _score(context: RunContext, inputs: Inputs, rows: list[records.AnswerRow]) -> None:
    questions = {question.id: question for question in inputs.dataset.questions}
    texts = {id_: f"{page.title}. {page.text}" for id_, page in inputs.passages.items()}
    given = [(row.question_id, row.answer, [texts[id_] for id_ in row.passage_ids]) for row in rows]
    voice, embed = inputs.dataset.voice, context.embedder.embed_queries
    for row, score in zip(rows, score_answers(questions, given, voice, embed, context.progress), strict=True):
        row.scores = {name: round(value, 4) if isinstance(value, float) else value for name, value in score.items()}


def _count_taught(trainings: list[records.TrainingInfo], rows: list[records.AnswerRow], dataset: Dataset) -> None:
    """Count, of the facts asked word for word as they were taught, those that the closed-book model answers right."""
    verbatim = {question.id for question in dataset.questions if question.kind == "trained_wording"}
    lora = [row for row in rows if row.arm == "lora" and row.question_id in verbatim]
    for training in trainings:
        asked = [bool(row.scores["fact"]) for row in lora if row.seed == training.seed]
        if training.name == "closed_book" and asked:
            training.taught, training.asked = sum(asked), len(asked)


def _model_info(model: AnsweringModel) -> records.ModelInfo:
    network = getattr(model, "network", None)
    more = {
        "parameters": network.num_parameters() if network is not None else None,
        "is_sample_model": model.fingerprint == model_fingerprint(None),
    }
    return records.ModelInfo.model_validate(model).model_copy(update=more)


def _dataset_info(inputs: Inputs) -> records.DatasetInfo:
    dataset = inputs.dataset
    return records.DatasetInfo(
        name=dataset.name,
        is_sample_company=dataset.is_sample_company,
        fingerprint=value_fingerprint(repr(dataset)),
        documents=len(dataset.documents),
        passages=len(inputs.index),
        changed_documents=len(changed_documents(dataset)),
        questions=len(dataset.questions),
        training_pairs=len(inputs.lessons.get("with_pages", ())),
        taught_pairs=len(inputs.lessons.get("closed_book", ())),
        taught_facts=len({pair.fact for pair in dataset.taught if pair.fact}),
        kinds=dict(Counter(question.kind for question in dataset.questions)),
        voice={name: value for name, value in asdict(dataset.voice).items() if isinstance(value, str)},
        style=dataset.voice.instructions,
    )


def _question_info(question: Question) -> records.QuestionInfo:
    cluster = question.cluster or (question.document_ids[0] if question.document_ids else question.id)
    return records.QuestionInfo.model_validate(question).model_copy(update={"cluster": cluster})


def _server(index: Index) -> str:
    connection = index.table.connection
    version = connection.execute("SHOW server_version").fetchone()[0]
    extension = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    return f"PostgreSQL {version.split()[0]}, pgvector {extension[0]}"


def machine() -> str:
    """Describe the machine in a few words: processor, cores, memory, system."""
    import psutil

    cpuinfo = Path("/proc/cpuinfo")
    told = re.search(r"^model name\s*: (.+)", cpuinfo.read_text() if cpuinfo.is_file() else "", re.MULTILINE)
    name = told[1] if told else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}"


def peak_memory_mib() -> float | None:
    """Return the most memory this process has held so far, in MiB; ``None`` where the system does not say."""
    with suppress(ImportError):
        import resource

        # Linux counts in KiB, macOS in bytes.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
