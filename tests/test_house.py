"""The house: what git keeps, which way imports go, what the two commands need."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from lib.paths import DATA, NOTEBOOKS, PROJECT

# Rooms from the lowest to the highest; a room may import itself and those before it.
ROOMS = [
    {"arms", "articles", "endings", "errors", "files", "fingerprints", "paths", "progress", "quiet", "stats", "text"}
    | {"wording"},
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


def name_of(path: Path) -> str:
    """Give the dotted name under which a module is imported."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def room_of(name: str) -> str:
    return name.split(".")[1] if "." in name else name


@cache
def imports() -> dict[str, set[str]]:
    """Give what every module imports, by dotted names, imports inside functions and for types included."""
    known = {name_of(path): path for path in modules()}
    return {name: {imported for imported in _imported(path, known) if imported != name} for name, path in known.items()}


def _imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}: a relative import"
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                yield module if module in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports_of(name: str) -> set[str]:
    """Give the packages outside the workbook that a module imports itself."""
    return {other.split(".")[0] for other in imports()[name]} - {"lib"}


def reached(start: str) -> set[str]:
    """Give every module outside the workbook that importing ``start`` may load, through whatever it imports."""
    seen, outside, left = set(), set(), [start]
    while left:
        for name in imports()[left.pop()]:
            if not name.startswith("lib"):
                outside.add(name.split(".")[0])
            elif name not in seen:
                seen.add(name)
                left.append(name)
    return outside


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


def test_every_module_stands_in_a_room_that_is_known() -> None:
    assert {room_of(name) for name in imports()} - {"lib"} <= set(LEVEL)


@pytest.mark.parametrize("room", LEVEL)
def test_imports_go_one_way(room: str) -> None:
    for name in (name for name in imports() if room_of(name) == room):
        for other in {room_of(other) for other in imports()[name] if other.startswith("lib.")}:
            lower = LEVEL[other] < LEVEL[room] or LEVEL[other] == LEVEL[room] == 0
            assert lower or other == room, f"{name} imports {other}"


def test_no_modules_import_one_another_in_a_circle() -> None:
    # The experiment's rooms are being cut anew; they join when they are.
    names = {name for name in imports() if room_of(name) != "experiment"}
    inside = {name: imports()[name] & names for name in names}
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_nothing_below_the_views_imports_jupyter() -> None:
    lower = [name for name in imports() if name != "lib" and LEVEL[room_of(name)] < LEVEL["views"]]
    assert len(lower) > 50
    for name in lower:
        assert not imports_of(name) & JUPYTER, name
    # The rule bites: the rooms above do import it.
    assert JUPYTER & imports_of("lib.forms.app") and JUPYTER & reached("lib.report.engine")


@pytest.mark.parametrize("room", ["client", "prices", "costs", "decision", "claims"])
def test_deciding_and_costing_never_import_torch(room: str) -> None:
    heavy = {"torch", "transformers", "sentence_transformers", "peft"}
    for name in (name for name in imports() if room_of(name) == room):
        assert not imports_of(name) & heavy, name


def test_every_requirement_is_pinned_exactly() -> None:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#") and line != "-e ."]
    assert pins and all(re.fullmatch(r"[A-Za-z0-9._\-]+(\[[a-z,]+\])?==[0-9][\w.]*", line) for line in pins)
    assert {"jupyterlab", "ipywidgets", "pandas", "plotly", "papermill", "nbval"} <= {
        line.split("==")[0] for line in pins
    }


def test_every_third_party_import_is_a_requirement() -> None:
    known = {line.split("==")[0].split("[")[0].lower().replace("-", "_") for line in requirement_lines()}
    provided = importlib.metadata.packages_distributions()
    for module in imports():
        for top in imports_of(module) - sys.stdlib_module_names:
            names = {dist.lower().replace("-", "_") for dist in provided.get(top, [top])}
            assert names & known, f"{module} imports {top}, which requirements.txt does not name"


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
