"""The one way to files: own data, what a client names, results that are never half-written.

For: paths from text, reading up to a limit, writing whole or not at all; every failure of a disk or a folder is
one sentence. May import: errors, text.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from lib.errors import InputError
from lib.text import inert


def read_yaml(path: Path) -> Any:
    """Read one of the workbook's own data files. Not for what a client hands in: see ``lib.client.yaml_text``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def path_from(text: str, name: str, allowed: str, folder: Path | None = None) -> Path:
    """Make a path of what a person wrote (``~`` is the home folder), counted from ``folder``; it need not exist.

    The error says the field or option ``name`` that holds it, and what is ``allowed``.

    Raises:
        InputError: no file system could hold such a path.
    """
    try:
        path = Path(text).expanduser()
        path = path if path.is_absolute() or folder is None else folder / path
        os.stat(path)
    except (ValueError, RuntimeError) as error:
        raise InputError(
            f"{name} is {_shown(text)}, which is no path ({inert(str(error))}); allowed is {allowed}."
        ) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InputError(f"{name} is {_shown(text)}, which is too long for a path; allowed is {allowed}.") from None
    return path


def read_limited(path: Path, limit: int, name: str, allowed: str) -> bytes:
    """Read a regular file of at most ``limit`` bytes; ``name`` and ``allowed`` as in :func:`path_from`.

    Raises:
        InputError: it is missing, no regular file (a folder, a pipe, a device), cannot be read, or is larger.
    """
    subject = _shown(path) if name == str(path) else f"{name}: {_shown(path)}"
    try:
        data, mode = None, os.stat(path).st_mode
        # A pipe is not opened at all: opening one waits for a writer.
        if stat.S_ISREG(mode):
            with path.open("rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{subject} cannot be read ({inert(why)}); allowed is {allowed}.") from None
    if data is None:
        kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise InputError(f"{subject} is {kind}; allowed is {allowed}.")
    if len(data) > limit:
        raise InputError(f"{subject} holds more than {limit:,} bytes; allowed is {allowed}.")
    return data


@contextmanager
def disk_told(target: Path) -> Iterator[None]:
    """Turn every failure of the disk while writing ``target`` into one sentence.

    Raises:
        InputError: it cannot be done; the sentence says why.
    """
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError(
            f"{_shown(target)} cannot be written ({why}); allowed is a place in a folder that may be written to and has room."
        ) from None


def made_folder(folder: Path) -> Path:
    """Make ``folder`` if it is missing.

    Raises:
        InputError: that fails.
    """
    with disk_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def moved_into_place(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``target`` to write to; rename it to ``target`` on success.

    On any exception the temporary file is removed and ``target`` is left as it was. The folder of
    ``target`` is made if it is missing.

    Raises:
        InputError: the disk fails.
    """
    made_folder(target.parent)
    with disk_told(target):
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=target.suffix)
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


def _shown(path: str | Path) -> str:
    text = inert(str(path))
    return text if len(text) <= 120 else f"{text[:60]}…{text[-40:]} ({len(text)} characters)"
