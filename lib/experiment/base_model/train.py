"""Train the base model from nothing: ``python -m lib.experiment.base_model.train --minutes 88 --out FOLDER``.

The curriculum has four stages. First passages that repeat themselves, until copying works; then plain questions on
one to four short pages; then every layout and voice on short pages; then on passages as a search shows them. The time
given is a budget: the learning rate falls to zero over its last third, so a run should be let to its end.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import click
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen3ForCausalLM

from lib.errors import InputError
from lib.experiment.base_model.contexts import context_text, make_context
from lib.experiment.base_model.data import Role, stream
from lib.experiment.base_model.export import export
from lib.experiment.base_model.mix import EASY, FULL, SHORT, Mix
from lib.experiment.base_model.model import new_model
from lib.experiment.base_model.optimise import PEAK, Optimiser
from lib.experiment.base_model.tokenizer import train_tokenizer
from lib.experiment.world.words import NAME_WORDS, SINGLE_TOKENS
from lib.files import moved_into_place

TOKENS_PER_BATCH = 2500
TOKENIZER_CONTEXTS = 4000
# How often each word of a name or value is added to the tokenizer's texts.
WORD_REPEATS = 1500
LOG_EVERY = 100
# Peak learning rate when a trained model is trained further.
START_PEAK = 1.2e-3


@dataclass(frozen=True)
class Stage:
    """A part of the curriculum, left when ``role`` is ``right`` often enough or at ``until`` of the time."""

    name: str
    mix: Mix | None
    longest: int
    role: Role
    right: float
    until: float


STAGES = (
    Stage("copy", None, 640, Role.ANSWER, 0.91, 0.15),
    Stage("easy", EASY, 576, Role.VALUE, 0.85, 0.25),
    Stage("short", SHORT, 768, Role.VALUE, 0.98, 0.60),
    Stage("full", FULL, 1024, Role.VALUE, 2.0, 1.0),
)


@dataclass
class Progress:
    """Where a run is: seconds, steps and tokens spent, and the stage."""

    seconds: float = 0.0
    steps: int = 0
    tokens: int = 0
    stage: int = 0
    seed: int = 0


def train(
    minutes: float,
    out: Path,
    seed: int = 0,
    resume: bool = False,
    start: Path | None = None,
    save_every: float = 180.0,
) -> Progress:
    """Train for ``minutes`` of wall clock and export the model and tokenizer to ``out``.

    The state is saved in ``out/checkpoint.pt`` every ``save_every`` seconds; with ``resume`` a run goes on
    from there. With ``start``, the folder of a model that copies already, its weights and tokenizer are trained
    further: only on the last stage, at a lower learning rate. Raises ``InputError`` where there is nothing to
    resume or start from.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "checkpoint.pt"
    if resume and not checkpoint.exists():
        raise InputError(f"{checkpoint}: no checkpoint to resume from; leave --resume away to begin")
    if start and not (start / "model.safetensors").exists():
        raise InputError(f"{start}: no model to start from (model.safetensors is missing)")
    known = out if resume else start
    tokenizer = AutoTokenizer.from_pretrained(known) if known else _tokenizer(seed)
    tokenizer.save_pretrained(out)
    model = new_model(tokenizer, seed).to(device)
    if start:
        model.load_state_dict(load_file(start / "model.safetensors"), strict=False)
    optimiser = Optimiser(model, _compiled(model), peak=START_PEAK if start else PEAK)
    progress = Progress(seed=seed, stage=len(STAGES) - 1 if start else 0)
    if resume:
        saved = torch.load(checkpoint, weights_only=True)
        optimiser.load(saved["optimiser"])
        progress = Progress(**saved["progress"])
    _run(minutes * 60, optimiser, tokenizer, progress, checkpoint, save_every)
    export(out, out)
    return progress


def _run(
    budget: float,
    optimiser: Optimiser,
    tokenizer: PreTrainedTokenizerFast,
    progress: Progress,
    checkpoint: Path,
    save_every: float,
) -> None:
    began, saved = monotonic() - progress.seconds, progress.seconds
    batches, sums = None, None
    while progress.seconds < budget:
        stage = STAGES[progress.stage]
        if batches is None:
            # Another seed after each start: a resumed run does not see its first batches again.
            seed = progress.seed * 1_000_003 + progress.steps
            batches = stream(tokenizer, stage.mix, seed, TOKENS_PER_BATCH, stage.longest)
        batch = next(batches)
        found = optimiser.step(batch, progress.steps, progress.seconds / budget)
        sums = found if sums is None else sums + found
        progress.steps += 1
        progress.tokens += batch.ids.numel()
        progress.seconds = monotonic() - began
        if progress.steps % LOG_EVERY == 0:
            _log(stage, progress, sums)
            right = (sums[stage.role, 1] / sums[stage.role, 0].clamp(min=1)).item()
            sums = None
            if right >= stage.right or (progress.seconds / budget >= stage.until and stage is not STAGES[-1]):
                progress.stage, batches = progress.stage + 1, None
        if progress.seconds - saved > save_every:
            saved = progress.seconds
            _save(checkpoint, optimiser, progress)
    _save(checkpoint, optimiser, progress)


def _log(stage: Stage, progress: Progress, sums: torch.Tensor) -> None:
    parts = [
        f"{role.name.lower()} {count:.0f} right {right / count:.3f} loss {loss / count:.3f}"
        for role, (count, right, loss) in zip(Role, sums.tolist(), strict=True)
        if count
    ]
    click.echo(
        f"{progress.seconds:6.0f} s step {progress.steps} tokens {progress.tokens / 1e6:.2f} M {stage.name}: "
        + "; ".join(parts)
    )


def _save(checkpoint: Path, optimiser: Optimiser, progress: Progress) -> None:
    with moved_into_place(checkpoint) as temporary:
        torch.save({"optimiser": optimiser.state(), "progress": vars(progress)}, temporary)


def _tokenizer(seed: int) -> PreTrainedTokenizerFast:
    generator = random.Random(f"tokenizer {seed}")
    # Names and values are read word by word: the words they are made of are said often enough to be one token each.
    spoken = [word for words in NAME_WORDS for word in words] + [
        f" {word}" for words in SINGLE_TOKENS for word in words
    ]
    texts = (context_text(make_context(generator, FULL)) for _ in range(TOKENIZER_CONTEXTS))
    return train_tokenizer([*texts, *spoken * WORD_REPEATS])


def _compiled(model: Qwen3ForCausalLM) -> Callable:
    """Compile the decoder where a compiler is found: twice the tokens a second on a laptop's processor."""
    if torch.cuda.is_available() or shutil.which("g++"):
        return torch.compile(model.model, dynamic=True)
    return model.model


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--minutes", type=float, required=True, help="wall-clock budget")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="folder to write the model to")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--resume", is_flag=True, help="go on from the checkpoint in the folder")
@click.option("--start", type=click.Path(path_type=Path), help="train the model in this folder further")
@click.option("--threads", type=int, default=None, help="processor threads (default: torch's own choice)")
def main(minutes: float, out: Path, seed: int, resume: bool, start: Path | None, threads: int | None) -> None:
    """Run the command."""
    if threads:
        torch.set_num_threads(threads)
    try:
        progress = train(minutes, out, seed, resume, start)
    except InputError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{progress.steps} steps, {progress.tokens:,} tokens, {progress.seconds / 60:.1f} minutes: {out}")


if __name__ == "__main__":
    main()
