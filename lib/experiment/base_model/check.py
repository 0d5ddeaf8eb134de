"""Measure a base model on companies it has never seen: ``python -m lib.experiment.base_model.check``.

The prompts are those of ``check_cases``. Answers are greedy. Printed with 95 % Wilson intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import torch
from scipy.stats import binomtest
from transformers import AutoModelForCausalLM, AutoTokenizer

from lib.errors import InputError
from lib.experiment.base_model.check_cases import make_cases
from lib.paths import BASE_MODEL

BATCH = 16


@dataclass(frozen=True)
class Score:
    """How often one thing went right: ``right`` of ``asked``."""

    name: str
    right: int
    asked: int

    @property
    def share(self) -> float:
        """Share right, 0 to 1."""
        return self.right / self.asked

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the share."""
        found = binomtest(self.right, self.asked).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        """One line: name, share, interval, number asked."""
        low, high = self.interval
        return f"{self.name:<58} {self.share:6.1%}  ({low:.1%} to {high:.1%}, n = {self.asked})"


def check(folder: Path = BASE_MODEL, asked: int = 200, seed: int = 0) -> list[Score]:
    """Measure the model in ``folder`` on ``asked`` prompts of every sort.

    Raises ``InputError`` where the folder holds no model.
    """
    if not (folder / "config.json").exists():
        raise InputError(f"{folder}: no model here (config.json is missing)")
    cases = make_cases(asked, seed)
    answers = answer_all(folder, [case.prompt for case in cases])
    counts: dict[str, list[bool]] = {}
    for case, answer in zip(cases, answers, strict=True):
        for name, test in case.tests.items():
            counts.setdefault(name, []).append(test(answer))
    return [Score(name, sum(found), len(found)) for name, found in counts.items()]


def answer_all(folder: Path, prompts: Sequence[str], most_tokens: int = 80) -> list[str]:
    """Answer every prompt greedily with the model in ``folder``; the answers come in the prompts' order."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers = [""] * len(prompts)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        inputs = tokenizer([prompts[i] for i in chosen], return_tensors="pt", padding=True)
        with torch.inference_mode():
            written = model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=most_tokens
            )
        texts = tokenizer.batch_decode(written[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        for i, text in zip(chosen, texts, strict=True):
            answers[i] = text.strip()
    return answers


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--model", type=click.Path(path_type=Path), default=BASE_MODEL, help="folder (default: the committed one)"
)
@click.option("--asked", type=int, default=200, show_default=True, help="prompts of every sort")
@click.option("--seed", type=int, default=0, show_default=True)
def main(model: Path, asked: int, seed: int) -> None:
    """Run the command."""
    try:
        for score in check(model, asked, seed):
            click.echo(str(score))
    except InputError as error:
        raise click.UsageError(str(error)) from error


if __name__ == "__main__":
    main()
