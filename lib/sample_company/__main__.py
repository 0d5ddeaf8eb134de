"""Write the sample company out to a folder: ``python -m lib.sample_company FOLDER``."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from lib.dataset import Dataset, Document
from lib.errors import InputError
from lib.files import write_text
from lib.sample_company import quick, sample_company


def write(dataset: Dataset, folder: Path) -> None:
    """Write documents as Markdown with front matter, and questions and training items as JSON lines."""
    for name, documents in (
        ("documents", dataset.documents),
        ("documents_at_training", dataset.documents_at_training),
    ):
        for document in documents:
            write_text(folder / name / f"{document.id}.md", _markdown(document))
    for name, rows in (
        ("questions", dataset.questions),
        ("training_pairs", dataset.training_pairs),
        ("taught", dataset.taught),
    ):
        write_text(folder / f"{name}.jsonl", _lines(asdict(row) for row in rows))


def _markdown(document: Document) -> str:
    fields = {"title": document.title, **document.metadata}
    front = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    return f"---\n{front}---\n\n{document.text}\n"


def _lines(rows: Iterable[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=0, show_default=True, help="Another seed makes another company.")
@click.option("--quick", "small", is_flag=True, help="100 pages and 100 questions.")
def main(folder: Path, seed: int, small: bool) -> None:
    """Write the sample company's pages, questions and training items to FOLDER."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: the folder is not empty; name a new one")
    dataset = quick(seed) if small else sample_company(seed)
    write(dataset, folder)
    click.echo(f"{len(dataset.documents)} pages and {len(dataset.questions)} questions written to {folder}")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
