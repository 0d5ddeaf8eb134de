"""What a right answer costs at list prices, worked out by hand."""

import pytest

from lib.client import ClientFile
from lib.experiment import ExperimentResult
from lib.paths import RUNS
from lib.prices import price_book
from lib.views.experiment import measured_costs


@pytest.fixture
def client():
    return ClientFile.model_validate({"client": {"name": "Northwind"}, "money": {"correction_usd": 2}})


def test_wrong_answers_are_paid_for_and_the_cheapest_right_answer_stands_first(client):
    table = measured_costs(
        run_of({"rag": ("rag", [True] * 8 + [False] * 2), "lora": ("fine_tune", [False] * 10)}),
        client,
    )
    book = price_book(client)
    query = (1000 * book["base_model.input"].likely + 100 * book["base_model.output"].likely) / 1e6
    assert [row[0] for row in table.rows] == ["RAG", "LORA"]
    assert table.rows[0][4] == f"USD {1000 * query:.2f}"
    # Two of ten wrong at USD 2 each, over eight right: USD 0.50 a right answer and the questions' own cost.
    assert table.rows[0][6] == f"USD {1000 * (query + 0.2 * 2) / 0.8:,.0f}"
    assert table.rows[1][6] == "no answer is right"
    assert "USD 2" in table.caption


def run_of(arms):
    rows, described = [], []
    for arm, (stands_for, outcomes) in arms.items():
        described.append({"id": arm, "title": arm.upper(), "stands_for": stands_for})
        for number, right in enumerate(outcomes):
            row = {
                "arm": arm,
                "question_id": f"q{number}",
                "kind": "seen_fact",
                "right": right,
                "substance": right or arm == "rag",
            }
            rows.append(row | {"prompt_tokens": 1000, "answer_tokens": 100})
    return ExperimentResult({"id": "made-up", "arms": described, "answers": rows}, RUNS)
