"""A real third-party server on this machine, ``transformers serve``, with a tiny model."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from lib.models import load_model

pytest.importorskip("fastapi", reason="transformers[serving] is not installed: no server to ask")

LONGEST_START = 180.0


@pytest.fixture(scope="module")
def served(tiny_folder, tmp_path_factory):
    """Start the server with a template that adds nothing, and stop it whatever happens."""
    program = shutil.which("transformers", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the command transformers is not installed: no server to ask")
    home = tmp_path_factory.mktemp("served")
    folder = shutil.copytree(tiny_folder, home / "model")
    template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "HF_"))}
    log = home / "log.txt"
    with log.open("w") as file:
        process = subprocess.Popen(
            [program, "serve", str(folder), f"--port={port}", "--host=127.0.0.1", "--device=cpu", "--dtype=float32"],
            env=kept | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + LONGEST_START
        while time.monotonic() < until and process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                    if answer.status == 200:
                        break
            except (URLError, OSError):
                time.sleep(0.2)
        else:
            pytest.fail(f"transformers serve did not start:\n{log.read_text()[-2000:]}")
        yield folder, f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def test_a_served_model_is_asked_with_its_counts_and_its_time_to_the_first_token(served, monkeypatch):
    folder, address = served
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    asked, here = load_model(f"endpoint:{folder}"), load_model(folder)
    prompts = ["Question: refund window?", "Question: which plan says it?"]
    for prompt, answer in zip(prompts, asked.generate(prompts, 8), strict=True):
        assert answer.prompt_tokens == here.count_tokens(prompt) and 0 < answer.answer_tokens <= 8
        assert 0 < answer.first_token_seconds <= answer.seconds
