"""Printing the finished page to PDF with a Chromium that is already on the machine."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lib.files import moved_into_place

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
TIMEOUT_SECONDS = 120
WINDOW = "720,1000"
"""About the width of the paper between its margins, so that charts are drawn to fit it."""
DATES = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")


class PdfError(RuntimeError):
    """Chromium is there but did not print; its text says why."""


def find_chromium() -> str | None:
    """Find a Chromium, Chrome or Edge: the variable ``CHROMIUM`` first, then the usual names and places."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next((place for place in PLACES if Path(place).is_file()), None)


def print_pdf(page: Path, target: Path, chromium: str) -> None:
    """Print the HTML file ``page`` to ``target``. Raises :class:`PdfError`."""
    with tempfile.TemporaryDirectory(prefix="report-pdf-", ignore_cleanup_errors=True) as folder:
        printed = Path(folder) / "report.pdf"
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--disable-extensions",
            "--no-first-run",
            f"--window-size={WINDOW}",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        if _is_root():
            # Chromium's sandbox refuses to start as root, as in a container; the page is our own and offline.
            command.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PdfError(f"{chromium} did not print: {error}") from None
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            tail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
            raise PdfError(f"{chromium} did not print: {tail[0]}")
        with moved_into_place(target) as temporary:
            temporary.write_bytes(_without_clock(printed.read_bytes()))


def _without_clock(data: bytes) -> bytes:
    """Blank the time of printing, without moving a byte: the same report prints to the same PDF."""
    return DATES.sub(
        lambda match: match[0][: match[0].index(b"D:") + 2] + b"0" * (len(match[0]) - match[0].index(b"D:") - 3) + b")",
        data,
    )


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
