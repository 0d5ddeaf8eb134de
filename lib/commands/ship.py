"""``python -m lib experiment --ship RUN``: a stored run becomes the one that comes with the workbook."""

import re
import shutil
from math import isnan

from lib import paths
from lib.errors import InputError
from lib.experiment import ExperimentResult, load_run
from lib.experiment.store import ANSWERS, PASSAGES, RECORD
from lib.files import write_text
from lib.stats import Proportion
from lib.views.run_words import KIND_TITLES, contrast_sentence, experiment_summary, panels_of, percent

_BLOCK = re.compile(r"(?<=<!-- reference run -->\n).*?(?=<!-- end of reference run -->)", re.DOTALL)


def ship(run_id: str) -> str:
    """Put a run with its adapters and card under ``data/reference_run``, and its table into the README; say so.

    Raises:
        InputError: there is no such run, or it is on own data or has answers taken from an earlier shipped one.
    """
    result = load_run(run_id)
    if not result.record.dataset.is_sample_company or any(each.shipped for each in result.record.trainings):
        raise InputError(f"--ship: run {run_id} is no whole run on the sample company.")
    shutil.rmtree(paths.REFERENCE_RUN, ignore_errors=True)
    shutil.copytree(result.folder, paths.REFERENCE_RUN)
    for card in paths.REFERENCE_RUN.rglob("adapters/*/README.md"):
        card.unlink()
    write_text(paths.REFERENCE_RUN / "README.md", card_of(result))
    readme = paths.PROJECT / "README.md"
    write_text(readme, _BLOCK.sub(lambda _: readme_block(result), readme.read_text(encoding="utf-8")))
    return f"Shipped run {result.id}: data/reference_run and the README's table."


def readme_block(result: ExperimentResult) -> str:
    """Write a run as the README shows it: every arm's shares, the comparisons fixed beforehand, what was found."""
    panels = panels_of(result)
    rows = [
        [arm.title, *(_short(result.share(id_, panel.measure, panel.kinds)) for panel in panels)]
        for id_, arm in result.arms.items()
    ]
    summary = experiment_summary(result)
    said = [each for each in summary.findings if each.topic != "Fixed beforehand"]
    asked = ", ".join(f"{KIND_TITLES[kind].lower()} {result.record.dataset.kinds[kind]}" for kind in result.kinds)
    return "\n".join(
        [
            f"{summary.headline}\n",
            *_table(["percent (95 %)", *(panel.title.lower() for panel in panels)], rows),
            f"\nQuestions: {asked}. Intervals are clustered by fact.\n\nFixed beforehand:\n",
            *(f"- {contrast_sentence(result, found)}" for found in result.contrasts),
            "\nAnd:\n",
            *(f"- {each.text}" for each in said),
            "",
        ]
    )


def card_of(result: ExperimentResult) -> str:
    """Write the card of a shipped run: when, where, with what, by which command, and what lies in which file."""
    record = result.record
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    trainings = [
        f"- `{each.name}`, seed {each.seed}: {each.examples:,} examples, {each.tokens:,} tokens, {each.seconds:,.0f} s"
        + (f" on {each.machine}, " if each.machine else ", ")
        + ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in each.settings.items())
        + (f"; {each.taught} of {each.asked} trained wordings answered right" if each.asked else "")
        for each in record.trainings
    ]
    files = [
        [
            f"`{RECORD}`",
            "configuration, hashes, arms, trainings, retrieval scores, questions with what makes an answer right",
        ],
        [f"`{ANSWERS}`", "one row for arm × seed × question: answer, passages, every score, tokens, perplexity"],
        [f"`{PASSAGES}`", "the passages that stood in prompts"],
        ["`adapters/`", "the first seed's LoRA adapters, for `peft`, in 16 bits as they answered"],
    ]
    return "\n".join(
        [
            "# The reference run\n",
            "What the experiment measured once, shipped so that notebook and report show it at once. Made again by the",
            f"command below and `python -m lib experiment --ship {record.id}`.\n",
            f"- Run `{record.id}`, made {record.created}, version {record.experiment_version} of the experiment.",
            f"- Command: `{record.command}`",
            f"- Machine: {record.machine}; {sum(record.seconds.values()):,.0f} s in all, shared with other work.",
            f"- Versions: {versions}.",
            f"- Model: {record.model.name}, fetched once and not in here; embeddings: {record.embedder['name']}.",
            f"- Data: {record.dataset.name}, seed {record.config.company_seed}: {record.dataset.documents} pages, "
            f"{record.dataset.questions} questions; training seeds {', '.join(map(str, result.seeds))}.\n",
            *_table(["file", "what it holds"], files),
            "\nTrainings:\n",
            *trainings,
            "\nThe adapters may be used as the model may (Apache-2.0); the sample company is made up. They know nothing but",
            "that company.",
            "",
        ]
    )


def _short(share: Proportion) -> str:
    """Write a share as a table's cell: percent in the heading, so no sign."""
    return "–" if isnan(share.share) else percent(share).replace(" %", "")


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)]
