"""Several reports: one failing client costs no other its report."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from lib.client import load_client
from lib.errors import InputError
from lib.report.engine import Report, make_report, planned, sha256
from lib.report.manifest import inputs_hash
from lib.report.portfolio import write_index
from lib.report.verify import read_manifest

RETRIES = 3
"""How often a report is made anew when the machine that made it is lost."""


@dataclass(frozen=True)
class Outcome:
    """What became of one client file: its report, or why there is none."""

    file: Path
    report: Report | None
    problem: str = ""
    bad_input: bool = False


def make_reports(
    files: list[Path],
    folder: Path,
    *,
    experiment: Any = None,
    pdf: bool = True,
    xlsx: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a report of every client file, on ``jobs`` processes (all cores by default) or on a Dask cluster.

    Every process runs report after report with everything imported once. With ``resume`` a client whose whole
    report lies there already, made of the same file, is left alone. ``told`` hears of each outcome as it comes.
    More than one report get an index page. Gives the outcomes in the order of ``files``.

    Raises:
        InputError: two files would write the same report, or the cluster cannot be reached.
    """
    planned(files)
    outcomes: dict[Path, Outcome] = {}
    for file in files if resume else ():
        if report := finished(file, folder):
            outcomes[file] = Outcome(file, report)
            told(outcomes[file])
    left = [file for file in files if file not in outcomes]
    workers = min(jobs or os.cpu_count() or 1, len(left))
    if workers <= 1 and not scheduler:
        for file in left:
            outcomes[file] = _attempt(file, folder, experiment, pdf, xlsx)
            told(outcomes[file])
    else:
        with _pool(workers, scheduler) as pool:
            futures = [pool.submit(_attempt, file, folder, experiment, pdf, xlsx) for file in left]
            for future in as_completed(futures):
                outcome = future.result()
                outcomes[outcome.file] = outcome
                told(outcome)
    if len(files) > 1:
        made = [outcome for outcome in outcomes.values() if outcome.report]
        write_index(
            folder,
            {o.report.html: read_manifest(o.report.manifest) for o in sorted(made, key=lambda o: o.file)},
            {o.file: o.problem for o in outcomes.values() if o.report is None},
        )
    return [outcomes[file] for file in files]


def finished(file: Path, folder: Path) -> Report | None:
    """Find the whole report of a client file that lies in ``folder`` already; ``None`` where it must be made (again)."""
    html, listing = (folder / f"{file.stem}{ending}" for ending in (".html", ".manifest.json"))
    try:
        manifest = read_manifest(listing)
        same = manifest["inputs_sha256"] == inputs_hash(load_client(file))
        whole = sha256(html.read_bytes()) == manifest["html_sha256"]
    except (InputError, OSError):
        return None
    printed = html.with_suffix(".pdf")
    return Report(html, listing, printed if printed.exists() else None) if same and whole else None


@contextmanager
def _pool(workers: int, scheduler: str | None) -> Iterator[Any]:
    if not scheduler:
        # A forked process would inherit the threads of this one; a spawned one starts clean everywhere.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
        return
    from distributed import Client

    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--scheduler is {scheduler!r}, which cannot be reached ({error}); allowed is tcp://HOST:PORT."
        ) from None
    with client, client.get_executor(retries=RETRIES) as pool:
        yield pool


def exit_status(outcomes: list[Outcome]) -> int:
    """Give 0 where all went well, 2 where nothing did because of bad input, else 1."""
    failed = [outcome for outcome in outcomes if outcome.report is None]
    if not failed:
        return 0
    return 2 if len(failed) == len(outcomes) and all(outcome.bad_input for outcome in failed) else 1


def _attempt(file: Path, folder: Path, experiment: Any, pdf: bool, xlsx: bool) -> Outcome:
    try:
        return Outcome(file, make_report(file, folder, experiment=experiment, pdf=pdf, xlsx=xlsx))
    except InputError as error:
        return Outcome(file, None, str(error), bad_input=True)
    except Exception as error:  # whatever it is, the other clients get their reports
        return Outcome(file, None, f"{file}: the report failed: {_short(error)}")


def _short(error: Exception) -> str:
    # Papermill's message holds the whole traceback; its last line says what was wrong.
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
