"""Running the experiment: retrieval, two LoRA trainings, every arm's answers, judged and stored."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lib import paths
from lib.endings import ending_signals_unwind
from lib.experiment import store
from lib.experiment.cache import copied
from lib.experiment.clock import Clock
from lib.experiment.config import ExperimentConfig
from lib.experiment.data import Data, data_for
from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.models import load_model, model_fingerprint, refuse_remote
from lib.experiment.possible import possible_arms
from lib.experiment.progress import Bars, Progress
from lib.experiment.record import record_of
from lib.experiment.result import ExperimentResult
from lib.experiment.version import EXPERIMENT_VERSION
from lib.experiment.versions import package_versions
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample
from lib.retrieval.embedder import embedder_fingerprint, load_embedder
from lib.retrieval.server import postgres

CACHE = ".cache"


def run_experiment(
    config: ExperimentConfig | None = None,
    *,
    data: Data | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    data_must_stay_in_house: bool = False,
    on_loss: Callable[[str, int, float, int], None] | None = None,
) -> ExperimentResult:
    """Run the experiment, or give the stored result of the same one.

    The same one means: the same configuration, sample, model weights, embedding weights, package
    versions and version of the experiment. A run that was interrupted goes on: finished answers and trainings are kept.

    Args:
        config: what to do; the workbook's defaults if not given.
        data: what ``data_for(config)`` gave, where it has been read already.
        fresh: run cold, even where a stored result or finished parts of it would do.
        progress: told how far it is; bars on stderr if not given, ``progress.silent`` for none.
        data_must_stay_in_house: refuse a model behind an endpoint that is not on this machine or network.
        on_loss: told of each training step: the training's name, the step, its loss, the number of steps.

    Raises:
        InputError: the configuration, a model, a file of own data or ``DATABASE_URL`` cannot be used.
    """
    config = config or ExperimentConfig()
    for name in (config.model, config.tuned_closed_book, config.tuned_with_pages):
        refuse_remote(name, data_must_stay_in_house)
    data = data or data_for(config)
    prints = model_fingerprint(config.model), embedder_fingerprint(config.embedder)
    # Where the weights are known by their files, a stored result is found without loading anything.
    if not fresh and None not in prints and (stored := store.newest_with_key(run_key(config, data.sample, *prints))):
        return load_run(stored)
    with open_workbench(config, fresh=fresh, progress=progress) as bench:
        bench.on_loss = on_loss
        key = run_key(config, data.sample, bench.model.fingerprint, bench.embedder.fingerprint)
        with store.one_at_a_time(key):
            # Another process may have finished the same run while this one waited.
            stored = None if fresh else store.newest_with_key(key)
            return load_run(stored) if stored else _run(bench, data, key)


@contextmanager
def open_workbench(
    config: ExperimentConfig, *, fresh: bool = False, progress: Progress | None = None
) -> Iterator[Workbench]:
    """Load the models and start the server; ``fresh`` forgets what earlier runs finished.

    Raises:
        InputError: a model or ``DATABASE_URL`` cannot be used.
    """
    bars, clock = Bars(), Clock()
    paths.RUNS.mkdir(parents=True, exist_ok=True)
    try:
        with ending_signals_unwind(), fixed_threads(config.threads), tempfile.TemporaryDirectory() as forgotten:
            with clock.stage("load models"):
                model, embedder = load_model(config.model), load_embedder(config.embedder)
            with postgres() as address:
                cache = Path(forgotten) if fresh else paths.RUNS / CACHE
                yield Workbench(config, model, embedder, address, cache, progress or bars, clock=clock)
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
            "experiment": EXPERIMENT_VERSION,
        }
    )


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


def _run(bench: Workbench, data: Data, key: str) -> ExperimentResult:
    config, created = bench.config, datetime.now(UTC)
    arms, left_out = possible_arms(config, data.sample, bench.model)
    run_id = f"{created:%Y%m%d-%H%M%S}-{store.short_key(key)}"
    with store.work_folder() as folder:
        with bench.prepared(data.sample) as prepared:
            trainings = {
                name: copied(bench.train(name, prepared), folder / "adapters" / name)
                for name in prepared.lessons
                if any(arm.adapter == name for arm in arms) and not config.tuned_elsewhere(name)
            }
            answers = {}
            for arm in arms:
                adapter = trainings[arm.adapter].adapter if arm.adapter in trainings else None
                answers[arm.id] = bench.answer(arm, prepared, adapter)
            facts = {"id": run_id, "key": key, "created": created.isoformat(timespec="seconds"), "left_out": left_out}
            record = facts | record_of(bench, data, prepared, arms, trainings, answers)
        record["seconds"] = bench.clock.seconds
        result = ExperimentResult(record, store.finish(folder, record))
    store.log_run(record, {arm: result.share(arm, "right").share for arm in result.arms})
    return result
