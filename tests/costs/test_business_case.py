"""What the client gets for the money, worked by hand."""

import numpy as np
import pytest

from lib.client import check_client
from lib.costs import BusinessCase, Estimates
from lib.costs.business_case import adoption, paid_back
from lib.prices import price_book

BASE = {
    "traffic": {"queries_per_month": 1000},
    "evidence": {"target_score": 0.9},
    "money": {
        "minutes_saved_per_answer": 6,
        "saved_usd_per_hour": 40,
        "adoption_share": 0.5,
        "ramp_up_months": 4,
        "correction_usd": 2,
    },
}


def business(**sections) -> BusinessCase:
    merged = {name: BASE.get(name, {}) | sections.get(name, {}) for name in {*BASE, *sections}}
    client = check_client({"client": {"name": "Test"}, **merged})
    return BusinessCase(Estimates.of(client, price_book(client)))


def test_adoption_grows_evenly_and_then_stays():
    # Half of the people after four months: an eighth of the way within the first month, on average.
    assert adoption(0.5, 4, 6) == pytest.approx([0.0625, 0.1875, 0.3125, 0.4375, 0.5, 0.5])
    assert adoption(0.8, 0, 3) == pytest.approx([0.8, 0.8, 0.8])
    assert adoption(1.0, 1.5, 3) == pytest.approx([1 / 3, 1 - 1 / 12, 1])
    assert adoption(np.array([1.0, 0.5]), 2, 3).shape == (2, 3)


def test_questions_that_are_not_brought_to_it_are_not_billed():
    half, whole = business(), business(money={"adoption_share": 1.0})
    for arm in ("prompt", "rag"):
        some, all_ = (case.estimates.planned.components[arm]["inference"].monthly for case in (half, whole))
        assert some == pytest.approx(all_ / 2)
        # The month stands over the answers that there are.
        month = half.estimates.planned.monthly_usd[arm]
        assert half.estimates.planned.all_in_usd_per_query[arm] == pytest.approx(month / 500)


def test_time_saved_is_counted_at_the_wage_of_whoever_saves_it():
    case = business()
    # 1,000 questions × 50 % × 90 % right × 0.1 hours = 45 hours a month at USD 40 once it is known.
    flows = case.planned["rag"]
    assert flows.saved_hours[-1] == pytest.approx(45)
    assert flows.value[-1] == pytest.approx(1800)
    assert flows.corrections[-1] == pytest.approx(1000 * 0.5 * 0.1 * 2)
    # The engineer's wage has no part in it.
    assert business(money={"engineer_usd_per_hour": 500}).planned["rag"].value[-1] == pytest.approx(1800)


def test_without_a_wage_hours_are_counted_and_no_money():
    case = business(money={"saved_usd_per_hour": None})
    assert not case.wage_is_known and not case.has_benefit
    assert case.total("rag", "saved_hours", 12).expected > 0 and case.total("rag", "value", 12).expected == 0
    assert case.to_dict()["arms"]["rag"]["value_usd"] is None


def test_doing_nothing_costs_what_runs_today():
    case = business(today={"usd_per_query": 1.5}, money={"minutes_saved_per_answer": 0})
    # USD 1,500 a month; half of the questions come over, an eighth of these within the first month.
    assert case.today_is_known
    assert case.planned["rag"].avoided[[0, -1]] == pytest.approx([1500 * 0.0625, 750])
    assert business(today={"monthly_usd": 900, "plan": "hybrid"}).plan == "hybrid"


def test_payback_is_the_month_from_which_gains_have_paid_the_set_up_for_good():
    assert paid_back(250.0, np.full(6, 100.0)) == pytest.approx(2.5)
    assert paid_back(0.0, np.full(6, 1.0)) == 0
    assert np.isinf(paid_back(999.0, np.full(6, 100.0)))
    back_in_the_red = np.array([300.0, -100.0, 0.0, 100.0, 100.0, 0.0])
    assert paid_back(250.0, back_in_the_red) == pytest.approx(3.5)


def test_net_is_value_and_avoided_cost_less_costs_and_corrections():
    case = business()
    for arm in ("prompt", "hybrid"):
        months = 12
        expected = (
            case.total(arm, "value", months).expected
            + case.total(arm, "avoided", months).expected
            - case.total(arm, "costs", months).expected
            - case.total(arm, "corrections", months).expected
        )
        assert case.net(arm, months).expected == pytest.approx(expected)
        found = case.net(arm, months)
        assert found.p10 <= found.expected <= found.p90


def test_a_payback_beyond_the_horizon_is_none_in_json_and_its_chance_is_told():
    case = business(money={"minutes_saved_per_answer": 0.5})
    row = case.to_dict()["arms"]["hybrid"]
    assert row["payback_months"] is None and row["chance_paid_back_within_horizon"] == 0


def test_what_the_case_turns_on_is_ordered_and_right_answers_count():
    swings = business().sensitivity("rag")
    assert [swing.width for swing in swings] == sorted((swing.width for swing in swings), reverse=True)
    labels = {swing.label for swing in swings}
    assert {"Share of answers right", "Adoption", "Wage of the time saved"} <= labels
