"""Whole processes: exit status, one sentence on standard error, and what deciding imports."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lib.paths import CLIENTS, PROJECT


def run(*arguments: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lib", *arguments], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["decide", "nowhere.yaml"], "nowhere.yaml"),
        (["decide"], "FILE"),
        (["nonesuch"], "nonesuch"),
        (["decide", "--nonesuch", "x"], "nonesuch"),
        (["decide", "."], "folder"),
    ],
)
def test_bad_input_is_one_sentence_on_standard_error_and_status_2(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert words in result.stderr and "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_decide_prints_json_from_any_folder(tmp_path: Path) -> None:
    result = run("decide", str(CLIENTS / "voice-agent.yaml"), "--json", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["recommendation"] == "fine_tune"


def test_deciding_imports_neither_torch_nor_pandas_nor_scipy_nor_jupyter() -> None:
    code = (
        "import sys; from lib.client import load_client; from lib.decision import decide;"
        f"decide(load_client({str(CLIENTS / 'voice-agent.yaml')!r}));"
        "print(sorted({'torch','pandas','scipy','IPython','ipywidgets','plotly','transformers'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_help_shows_an_example() -> None:
    for arguments in (["--help"], ["decide", "--help"]):
        result = run(*arguments)
        assert result.returncode == 0
        assert "python -m lib decide data/clients/" in result.stdout
