"""The embedded server never outlives the process that started it, and secrets never show."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from lib.endings import ending_signals_unwind, ending_signals_wait
from lib.errors import InputError
from lib.paths import PROJECT
from lib.retrieval import server

HOLDS_A_SERVER = """
import psycopg, time
from lib.retrieval.server import postgres
with postgres() as address:
    with psycopg.connect(address) as connection:
        print(connection.execute("SHOW data_directory").fetchone()[0], flush=True)
    time.sleep(120)
"""


@pytest.fixture(autouse=True)
def no_server_given(monkeypatch):
    monkeypatch.delenv(server.ENVIRONMENT_VARIABLE, raising=False)


def test_the_embedded_server_answers_has_pgvector_and_is_gone_after_the_block():
    with server.postgres() as address, psycopg.connect(address) as connection:
        folder = Path(connection.execute("SHOW data_directory").fetchone()[0])
        connection.execute("CREATE EXTENSION vector")
        assert connection.execute("SELECT '[1,2]'::vector <-> '[1,4]'::vector").fetchone() == (2.0,)
    assert not folder.exists() and not server._servers(folder)


def test_the_embedded_server_is_gone_after_an_error_in_the_block():
    with pytest.raises(ZeroDivisionError), server.postgres() as address, psycopg.connect(address) as connection:
        folder = Path(connection.execute("SHOW data_directory").fetchone()[0])
        raise ZeroDivisionError
    assert not folder.exists() and not server._servers(folder)


def test_the_embedded_server_is_gone_after_the_process_was_told_to_end():
    process, folder = _process_holding_a_server()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert not folder.exists() and not server._servers(folder)


def test_what_a_killed_process_left_is_removed_by_the_next_start():
    process, folder = _process_holding_a_server()
    process.kill()
    process.wait(60)
    assert folder.exists() and server._servers(folder)
    with server.postgres():
        assert not folder.exists() and not server._servers(folder)


def test_the_sweep_leaves_the_servers_of_running_processes_alone():
    with server.postgres() as outer, server.postgres(), psycopg.connect(outer) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_ending_signal_during_the_clean_up_waits_until_it_is_done():
    cleaned = []
    # A program with a handler of its own keeps it; this test is about one that has none.
    outer = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit), ending_signals_unwind(), ending_signals_wait():
            signal.raise_signal(signal.SIGTERM)
            cleaned.append(True)
        assert cleaned and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, outer)


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(monkeypatch, tmp_path):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with server.postgres() as address, psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert list(long.iterdir()) == []


def test_a_server_of_the_clients_own_is_used_and_left_running(monkeypatch):
    with server.postgres() as own:
        monkeypatch.setenv(server.ENVIRONMENT_VARIABLE, own.replace("postgresql://", "postgresql+psycopg://"))
        with server.postgres() as address:
            assert str(address) == str(own)
        with psycopg.connect(own) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://someone:swordfish@127.0.0.1:1/nothing",
        "postgres:/someone:swordfish@host/nothing",
        "host=127.0.0.1 port=1 password=swordfish user=someone",
        "postgresql://someone:swordfish@127.0.0.1:1/nothing?swordfish=swordfish",
    ],
)
def test_a_password_is_in_no_error(monkeypatch, address):
    monkeypatch.setenv(server.ENVIRONMENT_VARIABLE, address)
    with pytest.raises(InputError, match=server.ENVIRONMENT_VARIABLE) as caught, server.postgres():
        pass
    error = caught.value
    while error is not None:
        assert "swordfish" not in f"{error}{error!r}"
        error = error.__cause__ or error.__context__


def test_a_connection_string_does_not_show_itself():
    assert "swordfish" not in repr(server.ConnectionString("postgresql://someone:swordfish@host/database"))


def _process_holding_a_server() -> tuple[subprocess.Popen, Path]:
    environment = {name: value for name, value in os.environ.items() if name != server.ENVIRONMENT_VARIABLE}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_SERVER], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    folder = Path(process.stdout.readline().strip())
    assert folder.is_dir() and psutil.pid_exists(process.pid)
    return process, folder
