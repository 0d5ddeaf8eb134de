"""The claims: all there, each with workings, the promised verdicts, hand-worked values."""

import subprocess
import sys

import pytest

from lib.articles import articles
from lib.claims import audit
from lib.claims.checking import audited
from lib.claims.claim import Claim, claims
from lib.claims.rules import PRIORITY
from lib.paths import DATA, PROJECT

EXPECTED_IDS = [
    f"{letter}{number}"
    for letter, last in (("T", 17), ("D", 26), ("S", 12), ("W", 21), ("F", 21))
    for number in range(1, last + 1)
]
AUDIT = audit()
BY_ID = {claim.id: claim for claim in claims()}


def with_input(claim: Claim, name: str, value: float | list[float]) -> Claim:
    return claim.model_copy(update={"inputs": {**claim.inputs, name: value}})


def verdict_with(claim: Claim) -> str:
    return audited(claim, {**BY_ID, claim.id: claim}).verdict


def test_all_97_ids_stand_exactly_once() -> None:
    assert len(EXPECTED_IDS) == 97
    assert [row.id for row in AUDIT] == EXPECTED_IDS


@pytest.mark.parametrize("id_", EXPECTED_IDS)
def test_a_claim_has_a_verdict_and_workings_with_reason(id_: str) -> None:
    row = AUDIT[id_]
    assert row.verdict in PRIORITY
    assert len(row.workings) >= 3, "claimed, at least one line of derivation or reason, verdict"
    assert row.claim.article in articles()
    assert all(line.strip() for line in row.workings)


@pytest.mark.parametrize("id_", EXPECTED_IDS)
def test_whom_a_claim_names_exists(id_: str) -> None:
    row = AUDIT[id_]
    assert set(row.contradicts) | set(row.claim.see_also) <= set(BY_ID)
    assert id_ not in row.contradicts
    if row.verdict == "contradicts another article":
        assert any(BY_ID[other].article != row.claim.article for other in row.contradicts)


@pytest.mark.parametrize("id_", EXPECTED_IDS)
def test_checks_against_other_articles_name_their_partner(id_: str) -> None:
    for check in BY_ID[id_].checks:
        if check.against == "other article":
            assert check.partner
            assert all(BY_ID[other].article != BY_ID[id_].article for other in check.partner)


@pytest.mark.parametrize(
    ("id_", "verdict", "low", "high", "unit"),
    [
        ("T1", "contradicts itself", 70.5, 70.5, "USD a month"),
        ("T2", "reproduces", 111, 111, "USD a month"),
        ("T5", "contradicts itself", 144, 144, "USD a month"),
        ("T6", "contradicts itself", 225, 225, "USD a month"),
        ("T7", "does not reproduce", 22.5, 22.5, "USD a month"),
        ("T8", "does not reproduce", 2, 2, "times"),
        ("T12", "does not reproduce", 17.625, 17.625, "USD a month"),
        ("D1", "reproduces", 500_000, 500_000, "tokens"),
        ("D5", "does not reproduce", 2, 2, "times"),
        ("D6", "reproduces", 1.5, 1.5, "times"),
        ("D8", "contradicts itself", 0.01, 0.01, "USD a day"),
        ("D9", "contradicts itself", 14, 60, "%"),
        ("D10", "reproduces", 0.00125, 0.0075, "USD a query"),
        ("D16", "contradicts itself", 900, 3750, "USD a month"),
        ("D21", "reproduces", 3200, 3200, "USD a month"),
        ("W1", "contradicts itself", 4000, 12_000, "USD"),
        ("W2", "contradicts itself", 200, 750, "USD a month"),
        ("W3", "reproduces", 6500, 23_000, "USD"),
        ("W4", "contradicts itself", 50 + 200 / 3 + 50, 300 + 800 / 3 + 100, "USD a month"),
        ("W8", "contradicts itself", 15.4, 23.8, "days"),
        ("W9", "reproduces", 2.2, 4.2, "weeks"),
        ("F1", "contradicts itself", 1.05, 5.2, "s"),
        ("F4", "contradicts itself", 100, 300, "USD"),
        ("F5", "contradicts itself", 150, 750, "USD"),
        ("F7", "reproduces", 500, 2000, "USD a month"),
        ("F11", "contradicts itself", 20, 70, "USD a thousand queries"),
        ("F12", "contradicts itself", 1.5, 1.5, "USD a thousand queries"),
        ("F13", "does not reproduce", 0.13, 65, "USD per million documents"),
    ],
)
def test_hand_worked_figures_come_out(id_: str, verdict: str, low: float, high: float, unit: str) -> None:
    row = AUDIT[id_]
    assert row.verdict == verdict
    assert row.recomputed is not None
    assert (row.recomputed.low, row.recomputed.high) == pytest.approx((low, high))
    assert row.recomputed.unit == unit


