"""Tables of money as a reader who adds up meets them."""

import re

import pytest

from lib.client import check_client
from lib.costs.overview import Overview
from lib.decision import decide
from lib.views import cost_tables as tables

CLIENT = {
    "client": {"name": "A"},
    "knowledge": {"needed": "private", "documents": 900},
    "traffic": {"queries_per_month": 20_000},
    "money": {"minutes_saved_per_answer": 2, "saved_usd_per_hour": 30, "correction_usd": 1},
    "today": {"monthly_usd": 500},
}


def overview(**sections) -> Overview:
    return Overview.of(check_client(CLIENT | sections))


def test_the_sums_of_the_business_case_come_to_its_result():
    words = tables.business_sum(overview(), "rag")
    saved, today, costs, wrong, result = (float(sum_.replace(",", "")) for sum_ in re.findall(r"USD (-?[\d,]+)", words))
    assert saved + today - costs - wrong == pytest.approx(result, abs=3)


def test_without_a_benefit_no_column_says_again_and_again_that_none_is_stated():
    client = check_client(CLIENT | {"money": {}, "today": {}})
    decision = decide(client, with_counterfactuals=False)
    table = tables.business_case(Overview.of(client), decision)
    assert len(table.columns) == 4 and all(len(row) == 4 for row in table.rows)
    assert tables.business_sum(Overview.of(client), "rag") == ""


def test_what_the_case_turns_on_is_told_with_the_values_that_were_tried():
    rows = {row[0]: row[1:] for row in tables.sensitivity(overview().business.sensitivity("rag")).rows}
    assert rows["Minutes saved"][::2] == ["1 minute", "3 minutes"]
    assert rows["Share of answers right"][::2] == ["0.75", "0.95"]


def test_every_price_stands_in_the_list_once_and_what_is_free_for_one_reason_in_one_row():
    rows = tables.prices(overview()).rows
    items = [item for row in rows for item in row[0].split("; ")]
    assert len(items) == len(set(items)) > len(rows)
    free = [tuple(row[2:]) for row in rows if row[1] == "0"]
    assert len(free) == len(set(free))
