"""One bill for every way to serve a tuned model, worked by hand, and the choice between them."""

import pytest

VOICE = {
    "knowledge": {"needed": "none"},
    "training_data": {"labelled_examples": 1000, "quality": 1.0, "tokens_per_example": 1000},
    "traffic": {
        "queries_per_month": 100_000,
        "tuned_instruction_tokens": 100,
        "question_tokens": 50,
        "answer_tokens": 200,
    },
}


@pytest.fixture
def bill(case):
    def of(tuned_model: str | None, base: str = "openai/gpt-6-luna", as_of: str | None = None, **sections):
        stack = {"base_model": base, "tuned_model": tuned_model}
        found = case(**(VOICE | sections), stack=stack, prices={"as_of": as_of})
        parts = found.costs.components["fine_tune"]
        return {name: float(part.monthly) for name, part in parts.items() if not part.labour}, found

    return of


def test_serverless_pays_tokens_and_nothing_else(bill):
    month, found = bill("prime-intellect/Qwen3.5-9B")
    # 100,000 × (150 × 0.20 + 200 × 0.60) ÷ 1,000,000
    assert month["inference"] == pytest.approx(15.0)
    assert month["serving"] == 0
    # Three passes over 1,000,000 tokens at 0.60 a million, a third of a retraining a month.
    assert month["training"] == pytest.approx(0.3333 * 1.80)
    assert "gpu" not in month and "self_hosting" not in found.costs.components["fine_tune"]


def test_stored_weights_are_charged_by_the_month(bill):
    month, _ = bill("tinker/Qwen3-8B")
    # 100,000 × (150 × 0.13 + 200 × 0.40) ÷ 1,000,000 and 0.2 GB at 0.10 a GB
    assert month["inference"] == pytest.approx(9.95)
    assert month["serving"] == pytest.approx(0.02)


def test_a_dedicated_endpoint_pays_hours_used_or_not(bill):
    month, found = bill("together/ft-8b")
    # One GPU: 730 × 3.99. It would take 100,000 × (150 ÷ 30,000 + 200 ÷ 3,000) s = 1.99 of its 219 usable hours.
    assert month["gpu"] == pytest.approx(730 * 3.99)
    assert "inference" not in month
    assert found.costs.components["fine_tune"]["gpu"].label == "GPU endpoint"
    idle, _ = bill("together/ft-8b", traffic={"queries_per_month": 0})
    assert idle["gpu"] == month["gpu"]


def test_a_dedicated_endpoint_takes_whole_gpus(bill):
    month, _ = bill("together/ft-8b", traffic=VOICE["traffic"] | {"queries_per_month": 20_000_000})
    # 20,000,000 × (150 ÷ 30,000 + 200 ÷ 3,000) s = 398.1 hours of 219 usable ones a GPU: two GPUs.
    assert month["gpu"] == pytest.approx(2 * 730 * 3.99)


def test_own_gpus_pay_hours_and_the_work_of_running_them(bill):
    month, found = bill("self-hosted/open-8b")
    assert month["gpu"] == pytest.approx(730 * 1.79)
    # 3,000,000 tokens at 4,700 a second on that GPU.
    assert month["training"] == pytest.approx(0.3333 * 3_000_000 / 4700 / 3600 * 1.79)
    assert float(found.costs.components["fine_tune"]["self_hosting"].setup) == pytest.approx(12 * 150)


def test_a_closed_model_still_sold_then_pays_its_dearer_tokens(bill):
    month, _ = bill("openai/ft:gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini", "2026-05-01")
    # 100,000 × (150 × 0.30 + 200 × 1.20) ÷ 1,000,000
    assert month["inference"] == pytest.approx(28.5)
    assert month["training"] == pytest.approx(0.3333 * 3 * 3.00)


def test_a_large_clouds_deployment_costs_1241_dollars_before_its_first_token(bill):
    month, _ = bill("azure/ft:gpt-4.1", "openai/gpt-4.1", "2026-06-01")
    assert month["serving"] == pytest.approx(1241)
    # Tokens at the base's price: 100,000 × (150 × 2 + 200 × 8) ÷ 1,000,000
    assert month["inference"] == pytest.approx(190)


def test_the_cheapest_route_is_taken_where_the_client_names_no_tuned_model(bill):
    _, found = bill(None)
    serving = found.book.serving
    assert serving.chosen and serving.route.id == found.book.names["tuned_model"] == "prime-intellect/Qwen3.5-9B"
    cheapest = min(serving.offers, key=lambda offer: offer.usd_per_month(serving.load))
    assert cheapest.route == serving.route


