"""Twenty-four reports, cold start to last page, beside a loop of papermill and nbconvert; printed as one ratio.

python -m pytest tests/benchmarks/bench_reports.py -s -o addopts= -o python_files='bench_*.py'
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from lib.paths import CLIENTS, NOTEBOOKS, PROJECT

CLIENTS_MADE = 24
LOOPED = 3  # of the slow loop; the rest is reckoned


def clients(folder: Path) -> list[Path]:
    sources = sorted(CLIENTS.glob("*.yaml"))
    made = [folder / f"client-{place:03}.yaml" for place in range(CLIENTS_MADE)]
    for place, path in enumerate(made):
        shutil.copy(sources[place % len(sources)], path)
    return made


def test_reports_against_a_loop_of_papermill_and_nbconvert(tmp_path):
    files = clients(tmp_path)
    start = time.monotonic()
    command = [sys.executable, "-m", "lib", "report", *map(str, files), "--out", str(tmp_path / "out")]
    running = subprocess.Popen([*command, "--no-pdf"], cwd=PROJECT, stdout=subprocess.DEVNULL)
    memory = 0
    while running.poll() is None:
        for child in psutil.Process(running.pid).children(recursive=True):
            try:
                memory = max(memory, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.5)
    ours = time.monotonic() - start
    made = sorted(page.stat().st_mtime for page in (tmp_path / "out").glob("client-*.html"))
    assert running.returncode == 0 and len(made) == CLIENTS_MADE
    margin = (made[-1] - made[0]) / (CLIENTS_MADE - 1)

    start = time.monotonic()
    for file in files[:LOOPED]:
        out = tmp_path / f"{file.stem}.ipynb"
        papermill = [sys.executable, "-m", "papermill", str(NOTEBOOKS / "report.ipynb"), str(out)]
        subprocess.run([*papermill, "-p", "client_file", str(file)], check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", str(out)], check=True, capture_output=True)
    loop = (time.monotonic() - start) / LOOPED * CLIENTS_MADE
    print(
        f"\n{CLIENTS_MADE} reports: {ours:.1f} s; a loop of papermill and nbconvert: {loop:.1f} s; ratio {loop / ours:.1f}"
    )
    print(
        f"{ours / CLIENTS_MADE:.2f} s a report, {margin:.2f} s at the margin; {memory / 1e6:.0f} MB the largest worker"
    )
