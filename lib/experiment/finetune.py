"""LoRA fine-tuning with ``peft``: standard settings, loss on the answer only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from lib.errors import InputError
from lib.experiment.models import LanguageModel
from lib.experiment.progress import Progress, silent
from lib.experiment.prompts import build_prompt, completion
from lib.experiment.quiet import quiet_libraries
from lib.experiment.world import Document


@dataclass(frozen=True)
class LoraSettings:
    """What the reader sees and may change of a LoRA training.

    All linear layers are adapted (Biderman et al. 2024). ``rank`` is the width of the adapter,
    ``alpha`` its strength (``alpha / rank`` multiplies it), ``learning_rate`` the highest, from which
    it falls to zero in a straight line.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    epochs: int = 4
    learning_rate: float = 1e-3
    batch_size: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        for name in ("rank", "alpha", "epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise InputError(f"lora.{name} is {getattr(self, name)}; it must be above 0.")
        if not 0 <= self.dropout < 1:
            raise InputError(f"lora.dropout is {self.dropout}; it must be at least 0 and below 1.")


@dataclass(frozen=True)
class Lesson:
    """One training example: a question, its answer, and the documents (none for closed-book) before it."""

    question: str
    answer: str
    documents: Sequence[Document] = ()


@dataclass(frozen=True)
class Training:
    """What a training did: loss after each step, sizes, and where the adapter lies."""

    adapter: Path
    losses: tuple[float, ...]
    lessons: int
    too_long: int
    trainable_parameters: int
    parameters: int
    tokens: int
    settings: LoraSettings = field(default_factory=LoraSettings)


def fine_tune(
    base: LanguageModel,
    lessons: Sequence[Lesson],
    adapter: Path,
    settings: LoraSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
    stage: str = "Training",
) -> Training:
    """Train a LoRA adapter on ``lessons`` and save it to the folder ``adapter``.

    The base model is given back unchanged. A lesson that does not fit the window is left out and
    counted in ``too_long``.

    Raises:
        InputError: no lesson is left to train on.
    """
    from peft import LoraConfig, get_peft_model
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments, set_seed
    from transformers.trainer_callback import PrinterCallback

    settings = settings or LoraSettings()
    rows = [_row(base, lesson) for lesson in lessons]
    fitting = [row for row in rows if len(row["input_ids"]) <= base.window]
    if not fitting:
        raise InputError(f"training pairs: none of {len(rows)} fits the window of {base.window} tokens.")
    losses: list[float] = []
    # Seeds the adapter's first values too, so it stands before they are made.
    set_seed(seed)
    with TemporaryDirectory() as scratch, quiet_libraries():
        config = LoraConfig(
            task_type="CAUSAL_LM",
            r=settings.rank,
            lora_alpha=settings.alpha,
            lora_dropout=settings.dropout,
            target_modules="all-linear",
        )
        tuned = get_peft_model(base.model, config)
        try:
            trainer = Trainer(
                model=tuned,
                args=TrainingArguments(
                    output_dir=scratch,
                    per_device_train_batch_size=settings.batch_size,
                    num_train_epochs=settings.epochs,
                    learning_rate=settings.learning_rate,
                    lr_scheduler_type="linear",
                    warmup_steps=0.05,
                    train_sampling_strategy="group_by_length",
                    logging_steps=1,
                    save_strategy="no",
                    report_to="none",
                    disable_tqdm=True,
                    use_cpu=base.model.device.type == "cpu",
                    dataloader_pin_memory=False,
                    seed=seed,
                ),
                train_dataset=fitting,
                data_collator=DataCollatorForSeq2Seq(base.tokenizer, padding=True, label_pad_token_id=-100),
                callbacks=[_watcher(losses, progress, stage)],
            )
            trainer.remove_callback(PrinterCallback)
            trainer.train()
            tuned.eval()
            trainable, total = tuned.get_nb_trainable_parameters()
            tuned.save_pretrained(adapter)
        finally:
            tuned.unload()
            base.model.requires_grad_(True).eval()
    return Training(
        adapter=adapter,
        losses=tuple(losses),
        lessons=len(fitting),
        too_long=len(rows) - len(fitting),
        trainable_parameters=trainable,
        parameters=total - trainable,
        tokens=settings.epochs * sum(len(row["input_ids"]) for row in fitting),
        settings=settings,
    )


def _row(base: LanguageModel, lesson: Lesson) -> dict[str, list[int]]:
    """Cut a lesson into tokens; -100 hides the prompt from the loss."""
    prompt = base.token_ids(build_prompt(lesson.question, lesson.documents))
    answer = base.tokenizer(completion(lesson.answer), add_special_tokens=False)["input_ids"]
    return {
        "input_ids": prompt + answer,
        "attention_mask": [1] * (len(prompt) + len(answer)),
        "labels": [-100] * len(prompt) + answer,
    }


def _watcher(losses: list[float], progress: Progress, stage: str):
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **_):
            if logs and "loss" in logs:
                losses.append(float(logs["loss"]))

        def on_step_end(self, args, state, control, **_):
            progress(stage, state.global_step, state.max_steps)

    return Watcher()
