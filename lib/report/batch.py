"""Several reports: one failing client costs no other its report."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from lib.errors import InputError
from lib.report.engine import Report, make_report, planned


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
    jobs: int | None = None,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a report of every client file, on ``jobs`` processes (all cores by default).

    ``told`` hears of each outcome as it comes. Gives the outcomes in the order of ``files``. Raises
    :class:`InputError` only where two files would write the same report.
    """
    planned(files)
    workers = min(jobs or os.cpu_count() or 1, len(files))
    outcomes: dict[Path, Outcome] = {}
    if workers == 1:
        for file in files:
            outcomes[file] = _attempt(file, folder, experiment, pdf)
            told(outcomes[file])
    else:
        # A forked process would inherit the threads of this one; a spawned one starts clean everywhere.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for future in as_completed([pool.submit(_attempt, file, folder, experiment, pdf) for file in files]):
                outcome = future.result()
                outcomes[outcome.file] = outcome
                told(outcome)
    return [outcomes[file] for file in files]


def exit_status(outcomes: list[Outcome]) -> int:
    """Give 0 where all went well, 2 where nothing did because of bad input, else 1."""
    failed = [outcome for outcome in outcomes if outcome.report is None]
    if not failed:
        return 0
    return 2 if len(failed) == len(outcomes) and all(outcome.bad_input for outcome in failed) else 1


def _attempt(file: Path, folder: Path, experiment: Any, pdf: bool) -> Outcome:
    try:
        return Outcome(file, make_report(file, folder, experiment=experiment, pdf=pdf))
    except InputError as error:
        return Outcome(file, None, str(error), bad_input=True)
    except Exception as error:  # whatever it is, the other clients get their reports
        return Outcome(file, None, f"{file}: the report failed: {_short(error)}")


def _short(error: Exception) -> str:
    # Papermill's message holds the whole traceback; its last line says what was wrong.
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
