"""What the tests of the decision share: a folder of runs made by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hand_made_runs import record

from lib import paths


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a function that stores a run of hand-made outcomes and returns its id."""
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")

    def store(
        right: dict[str, list[bool]],
        run_id: str = "20260101-000000-abcdefabcdef",
        sample_model: bool = False,
        sample_company: bool | None = False,
    ) -> str:
        folder = paths.RUNS / run_id
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record(run_id, right, sample_model, sample_company))
        (folder / "run.json").write_text(text, encoding="utf-8")
        return run_id

    return store
