"""The house: what git keeps, which way imports go, what the two commands need."""

import ast
import importlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from lib.arms import ARM
from lib.paths import DATA, NOTEBOOKS, PROJECT

# Rooms from the lowest to the highest; a room may import itself and those before it.
ROOMS = [
    {
        "arms",
        "articles",
        "endings",
        "errors",
        "files",
        "fingerprints",
        "paths",
        "published",
        "progress",
        "quiet",
        "saving",
        "stats",
        "text",
    }
    | {"thresholds", "wording"},
    {"client", "dataset"},
    {"prices", "sample_company", "retrieval", "models"},
    {"simulation"},
    {"costs", "experiment"},
    {"decision", "claims"},
    {"evaluation", "plan"},
    {"views"},
    {"forms"},
    {"report"},
    {"commands", "notebooks", "saving"},
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


@pytest.mark.parametrize("room", sorted(path.parent.name for path in (PROJECT / "lib").glob("*/__init__.py")))
def test_a_room_opens_by_saying_what_it_is_for_and_keeps_to_what_it_may_import(room: str) -> None:
    opening = ast.get_docstring(ast.parse((PROJECT / "lib" / room / "__init__.py").read_text(encoding="utf-8")))
    assert re.search(r"^For: \S", opening, flags=re.MULTILINE)
    allowed = re.search(r"^May import: ([^.]*)\.", opening, flags=re.MULTILINE).group(1)
    named = set(re.findall(r"\w+", allowed)) & set(LEVEL)
    if "everything" in allowed:
        named = set(LEVEL) - named
    ground = {name for name, level in LEVEL.items() if level == 0}
    used = {
        room_of(other)
        for name in imports()
        if room_of(name) == room
        for other in imports()[name]
        if other[:4] == "lib."
    }
    assert used - {room} - ground <= named


def test_no_modules_import_one_another_in_a_circle() -> None:
    inside = {name: imports()[name] & set(imports()) for name in imports()}
    circle = []
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
    assert circle == []


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


NO_THRESHOLDS = {
    "ABSTAINS", "NOBODY", "RAG",  # positions among the arms
    "SIGNIFICANCE", "Z_TWO_SIDED",  # the statistics' own level
    "BEYOND", "BINS", "CLOSE", "SLACK",  # how finely is computed
    "advice 1000", "comparisons 0.001", "feasibility 1000",  # how a number is written
    "cases 200",  # a rule of thumb that the workbook is held against
}  # fmt: skip
"""Numbers that the decision compares with and that stand in no file of thresholds."""


@pytest.mark.parametrize("path", sorted((PROJECT / "lib/decision").glob("*.py")), ids=lambda path: path.name)
def test_no_number_that_decides_stands_in_python(path: Path) -> None:
    module = importlib.import_module(name_of(path))
    compared = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Compare))
    sides = (side for node in compared for side in (node.left, *node.comparators) if not isinstance(side, ast.Call))
    parts = [part for side in sides for part in ast.walk(side)]
    literals = {part.value for part in parts if isinstance(part, ast.Constant) and type(part.value) in (int, float)}
    names = {part.id for part in parts if isinstance(part, ast.Name) and part.id.isupper()}
    numbers = {name for name in names if isinstance(getattr(module, name, None), int | float)}
    assert numbers | {f"{path.stem} {literal:g}" for literal in literals - {0, 1}} <= NO_THRESHOLDS


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
    # Together under 25 MB, the two adapters of the reference run among them.
    assert sum(sizes) < 25_000_000


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


# --- what a newcomer adds, in a copy of the project -----------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Copy the project without what is large and what git ignores."""
    shutil.copytree(PROJECT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "articles.yaml",
        "claims",
        "clients",
        "decision",
        "frameworks",
        "prices",
        "published",
        "sample_company",
    ):
        source = DATA / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (tmp_path / "data").mkdir(exist_ok=True)
        copy(source, tmp_path / "data" / name)
    return tmp_path


