"""A real third-party server on this machine, ``transformers serve``, with the workbook's own model."""

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

from lib.errors import InputError
from lib.experiment.models import EndpointSettings, load_model
from lib.experiment.prompts import STOP, build_prompt
from lib.experiment.token_prices import TokenPrices
from lib.paths import BASE_MODEL

pytest.importorskip("fastapi", reason="transformers[serving] is not installed: no server to ask")

LONGEST_START = 180.0
NEW_TOKENS = 40


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_until_healthy(process, port, log):
    # Time for a busy machine to load torch; a server that has ended is not waited for.
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"transformers serve did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Start the server, and stop it whatever happens."""
    program = shutil.which("transformers", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the command transformers is not installed: no server to ask")
    port, home = free_port(), tmp_path_factory.mktemp("served")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "HF_"))}
    log = home / "log.txt"
    with log.open("w") as file:
        process = subprocess.Popen(
            # Computed in 32 bits, as the model that is loaded here.
            [
                program,
                "serve",
                str(BASE_MODEL),
                f"--port={port}",
                "--host=127.0.0.1",
                "--device=cpu",
                "--dtype=float32",
            ],
            env=kept | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_healthy(process, port, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def endpoint(served, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", served)
    prices = TokenPrices(input=1.0, output=4.0)
    return load_model(f"endpoint:{BASE_MODEL}", endpoint=EndpointSettings(concurrency=2, prices=prices))


@pytest.fixture(scope="module")
def loaded():
    return load_model()


@pytest.fixture(scope="module")
def prompts(sample):
    pages = {page.id: page for page in sample.documents}
    questions = [question for question in sample.questions if len(question.document_ids) < 2][:8]
    return [build_prompt(each.question, [pages[id_] for id_ in each.document_ids]) for each in questions]


def test_a_served_model_answers_as_the_same_model_loaded_here(endpoint, loaded, prompts):
    told = []
    served = endpoint.generate(prompts, NEW_TOKENS, done=told.append)
    here = loaded.generate(prompts, NEW_TOKENS)
    assert len(prompts) == sum(told) == 8 and len({answer.text for answer in here}) > 2
    assert [answer.text for answer in served] == [" ".join(answer.text.split()) for answer in here]
    assert [answer.prompt_tokens for answer in served] == [answer.prompt_tokens for answer in here]
    assert [answer.answer_tokens for answer in served] == [answer.answer_tokens for answer in here]


def test_a_served_answer_comes_with_its_time_to_the_first_token_and_its_cost(endpoint, prompts):
    (answer,) = endpoint.generate(prompts[:1], NEW_TOKENS)
    assert 0 < answer.first_token_seconds < answer.seconds and answer.retries == 0
    assert answer.cost_usd == pytest.approx((answer.prompt_tokens + 4 * answer.answer_tokens) / 1e6)


def test_the_window_and_the_counts_of_a_model_served_from_a_folder_are_its_own(endpoint, loaded, prompts):
    assert endpoint.window == loaded.window
    assert [endpoint.count_tokens(each) for each in prompts] == [loaded.count_tokens(each) for each in prompts]


def test_a_stop_is_kept_by_the_server(served, loaded, monkeypatch, prompts):
    monkeypatch.setenv("OPENAI_BASE_URL", served)
    asked = load_model(f"endpoint:{BASE_MODEL}", endpoint=EndpointSettings(completion_like=True))
    (answer,) = asked.generate(prompts[:1], NEW_TOKENS)
    assert answer.text == loaded.generate(prompts[:1], NEW_TOKENS)[0].text and STOP not in answer.text


def test_another_model_than_the_served_one_is_one_sentence(served, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", served)
    asked = load_model("endpoint:another", endpoint=EndpointSettings(window=1024))
    with pytest.raises(InputError, match=r"refuses another \(400: Server is pinned"):
        asked.generate(["Question: Why?\nAnswer:"])
