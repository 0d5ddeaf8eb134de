"""What the tests of the decision share: a folder of runs made by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hand_made_runs import record

from lib import paths
from lib.experiment.store import write_record


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Give a function that stores a run of hand-made outcomes and returns its id."""
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")

    def store(
        right: dict[str, list[bool]],
        run_id: str = "20260101-000000-abcdefabcdef",
        sample_model: bool = False,
        sample_company: bool = False,
    ) -> str:
        folder = paths.RUNS / run_id
        folder.mkdir(parents=True, exist_ok=True)
        write_record(folder, record(run_id, right, sample_model, sample_company))
        return run_id

    return store
