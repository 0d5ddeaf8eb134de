"""What is typed into a box, and what a box shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lib.client.facts import field_specs
from lib.forms.slider_scale import SliderScale
from lib.forms.typed import read_typed
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
        ("2,5", "2,5"),
        ("many", "many"),
        ("1/2", "1/2"),
    ],
)
def test_a_number_box_reads_what_a_person_types(typed, value):
    assert read_typed(QUERIES, typed) == value


def test_never_is_read_only_where_the_field_knows_it():
    assert read_typed(CHANGES, "Never") == "never"
    assert read_typed(QUERIES, "never") == "never"
    assert isinstance(read_typed(QUERIES, "nan"), float)


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
