"""Write a training run's checkpoint as a model: ``python -m lib.experiment.base_model.export FROM TO``.

It can be done at any time during a run: the running average of the weights is written, which answers
better than the last step's.
"""

from pathlib import Path

import click
import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

from lib.errors import InputError
from lib.experiment.base_model.model import new_model
from lib.experiment.models.chat import PASS_THROUGH_RESPONSE, PASS_THROUGH_TEMPLATE
from lib.files import moved_into_place


def export(run: Path, out: Path) -> None:
    """Write ``run/checkpoint.pt`` to ``out`` in bfloat16, with configuration and tokenizer.

    ``out`` then loads with ``AutoModelForCausalLM.from_pretrained``. Raises ``InputError`` where ``run`` has
    no checkpoint.
    """
    if not (run / "checkpoint.pt").exists():
        raise InputError(f"{run}: no checkpoint.pt here to export")
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    tokenizer = AutoTokenizer.from_pretrained(run)
    # A server of chat endpoints asks for templates; these leave the prompt and the answer as they are.
    tokenizer.chat_template = PASS_THROUGH_TEMPLATE
    tokenizer.response_template = PASS_THROUGH_RESPONSE
    tokenizer.save_pretrained(out)
    model = new_model(tokenizer, seed=0)
    model.config.dtype = torch.bfloat16
    # Servers choose the class to load by this name, which only a whole model's own saving would write.
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(out)
    model.generation_config.save_pretrained(out)
    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in saved["optimiser"]["average"].items()}
    with moved_into_place(out / "model.safetensors") as temporary:
        save_file(weights, temporary, metadata={"format": "pt"})


@click.command(help=__doc__.split("\n\n")[0])
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def main(run: Path, out: Path) -> None:
    """Run the command."""
    try:
        export(run, out)
    except InputError as error:
        raise click.UsageError(str(error)) from error


if __name__ == "__main__":
    main()
