"""The live form and the picker, without a browser."""

import shutil
import time

import pytest

from lib.forms import app as app_module
from lib.forms import picker as picker_module
from lib.forms import project_files
from lib.forms.app import decide_form
from lib.forms.picker import client_picker, new_client_path
from lib.paths import CLIENTS

STYLE = "behaviour.style_sensitivity"
SUPPORT = "data/clients/support-knowledge-base.yaml"


@pytest.fixture
def clients(tmp_path, monkeypatch):
    """Give a copy of the project's client files, which the forms take for the real ones."""
    folder = tmp_path / "clients"
    shutil.copytree(CLIENTS, folder)
    for module in (app_module, picker_module, project_files):
        monkeypatch.setattr(module, "CLIENTS", folder)
    return folder


@pytest.fixture
def form(clients):
    return decide_form(clients / "support-knowledge-base.yaml")


def test_a_client_file_is_found_from_the_project_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert decide_form(SUPPORT).state.decision.recommendation == "rag"


def test_moving_style_sensitivity_changes_the_recommendation_on_the_page(form):
    row = form.form.rows[STYLE]
    row.slider.value = 20
    assert '<p class="arm">RAG</p>' in form.result.headline.value
    row.slider.value = 90
    assert '<p class="arm">Hybrid (fine-tuning + RAG)</p>' in form.result.headline.value


def test_a_slider_move_is_answered_in_a_tenth_of_a_second(form):
    form.state._later = lambda function: None
    row = form.form.rows[STYLE]
    times = []
    for position in range(30, 50):
        start = time.perf_counter()
        row.slider.value = position
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.1


def test_a_refused_value_is_said_above_the_result_too(form):
    form.form.rows[STYLE].box.value = "7"
    assert "behaviour.style_sensitivity is 7" in form.result.headline.value
    assert '<p class="arm">RAG</p>' in form.result.headline.value


def test_a_stack_that_has_no_price_is_said_on_the_page(form):
    form.form.rows["stack.base_model"].box.value = "no/such-model"
    assert "No decision can be made" in form.result.headline.value
    assert "no/such-model" in form.form.rows["stack.base_model"].help.value


def test_a_mistake_of_the_program_is_said_on_the_page(form, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("lib.forms.state.decide", fails)
    with pytest.raises(RuntimeError):
        form.form.rows[STYLE].slider.value = 90
    assert "Unexpected RuntimeError: disk on fire" in form.result.headline.value


def test_picking_another_client_loads_it(form, clients):
    form.picker.value = clients / "voice-agent.yaml"
    assert form.state.decision.recommendation == "fine_tune"
    assert form.path_box.value.endswith("voice-agent.yaml")
    assert "Fine-tuning" in form.result.headline.value


def test_a_new_client_starts_from_its_name(form):
    form.picker.value = None
    assert form.state.values == {"client.name": "New client"}
    assert form.path_box.value.endswith("new-client.yaml")


def test_unsaved_changes_wait_for_their_client(form, clients):
    form.form.rows[STYLE].slider.value = 90
    form.picker.value = clients / "voice-agent.yaml"
    assert "support-knowledge-base.yaml wait until you pick it again" in form.message.value
    assert not form.state.unsaved
    form.picker.value = clients / "support-knowledge-base.yaml"
    assert form.state.values[STYLE] == 0.9 and form.state.unsaved
    assert "with your unsaved changes" in form.message.value
    form.load_button.click()
    assert STYLE not in form.state.values and not form.state.unsaved


def test_saving_and_loading_go_through_the_path_box(form, clients):
    form.form.rows[STYLE].slider.value = 90
    assert "unsaved" in form.message.value
    form.path_box.value = str(clients / "my-client.yaml")
    form.save_button.click()
    assert "Saved" in form.message.value
    assert ("my client", clients / "my-client.yaml") in form.picker.options
    form.form.rows[STYLE].slider.value = 10
    form.load_button.click()
    assert form.state.values[STYLE] == 0.9


@pytest.mark.parametrize("path", ["voice-agent.yaml", "notes.txt", "missing/"])
def test_a_path_that_cannot_be_saved_to_is_said_on_the_page(form, clients, path):
    form.path_box.value = str(clients / path)
    form.save_button.click()
    assert "message error" in form.message.value


def test_a_path_that_cannot_be_loaded_is_said_on_the_page_and_escaped(form):
    form.path_box.value = "data/<script>.yaml"
    form.load_button.click()
    assert "message error" in form.message.value and "<script>" not in form.message.value


def test_an_unexpected_error_is_shown_and_raised(form):
    def fails():
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError):
        form.reported(fails)
    assert "disk on fire" in form.message.value


def test_the_picker_shows_the_recommendation_and_creates_a_client(clients):
    picker = client_picker(clients / "voice-agent.yaml")
    assert "Fine-tuning" in picker.result.value
    picker.name_box.value = "Müller & Söhne <b>"
    picker.create_button.click()
    assert (clients / "muller-sohne-b.yaml").exists()
    assert picker.picker.value == clients / "muller-sohne-b.yaml"
    assert "&lt;b&gt;" in picker.result.value and "Prompt engineering" in picker.result.value
    picker.create_button.click()
    assert "exists already" in picker.message.value


@pytest.mark.parametrize("name", ["", "  ", "///"])
def test_a_client_needs_a_name(clients, name):
    picker = client_picker(clients / "voice-agent.yaml")
    picker.reported(picker.create, name)
    assert "allowed is a name" in picker.message.value


def test_a_clients_file_name_stays_inside_the_folder(tmp_path):
    assert new_client_path("../../etc/passwd", tmp_path) == tmp_path / "etc-passwd.yaml"
