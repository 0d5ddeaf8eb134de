"""The house: what git keeps, which way imports go, what the two commands need."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lib.paths import DATA, NOTEBOOKS, PROJECT

# Rooms from the lowest to the highest; a room may import itself and those before it.
ROOMS = [
    {"arms", "articles", "errors", "files", "paths", "progress", "quiet", "stats", "text", "wording"},
    {"client", "dataset"},
    {"prices", "sample_company", "retrieval", "models"},
    {"simulation"},
    {"costs", "experiment"},
    {"decision", "claims"},
    {"evaluation", "plan"},
    {"views"},
    {"forms"},
    {"report"},
    {"commands", "notebooks"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
JUPYTER = {"IPython", "ipywidgets", "nbformat", "nbclient", "nbconvert", "papermill", "jupyter_client"}


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True)


def modules() -> list[Path]:
    return sorted((PROJECT / "lib").rglob("*.py"))


def room_of(path: Path) -> str:
    part = path.relative_to(PROJECT / "lib").parts[0]
    return part.removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "lib" else {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_the_gitignore_swallows_neither_lib_nor_data() -> None:
    for path in (
        "lib/client/model.py",
        "lib/new/file.py",
        "data/clients/new.yaml",
        "data/prices/new.csv",
        "notebooks/new.ipynb",
    ):
        assert git("check-ignore", "-q", path).returncode == 1, f"{path} is ignored"
    for path in ("reports/x.html", "data/runs/x/run.json", ".venv/x", "lib/__pycache__/x.pyc"):
        assert git("check-ignore", "-q", path).returncode == 0, f"{path} is not ignored"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_imports_go_one_way(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for name in imported(path):
        if name.startswith("lib."):
            other = name.split(".")[1]
            assert LEVEL[other] <= LEVEL[room] and (LEVEL[other] < LEVEL[room] or other == room or LEVEL[room] == 0), (
                f"{room} imports {other}"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_nothing_below_forms_and_report_imports_jupyter(path: Path) -> None:
    if LEVEL.get(room_of(path), 0) < LEVEL["views"]:
        assert not {name.split(".")[0] for name in imported(path)} & JUPYTER


def test_every_requirement_is_pinned_exactly() -> None:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#") and line != "-e ."]
    assert pins and all(re.fullmatch(r"[A-Za-z0-9._\-]+(\[[a-z,]+\])?==[0-9][\w.]*", line) for line in pins)
    assert {"jupyterlab", "ipywidgets", "pandas", "plotly", "papermill", "nbval"} <= {
        line.split("==")[0] for line in pins
    }


def test_every_third_party_import_is_a_requirement() -> None:
    import importlib.metadata

    known = {line.split("==")[0].split("[")[0].lower().replace("-", "_") for line in requirement_lines()}
    provided = importlib.metadata.packages_distributions()
    for path in modules():
        for name in imported(path):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top == "lib":
                continue
            names = {dist.lower().replace("-", "_") for dist in provided.get(top, [top])}
            assert names & known, f"{path.relative_to(PROJECT)} imports {top}, which requirements.txt does not name"


def requirement_lines() -> list[str]:
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]


def test_no_file_holds_a_path_of_one_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(root|home|work|Users)/\w")
    for name in git("ls-files").stdout.split():
        path = PROJECT / name
        if path.suffix in {".py", ".yaml", ".ipynb", ".csv", ".toml", ".md"} and path.exists():
            found = machine.search(path.read_text(encoding="utf-8"))
            assert not found, f"{name}: {found and found.group()}"


def test_shipped_weights_and_samples_are_small() -> None:
    sizes = [
        (PROJECT / name).stat().st_size
        for name in git("ls-files", str(DATA)).stdout.split()
        if (PROJECT / name).exists()
    ]
    assert sum(sizes) < 20_000_000


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_keeps_to_the_house_rules(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    # The report's parameters are the client file's sections, one a line as papermill reads them.
    cells = [cell for cell in notebook.cells if "parameters" not in cell.metadata.get("tags", [])]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert len(re.findall(r"^# ", prose, flags=re.MULTILINE)) == 1, "one H1"
    assert len(notebook.cells) <= 30
    assert all(len(source.splitlines()) < 15 for source in code), "cells of fewer than 15 lines"
    assert not any(re.search(r"^\s*(def|class) ", source, flags=re.MULTILINE) for source in code), (
        "helpers belong in lib"
    )
    assert not any("!pip" in source or "%pip" in source for source in code)
    assert not re.search(r"\$\d", path.read_text(encoding="utf-8")), "a dollar sign before a digit becomes LaTeX"
    assert "widgets" not in notebook.metadata, "no widget state is saved"
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1


def test_the_make_targets_explain_themselves() -> None:
    result = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True)
    for target in ("report", "test", "lab", "notebooks"):
        assert re.search(rf"^{target}\s+\S", result.stdout, flags=re.MULTILINE)