def add(path: Path, after: str, line: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(after) == 1, f"{after!r} stands {text.count(after)} times in {path.name}"
    path.write_text(text.replace(after, after + line), encoding="utf-8")


def run_in(house: Path, code: str) -> dict:
    """Run Python in the copy; the last line that it prints is JSON."""
    environment = {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=house, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SIXTH = """
title: "Ask the documents first"
summary: Retrieval wherever there is anything to retrieve.
rules:
  - id: anything
    question: Is there anything to retrieve?
    reads: knowledge_gap
    test: ">="
    threshold: {likely: 1, unit: yes or no, source: workbook's judgement}
    points_to: rag
verdict:
  cases:
    - {says: rag, when: anything}
"""


def test_a_sixth_framework_is_its_file_of_rules_and_its_article_s_row(house: Path) -> None:
    (house / "data/frameworks/documents-first.yaml").write_text(SIXTH, encoding="utf-8")
    with (house / "data/articles.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: documents-first, title: Documents first, author: A. N. Other, date: null}\n")
    found = run_in(
        house,
        "import json\n"
        "from lib.claims import audit\n"
        "from lib.client import load_client\n"
        "from lib.decision import decide\n"
        "from lib.views.decision import votes_words\n"
        "made = decide(load_client('data/clients/support-knowledge-base.yaml'), with_counterfactuals=False)\n"
        "says = {item.id: (item.source, item.says) for item in made.frameworks}\n"
        "print(json.dumps([says, made.arms['rag'].support, list(made.reasons), votes_words(made), len(audit())]))",
    )
    says, support, reasons, sentence, claims = found
    assert list(says)[-1] == "documents-first" and len(says) == 6
    assert says["documents-first"] == ["Documents first (A. N. Other)", "rag"]
    assert support == pytest.approx(sum(say == "rag" for _, say in says.values()) / 6)
    assert any("six published guides" in reason for reason in reasons)
    assert sentence.startswith("6 of 6") and claims > 90


NEW_FIELD = """
import json
from lib.client import check_client, json_schema
from lib.client.facts import Facts, field_specs
from lib.decision import decide
from lib.errors import InputError
from lib.forms.form import ClientForm
from lib.forms.state import ClientState
from lib.report.sections import section_rows

PATH = "constraints.documents_are_clean"
unanswered = check_client({"client": {"name": "x"}})
client = check_client({"client": {"name": "x"}, "constraints": {"documents_are_clean": True}})
try:
    refused = str(check_client({"client": {"name": "x"}, "constraints": {"documents_are_clean": 7}}))
except InputError as error:
    refused = str(error)
print(json.dumps({
    "label": field_specs()[PATH].label,
    "value": float(Facts.of(client)[PATH]),
    "assumed": PATH in decide(unanswered, with_counterfactuals=False).assumed,
    "in schema": "documents_are_clean" in json.dumps(json_schema()),
    "refused": refused,
    "in form": PATH in ClientForm(ClientState()).rows,
    "in report": [row[:3] for row in section_rows(client, "constraints") if row[0] == "Clean documents"],
}))
"""


def test_a_new_client_field_is_one_line(house: Path) -> None:
    add(
        house / "lib/client/model.py",
        '    team_has_ml_skills: truth("Team has ML skills", "Somebody can train and evaluate models.") = True\n',
        '    documents_are_clean: truth("Clean documents", "No document contradicts another.") = False\n',
    )
    found = run_in(house, NEW_FIELD)
    assert "documents_are_clean" in found["refused"] and "true or false" in found["refused"]
    assert found | {"refused": ""} == {
        "label": "Clean documents",
        "value": 1.0,
        "assumed": True,
        "in schema": True,
        "refused": "",
        "in form": True,
        "in report": [["Clean documents", "yes", "answered"]],
    }


NEW_ARM = """
import json
from lib.experiment.arms import EXPERIMENT_ARMS, chosen_arms
from lib.experiment.config import ExperimentConfig
from lib.experiment.prompts import instructions_for
from lib.sample_company import VOICE
from lib.views.experiment import _marker

arm = EXPERIMENT_ARMS["lora_long_context"]
print(json.dumps({
    "runs": arm.id in ExperimentConfig().arms and arm in chosen_arms(["lora_long_context"]),
    "asks": instructions_for(arm, VOICE),
    "drawn": _marker(arm.id, arm.stands_for),
}))
"""


def test_another_arm_of_the_experiment_is_one_entry(house: Path) -> None:
    add(
        house / "lib/experiment/arms.py",
        """            "hybrid", "triangle-up", adapter="with_pages", pages="gold",
        ),
""",
        """        ExperimentArm(
            "lora_long_context", "LoRA + long context", "taught without pages, asked with all that fit",
            "hybrid", "bowtie", adapter="closed_book", pages="all_that_fit",
        ),
""",
    )
    found = run_in(house, NEW_ARM)
    assert found["runs"] and "pages" in found["asks"]
    assert found["drawn"]["symbol"] == "bowtie" and found["drawn"]["color"] == ARM["hybrid"].colour
