"""A real JupyterLab on copies of the notebooks, and a headless Chromium to look at it with."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from lib.paths import NOTEBOOKS

from .jupyter_lab import JupyterLab, free_port


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    """Start JupyterLab on a copy of the notebooks, so that no committed file is changed.

    It stops with the last test of this folder: its way of taking SIGTERM must not reach other tests.
    """
    folder = tmp_path_factory.mktemp("lab")
    copies = folder / "notebooks"
    copies.mkdir()
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(notebook, copies)
    server = JupyterLab(copies, folder / "home", free_port())
    # A test run that is told to stop (a time-out of its own caller) still has to take the server along.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    """Give the folder for screenshots: ``$BROWSER_SHOTS``, or a temporary one."""
    folder = Path(os.environ.get("BROWSER_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
