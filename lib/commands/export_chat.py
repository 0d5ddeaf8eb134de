"""Writing what the trainings learn from as chat JSONL, for fine-tuning where the model is hosted.

One line an example, as OpenAI's fine-tuning guide gives it; others take the same::

    {"messages": [{"role": "user", "content": "… Question: …\\nAnswer:"}, {"role": "assistant", "content": "…"}]}

The user message is the very prompt that the tuned arm will ask.
"""

import json
from pathlib import Path

from lib.dataset import Dataset
from lib.errors import InputError
from lib.experiment import ExperimentConfig
from lib.experiment.own.training import LONGEST_EXAMPLE, chat_problems, read_chat
from lib.experiment.run import open_context
from lib.files import write_text


def export_chat(config: ExperimentConfig, dataset: Dataset, folder: Path, client: str | None) -> str:
    """Write ``closed_book.jsonl`` and ``with_pages.jsonl`` into ``folder``; say what training on them would cost.

    The cost is that of the tuned model and prices of a ``client`` file, of the defaults if none is given.

    Raises:
        InputError: there are no training pairs.
    """
    if not dataset.training_pairs:
        raise InputError("There are no training pairs to export; give --train FILE.jsonl.")
    with open_context(config) as context, context.inputs(dataset, config) as inputs:
        lessons = inputs.lessons
    lines = []
    for name, examples in lessons.items():
        rows = [
            {
                "messages": [
                    {"role": "user", "content": example.prompt},
                    {"role": "assistant", "content": example.completion.strip()},
                ]
            }
            for example in examples
        ]
        path = folder / f"{name}.jsonl"
        write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        # The provider cuts what is longer and bills the rest.
        tokens = sum(min(read_chat(row).tokens, LONGEST_EXAMPLE) for row in rows)
        lines += [_told(path, len(rows), tokens, config.lora(name).epochs, client)]
        lines += [f"  {problem}" for problem in chat_problems(path)]
    return "\n".join(lines)


def _told(path: Path, examples: int, tokens: int, epochs: int, client: str | None) -> str:
    from lib.client import ClientFile, load_client
    from lib.prices import price_book

    book = price_book(load_client(client) if client else ClientFile.model_validate({"client": {"name": "Export"}}))
    price = book["tuned_model.training"]
    return (
        f"{path}: {examples} examples, about {tokens:,} tokens (estimated); {epochs} epochs on "
        f"{book.names['tuned_model']} about USD {tokens * epochs * price.likely / 1e6:,.2f} (USD {price.likely:g} a million "
        f"tokens, {price.source}, {price.checked})"
    )
