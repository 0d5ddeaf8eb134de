"""Where client files live: the samples, one's own beside them, and the one chosen last.

Own clients stand in ``data/clients/own`` (ignored by git), or in the folder that the variable ``WORKBOOK_CLIENTS``
names. The choice is remembered for each user, followed by every notebook that is open in JupyterLab, and ignored
where a notebook runs without a person before it (papermill, tests, Voilà).
"""

import json
import os
import re
import shutil
import sys
import unicodedata
from pathlib import Path

import platformdirs

from lib.client.client_file import load_client, save_client
from lib.errors import InputError
from lib.files import path_from, write_text
from lib.paths import CLIENTS, PROJECT

DEFAULT_CLIENT = CLIENTS / "support-knowledge-base.yaml"
"""The client that a page shows when none was chosen."""
SUFFIXES = (".yaml", ".yml")


def own_folder() -> Path:
    """Return the folder of one's own clients; it may not exist yet."""
    stated = os.environ.get("WORKBOOK_CLIENTS")
    return path_from(stated, "WORKBOOK_CLIENTS", "a folder", PROJECT) if stated else CLIENTS / "own"


def client_files() -> list[tuple[str, Path]]:
    """Return every client file under its client's name, one's own first; a name that stands twice gets its file's."""
    paths = [path for folder in (own_folder(), CLIENTS) for path in sorted(folder.glob("*.y*ml"))]
    named = [(_name(path), path) for path in paths if path.suffix in SUFFIXES]
    names = [name for name, _ in named]
    return [(name if names.count(name) == 1 else f"{name} ({path.stem})", path) for name, path in named]


def is_sample(path: Path) -> bool:
    """Return whether a client file came with the workbook."""
    return path.resolve().parent == CLIENTS.resolve()


def shown_path(path: Path | None) -> str:
    """Write a path relative to the project folder where it lies inside."""
    if path is None:
        return ""
    return path.relative_to(PROJECT).as_posix() if path.is_relative_to(PROJECT) else str(path)


def new_client_path(name: str) -> Path:
    """Return the file for a client called ``name``.

    Raises:
        InputError: there is none or it exists.
    """
    path = own_folder() / f"{file_stem(name)}.yaml"
    if path.exists():
        raise InputError(
            f"A client file called {path.name} exists already; choose another name, or pick it from the list."
        )
    return path


def file_stem(name: str) -> str:
    """Return the name without ending of the file for a client or scenario called ``name``.

    Raises:
        InputError: no letter or digit is left of it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60]
    if not stem:
        raise InputError("Please type a name with at least one letter or digit.")
    return stem


def rename(path: Path, name: str) -> Path:
    """Rename a client and its file; comments in the file stay.

    Raises:
        InputError: it cannot be done; the sentence says why.
    """
    target = new_client_path(name)
    client = load_client(path)
    renamed = client.model_copy(update={"client": client.client.model_copy(update={"name": name.strip()})})
    _own(path)
    save_client(renamed, path)
    path.rename(target)
    if beside(path).is_dir():
        beside(path).rename(beside(target))
    return target


def delete(path: Path) -> None:
    """Take a client's file away, and the folder with its scenarios and grades.

    Raises:
        InputError: one that came with the workbook.
    """
    _own(path)
    path.unlink(missing_ok=True)
    shutil.rmtree(beside(path), ignore_errors=True)


def beside(path: Path) -> Path:
    """Return the folder for what belongs to a client, its scenarios and grades; it need not exist yet."""
    return (own_folder() if is_sample(path) else path.resolve().parent) / path.stem


def remember(path: Path) -> None:
    """Remember the client chosen last."""
    write_text(_memory(), json.dumps({"client_file": str(path.resolve())}) + "\n")


def chosen_client(client_file: str | Path | None = None) -> Path:
    """Find the client file of a page: the one named, else the one chosen last where a person looks, else the sample.

    A relative path is counted from the working directory or the project folder.
    """
    if client_file:
        path = path_from(str(client_file), "client_file", "the path of a client file (YAML)")
        return path if path.is_absolute() or path.exists() or not (PROJECT / path).exists() else PROJECT / path
    if not is_live():
        return DEFAULT_CLIENT
    try:
        remembered = Path(json.loads(_memory().read_text(encoding="utf-8"))["client_file"])
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_CLIENT
    return remembered if remembered.is_file() else DEFAULT_CLIENT


def is_live() -> bool:
    """Return whether a person has the notebook open in JupyterLab.

    Jupyter's server names the notebook to such a kernel and gives it a connection file ``kernel-….json``; papermill,
    called in a notebook, hands the name on but not the file.
    """
    own_kernel = any(Path(argument).name.startswith("kernel-") for argument in sys.argv)
    voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return own_kernel and "JPY_SESSION_NAME" in os.environ and not voila


def _memory() -> Path:
    return platformdirs.user_config_path("decision-workbook") / "chosen.json"


def _own(path: Path) -> None:
    if is_sample(path):
        raise InputError(f"{path.name} came with the workbook and stays; make a copy of it to change.")


def _name(path: Path) -> str:
    try:
        return load_client(path).client.name
    except InputError:
        return path.stem
