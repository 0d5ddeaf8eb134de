"""LoRA fine-tuning with ``peft`` and ``transformers.Trainer``: standard settings, loss on the completion only.

A training is estimated from two measured steps before it starts and measured while it runs. It can be stopped at any
time: called again with the same model, examples, settings and seed, it goes on from its last checkpoint. With
``Until`` it looks after each epoch whether what it was to teach is known, and ends once it is.
"""

import importlib.metadata
import json
import math
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lib.errors import InputError
from lib.files import write_text
from lib.fingerprints import value_fingerprint
from lib.models.local import LocalModel, merged
from lib.models.packing import Row, collate, completion_loss, packed, reads_packed, row_of
from lib.progress import Progress, say, silent
from lib.quiet import quiet_libraries

SAVE_EVERY = 60.0
"""Seconds between checkpoints."""

# A micro-batch holds at most so many tokens, padding counted: what is kept of it to go backward stays near 1 GB.
_TOKENS_IN_MICRO_BATCH = 1_536
# Steps of other lengths leave holes between blocks of memory: a whole training grew by twice what its longest step did.
_HOLES = 2.0
_MIB = 1024 * 1024
# Gradient and AdamW's two averages of each trainable number, four bytes each.
_BYTES_PER_TRAINABLE = 12
# Rows read together, and at most half of a step: what rows on the same pages teach is alike.
_ROWS_TOGETHER = 4
_PACKAGES = ("torch", "transformers", "peft", "accelerate")
_CHECKS = "checks.json"


