"""The form's state: setting, clearing, loading, saving, and errors beside the field."""

import shutil

import pytest

from lib.client import load_client
from lib.errors import InputError
from lib.forms.state import ClientState, Conflict
from lib.paths import CLIENTS

SUPPORT = CLIENTS / "support-knowledge-base.yaml"
STYLE = "behaviour.style_sensitivity"


def never(_):
    """The slower half of a decision is not what these tests are about."""


@pytest.fixture
def state(tmp_path):
    copy = tmp_path / "support.yaml"
    shutil.copy(SUPPORT, copy)
    return ClientState(copy, later=never)


def test_a_loaded_client_is_decided_and_has_nothing_unsaved():
    state = ClientState(SUPPORT)
    assert state.decision.recommendation == "rag"
    assert state.decision.counterfactuals
    assert not state.unsaved and not state.errors and not state.problem


def test_setting_a_field_changes_the_decision(state):
    state.set(STYLE, 0.9)
    assert state.decision.recommendation == "hybrid"
    assert state.client.behaviour.style_sensitivity == 0.9
    assert state.unsaved


def test_clearing_a_field_returns_to_the_assumed_default(state):
    state.set(STYLE, 0.9)
    state.clear(STYLE)
    assert not state.answered(STYLE)
    assert state.client.behaviour.style_sensitivity == 0.2
    assert STYLE in state.decision.assumed
    assert state.decision.recommendation == "rag"


def test_a_change_that_is_taken_back_leaves_nothing_unsaved(state):
    state.set(STYLE, 0.9)
    state.clear(STYLE)
    assert not state.unsaved


def test_setting_nothing_is_clearing(state):
    state.set("knowledge.documents", None)
    assert not state.answered("knowledge.documents")


def test_a_refused_value_leaves_the_last_valid_one_and_gives_the_models_own_sentence(state):
    state.set(STYLE, 0.9)
    state.set(STYLE, 7)
    assert state.client.behaviour.style_sensitivity == 0.9
    assert "“7” is not accepted: a number from 0 to 1" in state.errors[STYLE]
    assert state.decision.recommendation == "hybrid"


def test_a_valid_value_takes_the_error_away(state):
    state.set(STYLE, 7)
    state.set(STYLE, 0.2)
    assert state.errors == {}


def test_an_error_in_one_field_does_not_stop_another(state):
    state.set("knowledge.documents", -1)
    state.set(STYLE, 0.9)
    assert state.decision.recommendation == "hybrid"
    assert list(state.errors) == ["knowledge.documents"]


def test_the_name_cannot_be_taken_away(state):
    state.clear("client.name")
    assert state.errors["client.name"] == "Please type a name."
    assert state.client.client.name == "SaaS support desk"


def test_an_unknown_field_is_a_mistake_of_the_program(state):
    with pytest.raises(KeyError):
        state.set("behaviour.colour", 1)


def test_a_model_that_the_price_book_does_not_know_is_said_on_the_page_and_beside_the_field(state):
    state.set("stack.base_model", "no/such-model")
    assert state.decision is None
    assert "no/such-model" in state.problem
    assert state.error("stack.base_model") == state.problem
    state.clear("stack.base_model")
    assert state.problem == "" and state.decision.recommendation == "rag"


def test_saving_then_loading_gives_the_same_answers_and_keeps_the_comments(state):
    state.set(STYLE, {"low": 0.3, "likely": 0.5, "high": 0.9})
    state.set("behaviour.days_between_changes", "never")
    state.clear("today.monthly_usd")
    path = state.save()
    assert not state.unsaved
    again = ClientState(path, later=never)
    assert again.values == state.values
    assert load_client(path) == state.client
    assert "# re-indexed nightly" in path.read_text()


def test_saving_under_a_new_name_leaves_the_old_file_as_it_was(state, tmp_path):
    before = state.path.read_text()
    old = state.path
    state.set(STYLE, 0.9)
    state.save(tmp_path / "other.yaml")
    assert old.read_text() == before
    assert state.path == tmp_path / "other.yaml"


