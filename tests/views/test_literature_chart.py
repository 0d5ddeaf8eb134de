"""The chart beside the literature has every published row, the run's interval, and its numbers as a table."""

import json
from pathlib import Path

import pytest

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.literature import literature_agreement
from lib.experiment.measures import MEASURES
from lib.experiment.result import ExperimentResult
from lib.experiment.statistics import share_of
from lib.views.experiment import literature_chart

RIGHT = {"base": 5, "rag": 35, "lora": 15, "lora_rag": 25, "lora_with_pages": 40}


@pytest.fixture(scope="module")
def chart():
    rows = [
        {"arm": arm, "question_id": f"q{place}", "kind": "seen_fact"}
        | dict.fromkeys(MEASURES)
        | {"fact": place < count}
        for arm, count in RIGHT.items()
        for place in range(50)
    ]
    arms = [{"id": arm, "title": EXPERIMENT_ARMS[arm].title + " <i>$1</i>"} for arm in RIGHT]
    return literature_chart(literature_agreement(ExperimentResult({"id": "r", "arms": arms, "answers": rows}, Path())))


def test_every_published_row_stands_below_the_run_s_own(chart) -> None:
    assert len(chart.table.rows) == 13 and chart.table.rows[0][0] == "This run, r"
    assert chart.table.rows[0][1:6] == ["10.0 %", "70.0 %", "30.0 %", "50.0 %", "80.0 %"]
    mistral = chart.table.rows[1]
    assert mistral[0] == "Ovadia et al., Mistral 7B on current events"
    assert mistral[1:6] == ["48.1 %", "87.5 %", "50.4 %", "81.0 %", "–"]
    assert mistral[6:] == ["6 of 6", "1.00"]
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)


def test_only_the_run_s_own_shares_have_an_interval_and_it_is_wilson_s(chart) -> None:
    rag = next(trace for trace in chart.figure.data if trace.name and trace.name.startswith("RAG"))
    share = share_of([True] * 35 + [False] * 15)
    assert rag.x[0] == 70.0
    assert rag.error_x.array[0] == pytest.approx(100 * (share.high - share.share), abs=0.01)
    assert set(rag.error_x.array[1:]) == {0} and len(rag.x) == 13


def test_arms_differ_in_symbol_and_text_from_outside_stays_text(chart) -> None:
    arms = [trace for trace in chart.figure.data if trace.mode == "markers"]
    assert len({trace.marker.symbol for trace in arms}) == len(RIGHT)
    shown = json.dumps(chart._repr_mimebundle_()) + chart.reading()
    assert "<i>" not in shown and "$1" not in shown
    assert chart.sentence.endswith(".") and "nan" not in shown.lower().split()