@dataclass(frozen=True)
class LoraSettings:
    """What the reader sees and may change of a LoRA training.

    All linear layers are adapted (Biderman et al. 2024). ``rank`` is the width of the adapter, ``alpha`` its strength
    (``alpha / rank`` multiplies it), ``learning_rate`` the highest, from which it falls to zero in a straight line
    over ``epochs``, the most that are trained.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    epochs: int = 3
    learning_rate: float = 1e-3
    batch_size: int = 16

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        for name in ("rank", "alpha", "epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise InputError(f"lora.{name} is {getattr(self, name)}; it must be above 0.")
        if not 0 <= self.dropout < 1:
            raise InputError(f"lora.dropout is {self.dropout}; it must be at least 0 and below 1.")


@dataclass(frozen=True)
class TrainingExample:
    """A prompt, as the arm will ask it, and the answer that is to follow it."""

    prompt: str
    completion: str


@dataclass(frozen=True)
class Until:
    """When a training has taught enough: ``check`` gives the share known by the model as it is, from 0 to 1."""

    check: Callable[[LocalModel], float]
    target: float = 0.95


@dataclass(frozen=True)
class TrainingEstimate:
    """What a training will take at most, told before it starts.

    ``seconds`` and ``memory_mib`` (growth over what the process holds already) come from two measured steps on this
    machine; ``tokens`` counts every epoch, without padding; ``steps`` are optimiser steps.
    """

    seconds: float
    memory_mib: float
    tokens: int
    steps: int

    def __str__(self) -> str:
        """Tell it in one line."""
        return (
            f"{self.steps:,} steps over {self.tokens:,} tokens: about {self.seconds:,.0f} s and "
            f"{self.memory_mib:,.0f} MiB of memory"
        )


@dataclass(frozen=True)
class Training:
    """What a training did, and what it took."""

    adapter: Path  # the folder it lies in
    settings: LoraSettings  # it was trained with
    examples: int  # how many were trained on
    too_long: int  # how many did not fit the window
    losses: tuple[float, ...]  # after each step
    epochs: int  # how often each example was seen
    checks: tuple[tuple[int, float], ...]  # share known after each epoch that was checked, as (epoch, share)
    trainable_parameters: int  # of the adapter
    parameters: int  # of the model
    tokens: int  # trained on, every epoch counted, without padding
    precision: str  # of the model's weights, ``bfloat16`` or ``float32``; the adapter's are always fp32
    estimate: TrainingEstimate  # told before it started
    seconds: float  # measured over the steps of this call, checks included
    peak_memory_mib: float  # growth over what the process held before
    resumed_from: int = 0  # the step that an interrupted training went on from (0: none)
    machine: str = ""  # the graphics card it was trained on; empty on a processor

    @property
    def taught(self) -> float | None:
        """Share known at the end; ``None`` where it was not checked."""
        return self.checks[-1][1] if self.checks else None

    def __str__(self) -> str:
        """Tell what it took beside what was expected."""
        return (
            f"{self.seconds:,.0f} s and {self.peak_memory_mib:,.0f} MiB "
            f"(expected at most {self.estimate.seconds:,.0f} s and {self.estimate.memory_mib:,.0f} MiB)"
        )


def train_adapter(
    model: LocalModel,
    examples: Sequence[TrainingExample],
    folder: Path,
    settings: LoraSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
    until: Until | None = None,
    *,
    stage: str = "Training",
    save_every: float = SAVE_EVERY,
) -> Training:
    """Train a LoRA adapter and save it to ``folder``; the model is given back unchanged.

    Examples that do not fit the window are left out and counted. ``seed`` starts the adapter and orders the examples: the
    same one gives the same adapter. ``until`` looks after each epoch whether enough is known. ``progress`` is told of each
    step of ``stage``, and in words what it is estimated to take; checkpoints are ``save_every`` seconds apart.

    Raises:
        InputError: no example fits the window, or the model is an endpoint's.
    """
    # Libraries that the training loads are not counted as its memory.
    import torch
    from transformers import Trainer  # noqa: F401

    if not isinstance(model, LocalModel):
        raise InputError(f"model: {model.name} cannot be trained here; it is not loaded in this process.")
    settings, folder = settings or LoraSettings(), Path(folder)
    rows = [row_of(model.token_ids(each.prompt), model.answer_ids(each.completion)) for each in examples]
    fitting = [row for row in rows if len(row["input_ids"]) <= model.window]
    if not fitting:
        raise InputError(f"training pairs: none of {len(rows)} fits the window of {model.window} tokens.")
    together = max(1, min(_ROWS_TOGETHER, settings.batch_size // 2))
    items = packed(fitting, together) if reads_packed(model.network) else fitting
    key = {"model": model.fingerprint, "rows": fitting, "settings": asdict(settings), "seed": seed}
    key |= {"target": until.target if until else None, "dtype": str(model.network.dtype)}
    key |= {name: importlib.metadata.version(name) for name in _PACKAGES}
    kept = folder.parent / ".checkpoints" / value_fingerprint(key)[:16]
    with (
        quiet_libraries(),
        PeakMemory(model.network.device.type) as memory,
        _with_adapter(model, settings, seed) as tuned,
    ):
        step = max(1, round(settings.batch_size * len(items) / len(fitting)))
        micro = _micro_batch(items, step)
        estimate = _estimate(model, tuned, items, settings, step, micro, memory)
        say(progress, str(estimate))
        watcher = _watcher(model, progress, stage, save_every, until, kept)
        trainer = _trainer(model, tuned, items, settings, seed, step, micro, kept, watcher)
        start = _newest_checkpoint(kept)
        started = time.perf_counter()
        trainer.train(resume_from_checkpoint=str(start) if start else None)
        seconds = time.perf_counter() - started
        trainable, total = tuned.get_nb_trainable_parameters()
        # The folder that the model lies in here is nobody's business, nor there for whoever reads the adapter.
        tuned.peft_config["default"].base_model_name_or_path = model.name
        tuned.save_pretrained(folder)
    shutil.rmtree(kept, ignore_errors=True)
    epochs = max(1, round(trainer.state.epoch or 0))
    training = Training(
        adapter=folder,
        settings=settings,
        examples=len(fitting),
        too_long=len(rows) - len(fitting),
        losses=tuple(float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry),
        epochs=epochs,
        checks=tuple(watcher.checks),
        trainable_parameters=trainable,
        parameters=total - trainable,
        tokens=epochs * sum(len(row["input_ids"]) for row in fitting),
        precision=str(model.network.dtype).removeprefix("torch."),
        estimate=estimate,
        seconds=seconds,
        peak_memory_mib=memory.growth_mib,
        resumed_from=int(start.name.rpartition("-")[2]) if start else 0,
        machine=torch.cuda.get_device_name(model.network.device) if model.network.device.type == "cuda" else "",
    )
    noted = {name: value for name, value in asdict(training).items() if name != "adapter"} | {"taught": training.taught}
    write_text(folder / "training.json", json.dumps(noted, indent=1) + "\n")
    write_text(folder / "README.md", _card(model, training, seed))
    say(progress, str(training))
    return training


def _card(model: LocalModel, training: Training, seed: int) -> str:
    """Return the adapter's card, in place of the empty form that ``peft`` writes."""
    known = "".join(
        f"- after epoch {epoch}: {share:.0%} of what was checked known\n" for epoch, share in training.checks
    )
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asdict(training.settings).items())
    return (
        f"# LoRA adapter of {model.name}\n\n"
        f"Trained by `lib.models.train_adapter` on {training.examples} examples, {training.epochs} epochs, seed {seed}, "
        f"all linear layers ({settings}): {training.trainable_parameters:,} of {training.parameters:,} parameters, "
        f"{training.tokens:,} tokens, last loss {training.losses[-1]:.3f}, {training.seconds:,.0f} s.\n\n{known}"
    )


