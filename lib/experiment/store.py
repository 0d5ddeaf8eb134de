"""Where runs are kept: one folder each under ``data/runs``, whole or not at all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lib import paths
from lib.endings import ending_signals_wait
from lib.errors import InputError
from lib.files import write_text

RECORD = "run.json"
LOG = "log.jsonl"
_WORK = ".work-"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


def read_record(run_id: str) -> tuple[dict[str, Any], Path]:
    """Read a stored run and say where it lies.

    Raises:
        InputError: there is no run of that id, or its file cannot be read.
    """
    folder = paths.RUNS / run_id
    # An id is a name, never a way out of the folder, and no longer than a folder's name can be.
    if not _NAME.fullmatch(run_id) or not (folder / RECORD).is_file():
        raise InputError(f"run: there is no run {run_id!r}; stored are {', '.join(run_ids()[-5:]) or 'none'}.")
    try:
        return json.loads((folder / RECORD).read_text(encoding="utf-8")), folder
    except ValueError:
        problem = f"run: {run_id}/{RECORD} is not JSON; remove the folder and run the experiment again."
    raise InputError(problem)


def run_ids() -> list[str]:
    """List the ids of all stored runs, oldest first."""
    if not paths.RUNS.is_dir():
        return []
    return sorted(path.parent.name for path in paths.RUNS.glob(f"*/{RECORD}") if not path.parent.name.startswith("."))


def newest_with_key(key: str) -> str | None:
    """Return the id of the newest run that was made from the same inputs, if there is one."""
    for run_id in reversed(run_ids()):
        if run_id.endswith(short_key(key)) and read_record(run_id)[0].get("key") == key:
            return run_id
    return None


def short_key(key: str) -> str:
    """Shorten a key to what stands in a run's id."""
    return key[:12]


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give a folder for a run in the making; it is removed unless ``finish`` moved it into place."""
    paths.RUNS.mkdir(parents=True, exist_ok=True)
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_WORK}{os.getpid()}-", dir=paths.RUNS))
    try:
        yield folder
    finally:
        with ending_signals_wait():
            shutil.rmtree(folder, ignore_errors=True)


def finish(folder: Path, record: dict[str, Any]) -> Path:
    """Write the record and move the folder to its id; nobody sees a run without its record."""
    write_text(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    # mkdtemp makes the folder private; results are ordinary files.
    folder.chmod(0o755)
    target = paths.RUNS / record["id"]
    folder.replace(target)
    return target


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Let runs of the same inputs wait for one another: the second then finds the first one's result."""
    from filelock import FileLock

    locks = paths.RUNS / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{short_key(key)}.lock"):
        yield


def log_run(record: dict[str, Any], scores: dict[str, float]) -> None:
    """Append one line to the run log: when, what, with which versions and seed, and each arm's share of right answers."""
    line = {name: record[name] for name in ("id", "created", "config", "versions", "resumed")}
    line |= {"seed": record["config"]["seed"], "model": record["model"]["name"], "data": record["sample"]["name"]}
    line |= {"questions": record["sample"]["questions"], "seconds": sum(record["seconds"].values()), "scores": scores}
    # One write of one line: two runs that end together do not mix.
    with (paths.RUNS / LOG).open("a", encoding="utf-8", newline="") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def run_log() -> list[dict[str, Any]]:
    """Read the run log, oldest first; runs whose folders have been removed since stay in it."""
    path = paths.RUNS / LOG
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _sweep() -> None:
    """Remove what killed runs left."""
    import psutil

    for folder in paths.RUNS.glob(f"{_WORK}*"):
        owner = folder.name.removeprefix(_WORK).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
