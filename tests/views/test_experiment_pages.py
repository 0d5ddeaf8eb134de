"""What people see of a run: every number with its interval, one p everywhere, arms told apart by mark and colour."""

import sys
from pathlib import Path

import pytest
from hand_made_runs import answer, question, run_record

sys.path.insert(0, str(Path(__file__).parent.parent / "experiment"))
from test_result import KINDS, result_of

from lib.client import ClientFile
from lib.errors import InputError
from lib.experiment import ExperimentResult
from lib.experiment.curves import Curve, CurvePoint
from lib.experiment.literature import literature_agreement
from lib.prices import price_book
from lib.stats import Proportion, wilson
from lib.views import experiment
from lib.views.curves import curve_chart


@pytest.fixture
def client():
    return ClientFile.model_validate(
        {
            "client": {"name": "Northwind"},
            "money": {"correction_usd": 2},
            "knowledge": {"needed": "private", "citations_required": True},
        }
    )


@pytest.fixture
def run():
    half = [True, False] * 50
    return result_of({"rag_few_shot": half, "lora": [False] * 100, "lora_with_pages": [True] * 100}, KINDS, 99)


def test_each_point_stands_at_its_share_with_its_interval(run):
    chart = experiment.forest(run)
    titles = [note.text for note in chart.figure.layout.annotations]
    assert titles == ["All right", "Facts right", "Refuses rightly", "Style kept"]
    point = chart.figure.data[0]
    low, high = wilson(50 * 99 / 100, 99)
    assert point.x[0] == 50 and point.x[0] + point.error_x.array[0] == pytest.approx(100 * high, abs=0.2)
    assert point.x[0] - point.error_x.arrayminus[0] == pytest.approx(100 * low, abs=0.2)
    assert chart.table.rows[0][1].startswith("50 % (") and chart.sentence.endswith(".")


def test_the_table_of_contrasts_tells_the_verdict_of_the_result(run):
    chart = experiment.contrasts_chart(run)
    assert [row[-1] for row in chart.table.rows] == [str(each.verdict) for each in run.contrasts]
    assert "more than chance" in chart.table.rows[0][-1] and chart.sentence


def test_what_a_right_answer_costs_is_worked_out_by_hand(client):
    table = experiment.measured_costs(result_of({"rag": [True] * 8 + [False] * 2, "lora": [False] * 10}), client)
    book = price_book(client)
    query = (1000 * book["base_model.input"].likely + 100 * book["base_model.output"].likely) / 1e6
    assert [row[0] for row in table.rows] == ["RAG", "LoRA, closed book"]
    # Two of ten wrong at USD 2 each, over eight right: USD 0.50 a right answer and the questions' own cost.
    assert table.rows[0][6] == f"USD {1000 * (query + 0.2 * 2) / 0.8:,.0f}"
    assert table.rows[1][6] == "no answer is right" and "USD 2" in table.caption


def test_the_client_is_told_what_speaks_to_its_own_questions(run, client):
    page = str(experiment.so_for_client(run, client))
    assert "Facts that stand only there" in page and "python -m lib experiment" in page
    assert "Facts over two pages" not in page and "nan" not in page


def test_a_run_without_judged_answers_cannot_be_drawn():
    empty = ExperimentResult(run_record([answer("rag", "q", scores={})], {"q": question("q")}), Path())
    for draw in (experiment.forest, experiment.contrasts_chart):
        with pytest.raises(InputError, match="run"):
            draw(empty)
    assert experiment.reader_or_search(empty) == ""


def test_what_is_lost_beside_other_passages_is_told_where_the_search_found_the_right_pages():
    run = result_of({"rag": [True] * 5 + [False] * 5, "gold": [True] * 9 + [False], "lora": [True] * 10})
    # On the last two questions the search failed: 3 of 8 are lost to the reader, and the rest to the search.
    run.record.retrieval.scores = {f"q{n}": {"recall": float(n < 8)} for n in range(10)}
    page = experiment.reader_or_search(run).striptags()
    assert "+38 points" in page and "On the 8 questions whose right pages the search found, RAG loses 38 points" in page


def test_the_literature_is_shown_by_order_and_by_size(run):
    comparison = literature_agreement(run)
    table = experiment.literature_table(comparison)
    assert table.rows[0][0].startswith("This run") and len(table.rows) == 1 + len(comparison.published)
    gains = experiment.gain_by_size(comparison)
    assert sum(len(trace.x) for trace in gains.figure.data) == len(comparison.gains)
    assert "tested on this run" in str(experiment.literature_page(comparison))


def test_graded_measures_stand_with_their_intervals(run):
    assert {row[1] for row in experiment.grades_table(run).rows} == {"–"}
    rows = [answer("rag", f"q{n}", scores={"bleu": n / 4}, perplexity=2.0) for n in range(5)]
    graded = ExperimentResult(run_record(rows, {f"q{n}": question(f"q{n}") for n in range(5)}), Path())
    (cells,) = experiment.grades_table(graded).rows
    assert cells[0] == "RAG" and cells[4].startswith("0.50 (") and cells[-1] == "2.00"


def test_a_curve_shows_every_point_and_says_n():
    points = tuple(CurvePoint("a <b>", x, "fact", "", Proportion(50, 0.5, 0.4, 0.6)) for x in (25, 400))
    chart = curve_chart(Curve("pairs", points, "m", "2026"))
    assert [row[1] for row in chart.table.rows] == ["25", "400"] and "<b>" not in chart.figure.data[0].name
    assert chart.figure.layout.xaxis.type == "log" and chart.sentence.startswith("How many pairs")


def test_the_pages_of_the_report_hold_no_figure_that_is_none(run):
    for page in (experiment.setting(run), experiment.measured(run), experiment.taught_page(run)):
        assert "nan" not in str(page) and "None" not in str(page)
    assert "left out" in str(experiment.setting(None)) and experiment.measured(None) is None
