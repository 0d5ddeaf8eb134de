"""Whole bills of five client files, one for each way to serve a tuned model, worked by hand to the cent."""

from pathlib import Path

import pytest

from lib.client import load_client
from lib.costs.overview import Overview

# 100,000 queries of 150 tokens, answers of 200; 1,000 good examples of 1,000 tokens, trained on three times; nothing
# changes, so that the model is trained again a third of a time each month. Watching a tuned model costs USD 75.
FILE = """
client: {name: Voice line}
training_data: {labelled_examples: 1000, quality: 1, tokens_per_example: 1000}
traffic: {queries_per_month: 100000, tuned_instruction_tokens: 100, question_tokens: 50, answer_tokens: 200}
"""

BILLS = {
    # By the token: 100,000 × (150 × 0.20 + 200 × 0.60) ÷ 1,000,000 + 0.3333 × 3 × 0.60 + 75
    "stack: {tuned_model: prime-intellect/Qwen3.5-9B}": 15.00 + 0.60 + 75.00,
    # By the token, and weights kept: 100,000 × (150 × 0.13 + 200 × 0.40) ÷ 1,000,000 + 0.02 + 0.3333 × 3 × 0.40 + 75
    "stack: {tuned_model: tinker/Qwen3-8B}": 9.95 + 0.02 + 0.40 + 75.00,
    # By the hour, used or not: 730 × 3.99 + 0.3333 × 3 × 0.48 + 75
    "stack: {tuned_model: together/ft-8b}": 2912.70 + 0.48 + 75.00,
    # An own GPU: 730 × 1.79 + 0.3333 × 3,000,000 ÷ 4,700 ÷ 3,600 × 1.79 + 75
    "constraints: {data_must_stay_in_house: true}": 1306.70 + 0.11 + 75.00,
    # A closed model while it was sold: 100,000 × (150 × 0.30 + 200 × 1.20) ÷ 1,000,000 + 0.3333 × 3 × 3.00 + 75
    "prices: {as_of: 2026-05-01}\nstack: {base_model: openai/gpt-4o-mini, tuned_model: openai/ft:gpt-4o-mini}": 28.50
    + 3.00
    + 75.00,
}


@pytest.mark.parametrize(("lines", "usd"), BILLS.items(), ids=["tokens", "stored", "hours", "own GPU", "closed"])
def test_a_month_s_bill_of_a_tuned_model_agrees_to_the_cent(tmp_path: Path, lines: str, usd: float) -> None:
    path = tmp_path / "client.yaml"
    path.write_text(f"{FILE}{lines}\n", encoding="utf-8")
    planned = Overview.of(load_client(path), str(path), tmp_path).estimates.planned
    parts = {
        part.id: round(float(part.monthly), 2) for part in planned.components["fine_tune"].values() if not part.labour
    }
    assert round(float(planned.monthly_bill_usd["fine_tune"]), 2) == pytest.approx(usd, abs=0.011), parts


def test_an_agreed_discount_is_let_off_every_token_of_its_model(tmp_path: Path) -> None:
    header = "item,component,value,unit,currency,source,checked,note"
    rows = "openai/gpt-6-luna,discount,0.15,share,USD,our contract,2026-11-01,"
    (tmp_path / "ours.csv").write_text(f"{header}\n{rows}\n", encoding="utf-8")
    path = tmp_path / "client.yaml"
    path.write_text(FILE, encoding="utf-8")
    plain = Overview.of(load_client(path), str(path), tmp_path).estimates.planned
    path.write_text(f"{FILE}prices: {{file: ours.csv}}\n", encoding="utf-8")
    overview = Overview.of(load_client(path), str(path), tmp_path)
    agreed = overview.estimates.planned
    for arm in ("prompt", "long_context"):
        assert agreed.usd_per_query[arm] == pytest.approx(0.85 * plain.usd_per_query[arm])
    assert agreed.usd_per_query["fine_tune"] == plain.usd_per_query["fine_tune"]
    row = {"item": "openai/gpt-6-luna", "component": "discount", "use": "new", "new": 0.15, "old": None}
    assert overview.to_dict()["own_prices"] == [row]