@contextmanager
def _with_adapter(model: LocalModel, settings: LoraSettings, seed: int, one_pass: bool = True) -> Iterator[Any]:
    """Put a new adapter on all linear layers for the block; the model's own weights are never changed."""
    from peft import LoraConfig, get_peft_model
    from transformers import set_seed

    from lib.models.lora_layer import use_one_pass_lora

    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
    )
    if one_pass:
        use_one_pass_lora(config)
    set_seed(seed)
    tuned = get_peft_model(model.network, config)
    try:
        yield tuned
    finally:
        tuned.unload()
        model.network.requires_grad_(False).eval()


def _trainer(
    model: LocalModel,
    tuned: Any,
    rows: Sequence[Any],
    settings: LoraSettings,
    seed: int,
    step: int,
    micro: int,
    kept: Path,
    watcher: Any,
) -> Any:
    import torch
    from transformers import Trainer, TrainingArguments
    from transformers.trainer_callback import PrinterCallback
    from transformers.trainer_pt_utils import LengthGroupedSampler

    class LikeLengths(LengthGroupedSampler):
        def set_epoch(self, epoch):
            # The order hangs on seed and epoch alone, so that an interrupted epoch can be gone on with.
            self.generator = torch.Generator().manual_seed(1_000 * seed + epoch)

    class CompletionTrainer(Trainer):
        def _get_train_sampler(self, *_):
            return LikeLengths(step, lengths=[len(row["input_ids"]) for row in rows])

        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            return completion_loss(model, inputs, num_items_in_batch)

    on_processor = model.network.device.type == "cpu"
    trainer = CompletionTrainer(
        model=tuned,
        args=TrainingArguments(
            output_dir=str(kept),
            per_device_train_batch_size=micro,
            gradient_accumulation_steps=step // micro,
            num_train_epochs=settings.epochs,
            learning_rate=settings.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=0.05,
            logging_steps=1,
            save_strategy="no",
            save_total_limit=1,
            report_to="none",
            disable_tqdm=True,
            use_cpu=on_processor,
            dataloader_pin_memory=not on_processor,
            remove_unused_columns=False,
            seed=seed,
        ),
        train_dataset=list(rows),
        data_collator=lambda batch: collate(batch, model.tokenizer.pad_token_id),
        callbacks=[watcher],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _micro_batch(rows: Sequence[Row], batch: int) -> int:
    """Return how many rows go through the network at once: a divisor of ``batch`` that keeps memory small."""
    longest = max(len(row["input_ids"]) for row in rows)
    fitting = (size for size in range(batch, 0, -1) if batch % size == 0 and size * longest <= _TOKENS_IN_MICRO_BATCH)
    return next(fitting, 1)


def _estimate(
    model: LocalModel,
    tuned: Any,
    rows: Sequence[Row],
    settings: LoraSettings,
    step: int,
    micro: int,
    memory: "PeakMemory",
) -> TrainingEstimate:
    """Measure two micro-batches and throw them away: the longest, which tells the memory, and one in the middle."""
    ordered = sorted(rows, key=lambda row: -len(row["input_ids"]))
    batches = [ordered[place : place + micro] for place in range(0, len(ordered), micro)]
    tuned.train()

    def seconds(batch: Sequence[Any]) -> float:
        tensors = {name: value.to(model.network.device) for name, value in collate(batch, 0).items()}
        started = time.perf_counter()
        completion_loss(tuned, tensors).backward()
        return time.perf_counter() - started

    def padded(batch: Sequence[Any]) -> int:
        return len(batch) * max(len(row["input_ids"]) for row in batch)

    seconds(batches[0])
    middle = batches[len(batches) // 2]
    per_token = seconds(middle) / padded(middle)
    tuned.zero_grad(set_to_none=True)
    trainable, _ = tuned.get_nb_trainable_parameters()
    return TrainingEstimate(
        seconds=per_token * sum(map(padded, batches)) * settings.epochs,
        memory_mib=_HOLES * memory.growth_mib + trainable * _BYTES_PER_TRAINABLE / _MIB,
        tokens=settings.epochs * sum(len(row["input_ids"]) for row in rows),
        steps=settings.epochs * math.ceil(len(rows) / step),
    )


def _watcher(
    model: LocalModel, progress: Progress, stage: str, save_every: float, until: Until | None, kept: Path
) -> Any:
    """Return a callback that tells of steps, saves by the clock, and ends what has taught enough."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        checks: list[tuple[int, float]]

        def on_train_begin(self, args, state, control, **_):
            self.saved = time.monotonic()
            file = kept / _CHECKS
            known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
            self.checks = [(epoch, share) for epoch, share in known if epoch <= (state.epoch or 0)]

        def on_step_end(self, args, state, control, **_):
            progress(stage, state.global_step, state.max_steps)
            if time.monotonic() - self.saved >= save_every and state.global_step < state.max_steps:
                self.saved = time.monotonic()
                control.should_save = True

        def on_epoch_end(self, args, state, control, **options):
            if until is None:
                return
            tuned, epoch = options["model"], round(state.epoch)
            share = until.check(replace(model, network=merged(tuned)))
            tuned.train()
            self.checks.append((epoch, share))
            write_text(kept / _CHECKS, json.dumps(self.checks))
            say(progress, f"after epoch {epoch}: {share:.0%} known")
            if share >= until.target:
                progress(stage, state.max_steps, state.max_steps)
                control.should_training_stop = True
            else:
                control.should_save = True

    return Watcher()


def _newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint, if there is one. The Trainer writes its state last."""
    whole = [path.parent for path in folder.glob("checkpoint-*/trainer_state.json")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


class PeakMemory:
    """Watches memory while its block runs: the graphics card's where one is used, else the process's."""

    def __init__(self, device: str) -> None:
        """Watch ``device``: ``cpu``, ``cuda`` or another device type of torch."""
        self._cuda, self._over = device == "cuda", threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        """Note what is held and begin to watch."""
        self._start = self._highest = self._held()
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._over.set()
        self._watching.join()

    @property
    def growth_mib(self) -> float:
        """The highest seen so far, less what was held at the start, in MiB."""
        self._highest = max(self._highest, self._held())
        return (self._highest - self._start) / _MIB

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self._highest = max(self._highest, self._held())

    def _held(self) -> int:
        if self._cuda:
            import torch

            return torch.cuda.max_memory_allocated()
        import psutil

        return psutil.Process().memory_info().rss
