"""LoRA training against plain ``Trainer`` + ``peft``, printed as ratios; nothing is asserted of time.

Run with ``make benchmarks``. Plain means: fp32, batches in random order, the loss over the whole
vocabulary at every place, all else alike (model, lessons, LoRA layers, rank, learning rate, batch size,
epochs, seed). After training, both adapters are judged the same way: mean loss over all answers' tokens,
in fp32.
"""

import copy
import time

import pytest
import torch

from lib.experiment import ExperimentConfig
from lib.experiment.finetune import Lesson, LoraSettings, fine_tune
from lib.experiment.finetune.network import answer_loss, lora_config
from lib.experiment.finetune.packing import collate
from lib.experiment.finetune.rows import fitting_rows
from lib.experiment.models import adapted, load_model
from lib.experiment.quiet import quiet_libraries
from lib.experiment.run import open_workbench
from lib.experiment.world import sample_company

SETTINGS = LoraSettings()
TOLERANCE = 0.02
"""Final losses are equal within so many nats a token: seeds alone move them by as much."""


def lessons_of(training: str) -> list[Lesson]:
    """What the default experiment trains on: a search in its server gives the passages."""
    config = ExperimentConfig()
    with open_workbench(config) as bench, bench.prepared(sample_company()) as prepared:
        return prepared.lessons[training]


def plain(base, rows, folder) -> tuple[float, float]:
    """Train as the libraries do by default; give the seconds, and those of processor time."""
    from peft import get_peft_model
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments, set_seed

    set_seed(0)
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=SETTINGS.batch_size,
        num_train_epochs=SETTINGS.epochs,
        learning_rate=SETTINGS.learning_rate,
        warmup_steps=0.05,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=base.model.device.type == "cpu",
        seed=0,
    )
    with quiet_libraries():
        tuned = get_peft_model(copy.deepcopy(base.model), lora_config(SETTINGS))
        collator = DataCollatorForSeq2Seq(base.tokenizer, label_pad_token_id=-100)
        trainer = Trainer(model=tuned, args=arguments, train_dataset=rows, data_collator=collator)
        started, processor = time.perf_counter(), time.process_time()
        trainer.train()
        seconds = time.perf_counter() - started, time.process_time() - processor
        tuned.save_pretrained(folder)
    return seconds


def final_loss(base, rows, adapter) -> float:
    """Mean cross-entropy of all answers' tokens, fp32, in nats."""
    ordered = sorted(rows, key=lambda row: len(row["input_ids"]))
    batches = [collate(ordered[place : place + 16], base.tokenizer.pad_token_id) for place in range(0, len(rows), 16)]
    tokens = sum(int((batch["labels"] >= 0).sum()) for batch in batches)
    device = base.model.device
    with adapted(base, adapter) as tuned, torch.inference_mode():
        return (
            sum(
                float(answer_loss(tuned.model, {key: value.to(device) for key, value in batch.items()}, 1))
                for batch in batches
            )
            / tokens
        )


@pytest.mark.parametrize("training", ["closed_book", "with_pages"])
def test_our_training_against_plain_trainer_and_peft(training, tmp_path) -> None:
    base = load_model()
    lessons = lessons_of(training)
    rows = fitting_rows(base, lessons)
    processor = time.process_time()
    ours = fine_tune(base, lessons, tmp_path / "ours", SETTINGS)
    processor = time.process_time() - processor
    seconds, plain_processor = plain(base, rows, tmp_path / "plain")
    losses = {name: final_loss(base, rows, tmp_path / name) for name in ("ours", "plain")}
    samples = SETTINGS.epochs * len(rows)
    print(
        f"\n{training}, {len(rows)} lessons, {SETTINGS.epochs} epochs, {ours.tokens:,} tokens, "
        f"{torch.get_num_threads()} threads: ours ({ours.precision}) {samples / ours.seconds:.1f} samples/s, "
        f"plain Trainer + peft (fp32) {samples / seconds:.1f} samples/s; ratio {seconds / ours.seconds:.2f}× "
        f"(in processor time, our estimate included, {plain_processor / processor:.2f}×); "
        f"final loss {losses['ours']:.4f} against {losses['plain']:.4f}\n"
        f"estimated {ours.estimate}; measured {ours}"
    )
    assert abs(losses["ours"] - losses["plain"]) <= TOLERANCE
