"""Starting and stopping a JupyterLab that knows nothing of the person who runs the tests."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from lib.paths import PROJECT

START_SECONDS = 180
STOP_SECONDS = 10


def free_port() -> int:
    """Give a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class JupyterLab:
    """One server without a token on 127.0.0.1, with its own empty settings."""

    answers_at = "/api/status"

    def __init__(self, notebooks: Path, home: Path, port: int) -> None:
        """Serve the folder ``notebooks``; settings and the log go to ``home``."""
        self.address = f"http://127.0.0.1:{port}"
        self.notebooks, self._home, self._port = notebooks, home, port
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._answer_news_question()
        with (self._home / "server.log").open("wb") as log:
            # A session of its own, so that kernels can be stopped together with the server.
            self._process = subprocess.Popen(
                self._command(), env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{(self._home / 'server.log').read_text()[-3000:]}")
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop the server and its kernels, whatever state they are in."""
        if self._process is None:
            return
        for stop in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(stop)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        for kernel in _children_left(self._home):
            os.kill(kernel, signal.SIGKILL)

    def close_kernels(self) -> None:
        """End every kernel, so that one notebook's memory is free before the next one runs."""
        with urllib.request.urlopen(f"{self.address}/api/sessions") as answer:
            sessions = json.load(answer)
        for session in sessions:
            request = urllib.request.Request(f"{self.address}/api/sessions/{session['id']}", method="DELETE")
            urllib.request.urlopen(request).close()

    def _answer_news_question(self) -> None:
        """Decline Jupyter's news beforehand, whose question would cover a corner of the page."""
        settings = self._home / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + self.answers_at, timeout=2):
                return True
        except OSError:
            return False

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "jupyterlab",
            "--allow-root",
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={self._port}",
            f"--ServerApp.root_dir={self.notebooks}",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            "--ServerApp.disable_check_xsrf=True",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "XDG_CONFIG_HOME": "user",
            "WORKBOOK_CLIENTS": "clients",
        }
        # What the environment holds once the package is installed: the extension that keeps figures out of files.
        extension = {"JUPYTER_CONFIG_PATH": str(PROJECT / "lib")}
        return os.environ | extension | {name: str(self._home / folder) for name, folder in folders.items()}


class Voila(JupyterLab):
    """The same notebooks as an app, under a path as behind a proxy."""

    answers_at = "/workbook/"

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "voila", str(self.notebooks), "--no-browser", f"--port={self._port}"),
            *(f"--base_url={self.answers_at}", f"--Voila.connection_dir_root={self._home}/runtime"),
        ]


def _children_left(home: Path) -> list[int]:
    """Find kernels that outlived the server: those whose connection file lies in its runtime folder."""
    left = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if f"{home}/runtime/".encode() in command:
            left.append(int(entry.parent.name))
    return left
