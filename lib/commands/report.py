"""``python -m lib report``."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from lib.paths import REPORTS
from lib.text import inert


@click.command("report")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", "folder", default=REPORTS, type=click.Path(path_type=Path, file_okay=False), help="Folder of the reports."
)
@click.option("--pdf/--no-pdf", default=True, help="Print a PDF too, where a Chromium is found.")
@click.option("--xlsx", is_flag=True, help="Attach the costs as an Excel workbook with live formulas.")
@click.option("--pptx", is_flag=True, help="Attach five slides.")
@click.option("--experiment/--no-experiment", "with_experiment", default=True, help="Show the measured experiment.")
@click.option("--jobs", type=click.IntRange(min=1), help="Reports made at the same time (default: all cores).")
@click.option("--scheduler", metavar="tcp://…", help="Make them on the workers of a Dask cluster.")
@click.option("--resume", is_flag=True, help="Leave alone what lies there whole, made of the same client file.")
@click.option(
    "--verify", "verifying", is_flag=True, help="Make reports (HTML files) again and say whether they are equal."
)
@click.option("--previous", type=click.Path(path_type=Path), help="A manifest: say what changed since.")
def report_command(files: tuple[Path, ...], verifying: bool, previous: Path | None, **options: Any) -> None:
    """Make the report of one or several client files: NAME.html, NAME.pdf and NAME.manifest.json.

    \b
    python -m lib report data/clients/voice-agent.yaml
    python -m lib report data/clients/*.yaml --out portfolio --no-pdf
    python -m lib report --verify reports/voice-agent.html

    Several reports get one page that compares them, index.html. Leaves with 0, with 1 where some of several
    clients failed or a report differs, with 2 on bad input.
    """
    chosen = list(dict.fromkeys(files))
    if verifying:
        sys.exit(_verify(chosen))
    sys.exit(_make(chosen, previous, **options))


def _make(files: list[Path], previous: Path | None, folder: Path, with_experiment: bool, **options: Any) -> int:
    from lib.client import load_client
    from lib.report.batch import exit_status, make_reports
    from lib.report.engine import planned
    from lib.report.verify import differences, read_manifest

    planned(files)
    before = read_manifest(previous) if previous else None
    if len(files) == 1:
        # A lone client file of no use is refused before the experiment takes its minutes.
        load_client(files[0])
    experiment = None if with_experiment else False
    outcomes = make_reports(files, folder, experiment=experiment, told=_Teller(len(files)), **options)
    for outcome in outcomes if before else ():
        if outcome.report:
            changed = differences(before, read_manifest(outcome.report.manifest))
            click.echo("\n".join([f"Changed since {previous}:", *(f"  {line}" for line in changed or ["nothing"])]))
    return exit_status(outcomes)


def _verify(pages: list[Path]) -> int:
    from lib.report.verify import verify

    found = {page: verify(page) for page in pages}
    for page, lines in found.items():
        click.echo(f"{page}: {'differs' if lines else 'equal, made again from its manifest'}")
        for line in lines:
            click.echo(f"  {line}")
    return 1 if any(found.values()) else 0


class _Teller:
    """Says of each report what became of it and, of many, how long the rest will take."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.began = total, 0, time.monotonic()

    def __call__(self, outcome: Any) -> None:
        self.done += 1
        if outcome.report is None:
            click.echo(inert(outcome.problem), err=True)
        else:
            for remark in outcome.report.remarks:
                click.echo(inert(f"{outcome.file}: {remark}"), err=True)
            for path in (outcome.report.manifest, outcome.report.pdf, outcome.report.html):
                if path:
                    click.echo(inert(str(path)))
        if self.total > 1:
            left = (time.monotonic() - self.began) / self.done * (self.total - self.done)
            click.echo(f"{self.done} of {self.total} done, about {left:.0f} s left", err=True)
