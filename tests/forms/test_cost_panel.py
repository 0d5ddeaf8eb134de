"""The sliders of the costs notebook, without a browser."""

import datetime
import json

import pytest

from lib.client import load_client
from lib.client.facts import field_specs
from lib.forms.cost_panel import FIELDS, CostPanel, scale
from lib.paths import CLIENTS


@pytest.fixture
def client():
    return load_client(CLIENTS / "support-knowledge-base.yaml")


def shown(panel):
    figures = [json.loads(figure.to_json()) for figure in panel.figures]
    for figure in figures:
        figure["layout"].setdefault("annotations", [])
    return figures


def test_every_slider_starts_at_the_client_s_own_value(client):
    panel = CostPanel(client)
    assert panel.values["traffic.queries_per_month"] == 25000 and set(panel.values) == set(FIELDS)


def test_moving_a_slider_moves_bars_lines_and_sentence(client):
    panel = CostPanel(client, "rag")
    before = shown(panel)
    said = panel.sentence.value
    slider = panel.sliders["traffic.queries_per_month"]
    slider.value = slider.options[-1][1]
    assert all(new != old for new, old in zip(shown(panel), before, strict=True))
    assert panel.sentence.value != said
    panel.back()
    assert shown(panel) == before and panel.sentence.value == said


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("own", [0.0, 0.5, 1.0, 12.0, 777.0, 4_000_000.0])
def test_a_scale_holds_the_client_s_own_value_in_order(path, own):
    own = min(own, field_specs()[path].highest)
    values = scale(path, own)
    assert own in values and values == sorted(set(values)) and len(values) > 10


def test_the_saved_notebook_does_not_list_the_widgets_settings(client):
    assert repr(CostPanel(client)) == "Sliders over the costs, live in JupyterLab"


def test_another_date_of_prices_changes_the_book_and_going_back_restores_it(client):
    panel = CostPanel(client, "rag")
    before, newest = panel.sentence.value, panel.as_of.value
    panel.as_of.value = datetime.date(2024, 8, 1)
    assert panel.book.as_of == datetime.date(2024, 8, 1)
    panel.back()
    assert panel.book.as_of == newest and panel.sentence.value == before
