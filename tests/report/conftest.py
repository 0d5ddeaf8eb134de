"""What the tests of the report share: a page, a small stored run of the experiment."""

from pathlib import Path

import hand_made_runs
import pytest
from page_outline import HOSTILE

from lib import paths
from lib.report.engine import make_report


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory) -> Path:
    """A client whose every text tries to be something else."""
    import yaml

    texts = {"name": HOSTILE, "industry": HOSTILE, "use_case": HOSTILE}
    values = {
        "client": texts,
        "knowledge": {"needed": "private"},
        "report": {"prepared_by": HOSTILE, "status": HOSTILE},
    }
    path = tmp_path_factory.mktemp("hostile") / "hostile.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """A run of two arms, stored where the report's kernel finds it."""
    from lib.experiment import load_run
    from lib.experiment.store import write_record

    half, most = [True, False] * 30, [True, True, False] * 20
    record = hand_made_runs.record(
        "20261126-000000-hand-made", {"rag_few_shot": half, "lora_with_pages": most}, True, True
    )
    runs = tmp_path_factory.mktemp("runs")
    (runs / record.id).mkdir()
    write_record(runs / record.id, record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_RUNS", str(runs))
        patch.setattr(paths, "RUNS", runs)
        yield load_run(record.id)


@pytest.fixture(scope="session")
def report(tmp_path_factory, small_run):
    """One whole report, with an experiment in it."""
    folder = tmp_path_factory.mktemp("reports")
    return make_report(paths.CLIENTS / "commercial-law.yaml", folder, experiment=small_run.id, pdf=False)


@pytest.fixture(scope="session")
def page(report) -> str:
    return report.html.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory, hostile_file) -> str:
    made = make_report(hostile_file, tmp_path_factory.mktemp("hostile-report"), experiment=False, pdf=False)
    return made.html.read_text(encoding="utf-8")
