"""Scenarios: pinned beside the client, compared with differences marked, there again after a restart."""

import shutil

import pytest

from lib.client import folder, load_client
from lib.client.folder import CLIENTS, DEFAULT_CLIENT
from lib.forms.state import ClientState
from lib.forms.what_ifs import WhatIfs

STYLE = "behaviour.style_sensitivity"


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_CLIENTS", str(tmp_path))
    return ClientState(shutil.copy(DEFAULT_CLIENT, tmp_path / "northwind.yaml"), later=lambda _: None)


def test_a_pinned_state_is_compared_with_what_comes_next(state):
    page = WhatIfs(state)
    page.name.value = "As it is"
    page.buttons["Pin this state"].click()
    assert 'class="differs"' not in page.table.value
    state.set(STYLE, 0.9)
    assert '<strong class="differs">≠ RAG</strong>' in page.table.value and "Style sensitivity" in page.table.value
    page.buttons["Go on from it"].click()
    assert STYLE not in state.values and state.can_undo
    page.buttons["Clear the comparison"].click()
    assert page.table.value == ""


def test_scenarios_are_there_again_move_with_the_client_and_go_with_it(state):
    page = WhatIfs(state)
    page.name.value = "Low volume"
    page.pin()
    again = WhatIfs(ClientState(state.path, later=lambda _: None))
    assert "scenario low volume" in dict(again.other.options)
    renamed = folder.rename(state.path, "Southwind")
    assert load_client(folder.beside(renamed) / "scenarios" / "low-volume.yaml")
    folder.delete(renamed)
    assert not folder.beside(renamed).exists()


def test_at_most_two_stand_beside_now_and_another_client_is_one_of_them(state):
    page = WhatIfs(state)
    for name in ("voice-agent", "general-chatbot", "commercial-law"):
        page.other.value = CLIENTS / f"{name}.yaml"
    assert [path.stem for path in page.chosen] == ["general-chatbot", "commercial-law"]
    page.name.value = " "
    page.buttons["Pin this state"].click()
    assert "at least one letter" in page.message.value
