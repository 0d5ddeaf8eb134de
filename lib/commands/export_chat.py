"""Writing training pairs as chat JSONL, for fine-tuning where the model is hosted."""

from pathlib import Path

from lib.experiment import ExperimentConfig
from lib.experiment.hosted_tuning import ChatExport, export_chat_jsonl
from lib.experiment.run import open_workbench
from lib.experiment.world import Sample


def export_chat(config: ExperimentConfig, sample: Sample, folder: Path, client: str | None) -> str:
    """Write ``closed_book.jsonl`` and ``with_pages.jsonl`` into ``folder``; say what training on them would cost.

    Args:
        config: whose search the lessons are made with.
        sample: whose training pairs are written.
        folder: made if it is missing.
        client: a client file, whose tuned model and prices the cost is estimated with; the defaults if not given.

    Raises:
        InputError: there are no training pairs.
    """
    from lib.errors import InputError

    if not sample.training_pairs:
        raise InputError("There are no training pairs to export; give --train FILE.jsonl.")
    with open_workbench(config) as bench, bench.prepared(sample) as prepared:
        lessons = prepared.lessons
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, some in lessons.items():
        exported = export_chat_jsonl(some, folder / f"{name}.jsonl")
        lines.append(_told(exported, config.lora.epochs, client))
    return "\n".join(lines)


def _told(exported: ChatExport, epochs: int, client: str | None) -> str:
    from lib.client import ClientFile, load_client
    from lib.prices import price_book

    book = price_book(load_client(client) if client else ClientFile.model_validate({"client": {"name": "Export"}}))
    price = book["tuned_model.training"]
    usd = exported.cost_usd(epochs, price.likely)
    text = (
        f"{exported.path}: {exported.examples} examples, about {exported.tokens_estimate:,} tokens; {epochs} epochs on "
        f"{book.names['tuned_model']} about USD {usd:,.2f} (USD {price.likely:g} a million tokens, {price.source}, "
        f"{price.checked})"
    )
    return "\n".join([text, *(f"  {problem}" for problem in exported.problems)])
