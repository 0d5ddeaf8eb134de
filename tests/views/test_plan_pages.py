"""The plan as pages."""

import datetime

import pytest

from lib.client import Facts, check_client, load_client
from lib.costs import costs
from lib.decision import decide
from lib.paths import CLIENTS
from lib.plan import checklist, industry_note, roadmap
from lib.prices import price_book
from lib.views import plan as view


@pytest.fixture(scope="module", params=["support-knowledge-base", "commercial-law"])
def planned(request):
    client = load_client(CLIENTS / f"{request.param}.yaml")
    decision = decide(client, with_counterfactuals=False)
    result = costs(Facts.of(client), price_book(client))
    return client, decision, roadmap(client, decision.recommendation, result), result


def test_the_chart_draws_every_step_once_in_order_and_ends_with_the_plan(planned):
    _, _, plan, _ = planned
    chart = view.gantt(plan, deadline_weeks=4)
    span, middle, gates = chart.figure.data
    assert len(span.y) == len(middle.y) == len(plan.steps) and len(gates.y) == len(plan.gates)
    assert span.base[-1] + span.x[-1] == pytest.approx(plan.weeks[1], abs=0.01)
    assert all(first <= second for first, second in zip(middle.base, middle.base[1:], strict=False))
    assert "must be live in 4 weeks" in chart.sentence and len(chart.table.rows) == len(plan.steps)


def test_hours_and_cost_of_the_steps_are_the_plans_sum(planned):
    _, _, plan, _ = planned
    *_, total = view.steps_table(plan).rows
    assert total[4] == f"{plan.hours:,.0f}" and total[5] == f"USD {plan.usd:,.0f}"


def test_steps_have_dates_only_where_a_start_is_stated_and_no_work_falls_on_a_weekend(planned):
    client, decision, plan, result = planned
    assert "Earliest start to latest end" not in view.steps_table(plan).columns
    # A Saturday: work begins on the Monday after.
    delivery = client.delivery.model_copy(update={"start": datetime.date(2027, 1, 2)})
    dated = roadmap(client.model_copy(update={"delivery": delivery}), decision.recommendation, result)
    first, *_, total = (row[-1] for row in view.steps_table(dated).rows)
    assert first == "2027-01-04 to 2027-01-08", "five working days at most"
    begins, ends = map(datetime.date.fromisoformat, total.split(" to "))
    assert begins == datetime.date(2027, 1, 4) and ends.weekday() < 5
    assert (ends - begins).days < 7 * dated.weeks[1] <= (ends - begins).days + 7


def test_examples_are_collected_only_where_something_is_trained(planned):
    _, decision, plan, _ = planned
    rows = view.collection_table(plan).rows
    assert len(rows) == (2 if decision.recommendation == "hybrid" else 1)
    words = str(view.retraining(plan, 12))
    assert ("trained again" in words) == (decision.recommendation == "hybrid") or "Nothing is trained" in words


def test_the_checklist_counts_its_ticks(planned):
    client, decision, _, result = planned
    ticked = client.model_copy(update={"plan": client.plan.model_copy(update={"done": ["results-re-ranked"]})})
    page = str(view.checklist_page(checklist(ticked, decision.recommendation, result)))
    assert page.count("✓") == 1 and "One of" in page


def test_the_own_plan_stands_beside_ours():
    client = check_client(
        {
            "client": {"name": "A"},
            "knowledge": {"needed": "private", "documents": 900},
            "today": {"plan": "fine_tune", "plan_weeks": 10},
        }
    )
    decision = decide(client, with_counterfactuals=False)
    plan = roadmap(client, "rag", costs(Facts.of(client), price_book(client)))
    table = view.own_plan(plan, decision, client)
    assert table.rows[0][1:] == ["RAG", "Fine-tuning"] and table.rows[1][2] == "10 weeks, as stated"
    assert "no note" in str(view.industry_page(industry_note(client), decision))
