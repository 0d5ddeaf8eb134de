"""``transformers.Trainer`` with our batches, our loss, and checkpoints by the clock."""

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lib.experiment.finetune.network import Network, answer_loss
from lib.experiment.finetune.order import LikeLengths, learning_order
from lib.experiment.finetune.packing import collate
from lib.experiment.finetune.rows import Row
from lib.experiment.finetune.settings import LoraSettings
from lib.experiment.models import LanguageModel
from lib.experiment.progress import Progress

# Told after each step: its number, its loss, and how many steps there are.
OnLoss = Callable[[int, float, int], None]


def make_trainer(
    base: LanguageModel,
    network: Network,
    rows: Sequence[Row],
    settings: LoraSettings,
    seed: int,
    folder: Path,
    callbacks: Sequence[Any],
) -> Any:
    """Set a ``Trainer`` up over ``rows``; its checkpoints go to ``folder``."""
    from transformers import Trainer, TrainingArguments
    from transformers.trainer_callback import PrinterCallback

    class AnswerTrainer(Trainer):
        def _get_train_sampler(self, *_: Any) -> LikeLengths:
            return learning_order(rows, settings, seed, network.packs)

        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            loss = answer_loss(model, inputs, num_items_in_batch)
            # Gradients are averaged over processes, while the tokens counted are those of all of them.
            if num_items_in_batch is not None and self.args.average_tokens_across_devices:
                loss = loss * self.accelerator.num_processes
            return loss

    on_processor = base.model.device.type == "cpu"
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=settings.batch_size,
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
        ddp_backend="gloo" if on_processor and "WORLD_SIZE" in os.environ else None,
        ddp_find_unused_parameters=False,
        bf16=network.autocast,
        dataloader_pin_memory=not on_processor,
        remove_unused_columns=False,
        seed=seed,
    )
    # Several graphics cards are used through `accelerate launch`, never by threads of one process.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    trainer = AnswerTrainer(
        model=network.tuned,
        args=arguments,
        train_dataset=list(rows),
        data_collator=partial(collate, padding=base.tokenizer.pad_token_id, together=network.packs),
        callbacks=list(callbacks),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def losses_of(trainer: Any) -> tuple[float, ...]:
    """Return the loss of every step, those before an interruption included."""
    return tuple(float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry)


def watcher(progress: Progress, stage: str, on_loss: OnLoss | None, save_every: float) -> Any:
    """Return a callback that tells of steps and losses and asks for a checkpoint each ``save_every`` seconds."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        def on_train_begin(self, args, state, control, **_):
            self.saved = time.monotonic()

        def on_step_end(self, args, state, control, **_):
            progress(stage, state.global_step, state.max_steps)
            if args.world_size > 1:
                # Clocks differ, and all processes must save at the same step.
                due = state.global_step % max(1, state.max_steps // 10) == 0
            else:
                due = time.monotonic() - self.saved >= save_every
            if due and state.global_step < state.max_steps:
                self.saved = time.monotonic()
                control.should_save = True

        def on_log(self, args, state, control, logs=None, **_):
            if on_loss and logs and "loss" in logs and state.is_world_process_zero:
                on_loss(state.global_step, float(logs["loss"]), state.max_steps)

    return Watcher()
