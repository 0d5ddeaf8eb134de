"""The one door to LoRA fine-tuning."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lib.experiment.finetune.checkpoints import checkpoint_folder, newest_checkpoint, remove_checkpoints, training_key
from lib.experiment.finetune.estimating import estimate_network
from lib.experiment.finetune.memory import PeakMemory
from lib.experiment.finetune.network import with_adapters
from lib.experiment.finetune.rows import fitting_rows
from lib.experiment.finetune.settings import Lesson, LoraSettings, Training, TrainingEstimate
from lib.experiment.finetune.trainer import OnLoss, losses_of, make_trainer, watcher
from lib.experiment.models import LanguageModel
from lib.experiment.progress import Progress, silent
from lib.experiment.quiet import quiet_libraries

SAVE_EVERY = 30.0
"""Seconds between checkpoints."""


def fine_tune(
    base: LanguageModel,
    lessons: Sequence[Lesson],
    adapter: Path,
    settings: LoraSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
    stage: str = "Training",
    *,
    on_loss: OnLoss | None = None,
    on_estimate: Callable[[TrainingEstimate], None] | None = None,
    checkpoints: Path | None = None,
    save_every: float = SAVE_EVERY,
    precision: str | None = None,
) -> Training:
    """Train a LoRA adapter on ``lessons`` and save it to the folder ``adapter``.

    The base model is given back unchanged. A lesson that does not fit the window is left out and
    counted in ``too_long``. A training that was interrupted goes on from its last checkpoint when it is
    called again with the same model, lessons, settings and seed.

    Args:
        base: the model to adapt.
        lessons: what to learn.
        adapter: folder to save to; only the first process writes where several train together.
        settings: the workbook's defaults if not given.
        seed: starts the adapter and orders the lessons; the same seed gives the same adapter.
        progress: told of each step.
        stage: the name that ``progress`` is told.
        on_loss: told of each step's number, loss and the number of steps, for a live curve.
        on_estimate: told what the training will take, before it starts.
        checkpoints: folder for checkpoints; ``.checkpoints`` beside the adapter if not given.
        save_every: seconds between checkpoints.
        precision: ``bf16`` or ``fp32``; what the device is best at if not given.

    Raises:
        InputError: no lesson is left to train on.
    """
    # Libraries that the training loads are not counted as its memory.
    from transformers import Trainer  # noqa: F401

    settings = settings or LoraSettings()
    adapter = Path(adapter)
    rows = fitting_rows(base, lessons)
    with quiet_libraries(), PeakMemory(base.model.device.type) as memory:
        with with_adapters(base, settings, seed, precision) as network:
            expected = estimate_network(base, network, rows, settings, seed)
            if on_estimate:
                on_estimate(expected)
            key = training_key(base.fingerprint, rows, settings, seed, network.precision)
            folder = checkpoint_folder(adapter, key, checkpoints)
            watching = watcher(progress, stage, on_loss, save_every)
            trainer = make_trainer(base, network, rows, settings, seed, folder, [watching])
            start = newest_checkpoint(folder)
            started = time.perf_counter()
            trainer.train(resume_from_checkpoint=str(start) if start else None)
            seconds = time.perf_counter() - started
            network.tuned.eval()
            trainable, total = network.tuned.get_nb_trainable_parameters()
            if trainer.is_world_process_zero():
                network.tuned.save_pretrained(adapter)
                remove_checkpoints(folder)
            trainer.accelerator.wait_for_everyone()
        peak = memory.growth_mib
    return Training(
        adapter=adapter,
        losses=losses_of(trainer),
        lessons=len(rows),
        too_long=len(lessons) - len(rows),
        trainable_parameters=trainable,
        parameters=total - trainable,
        tokens=expected.tokens,
        settings=settings,
        precision=network.precision,
        estimate=expected,
        seconds=seconds,
        peak_memory_mib=peak,
        resumed_from=int(start.name.rpartition("-")[2]) if start else 0,
    )
