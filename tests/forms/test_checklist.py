"""Ticking the plan's pitfalls, and the line that says whose page it is."""

import shutil

import pytest

from lib.client import Facts, load_client
from lib.client.folder import DEFAULT_CLIENT
from lib.costs import costs
from lib.errors import InputError
from lib.forms.checklist import ChecklistForm, tick
from lib.forms.page import open_page
from lib.forms.state import ClientState
from lib.plan import checklist
from lib.prices import price_book

ITEM = "results-re-ranked"


@pytest.fixture
def path(tmp_path):
    return shutil.copy(DEFAULT_CLIENT, tmp_path / "own.yaml")


@pytest.fixture
def form(path):
    client = load_client(path)
    return ChecklistForm(checklist(client, "rag", costs(Facts.of(client), price_book(client))), path)


def test_a_tick_stands_in_the_file_at_once_and_goes_again(form, path):
    form.boxes[ITEM].value = True
    assert load_client(path).plan.done == [ITEM] and "1 of 6 ticked" in form.message.value
    form.boxes[ITEM].value = False
    assert not load_client(path).plan.done


def test_a_tick_keeps_what_somebody_else_changed_meanwhile(form, path):
    theirs = ClientState(path, later=lambda _: None)
    theirs.set("knowledge.documents", 950)
    theirs.save()
    form.boxes[ITEM].value = True
    assert load_client(path).knowledge.documents == 950 and load_client(path).plan.done == [ITEM]


def test_a_sample_is_not_ticked():
    with pytest.raises(InputError, match="stays as it is"):
        tick(DEFAULT_CLIENT, ITEM, True)


def test_a_page_says_whose_it_is_and_what_changed_since_it_was_run(path, capsys):
    page = open_page(path)
    assert "This page shows" in page.line() and "SaaS support desk" in page.line() and "saved" in page.line(live=True)
    assert page.changed() == ""
    tick(path, ITEM, True)
    assert "changed since" in page.changed() and "run all cells again" in page.line(live=True)
    path.unlink()
    assert "gone" in page.changed()
