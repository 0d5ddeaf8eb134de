"""What is typed into a box, and what a box shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lib.client.facts import field_specs
from lib.forms.slider_scale import SliderScale
from lib.forms.typed import read_typed, refusal
from lib.views.field_words import said, written

QUERIES = field_specs()["traffic.queries_per_month"]
CHANGES = field_specs()["knowledge.days_between_changes"]
STYLE = field_specs()["behaviour.style_sensitivity"]
DONE = field_specs()["plan.done"]
NUMBERS = {path: spec for path, spec in field_specs().items() if spec.kind == "number"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("25000", 25000),
        ("25,000", 25000),
        ("25 000", 25000),
        (" 0.5 ", 0.5),
        ("1e5", 100000),
        ("", None),
        ("20,000 / 25,000 / 60,000", {"low": 20000, "likely": 25000, "high": 60000}),
        ("40.000", 40000),
        ("1.234.567", 1234567),
        ("1.234,5", 1234.5),
        ("2,5", 2.5),
        ("8k", 8000),
        ("1.5M", 1500000),
        ("25,000 queries", 25000),
        ("20k-30k", {"low": 20000, "likely": 25000, "high": 30000}),
        ("800 to 1200", {"low": 800, "likely": 1000, "high": 1200}),
        ("many", "many"),
        ("12 apples", "12 apples"),
        ("8000 EUR", "8000 EUR"),
        ("1/2/3/4", "1/2/3/4"),
    ],
)
def test_a_number_box_reads_what_a_person_types(typed, value):
    assert read_typed(QUERIES, typed) == value


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("latency.p95_ms", "3 s", 3000),
        ("latency.p95_ms", "2-3 s", {"low": 2000, "likely": 2500, "high": 3000}),
        ("behaviour.style_sensitivity", "50 %", 0.5),
        ("behaviour.style_sensitivity", "0,5", 0.5),
        ("behaviour.style_sensitivity", "0.500", 0.5),
        ("knowledge.days_between_changes", "weekly", 7),
        ("knowledge.days_between_changes", "2 weeks", 14),
        ("money.setup_usd", "USD 8,000", 8000),
        ("money.setup_usd", "$8k", 8000),
        ("delivery.weeks", "3 months", 13),
    ],
)
def test_units_and_shares_are_read_as_people_write_them(path, typed, value):
    assert read_typed(field_specs()[path], typed) == value


def test_a_refusal_is_told_in_the_field_s_own_words():
    told = refusal(field_specs()["latency.p95_ms"], "fast")
    assert "fast" in told and "ms" in told and "latency" not in told


def test_never_is_read_only_where_the_field_knows_it():
    assert read_typed(CHANGES, "Never") == "never"
    assert read_typed(QUERIES, "never") == "never"
    assert read_typed(QUERIES, "nan") == "nan"


def test_a_list_is_one_text_on_each_line():
    assert read_typed(DONE, "first, with a comma\n\n second ") == ["first, with a comma", "second"]
    assert written(DONE, ["a", "b"]) == "a\nb"


@given(some.floats(0, 1e11, allow_nan=False) | some.integers(0, 10**11))
def test_a_box_gives_back_the_number_that_it_shows(number):
    shown = read_typed(QUERIES, written(QUERIES, number))
    assert shown == pytest.approx(number, rel=1e-9, abs=1e-9)


def test_values_are_said_with_their_unit():
    assert said(QUERIES, 25000) == "25,000 queries"
    assert said(CHANGES, "never") == "never"
    assert said(CHANGES, 1) == "1 day"
    assert said(STYLE, 0.2) == "0.2"


@pytest.mark.parametrize("path", NUMBERS)
def test_every_slider_position_stands_for_an_allowed_value(path):
    spec = NUMBERS[path]
    scale = SliderScale(spec, None)
    numbers = [value for value in scale.values if value != "never"]
    assert numbers == sorted(set(numbers)) and len(numbers) > 10
    assert spec.lowest <= numbers[0] and numbers[-1] <= spec.highest
    assert [scale.position(value) for value in scale.values] == list(range(scale.last + 1))


def test_a_value_beyond_the_slider_stands_at_its_end():
    scale = SliderScale(QUERIES, 25000)
    assert scale.position(10**11) == scale.last
    assert scale.position({"low": 1, "likely": 25000, "high": 3}) == scale.position(25000)
    assert scale.position(None) == 0
