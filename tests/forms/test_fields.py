"""The form's rows: every field of the client model, made from its spec."""

import html
import re

import pytest

from lib.client.facts import field_specs
from lib.forms.sections import ClientForm, ordered_sections
from lib.forms.state import ClientState
from lib.paths import CLIENTS

STYLE = "behaviour.style_sensitivity"


@pytest.fixture
def state():
    return ClientState(CLIENTS / "support-knowledge-base.yaml")


@pytest.fixture
def form(state):
    return ClientForm(state)


@pytest.fixture(scope="module")
def new_form():
    """Give the form of a client of whom only the name is known, to look at and not to change."""
    return ClientForm(ClientState())


def text_of(widget):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", widget.value)))


def test_every_field_of_the_client_model_has_a_row(form):
    assert set(form.rows) == set(field_specs())


def test_the_most_decisive_sections_come_first():
    assert ordered_sections()[:3] == ["knowledge", "behaviour", "evidence"]
    assert ordered_sections()[-1] == "plan"


@pytest.mark.parametrize("path", field_specs())
def test_a_row_shows_label_unit_and_help(new_form, path):
    spec, row = field_specs()[path], new_form.rows[path]
    description = row.controls[0].description
    assert description.startswith(spec.label)
    assert spec.unit in ("", "share") or spec.unit in description.lower() or spec.unit in description
    assert spec.help in text_of(row.help)


@pytest.mark.parametrize("path", [path for path in field_specs() if path != "client.name"])
def test_a_field_without_an_answer_is_marked_as_assumed(new_form, path):
    row = new_form.rows[path]
    assert "assumed:" in text_of(row.help) or "not answered" in text_of(row.help)
    assert "decision-answered" not in row.widget._dom_classes


def test_an_assumed_field_shows_its_default_and_an_answered_one_does_not(form, state):
    row = form.rows[STYLE]
    assert "assumed: 0.2" in text_of(row.help)
    assert row.box.value == "" and row.box.placeholder == "0.2" and row.slider.value == 20
    state.set(STYLE, 0.9)
    assert "assumed" not in text_of(row.help)
    assert row.box.value == "0.9" and row.slider.value == 90
    assert "decision-answered" in row.widget._dom_classes


def test_moving_a_slider_answers_the_field(form, state):
    form.rows[STYLE].slider.value = 90
    assert state.values[STYLE] == 0.9
    form.rows["traffic.queries_per_month"].slider.value += 1
    assert state.values["traffic.queries_per_month"] == 30000


def test_an_out_of_range_input_shows_the_models_own_sentence(form, state):
    row = form.rows[STYLE]
    row.box.value = "7"
    sentence = "behaviour.style_sensitivity is 7; allowed is a number from 0 to 1"
    assert sentence in text_of(row.help)
    assert row.box.value == "7"
    assert "1 refused" in form.sections["behaviour"].title
    assert any("refused" in title for title in form.folds["What decides"].titles)


def test_text_that_is_no_number_is_refused_with_what_is_allowed(form):
    row = form.rows["traffic.queries_per_month"]
    row.box.value = "lots"
    assert "traffic.queries_per_month is 'lots'; allowed is a number" in text_of(row.help)


def test_taking_a_refused_answer_back_empties_the_box(form, state):
    row = form.rows["knowledge.tokens_per_document"]
    row.box.value = "0"
    assert state.errors
    row.clear_button.click()
    assert row.box.value == "" and not state.errors
    assert "assumed: 800 tokens" in text_of(row.help)


def test_taking_an_answer_back_returns_to_assumed(form, state):
    row = form.rows["knowledge.documents"]
    assert row.clear_button.layout.visibility is None
    row.clear_button.click()
    assert not state.answered("knowledge.documents")
    assert row.clear_button.layout.visibility == "hidden"


def test_a_range_is_typed_and_its_slider_rests(form, state):
    row = form.rows["traffic.queries_per_month"]
    row.box.value = "20000 / 25000 / 60000"
    assert state.values["traffic.queries_per_month"] == {"low": 20000, "likely": 25000, "high": 60000}
    assert row.box.value == "20,000 / 25,000 / 60,000"
    assert row.slider.disabled
    row.box.value = "never"
    assert "allowed is a number" in text_of(row.help)


def test_never_is_a_position_of_the_slider_where_the_field_knows_it(form, state):
    row = form.rows["knowledge.days_between_changes"]
    row.slider.value = row.slider.max
    assert state.values["knowledge.days_between_changes"] == "never"
    assert row.box.value == "never"


def test_yes_no_and_not_answered_are_three_buttons(form, state):
    row = form.rows["knowledge.citations_required"]
    assert [label for label, _ in row.choice.options] == ["Yes", "No", "Not answered"]
    assert row.choice.label == "Not answered"
    row.choice.value = True
    assert state.values["knowledge.citations_required"] is True
    row.choice.value = "Not answered"
    assert not state.answered("knowledge.citations_required")


def test_texts_dates_and_lists_are_entered(form, state):
    import datetime

    form.rows["client.name"].box.value = "Northwind"
    form.rows["report.date"].date.value = datetime.date(2026, 11, 21)
    form.rows["plan.done"].box.value = "evaluation set\nprompt"
    assert state.client.client.name == "Northwind"
    assert state.client.report.date == datetime.date(2026, 11, 21)
    assert state.client.plan.done == ["evaluation set", "prompt"]


def test_loading_another_client_redraws_every_row(form, state):
    state.load(CLIENTS / "voice-agent.yaml")
    for path, row in form.rows.items():
        assert ("decision-answered" in row.widget._dom_classes) == state.answered(path), path


def test_outcomes_are_one_list_a_key_and_empty_again_when_all_are_taken_back(new_form):
    row, state = new_form.rows["evidence.tried"], new_form.state
    row.choices["fine_tune"].value = "worse"
    assert state.values["evidence.tried"] == {"fine_tune": "worse"}
    row.choices["fine_tune"].value = "Not answered"
    assert not state.answered("evidence.tried")
