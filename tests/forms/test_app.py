"""The live form without a browser: picking, saving, reloading, creating, renaming, deleting."""

import re
import shutil

import pytest

from lib.client import folder, load_client
from lib.forms.app import DecisionForm
from lib.paths import CLIENTS

STYLE = "behaviour.style_sensitivity"
SUPPORT = "data/clients/support-knowledge-base.yaml"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give an empty folder for own clients, and a memory of one's own."""
    monkeypatch.setenv("WORKBOOK_CLIENTS", str(tmp_path / "own"))
    monkeypatch.setattr(folder, "_memory", lambda: tmp_path / "chosen.json")
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def form(own):
    shutil.copy(CLIENTS / "support-knowledge-base.yaml", own / "desk.yaml")
    return DecisionForm(own / "desk.yaml")


def press(form, name):
    form.buttons[name].click()
    return form.message.value


def test_the_form_says_whose_it_is_and_when_that_was_saved(form):
    assert "This page shows <strong>SaaS support desk</strong>, saved " in form.line.value


def test_a_client_file_is_found_from_the_project_folder(own, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert DecisionForm(SUPPORT).state.decision.recommendation == "rag"


def recommended(form):
    return re.sub("<[^>]+>", "", re.search('class="arm">(.*?)</p>', form.result.headline.value).group(1))


def test_a_change_in_the_form_changes_the_recommendation_on_the_page(form):
    form.form.take({"path": STYLE, "step": 20})
    assert recommended(form) == "RAG"
    form.form.take({"path": STYLE, "step": 90})
    assert recommended(form) == "Hybrid (fine-tuning + RAG)"


def test_a_refused_value_is_said_once_beside_its_field(form):
    form.form.take({"path": STYLE, "text": "7"})
    assert form.form.rows[STYLE]["error"] and "not accepted" not in form.result.headline.value


def test_a_stack_that_has_no_price_is_said_on_the_page(form):
    form.form.take({"path": "stack.base_model", "text": "no/such-model"})
    assert "No decision can be made" in form.result.headline.value
    assert "no/such-model" in form.form.rows["stack.base_model"]["error"]


def test_a_mistake_of_the_program_is_said_on_the_page(form, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("lib.forms.state.deciding", fails)
    with pytest.raises(RuntimeError):
        form.form.take({"path": STYLE, "step": 90})
    assert "Unexpected RuntimeError: disk on fire" in form.result.headline.value


def test_unsaved_changes_wait_for_their_client(form, own):
    form.form.take({"path": STYLE, "step": 90})
    assert "Not saved yet: 1" in form.difference.value
    form.picker.value = CLIENTS / "voice-agent.yaml"
    assert form.state.decision.recommendation == "fine_tune" and not form.state.unsaved
    assert "wait until you pick it again" in form.message.value
    form.picker.value = own / "desk.yaml"
    assert form.state.values[STYLE] == 0.9 and "with your unsaved changes" in form.message.value


def test_reloading_asks_before_it_drops_changes(form):
    form.form.take({"path": STYLE, "step": 90})
    press(form, "Reload from file")
    assert form.state.unsaved and "drops your unsaved changes" in form.question.children[0].value
    drop, cancel = form.question.children[1].children
    cancel.click()
    assert form.state.unsaved and not form.question.children
    press(form, "Reload from file")
    form.question.children[1].children[0].click()
    assert not form.state.unsaved and STYLE not in form.state.values
    assert drop.description == "Drop my changes"


def test_a_client_that_came_with_the_workbook_is_saved_as_one_s_own(own):
    form = DecisionForm(CLIENTS / "voice-agent.yaml")
    before = (CLIENTS / "voice-agent.yaml").read_text(encoding="utf-8")
    form.form.take({"path": STYLE, "step": 30})
    press(form, "Save")
    assert (CLIENTS / "voice-agent.yaml").read_text(encoding="utf-8") == before
    assert form.state.path == own / "telephone-voice-agent.yaml"


def test_a_colleague_s_change_of_the_same_field_is_asked_for(form, own):
    theirs = DecisionForm(own / "desk.yaml")
    theirs.form.take({"path": "knowledge.documents", "text": "950"})
    press(theirs, "Save")
    form.form.take({"path": "knowledge.documents", "text": "800"})
    press(form, "Save")
    _, pick, bar = form.question.children
    assert [label for label, _ in pick.options] == ["keep mine: 800 documents", "take theirs: 950 documents"]
    pick.value = False
    bar.children[0].click()
    assert load_client(own / "desk.yaml").knowledge.documents == 950 and not form.question.children


def test_clients_are_created_copied_renamed_and_deleted_by_name(form, own):
    form.name_box.value = "Müller & Söhne <b>"
    press(form, "New")
    assert form.state.path == own / "muller-sohne-b.yaml" and list(form.state.values) == ["client.name"]
    assert ("Müller & Söhne <b>", form.state.path) in form.picker.options and "&lt;b&gt;" in form.result.headline.value
    form.name_box.value = "Müller & Söhne <b>"
    assert "exists already" in press(form, "New")
    form.name_box.value = "Second"
    press(form, "Copy")
    form.name_box.value = "Third"
    press(form, "Rename")
    assert sorted(path.name for path in own.iterdir()) == ["desk.yaml", "muller-sohne-b.yaml", "third.yaml"]
    assert load_client(own / "third.yaml").client.name == "Third"
    press(form, "Delete")
    form.question.children[1].children[0].click()
    assert not (own / "third.yaml").exists() and form.state.path == folder.DEFAULT_CLIENT
    assert "stays" in press(form, "Delete")
    form.name_box.value = " "
    assert "at least one letter" in press(form, "New")


def test_the_chosen_client_is_remembered_for_whoever_looks_in_jupyterlab(form, own, monkeypatch):
    form.picker.value = CLIENTS / "voice-agent.yaml"
    assert folder.chosen_client() == folder.DEFAULT_CLIENT, "a run without a person takes the sample"
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook")
    assert folder.chosen_client() == folder.DEFAULT_CLIENT, "papermill, called in a notebook, is no person either"
    monkeypatch.setattr("sys.argv", ["ipykernel_launcher.py", "-f", "/run/jupyter/kernel-1234.json"])
    assert folder.chosen_client() == CLIENTS / "voice-agent.yaml"
    assert folder.chosen_client(SUPPORT).name == "support-knowledge-base.yaml", "a named file wins"
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert folder.chosen_client() == folder.DEFAULT_CLIENT


def test_an_unexpected_error_is_shown_and_raised(form):
    def fails():
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError):
        form.reported(fails)
    assert "disk on fire" in form.message.value
