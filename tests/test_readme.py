"""What the README promises: its client file, its commands, its pictures, its folder tree."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lib.client import load_client
from lib.commands.group import COMMANDS
from lib.decision import decide
from lib.paths import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_client_file_in_ten_lines_is_one_and_gets_a_decision(tmp_path: Path) -> None:
    text = re.search(r"```yaml\n(.*?)```", README, flags=re.DOTALL).group(1)
    path = tmp_path / "client.yaml"
    path.write_text(text, encoding="utf-8")
    assert len(text.strip().splitlines()) <= 10
    assert decide(load_client(path)).recommendation == "rag"


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_explains_itself(name: str) -> None:
    assert f"`python -m lib {name}" in README
    result = subprocess.run([sys.executable, "-m", "lib", name, "--help"], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert f"python -m lib {name}" in result.stdout


def test_every_picture_and_path_of_the_readme_exists() -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (PROJECT / name).exists(), name
    for name in re.findall(r"data/clients/[a-z-]+\.yaml|notebooks/\w+\.ipynb", README):
        assert (PROJECT / name).exists(), name


def test_the_folder_tree_names_the_rooms_that_are_there() -> None:
    tree = re.search(r"```text\n(.*?)```", README, flags=re.DOTALL).group(1)
    for room in (path.parent for path in (PROJECT / "lib").glob("*/__init__.py")):
        assert f"{room.name}/" in tree, room.name


def test_no_number_was_left_to_be_filled_in() -> None:
    variables = r"DATABASE_URL|OPENAI_BASE_URL|OPENAI_API_KEY"
    assert not re.search(r"\b[A-Z]+_[A-Z]+\b|\b(TABLE|PAIRS)\b", re.sub(variables, "", README))
