"""Prices that change and models that are shut down within the horizon, worked by hand."""

import numpy as np
import pytest

from lib.client import check_client
from lib.costs.workbook import formulas_of

QUERIES = {"queries_per_month": 100_000, "instruction_tokens": 900, "question_tokens": 100, "answer_tokens": 500}


def test_an_announced_price_counts_from_its_day_on(case):
    found = case(
        stack={"base_model": "google/gemini-4-argon", "tuned_model": None}, prices={"as_of": None}, traffic=QUERIES
    )
    costs = found.costs
    # A month is 100,000 × (1,000 × 2 + 500 × 10) ÷ 1,000,000 = 700, and 1,400 from 1 December on,
    # six of the first month's thirty days after 25 November.
    assert costs.components["prompt"]["inference"].monthly == pytest.approx(700)
    change = costs.components["prompt"]["price_changes"]
    assert change.by_month[0] == pytest.approx(700 * 24 / 30)
    assert change.by_month[1:] == pytest.approx(np.full(11, 700))
    assert change.monthly == pytest.approx((700 * 24 / 30 + 11 * 700) / 12)
    assert "migration" not in costs.components["prompt"]
    assert any("gemini-4-argon costs input 4 instead of 2" in note for note in costs.notes)


def test_a_shutdown_costs_the_move_and_brings_the_replacements_prices(case):
    found = case(
        stack={"base_model": "openai/gpt-4o-mini", "tuned_model": None}, prices={"as_of": None}, traffic=QUERIES
    )
    parts = found.costs.components["prompt"]
    # 14 January 2027 lies in the second month after 25 November: 16 hours at 150 USD.
    assert parts["migration"].by_month == pytest.approx([0, 2400, *[0] * 10])
    assert parts["migration"].monthly == pytest.approx(200) and parts["migration"].labour
    # 0.10 and 0.50 instead of 0.15 and 0.60: 35 instead of 45 USD a month, 20 of 31 days of the second month gone.
    assert parts["price_changes"].by_month[:3] == pytest.approx([0, -10 * 11 / 31, -10])
    assert "price_changes" not in found.costs.components["fine_tune"], "its model is another one"


def test_a_tuned_model_that_is_shut_down_is_tuned_anew(case):
    stack = {"base_model": "openai/gpt-4o-mini", "tuned_model": "azure/ft:gpt-4.1"}
    found = case(stack=stack, prices={"as_of": "2026-10-01"}, money={"horizon_months": 24}, traffic=QUERIES)
    parts = found.costs.components["fine_tune"]
    # 14 October 2027 is in the thirteenth month after 1 October 2026.
    assert np.flatnonzero(parts["migration"].by_month).tolist() == [12]
    assert parts["migration"].by_month[12] == pytest.approx(24 * 150)
    # The deployment of 1,241 USD a month falls away with it.
    assert parts["price_changes"].by_month[20] < -1241 + 100


def test_months_add_up_to_the_horizon(case):
    for base in ("google/gemini-4-argon", "openai/gpt-4o-mini", "openai/gpt-6-luna"):
        costs = case(stack={"base_model": base, "tuned_model": None}, prices={"as_of": None}).costs
        for arm in costs.monthly_usd:
            assert costs.spent_usd(arm)[-1] == pytest.approx(float(costs.horizon_usd[arm]))


def test_what_ends_after_the_horizon_or_was_not_announced_costs_nothing(case):
    stack = {"base_model": "openai/gpt-4o-mini", "tuned_model": None}
    assert (
        "migration"
        not in case(stack=stack, prices={"as_of": None}, money={"horizon_months": 1}).costs.components["rag"]
    )
    assert not case(stack=stack, prices={"as_of": "2026-05-01"}).book.events


def test_the_excel_formulas_follow_the_changes():
    client = check_client(
        {"client": {"name": "x"}, "stack": {"base_model": "google/gemini-4-argon"}, "traffic": QUERIES}
    )
    from lib.prices import price_book

    formulas = formulas_of(client, price_book(client))
    part = next(part for part in formulas.components["prompt"] if part.id == "price_changes")
    assert float(part.monthly.value) == pytest.approx((700 * 24 / 30 + 11 * 700) / 12)
    assert "price_from_2026_12_01_base_model_input" in part.monthly.formula