def test_workings_show_the_derivation_with_its_numbers() -> None:
    text = "\n".join(AUDIT["T1"].workings)
    for part in ("100,000 queries × 1,500 tokens", "150 M input tokens", "USD 22.50", "USD 70.50", "USD 95"):
        assert part in text


def test_the_query_embedding_of_a_day_is_that_of_a_month() -> None:
    assert any("= USD 0.30 a month" in line for line in AUDIT["D8"].workings)


def test_measurements_contradict_the_accuracy_and_hallucination_claims() -> None:
    assert {AUDIT[id_].verdict for id_ in ("W13", "F17", "F18")} == {"contradicted by measurement"}


@pytest.mark.parametrize(
    ("id_", "name", "value", "verdict"),
    [
        ("T1", "queries", 135_000, "reproduces"),
        ("T2", "storage", 50, "contradicts itself"),
        ("D1", "examples", 5000, "contradicts itself"),
        ("D8", "queries", 300_000, "reproduces"),
        ("D12", "table_inference", [200, 2200], "reproduces"),
        ("D21", "planned", 5000, "contradicts itself"),
        ("F4", "on_10k_examples", [50_000, 200_000], "reproduces"),
        ("F12", "table_fine_tuning", 15, "reproduces"),
        ("F16", "table_days", [10, 20], "contradicts itself"),
    ],
)
def test_another_input_gives_another_verdict(id_: str, name: str, value: float | list[float], verdict: str) -> None:
    assert verdict_with(with_input(BY_ID[id_], name, value)) == verdict
    assert AUDIT[id_].verdict != verdict


@pytest.mark.parametrize("id_", [claim.id for claim in claims() if claim.inputs])
def test_every_stated_input_has_a_say(id_: str) -> None:
    claim = BY_ID[id_]
    for name, value in claim.inputs.items():
        other = [each * 1.05 for each in value] if isinstance(value, list) else value * 1.05 or 0.5
        changed = with_input(claim, name, other)
        workings = audited(changed, {**BY_ID, id_: changed}).workings
        assert workings != AUDIT[id_].workings, f"{name} is not used"


def test_a_right_claim_is_not_called_wrong() -> None:
    right = BY_ID["T1"].model_copy(update={"stated": BY_ID["T1"].stated.model_copy(update={"value": 70.5})})
    assert verdict_with(right) == "reproduces"
    wrong = with_input(BY_ID["D21"], "planned", 5000)
    assert verdict_with(wrong) == "contradicts itself"


def test_no_verdict_is_typed_in() -> None:
    for path in (DATA / "claims").glob("*.yaml"):
        keys = [line.strip().split(":")[0].lstrip("- ") for line in path.read_text(encoding="utf-8").splitlines()]
        assert "verdict" not in keys and "workings" not in keys


def test_importing_the_claims_stays_light() -> None:
    code = "import sys, lib.claims; print([m for m in ('pandas', 'scipy', 'torch') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
