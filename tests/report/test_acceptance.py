"""Kills, a cluster, hundreds of clients: minutes each, run by ``pytest -m acceptance -o addopts= tests/report``."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lib.client import load_client
from lib.paths import CLIENTS, PROJECT
from lib.report import batch
from lib.report.engine import make_report

pytestmark = pytest.mark.acceptance
QUICK = {"experiment": False, "pdf": False}
SOON = 60


def clients(folder: Path, count: int) -> list[Path]:
    """Write ``count`` client files, every one with figures of its own."""
    sources = sorted(CLIENTS.glob("*.yaml"))
    made = []
    for place in range(count):
        client = load_client(sources[place % len(sources)])
        made.append(folder / f"client-{place:03}.yaml")
        text = sources[place % len(sources)].read_text(encoding="utf-8")
        made[-1].write_text(text.replace(client.client.name, f"{client.client.name} {place}"), encoding="utf-8")
    return made


def started(*command, **options) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", *map(str, command)], cwd=PROJECT, **options)


def report_command(files, out, *options) -> subprocess.Popen:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return started("lib", "report", *files, "--out", out, "--no-experiment", *options, **quiet)


def wait_until(met) -> None:
    end = time.monotonic() + SOON
    while not met():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_ten_kills_at_random_moments_leave_only_whole_reports(tmp_path):
    files, out = clients(tmp_path, 4), tmp_path / "out"
    moments, start = random.Random(13), time.monotonic()
    assert report_command(files, out, "--pdf", "--jobs", "2").wait() == 0
    whole, killed, left = time.monotonic() - start, 0, 0
    for _ in range(10):
        running = report_command(files, out, "--pdf", "--jobs", "2")
        time.sleep(whole * moments.uniform(0.2, 0.9))
        workers = psutil.Process(running.pid).children(recursive=True) if running.poll() is None else []
        killed += bool(workers)
        running.kill()
        running.wait()
        # The workers, and the browsers that print for them, end with the command that started them.
        assert not psutil.wait_procs(workers, timeout=SOON)[1]
        for listing in out.glob("*.manifest.json"):
            assert batch.finished(tmp_path / listing.name.replace(".manifest.json", ".yaml"), out), listing
        left += any(out.glob(".client*"))
    print(f"\n{killed} of 10 kills fell into the run, {left} of them into the writing of a report")
    assert killed >= 5 and left
    assert report_command(files, out, "--pdf", "--resume").wait() == 0
    assert all(batch.finished(file, out) for file in files)
    assert list(out.glob(".client*")) == []
    assert all((out / f"{file.stem}.pdf").read_bytes().startswith(b"%PDF") for file in files)
    alone = make_report(files[3], tmp_path / "alone", **QUICK)
    assert (out / alone.html.name).read_bytes() == alone.html.read_bytes()


def test_a_worker_of_the_pool_that_is_killed_costs_no_report(tmp_path):
    files, heard = clients(tmp_path, 4), []

    def told(outcome):
        heard.append(outcome)
        if len(heard) == 1:
            busy = max(psutil.Process().children(recursive=True), key=lambda child: child.memory_info().rss)
            busy.kill()

    outcomes = batch.make_reports(files, tmp_path / "out", jobs=2, told=told, **QUICK)
    assert [outcome.problem for outcome in outcomes] == [""] * len(files) and len(heard) == len(files)
    assert all(batch.finished(file, tmp_path / "out") for file in files)


@pytest.fixture
def cluster(tmp_path):
    """Start a scheduler and two workers on loopback, each a process of its own; yields address and workers."""
    address = tmp_path / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = started("dask", "scheduler", *local, "--port", "0", "--scheduler-file", address)
    wait_until(address.exists)
    places = ("--nthreads", "1", "--no-nanny", "--local-directory", tmp_path / "dask")
    workers = [started("dask", "worker", "--scheduler-file", address, *local, *places) for _ in range(2)]
    from distributed import Client

    with Client(scheduler_file=str(address)) as client:
        client.wait_for_workers(2, timeout=SOON)
        yield client.scheduler.address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_worker_of_a_cluster_that_is_killed_costs_no_report(cluster, tmp_path, monkeypatch):
    scheduler, workers = cluster
    # The workers run in another folder, as those on other machines do.
    monkeypatch.chdir(tmp_path)
    files, heard = [file.relative_to(tmp_path) for file in clients(tmp_path, 8)], []

    def told(outcome):
        heard.append(outcome)
        if len(heard) == 2:
            os.kill(workers[0].pid, 9)

    outcomes = batch.make_reports(files, Path("out"), scheduler=scheduler, told=told, **QUICK)
    assert [outcome.file for outcome in outcomes] == files
    assert workers[0].wait() == -9 and workers[1].poll() is None
    assert [outcome.problem for outcome in outcomes] == [""] * len(files) and len(heard) == len(files)
    assert all(batch.finished(file, tmp_path / "out") for file in files)
    alone = make_report(files[7], tmp_path / "alone", **QUICK)
    assert (tmp_path / "out" / alone.html.name).read_bytes() == alone.html.read_bytes()


def test_five_hundred_clients_are_finished_in_one_go(tmp_path):
    files, out = clients(tmp_path, 500), tmp_path / "out"
    start = time.monotonic()
    assert report_command(files, out, "--no-pdf").wait() == 0
    print(f"\n{len(files)} reports in {time.monotonic() - start:.0f} s")
    assert all(batch.finished(file, out) for file in files)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{file.stem}.html"' in page for file in files)
    shutil.rmtree(out)
