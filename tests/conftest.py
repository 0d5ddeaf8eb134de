"""What all tests share: an isolated environment, and which of them are slow.

``pytest`` runs everything. ``pytest -m "not slow"`` runs what a working day needs: it collects neither notebooks
nor the folders below, and property tests try fewer examples.
"""

import gc
from pathlib import Path

import hypothesis
import pytest

SLOW_FOLDERS = {
    "benchmarks",
    "browser",
    "experiment",
    "models",
    "notebooks",
    "own_data",
    "report",
    "retrieval",
    "sample_company",
}
NOT_SLOW = "not slow"


BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    """Say how many examples a property test tries."""
    hypothesis.settings.register_profile("whole", max_examples=100, deadline=None)
    hypothesis.settings.register_profile("fast", max_examples=5, deadline=None)
    hypothesis.settings.load_profile("fast" if config.option.markexpr == NOT_SLOW else "whole")


def pytest_collection_finish() -> None:
    """Let what stays until the end not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave slow folders uncollected where slow tests are not wanted: importing them alone takes seconds."""
    return True if config.option.markexpr == NOT_SLOW and _slow(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of a slow folder."""
    for item in items:
        if _slow(item.path):
            item.add_marker(pytest.mark.slow)


def _slow(path: Path) -> bool:
    project = Path(__file__).parent.parent
    return path.is_relative_to(project) and bool(SLOW_FOLDERS & set(path.relative_to(project).parts))


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach a database, an endpoint or a hub of the person who runs it."""
    for name in ("DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def chromium():
    """Start the machine's Chromium once for all tests; they are skipped by name where there is none.

    Two of Playwright's drivers cannot run in one thread, so every browser test shares this one.
    """
    from lib.report.chromium import find_chromium

    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed: pages are not looked at in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield browser
        browser.close()
