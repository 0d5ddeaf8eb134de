"""Where runs are kept: one folder each, whole or not at all; and the one cache that outlives an interruption.

A run is ``run.json`` (the record), ``answers.jsonl.gz`` (a row an answer), ``passages.json.gz`` and ``adapters/``.
The cache holds finished answers by all that decides them; unfinished trainings lie beside it, for the trainer resumes
by itself.
"""

import gzip
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lib import paths
from lib.endings import ending_signals_wait
from lib.errors import InputError
from lib.experiment.config import REFERENCE
from lib.experiment.record import RunRecord

if TYPE_CHECKING:
    from diskcache import Cache

RECORD, ANSWERS, PASSAGES = "run.json", "answers.jsonl.gz", "passages.json.gz"
_WORK = ".work-"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


def read_record(run_id: str) -> tuple[RunRecord, Path]:
    """Read a stored run, and say where it lies.

    Raises:
        InputError: there is no run of that id, or it cannot be read by this version.
    """
    # An id is a name, never a way out of the folder, and no longer than a folder's name can be.
    folder = paths.REFERENCE_RUN if run_id == REFERENCE else paths.RUNS / run_id
    if not _NAME.fullmatch(run_id) or not (folder / RECORD).is_file():
        known = [*run_ids()[-5:], *([REFERENCE] if (paths.REFERENCE_RUN / RECORD).is_file() else [])]
        raise InputError(f"run: there is no run {run_id!r}; stored are {', '.join(known) or 'none'}.")
    try:
        values = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError("it is no record")
        values["passages"] = json.loads(gzip.decompress((folder / PASSAGES).read_bytes()))
        lines = gzip.decompress((folder / ANSWERS).read_bytes()).decode().splitlines()
        values["answers"] = [json.loads(line) for line in lines]
        return RunRecord.model_validate(values), folder
    except (OSError, ValueError, ValidationError) as error:
        problem = str(error).splitlines()[0]
        advice = "remove its folder and run the experiment again"
        raise InputError(f"run: {run_id} cannot be read ({problem}); {advice}.") from None


def run_ids() -> list[str]:
    """List the ids of all stored runs, oldest first."""
    return sorted(path.parent.name for path in paths.RUNS.glob(f"*/{RECORD}") if not path.parent.name.startswith("."))


def newest_with_key(key: str) -> str | None:
    """Return the id of the newest run that was made from the same inputs, if there is one."""
    return next((run_id for run_id in reversed(run_ids()) if run_id.endswith(key[:12])), None)


@contextmanager
def work_folder() -> Iterator[Path]:
    """Make a folder for a run in the making; it is removed unless ``finish`` moved it into place.

    What killed runs left is removed too.

    Raises:
        InputError: nothing can be written under ``data/runs``.
    """
    import psutil

    try:
        paths.RUNS.mkdir(parents=True, exist_ok=True)
        for left in paths.RUNS.glob(f"{_WORK}*"):
            owner = left.name.removeprefix(_WORK).partition("-")[0]
            if owner.isdigit() and not psutil.pid_exists(int(owner)):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{_WORK}{os.getpid()}-", dir=paths.RUNS))
    except OSError as error:
        raise InputError(
            f"{paths.RUNS}: cannot be written to ({error.strerror}); set WORKBOOK_RUNS to a folder that can."
        ) from None
    try:
        yield folder
    finally:
        with ending_signals_wait():
            shutil.rmtree(folder, ignore_errors=True)


def finish(folder: Path, record: RunRecord) -> Path:
    """Write the record and move the folder to its id; nobody sees a run without its record."""
    write_record(folder, record)
    # mkdtemp makes the folder private; results are ordinary files.
    folder.chmod(0o755)
    return folder.replace(paths.RUNS / record.id)


def write_record(folder: Path, record: RunRecord) -> None:
    """Write a record's files into ``folder``; the same record gives the same bytes."""
    values = record.model_dump(mode="json")
    rows = (json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) for row in values.pop("answers"))
    passages = json.dumps(values.pop("passages"), ensure_ascii=False, sort_keys=True)
    (folder / ANSWERS).write_bytes(gzip.compress("\n".join(rows).encode(), 9, mtime=0))
    (folder / PASSAGES).write_bytes(gzip.compress(passages.encode(), 9, mtime=0))
    text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8")


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Let runs of the same inputs wait for one another: the second then finds the first one's result."""
    from filelock import FileLock

    locks = paths.RUNS / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{key[:12]}.lock"):
        yield


def run_log() -> list[dict[str, Any]]:
    """List the stored runs, oldest first: id, time, questions, data, model, seconds, share all right by arm."""
    lines = []
    for run_id in run_ids():
        record, _ = read_record(run_id)
        right: dict[str, list[bool]] = {}
        for row in record.answers:
            right.setdefault(row.arm, []).append(bool(row.scores.get("right")))
        lines.append(
            {"id": run_id, "created": record.created, "questions": len(record.questions), "data": record.dataset.name}
            | {"model": record.model.name, "seconds": sum(record.seconds.values())}
            | {"scores": {arm: sum(values) / len(values) for arm, values in right.items()}}
        )
    return lines


def open_cache(folder: Path) -> "Cache":
    """Open the cache of what earlier runs finished under ``folder``; made where it is missing."""
    from diskcache import Cache, JSONDisk

    # Never thrown out by age or size: an interrupted run counts on it. As JSON, for a pickle can run code.
    return Cache(str(folder / "values"), disk=JSONDisk, eviction_policy="none", size_limit=2**40)
