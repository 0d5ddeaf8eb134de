"""Train a LoRA adapter from a file of lessons, on one device or, through ``accelerate launch``, on many.

One process: ``python -m lib.experiment.finetune.launch --lessons FILE.jsonl --out FOLDER``. Many: ``accelerate
launch --multi_gpu --num_processes 4 -m lib.experiment.finetune.launch --lessons …``; the same line trains with
several processes on a processor where there is no graphics card. The batch size is each process's own.
Format of the lessons: see ``lib.experiment.finetune.lessons_file``.
"""

import os
from dataclasses import fields
from pathlib import Path

import click

from lib.errors import InputError
from lib.experiment.finetune.lessons_file import read_lessons
from lib.experiment.finetune.settings import LoraSettings, Training
from lib.experiment.progress import Bars, silent

_DEFAULTS = {field.name: field.default for field in fields(LoraSettings)}


def launch(lessons: Path, model: str | None, out: Path, settings: LoraSettings, seed: int = 0) -> Training:
    """Train as this process's part of all; the first process writes the adapter and tells how far it is.

    Raises:
        InputError: the lessons or the model cannot be used.
    """
    import torch

    from lib.experiment.finetune.training import fine_tune
    from lib.experiment.models import load_model

    read = read_lessons(lessons)
    first = is_first_process()
    if torch.cuda.is_available():
        # The model is loaded to the current card: each process has its own.
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    base = load_model(model)
    bars = Bars()
    try:
        return fine_tune(
            base,
            read,
            out,
            settings,
            seed,
            progress=bars if first else silent,
            on_estimate=(lambda expected: click.echo(f"expected: {expected}")) if first else None,
        )
    finally:
        bars.close()
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


def is_first_process() -> bool:
    """Tell whether this process is the one that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


def _option(name: str, help_text: str):
    return click.option(
        f"--{name.replace('_', '-')}",
        default=_DEFAULTS[name],
        type=type(_DEFAULTS[name]),
        show_default=True,
        help=help_text,
    )


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--lessons", type=click.Path(path_type=Path), required=True, help="JSONL file: question, answer, documents"
)
@click.option("--model", default=None, help="folder or Hugging Face id (default: the workbook's own small model)")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="folder to write the adapter to")
@click.option("--seed", default=0, show_default=True)
@_option("rank", "width of the adapter")
@_option("alpha", "strength of the adapter")
@_option("dropout", "share of the adapter's inputs left out at random")
@_option("epochs", "how often each lesson is seen")
@_option("learning_rate", "the highest; it falls to zero")
@_option("batch_size", "lessons a step, in each process")
def main(lessons: Path, model: str | None, out: Path, seed: int, **settings: float) -> None:
    """Run the command."""
    problem = None
    try:
        training = launch(lessons, model, out, LoraSettings(**settings), seed)
    except InputError as error:
        problem = str(error)
    if problem:
        raise click.UsageError(problem)
    if is_first_process():
        click.echo(f"measured: {training}")
        click.echo(
            f"adapter: {out}; {training.lessons} lessons ({training.too_long} too long), "
            f"{training.trainable_parameters:,} of {training.parameters:,} parameters, last loss {training.losses[-1]:.4f}"
        )


if __name__ == "__main__":
    main()