def test_an_offer_costs_what_the_cost_model_charges_for_it(bill):
    sold = [("openai/ft:gpt-4o-mini", "2026-05-01"), ("azure/ft:gpt-4.1", "2026-05-01"), ("tinker/Qwen3-8B", None)]
    hourly = [("together/ft-8b", None), ("fireworks/ft-8b", None), ("prime-intellect/Qwen3.5-9B", None)]
    for route, as_of in sold + hourly:
        month, found = bill(route, as_of=as_of)
        serving = found.book.serving
        # Beside watching the answers, and with the training runs at set-up spread over the year.
        bills = sum(month.values()) - month["monitoring"]
        at_set_up = float(found.costs.components["fine_tune"]["training"].setup) / 12
        assert serving.offer.usd_per_month(serving.load) == pytest.approx(bills + at_set_up)


def test_long_prompts_in_great_numbers_turn_to_own_gpus_from_the_break_even_on(bill):
    knowledge = {"needed": "private", "documents": 1000}
    traffic = {"queries_per_month": 100_000, "context_tokens": 6000, "answer_tokens": 100}
    _, found = bill(None, knowledge=knowledge, traffic=traffic)
    serving = found.book.serving
    own = next(offer for offer in serving.offers if offer.route.id == "self-hosted/open-8b")
    volume = serving.break_even_queries(own)
    assert 500_000 < volume < 5_000_000
    for queries, route in ((volume * 0.98, serving.route.id), (volume * 1.02, own.route.id)):
        _, there = bill(None, knowledge=knowledge, traffic=traffic | {"queries_per_month": float(round(queries))})
        assert there.book.names["tuned_model"] == route


def test_short_prompts_are_cheaper_by_the_token_at_every_realistic_volume(bill):
    _, found = bill(None)
    serving = found.book.serving
    assert all(serving.break_even_queries(offer) is None for offer in serving.offers if offer.route != serving.route)


@pytest.mark.parametrize("constraints", [{"data_must_stay_in_house": True}, {"runs_where": "own_servers"}])
def test_what_must_stay_in_house_is_served_on_own_gpus(bill, constraints):
    month, found = bill(None, constraints=constraints)
    assert found.book.serving.route.id == "self-hosted/open-8b"
    assert month["gpu"] == pytest.approx(730 * 1.79)
    assert all(offer.why_not for offer in found.book.serving.offers if offer.route.kind != "own_gpu")


def test_the_client_s_own_device_is_paid_for_neither_by_the_hour_nor_by_the_query(bill):
    knowledge = {"needed": "private", "documents": 500}
    month, found = bill(None, constraints={"runs_where": "device"}, knowledge=knowledge)
    # What is left are training runs on a rented GPU (500 documents of 800 tokens are learned too) and monitoring.
    assert month["gpu"] == 0 and found.costs.usd_per_query["rag"] == 0
    run = 3 * (1_000_000 + 400_000) / 4700 / 3600 * 1.79
    assert month["training"] == pytest.approx(found.costs.retrains_per_month["fine_tune"] * run)
    retrieval = found.costs.components["rag"]
    assert sum(float(part.monthly) for part in retrieval.values() if not part.labour) == pytest.approx(25)
    assert float(retrieval["self_hosting"].setup) == pytest.approx(12 * 150)
    assert any("its power and its upkeep are not included" in note for note in found.costs.notes)
    serving = found.book.serving
    assert serving.offer.usd_per_month(serving.load) < 500, "work and training runs"


def test_the_tuned_model_follows_its_base(bill):
    _, small = bill(None, "together/Qwen/Qwen3.5-9B")
    assert small.book.names["tuned_model"] == "prime-intellect/Qwen3.5-9B"
    month, mini = bill(None, "openai/gpt-4o-mini", "2026-05-01")
    assert mini.book.names["tuned_model"] == "openai/ft:gpt-4o-mini" and month["inference"] == pytest.approx(28.5)
    _, closed = bill(None, "openai/gpt-4.1-mini", "2026-05-01")
    assert closed.book.names["tuned_model"] == "openai/ft:gpt-4.1-mini"
    _, later = bill(None, "openai/gpt-4.1-mini", "2026-11-25")
    assert later.book.names["tuned_model"] == "prime-intellect/Qwen3.5-9B", "no longer sold to new customers"