def test_another_file_is_never_overwritten(state, tmp_path):
    other = shutil.copy(CLIENTS / "voice-agent.yaml", tmp_path / "other.yaml")
    with pytest.raises(InputError, match="exists already"):
        state.save(other)
    assert load_client(other) == load_client(CLIENTS / "voice-agent.yaml")


@pytest.mark.parametrize("name", ["README.md", "client", ""])
def test_only_yaml_files_are_written(state, tmp_path, name):
    state.path = None
    with pytest.raises(InputError, match="that ends in"):
        state.save(tmp_path / name if name else None)


def test_a_file_that_is_no_client_file_any_more_is_not_overwritten(state):
    state.path.write_text("thresholds: [1, 2]\n")
    with pytest.raises(InputError):
        state.save()
    assert state.path.read_text() == "thresholds: [1, 2]\n"


def test_nothing_is_saved_while_a_field_is_refused(state):
    before = state.path.read_text()
    state.set(STYLE, 7)
    with pytest.raises(InputError, match="not saved"):
        state.save()
    assert state.path.read_text() == before


def test_a_bad_file_leaves_the_state_as_it_was(state, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("client: {name: A}\ntraffic: {queries: 5}\n")
    before = state.values
    with pytest.raises(InputError, match="queries"):
        state.load(bad)
    assert state.values == before


def test_a_new_client_has_a_name_and_nothing_else():
    state = ClientState(later=never)
    assert state.values == {"client.name": "New client"}
    assert state.path is None
    assert state.decision.recommendation == "undecided"


def test_counterfactuals_wait_until_there_is_time(tmp_path):
    waiting = []
    state = ClientState(SUPPORT, later=waiting.append)
    assert state.decision.recommendation == "rag" and not state.decision.counterfactuals
    while waiting:
        waiting.pop()()
    assert state.decision.counterfactuals


def test_counterfactuals_of_a_value_that_is_gone_never_come_late():
    waiting = []
    state = ClientState(SUPPORT, later=waiting.append)
    state.set("knowledge.needed", "none")
    decision = state.decision
    waiting[0]()
    assert len(waiting) == 2 and state.decision is decision


def test_every_change_can_be_taken_back_and_made_again(state):
    before = state.values
    state.set(STYLE, 0.9)
    state.clear("knowledge.documents")
    after = state.values
    state.undo()
    state.undo()
    assert state.values == before and not state.can_undo and not state.unsaved
    state.redo()
    state.redo()
    assert state.values == after and not state.can_redo


def test_dragging_a_slider_is_one_step_back(state):
    before = state.values
    for hundredth in range(30, 90, 10):
        state.set(STYLE, hundredth / 100)
    state.undo()
    assert state.values == before


def test_what_a_colleague_changed_in_other_fields_is_kept(state):
    other = ClientState(state.path, later=never)
    other.set("knowledge.documents", 950)
    other.save()
    state.set(STYLE, 0.9)
    state.save()
    saved = ClientState(state.path, later=never)
    assert saved.values["knowledge.documents"] == 950 and saved.values[STYLE] == 0.9


@pytest.mark.parametrize(("keep", "documents"), [(True, 800), (False, 950)])
def test_a_field_changed_on_both_sides_is_asked_for(state, keep, documents):
    other = ClientState(state.path, later=never)
    other.set("knowledge.documents", 950)
    other.save()
    state.set("knowledge.documents", 800)
    with pytest.raises(Conflict) as conflict:
        state.save()
    assert conflict.value.fields == {"knowledge.documents": (950, 800)}
    state.save(keep={"knowledge.documents": keep})
    assert ClientState(state.path, later=never).values["knowledge.documents"] == documents


def test_a_currency_waits_for_its_rate(state):
    state.set("prices.currency", "EUR")
    assert "US dollar" in state.errors["prices.currency"] and "per_usd" not in state.errors["prices.currency"]
    state.set("latency.p95_ms", "fast")
    state.set("prices.per_usd", 0.92)
    assert state.values["prices.currency"] == "EUR" and list(state.errors) == ["latency.p95_ms"]


def test_the_changes_since_the_last_save_are_listed(state):
    state.set("knowledge.documents", 800)
    assert state.changes() == {"knowledge.documents": (12000, 800)}
    state.save()
    assert state.changes() == {}
