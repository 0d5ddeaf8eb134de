"""The line that says whose page it is, and what has changed since the page was run."""

import shutil

import pytest

from lib.client import folder
from lib.errors import InputError
from lib.forms.page import open_page
from lib.paths import CLIENTS, NOTEBOOKS


@pytest.fixture
def page(tmp_path):
    return open_page(shutil.copy(CLIENTS / "voice-agent.yaml", tmp_path / "desk.yaml"))


def test_the_line_names_the_client_and_when_it_was_saved(page):
    assert "This page shows <strong>Telephone voice agent</strong>" in page.line()
    assert ", saved " in page.line(live=True) and "run all cells" not in page.line(live=True)


def test_a_file_that_changes_or_goes_is_said(page):
    page.path.write_text(page.path.read_text() + "\n# noted\n")
    assert "Its file has changed since" in page.line(live=True)
    page.path.unlink()
    assert "Its file is gone" in page.line(live=True)


def test_another_choice_on_the_start_page_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(folder, "_memory", lambda: tmp_path / "chosen.json")
    monkeypatch.setattr(folder, "is_live", lambda: True)
    folder.remember(CLIENTS / "voice-agent.yaml")
    page = open_page(None)
    assert page.client.client.name == "Telephone voice agent" and page.changed() == ""
    folder.remember(CLIENTS / "shop-assistant.yaml")
    assert "The client chosen is now" in page.changed()


def test_a_page_that_is_the_same_for_everybody_says_so():
    page = open_page(None, about_client=False)
    assert "the same for every client" in page.line() and page.client.client.name not in page.line()
    assert page.client.client.name in page.line(live=True)


def test_a_client_file_that_cannot_be_used_is_one_sentence():
    with pytest.raises(InputError) as refused:
        open_page("data/clients/no-such-client.yaml")
    assert refused.value._render_traceback_() == [str(refused.value)]


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("[1-9r]*.ipynb")))
def test_every_notebook_says_whose_page_it_is(name):
    assert "open_page(" in (NOTEBOOKS / name).read_text(encoding="utf-8")
