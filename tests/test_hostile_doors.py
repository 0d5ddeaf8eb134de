"""What comes in from outside at the doors: paths, files that are none, full disks, text that steers."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lib import files
from lib.client import check_client, load_client
from lib.decision import decide
from lib.errors import InputError
from lib.paths import CLIENTS, PROJECT
from lib.prices import price_book
from lib.report.logo import logo_uri


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (1, 1)).save(held, "PNG")
    return held.getvalue()


PNG = png()


def command(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lib", *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=120, **options
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and done.stderr.isprintable() is False
    return done.stderr.strip()


@pytest.mark.parametrize("text", ["x" * 300, "~nosuchuser/x.csv", "a\0b", "/".join(["y" * 200] * 30)])
def test_a_text_that_is_no_path_is_refused_in_one_sentence(text):
    with pytest.raises(InputError, match=r"prices\.file is .*allowed is a price list"):
        files.path_from(text, "prices.file", "a price list")


@pytest.mark.parametrize(
    "lines",
    [
        "prices: {file: " + "p" * 290 + ".csv}",
        "prices: {file: ~nosuchuser/x.csv}",
        "report: {logo: " + "l" * 280 + ".png}",
    ],
)
def test_paths_in_a_client_file_never_end_in_a_traceback(tmp_path, lines):
    client = tmp_path / "r.yaml"
    client.write_text(f"client: {{name: R}}\n{lines}\n", encoding="utf-8")
    if "logo" in lines:
        with pytest.raises(InputError, match=r"too long|no path"):
            logo_uri(load_client(client).report.logo, tmp_path)
    else:
        assert "prices.file" in one_sentence(command("costs", str(client)))


@given(st.text(max_size=400))
def test_any_text_is_a_path_or_one_sentence(text):
    try:
        assert isinstance(files.path_from(text, "key", "a path"), Path)
    except InputError as error:
        assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize("run", ["r" * 290, "~nosuchuser", "../runs", "a/b"])
def test_a_run_of_no_possible_name_is_not_stored(run):
    evidence = {"run": run, "rag_score": 0.8}
    assert decide(check_client({"client": {"name": "x"}, "evidence": evidence}), False).evidence.status == "not stored"


def test_a_price_list_counts_from_the_client_file_alone(tmp_path):
    # data/prices/models.csv lies in the project, not beside the client: to take it silently would be a guess.
    client = check_client({"client": {"name": "x"}, "prices": {"file": "data/prices/models.csv"}})
    with pytest.raises(InputError, match="does not exist"):
        price_book(client, "client.yaml", tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes and devices as files")
def test_only_a_regular_file_of_limited_size_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path / "pipe.yaml", Path("/dev/zero"), tmp_path):
        with pytest.raises(InputError, match=r"no regular file|a folder"):
            load_client(path)
    (tmp_path / "large.yaml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(InputError, match="more than"):
        load_client(tmp_path / "large.yaml")


def test_a_full_disk_and_a_folder_that_is_none_are_one_sentence_each(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        files.write_text(tmp_path / "file" / "x.html", "text")

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"x\.html cannot be written \(no space left on device\)"):
        files.write_text(tmp_path / "x.html", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_cannot_be_written_is_one_sentence():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lib", "schema"], cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2 and done.stderr == "The output cannot be written or read (no space left on device).\n"


def test_what_steers_a_terminal_is_shown_as_its_escape(tmp_path):
    client = tmp_path / "r.yaml"
    client.write_text('client: {name: R}\n"\\e[31mred\\nsecond \\u202E line": 5\n', encoding="utf-8")
    said = one_sentence(command("decide", str(client)))
    assert "\\x1b[31mred\\nsecond \\u202e line" in said


STEERING = ["\x1b[31mred", "a\x9b31mb", "a\u202eb", "two\nlines", "bell\x07", "a\u2028b"]


@pytest.mark.parametrize("word", STEERING, ids=range(len(STEERING)))
def test_no_key_and_no_value_of_a_client_file_steers_or_breaks_the_line(word):
    for values in (
        {"client": {"name": word}},
        {word: 5, "client": {"name": "x"}},
        {"client": {"name": "x", word: 1}},
        {"client": {"name": "x"}, "knowledge": {"documents": {word: 1}}},
        {"client": {"name": "x"}, "plan": {"done": [word]}},
        {"client": {"name": "x"}, "stack": {"base_model": word}},
    ):
        with pytest.raises(InputError) as caught:
            check_client(values)
        assert str(caught.value).isprintable()


def test_a_logo_must_be_the_image_that_its_name_says(tmp_path):
    def uri(name: str, data: bytes) -> str | None:
        (tmp_path / name).write_bytes(data)
        return logo_uri(name, tmp_path)

    assert uri("good.png", PNG).startswith("data:image/png;base64,")
    assert uri("good.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='1' height='1'/></svg>")
    bomb = PNG[:16] + (30_000).to_bytes(4, "big") * 2 + PNG[24:]
    wrong = {
        "text.png": b"not an image",
        "really.jpg": PNG,
        "bomb.png": bomb,
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "handler.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "outside.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://evil.example/x.png'/></svg>",
        "entity.svg": b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
        "page.svg": b"<html/>",
    }
    for name, data in wrong.items():
        with pytest.raises(InputError, match=r"report\.logo"):
            uri(name, data)


def test_the_sample_clients_still_load():
    assert all(load_client(path).client.name for path in CLIENTS.glob("*.yaml"))
