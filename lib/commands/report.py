"""``python -m lib report``."""

import sys
from pathlib import Path

import click

from lib.paths import REPORTS


@click.command("report")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", "folder", default=REPORTS, type=click.Path(path_type=Path, file_okay=False), help="Folder of the reports."
)
@click.option("--pdf/--no-pdf", default=True, help="Print a PDF too, where a Chromium is found.")
@click.option("--experiment/--no-experiment", "with_experiment", default=True, help="Show the measured experiment.")
@click.option("--jobs", type=click.IntRange(min=1), help="Reports made at the same time (default: all cores).")
def report_command(files: tuple[Path, ...], folder: Path, pdf: bool, with_experiment: bool, jobs: int | None) -> None:
    """Make the report of one or several client files: NAME.html, NAME.pdf and NAME.manifest.json.

    \b
    python -m lib report data/clients/voice-agent.yaml
    python -m lib report data/clients/*.yaml --out portfolio --no-pdf

    Leaves with 0, with 1 where some of several clients failed, with 2 on bad input.
    """
    from lib.client import load_client
    from lib.report.batch import exit_status, make_reports
    from lib.report.engine import planned

    chosen = list(dict.fromkeys(files))
    planned(chosen)
    if len(chosen) == 1:
        load_client(chosen[0])
    experiment = None if with_experiment else False
    outcomes = make_reports(chosen, folder, experiment=experiment, pdf=pdf, jobs=jobs, told=_tell)
    sys.exit(exit_status(outcomes))


def _tell(outcome) -> None:
    if outcome.report is None:
        click.echo(outcome.problem, err=True)
        return
    for remark in outcome.report.remarks:
        click.echo(f"{outcome.file}: {remark}", err=True)
    for path in (outcome.report.manifest, outcome.report.pdf, outcome.report.html):
        if path:
            click.echo(str(path))
