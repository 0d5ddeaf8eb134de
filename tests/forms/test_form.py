"""The form: every field of the client model, made from its spec; what a person does reaches the state."""

import pytest

from lib.client.facts import field_specs
from lib.forms.form import ClientForm
from lib.forms.state import ClientState
from lib.paths import CLIENTS

STYLE = "behaviour.style_sensitivity"
QUERIES = "traffic.queries_per_month"


@pytest.fixture
def form():
    return ClientForm(ClientState(CLIENTS / "support-knowledge-base.yaml", later=lambda _: None))


@pytest.fixture(scope="module")
def new_form():
    """Give the form of a client of whom only the name is known, to look at and not to change."""
    return ClientForm(ClientState())


def test_every_field_of_the_client_model_has_a_row(form):
    assert [field["path"] for field in form.fields] == list(field_specs()) == list(form.rows)


def test_the_facts_that_decide_come_first_and_a_brief_form_asks_nothing_else():
    brief = ClientForm(ClientState(), brief=True)
    assert {field["path"] for field in brief.fields} == {
        p for p, spec in field_specs().items() if spec.deciding
    } and brief.sections == []
    assert [field["path"] for field in brief.fields][:2] == ["knowledge.needed", "knowledge.documents"]


@pytest.mark.parametrize("path", field_specs())
def test_a_field_shows_label_unit_and_help(new_form, path):
    spec, field = field_specs()[path], next(field for field in new_form.fields if field["path"] == path)
    assert field["label"].startswith(spec.label) and field["help"] == spec.help
    assert spec.unit in ("", "share") or spec.unit in field["label"].lower() or spec.unit in field["label"]


@pytest.mark.parametrize("path", [path for path in field_specs() if path != "client.name"])
def test_a_field_without_an_answer_is_marked_as_assumed(new_form, path):
    row = new_form.rows[path]
    assert not row["answered"] and (row["note"].startswith("assumed: ") or row["note"] == "not answered")


def test_an_assumed_field_shows_its_default_and_an_answered_one_what_was_understood(form):
    assert (
        form.rows[STYLE]["text"] == "" and form.rows[STYLE]["note"] == "assumed: 0.2" and form.rows[STYLE]["step"] == 20
    )
    form.take({"path": STYLE, "text": "90 %"})
    assert form.rows[STYLE]["text"] == form.rows[STYLE]["note"] == "0.9" and form.rows[STYLE]["step"] == 90


def test_moving_a_slider_answers_the_field(form):
    form.take({"path": STYLE, "step": 90})
    assert form.state.values[STYLE] == 0.9
    form.take({"path": QUERIES, "step": form.rows[QUERIES]["step"] + 1})
    assert form.state.values[QUERIES] == 30000


def test_a_refused_text_stays_beside_its_sentence_until_it_is_taken_back(form):
    form.take({"path": QUERIES, "text": "lots"})
    assert form.rows[QUERIES]["text"] == "lots" and "“lots” is not accepted" in form.rows[QUERIES]["error"]
    assert form.state.values[QUERIES] == 25000
    form.take({"path": QUERIES, "text": ""})
    assert form.rows[QUERIES] == form.rows[QUERIES] | {"text": "", "error": "", "answered": False}


def test_a_range_rests_the_slider(form):
    form.take({"path": QUERIES, "text": "20k / 25k / 60k"})
    assert form.state.values[QUERIES] == {"low": 20000, "likely": 25000, "high": 60000}
    assert form.rows[QUERIES]["text"] == "20,000 / 25,000 / 60,000" and form.rows[QUERIES]["shows"] == "range"


def test_a_number_becomes_a_range_around_it_and_a_number_again(form):
    form.take({"path": QUERIES, "range": True})
    assert form.state.values[QUERIES] == {"low": 15000, "likely": 25000, "high": 40000}
    form.take({"path": QUERIES, "range": False})
    assert form.state.values[QUERIES] == 25000
    form.take({"path": STYLE, "range": True})
    assert form.state.values[STYLE]["low"] <= form.state.values[STYLE]["likely"] < form.state.values[STYLE]["high"]
    form.take({"path": "knowledge.days_between_changes", "text": "never"})
    assert form.rows["knowledge.days_between_changes"]["shows"] == "never", "and no range is offered"


def test_never_is_the_last_position_where_the_field_knows_it(form):
    field = next(field for field in form.fields if field["path"] == "knowledge.days_between_changes")
    form.take({"path": field["path"], "step": len(field["steps"]) - 1})
    assert form.state.values[field["path"]] == "never" and field["steps"][-1] == "never"


def test_yes_no_choices_and_outcomes_reach_the_state(form):
    form.take({"path": "knowledge.citations_required", "choice": "yes"})
    assert form.state.values["knowledge.citations_required"] is True
    form.take({"path": "knowledge.citations_required", "choice": ""})
    assert not form.state.answered("knowledge.citations_required")
    form.take({"path": "risk.wrong_answer", "choice": "high"})
    assert form.state.values["risk.wrong_answer"] == "high"
    form.take({"path": "evidence.tried", "key": "fine_tune", "choice": "worse"})
    assert form.state.values["evidence.tried"] == {"fine_tune": "worse"}
    form.take({"path": "evidence.tried", "key": "fine_tune", "choice": ""})
    assert not form.state.answered("evidence.tried")


def test_models_stores_and_currencies_are_offered(new_form):
    offered = {field["path"]: field["suggestions"] for field in new_form.fields}
    assert len(offered["stack.base_model"]) > 5 and len(offered["stack.vector_store"]) > 2
    assert "EUR" in offered["prices.currency"] and not offered["client.name"]
