"""Several reports: one failing client costs no other its report."""

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path
from threading import Thread
from typing import Any

from lib.client import load_client
from lib.errors import InputError
from lib.report.chromium import find_chromium
from lib.report.engine import ATTACHED, Report, make_report, planned, sha256, sweep
from lib.report.manifest import inputs_hash
from lib.report.portfolio import write_index
from lib.report.verify import read_manifest

RETRIES = 3
"""How often a report is made anew when the process or the machine that made it is lost."""
OF_THE_NOTEBOOK = ("warm", "opening", "sections", "measured", "manifest")
"""The modules of this room that a report's notebook brings in."""


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
    jobs: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    told: Callable[[Outcome], None] = lambda outcome: None,
    **options: Any,
) -> list[Outcome]:
    """Make a report of every client file, on ``jobs`` processes (all cores by default) or on a Dask cluster.

    Every process runs report after report with everything imported once. With ``resume`` a client whose whole
    report lies there already, made of the same file and with all that is asked for, is left alone. ``told`` hears of each outcome as it comes.
    ``options`` are those of :func:`~lib.report.engine.make_report`. More than one report get an index page.
    Returns the outcomes in the order of ``files``.

    Raises:
        InputError: two files would write the same report, or the cluster cannot be reached.
    """
    outcomes: dict[Path, Outcome] = {}

    def hear(outcome: Outcome) -> None:
        outcomes[outcome.file] = outcome
        told(outcome)

    planned(files)
    wanted = {ending for ending in ATTACHED if options.get(ending[1:], ending == ".pdf" and find_chromium())}
    for file in files if resume else ():
        if report := finished(file, folder, wanted):
            sweep(folder / file.stem)
            hear(Outcome(file, report))
    lone = min(jobs or os.cpu_count() or 1, len(files) - len(outcomes)) <= 1 and not scheduler
    for _ in range(1 + RETRIES):
        left = [file for file in files if file not in outcomes]
        if lone:
            for file in left:
                hear(_attempt(file, folder, options))
        elif left:
            # A worker that is killed may take its pool with it; what is not heard of is made in the next round.
            with suppress(BrokenProcessPool), _pool(min(jobs or os.cpu_count() or 1, len(left)), scheduler) as pool:
                # A worker on another machine counts a path from a folder of its own.
                there = (lambda path: path.absolute()) if scheduler else (lambda path: path)
                asked = {pool.submit(_attempt, there(file), there(folder), options): file for file in left}
                for future in as_completed(asked):
                    if not future.exception():
                        hear(replace(future.result(), file=asked[future]))
    for file in [file for file in files if file not in outcomes]:
        hear(Outcome(file, None, f"{file}: whatever made its report was lost {1 + RETRIES} times."))
    if len(files) > 1:
        made = sorted((o for o in outcomes.values() if o.report), key=lambda o: o.file)
        problems = {file: outcomes[file].problem for file in files if outcomes[file].report is None}
        write_index(folder, {o.report.html: read_manifest(o.report.manifest) for o in made}, problems)
    return [outcomes[file] for file in files]


def finished(file: Path, folder: Path, wanted: Collection[str] = ()) -> Report | None:
    """Find the whole report of a client file that lies in ``folder`` already; ``None`` where it must be made (again).

    Whole is what has every file that its manifest names, as it was written, and every one ``wanted`` (``.pdf``).
    """
    html, printed, listing = (folder / f"{file.stem}{ending}" for ending in (".html", ".pdf", ".manifest.json"))
    try:
        manifest = read_manifest(listing)
        same = manifest["inputs_sha256"] == inputs_hash(load_client(file))
        made = manifest["files"].items()
        whole = all(sha256((folder / f"{file.stem}{ending}").read_bytes()) == known for ending, known in made)
    except (InputError, OSError):
        return None
    found = Report(html, listing, printed if ".pdf" in manifest["files"] else None)
    return found if same and whole and manifest["files"].keys() >= set(wanted) else None


@contextmanager
def _pool(workers: int, scheduler: str | None) -> Iterator[Any]:
    if not scheduler:
        with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_leave_with_parent) as pool:
            yield pool
        return
    from distributed import Client

    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"--scheduler is {scheduler!r}, which cannot be reached ({error}); allowed is tcp://HOST:PORT."
        ) from None
    with client, client.get_executor() as pool:
        yield pool


def _context() -> BaseContext:
    """Start workers from one clean process that has everything imported; each by itself where nothing forks."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "papermill", *(f"lib.report.{name}" for name in OF_THE_NOTEBOOK)])
    return context


def _leave_with_parent() -> None:
    """End this worker at once where the command is killed: it would wait for the next report for ever."""

    def wait() -> None:
        parent_process().join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def exit_status(outcomes: list[Outcome]) -> int:
    """Return 0 where all went well, 2 where nothing did because of bad input, else 1."""
    failed = [outcome for outcome in outcomes if outcome.report is None]
    if not failed:
        return 0
    return 2 if len(failed) == len(outcomes) and all(outcome.bad_input for outcome in failed) else 1


def _attempt(file: Path, folder: Path, options: dict[str, Any]) -> Outcome:
    try:
        return Outcome(file, make_report(file, folder, **options))
    except InputError as error:
        return Outcome(file, None, str(error), bad_input=True)
    except Exception as error:  # whatever it is, the other clients get their reports
        return Outcome(file, None, f"{file}: the report failed: {_short(error)}")


def _short(error: Exception) -> str:
    # Papermill's message holds the whole traceback; its last line says what was wrong.
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
