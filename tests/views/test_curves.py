"""Charts of curves: intervals at every place, n in the table, arms told apart without colour."""

import json
import re

import pytest

from lib.experiment.curves import CURVES, Curve, CurvePoint
from lib.experiment.curves.measuring.chunk_size import PASSAGES
from lib.experiment.curves.point import packed, questions_of
from lib.views.chart import PLOTLY_MIME, chart_html
from lib.views.curves import curve_chart

RETRIEVING = ("rag", "rag_few_shot", "lora_rag", "lora_with_pages")


def made(id_: str) -> Curve:
    """A curve with made-up outcomes at every place of its entry."""
    entry = CURVES[id_]
    lines = [f"k = {k}" for k in PASSAGES] if id_ == "chunk_size" else list(entry.arms)
    points = []
    for row, line in enumerate(lines):
        for column, x in enumerate(entry.points):
            front = entry.shape == "front"
            if front and line not in RETRIEVING and column:
                continue
            label = f"k = {x}" if front and line in RETRIEVING else ""
            place = 40.0 + 100 * column + 15 * row if front else x
            facts = {"prompt_tokens": place, "passages": 10, "epochs": 4, "share_that_fits": 0.1, "cut_prompts": 0}
            for number, panel in enumerate(entry.panels):
                right = (23 + 31 * row + 17 * column * (row % 2) + 11 * number) % 100
                outcomes = {f"q{each}": each < right for each in range(100)}
                points.append(CurvePoint(place, line, panel.measure, outcomes, label, facts))
    questions = questions_of(points)
    return Curve(
        {
            "id": id_,
            "key": "made up",
            "created": "2026-01-02T03:04:05+00:00",
            "model": {"name": "a <b>model</b>", "fingerprint": "f", "parameters": None, "is_sample_model": False},
            "sample": {"name": "a company", "is_sample_company": True},
            "questions": questions,
            "points": packed(points, questions),
        }
    )


@pytest.fixture(scope="module", params=CURVES)
def curve(request):
    return made(request.param)


@pytest.fixture(scope="module")
def chart(curve):
    return curve_chart(curve)


def test_a_curve_has_an_accessible_name_a_sentence_and_its_numbers_as_a_table(curve, chart):
    bundle = chart._repr_mimebundle_()
    ((name, label),) = re.findall(r'<div id="([^"]+)" role="img" aria-label="([^"]+)"', chart_html(bundle[PLOTLY_MIME]))
    assert name == f"chart-curve-{curve.id}" and len(label) > 30
    assert chart.sentence.endswith(".") and not re.search(r"\bnan\b|None", chart.sentence)
    places = {(point.line, point.label, point.x) for point in curve.points}
    assert len(chart.table.rows) == len(places)
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
    assert "2026-01-02" in chart.table.caption and "<b>" not in chart.reading()


def test_every_share_is_drawn_with_its_interval(curve, chart):
    drawn = chart._repr_mimebundle_()[PLOTLY_MIME]["data"]
    if curve.entry.shape == "front":
        expected = [point for panel in curve.entry.panels for point in curve.front(panel.measure)]
    else:
        expected = curve.points
    found = {
        (round(y, 2), round(y - below, 1), round(y + above, 1))
        for trace in drawn
        if "error_y" in trace
        for y, below, above in zip(trace["y"], trace["error_y"]["arrayminus"], trace["error_y"]["array"], strict=True)
    }
    for point in expected:
        share, low, high = (100 * value for value in (point.share.share, point.share.low, point.share.high))
        assert any(
            abs(y - share) < 0.02 and abs(bottom - low) < 0.11 and abs(top - high) < 0.11 for y, bottom, top in found
        ), point.name


def test_lines_are_told_apart_without_colour(curve, chart):
    drawn = chart._repr_mimebundle_()[PLOTLY_MIME]["data"]
    named = [trace for trace in drawn if trace.get("legendgroup") in curve.line_ids and trace.get("showlegend")]
    assert len(named) == len(curve.line_ids)
    assert len({trace["marker"]["symbol"] for trace in named}) == len(named)


def test_places_that_are_log_spaced_stand_on_a_log_axis(curve, chart):
    axis = chart._repr_mimebundle_()[PLOTLY_MIME]["layout"]["xaxis"]
    ratios = [
        later / earlier for earlier, later in zip(curve.entry.points, curve.entry.points[1:], strict=False) if earlier
    ]
    log = curve.entry.shape == "front" or min(ratios) >= 2
    assert axis["type"] == ("log" if log else "linear")


def test_numbers_on_the_front_count_up_with_the_tokens():
    chart = curve_chart(made("prompt_tokens"))
    marks = [trace for trace in chart._repr_mimebundle_()[PLOTLY_MIME]["data"] if trace["mode"] == "markers+text"]
    for trace in marks:
        assert trace["text"] == [str(number) for number in range(1, len(trace["x"]) + 1)]
        assert trace["x"] == sorted(trace["x"]) and trace["y"] == sorted(trace["y"])


def test_the_same_curve_gives_the_same_bytes(curve, chart):
    again = curve_chart(made(curve.id))
    assert json.dumps(chart._repr_mimebundle_()) == json.dumps(again._repr_mimebundle_())


def test_a_name_from_outside_is_no_markup(chart):
    assert "<b>model" not in json.dumps(chart._repr_mimebundle_())
