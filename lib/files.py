"""Reading the workbook's own data, and writing results so that nothing half-written stays behind."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """Read one of the workbook's own data files. Not for what a client hands in: see ``lib.client.yaml_text``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


@contextmanager
def moved_into_place(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target`` to write to; rename it to ``target`` on success.

    On any exception the temporary file is removed and ``target`` is left as it was. The folder of
    ``target`` is made if it is missing.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes the file private; results are ordinary files.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write ``text`` (UTF-8, newlines as given) to ``target`` whole or not at all."""
    with moved_into_place(target) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(text)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
