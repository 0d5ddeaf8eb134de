"""Between two arms a tested difference counts, never a bare one; and a sample's scores say nothing of a client."""

import builtins
import io
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hand_made_runs import record, two_arms

from lib import paths
from lib.client import answers, check_client, load_client
from lib.decision import Decision, decide, usable_client
from lib.decision.choice import evaluate
from lib.decision.counterfactuals import counterfactuals
from lib.decision.measured import measured_run
from lib.decision.uncertainty import Model
from lib.experiment.evidence import write_evidence
from lib.experiment.result import ExperimentResult
from lib.views.decision import text

PRIVATE = {"needed": "private", "days_between_changes": 30}
# 435 of 500 against 415: the same four points in both, but 40 against 150 questions on which they differ.
FEW_DIFFER = two_arms(30, 10, 405, 500)
MANY_DIFFER = two_arms(85, 65, 350, 500)


def client_with(evidence: dict[str, Any], **sections: Any):
    return check_client({"client": {"name": "Test"}, "knowledge": PRIVATE, "evidence": evidence, **sections})


def decided(evidence: dict[str, Any], **sections: Any) -> Decision:
    return decide(client_with(evidence, **sections), with_counterfactuals=False)


def evidence_of(run: str | None, **scores: float) -> dict[str, Any]:
    return {"eval_examples": 500, "rag_score": 0.83, "hybrid_score": 0.87, "run": run} | scores


def as_arms(pair: tuple[list[bool], list[bool]]) -> dict[str, list[bool]]:
    return {"lora_with_pages": pair[0], "rag_few_shot": pair[1]}


def test_a_hybrid_that_is_proven_better_than_retrieval_is_reached(stored) -> None:
    run = stored(as_arms(FEW_DIFFER))
    decision = decided(evidence_of(run))
    assert decision.recommendation == "hybrid"
    [row] = decision.evidence.comparisons
    assert (row.first, row.second, row.n, row.only_first, row.only_second) == ("rag", "hybrid", 500, 10, 30)
    # 2 × the sum of the ways to choose at most 10 of 40, over 2^40.
    assert row.p == pytest.approx(0.0022, abs=5e-5) and row.significant
    words = decision.steps[3].text
    assert run in words and "500 questions" in words and "p = 0.002" in words and "30 questions against 10" in words


def test_the_same_four_points_that_chance_explains_leave_retrieval(stored) -> None:
    decision = decided(evidence_of(stored(as_arms(MANY_DIFFER))))
    assert decision.recommendation == "rag"
    [row] = decision.evidence.comparisons
    assert row.p == pytest.approx(0.121, abs=5e-4) and not row.significant
    assert "are not told apart (alone right on 65 questions against 85, p = 0.121)" in decision.steps[3].text
    assert "a difference that chance explains decides nothing" in decision.steps[3].text


def test_scores_typed_in_are_set_apart_by_an_unpaired_test_which_sees_less() -> None:
    decision = decided(evidence_of(None))
    assert decision.recommendation == "rag"
    assert decision.evidence.comparisons[0].p == pytest.approx(0.077, abs=5e-4)
    assert "unpaired because no stored run is named" in decision.steps[3].text
    wide = decided(evidence_of(None, rag_score=0.75))
    assert wide.recommendation == "hybrid" and wide.evidence.comparisons[0].significant


def test_a_run_that_is_not_on_this_machine_is_said_and_leaves_the_unpaired_test(stored) -> None:
    stored(as_arms(FEW_DIFFER))
    decision = decided(evidence_of("20250101-000000-000000000000"))
    assert decision.recommendation == "rag"
    assert "run 20250101-000000-000000000000 is not stored on this machine" in decision.steps[3].text
    assert decided(evidence_of("../runs")).evidence.status == "not stored"


@pytest.mark.parametrize("text", ["{", "[]", '{"model": {"is_sample_model": false}}'])
def test_a_stored_file_that_is_no_run_is_said_and_stops_nothing(stored, text: str) -> None:
    run = stored(as_arms(FEW_DIFFER))
    (paths.RUNS / run / "run.json").write_text(text, encoding="utf-8")
    decision = decided(evidence_of(run))
    assert decision.evidence.status == "not stored" and f"of run {run}" in decision.steps[3].text


def test_a_score_changed_by_hand_is_no_longer_the_run_s(stored) -> None:
    decision = decided(evidence_of(stored(as_arms(FEW_DIFFER)), hybrid_score=0.86))
    assert decision.recommendation == "rag"
    assert "what the client file says of Hybrid (fine-tuning + RAG) is not what run" in decision.steps[3].text


def test_evidence_that_a_run_has_written_is_tested_as_pairs(stored, tmp_path) -> None:
    # Thirds have no end in decimals: the file's rounded scores still count as the run's own.
    hybrid, rag = two_arms(30, 10, 80, 300)
    right = {"lora_with_pages": hybrid, "rag_few_shot": rag}
    run = stored(right)
    path = tmp_path / "client.yaml"
    path.write_text("client: {name: Test}\nknowledge: {needed: private}\n", encoding="utf-8")
    write_evidence(path, ExperimentResult(record(run, right, False, False), tmp_path))
    [row] = decide(load_client(path), with_counterfactuals=False).evidence.comparisons
    assert (row.only_first, row.only_second, row.significant) == (10, 30, True)


def test_a_run_that_is_stored_anew_is_read_anew(stored) -> None:
    run = stored(as_arms(FEW_DIFFER))
    assert decided(evidence_of(run)).recommendation == "hybrid"
    stored(as_arms(MANY_DIFFER), run)
    assert decided(evidence_of(run)).recommendation == "rag"


@pytest.mark.parametrize(
    ("sample_model", "sample_company", "said"), [(True, False, "small sample model"), (False, True, "sample company")]
)
def test_the_scores_of_a_sample_run_are_not_used_and_that_is_said(stored, sample_model, sample_company, said) -> None:
    run = stored(as_arms(FEW_DIFFER), sample_model=sample_model, sample_company=sample_company)
    decision = decided(evidence_of(run))
    bare = decided({})
    assert decision.recommendation == bare.recommendation == "rag"
    assert all(result.measured_score is None for result in decision.arms.values())
    assert decision.first_step == bare.first_step, "its questions are no evaluation set of the client's"
    assert "NOT USED" in decision.steps[3].text and said in decision.steps[3].text
    assert decision.stability == bare.stability
    usable = usable_client(client_with(evidence_of(run, target_score=0.9)))
    assert answers(usable)["evidence"] == {"run": run, "target_score": 0.9}
    assert {item.name for item in Model.of(client_with(evidence_of(run))).simulation.inputs} == {
        item.name for item in Model.of(client_with({})).simulation.inputs
    }


def test_a_tuned_arm_must_be_better_than_every_plain_one(stored) -> None:
    hybrid = FEW_DIFFER[0]
    # Prompting differs from the hybrid on 32 questions: wrong on 20 that the hybrid has, right on 12 it has not.
    prompt = [False] * 20 + hybrid[20:445] + [True] * 12 + hybrid[457:]
    run = stored(as_arms(FEW_DIFFER) | {"few_shot": prompt})
    scores = {"prompt_score": 427 / 500, "target_score": 0.88}
    decision = decided(evidence_of(run, **scores), behaviour={"style_sensitivity": 0.9})
    rows = {(row.first, row.second): row for row in decision.evidence.comparisons}
    assert rows["rag", "hybrid"].significant and not rows["prompt", "hybrid"].significant
    assert decision.recommendation != "hybrid"


def test_retrieval_that_is_not_told_from_prompting_is_kept_where_facts_are_missing_and_else_not(stored) -> None:
    prompt, rag = two_arms(20, 30, 380, 500)
    run = stored({"few_shot": prompt, "rag_few_shot": rag})
    evidence = {"eval_examples": 500, "prompt_score": 0.80, "rag_score": 0.82, "run": run, "target_score": 0.83}
    assert decided(evidence).recommendation == "rag"
    style = {"style_sensitivity": 0.9}
    evidence["target_score"] = 0.81
    assert decided(evidence, knowledge={"needed": "none"}, behaviour=style).recommendation == "prompt"


def test_arms_that_are_not_told_apart_count_as_equally_often_right_in_the_costs(stored) -> None:
    # Wrong answers cost USD 50 each: four points would pay for any training, if they were proven.
    money = {"correction_usd": 50}
    traffic = {"queries_per_month": 25_000}
    unproven = decided(evidence_of(stored(as_arms(MANY_DIFFER)), target_score=0.8), money=money, traffic=traffic)
    assert unproven.recommendation == "rag"
    proven = decided(evidence_of(stored(as_arms(FEW_DIFFER)), target_score=0.8), money=money, traffic=traffic)
    assert proven.recommendation == "hybrid"


@pytest.mark.parametrize("pair", [FEW_DIFFER, MANY_DIFFER], ids=["few differ", "many differ"])
def test_draws_start_from_the_decision_and_stay_paired(stored, pair) -> None:
    client = client_with(evidence_of(stored(as_arms(pair))))
    model = Model.of(client)
    assert model.own_scores == {"rag", "hybrid"}
    likely = evaluate(
        model.context(model.simulation.moved({item: np.asarray(item.likely) for item in model.simulation.inputs}))
    )
    alone = evaluate(model.present())
    assert int(likely.recommendation) == int(alone.recommendation)
    cube = np.random.default_rng(3).random((len(model.simulation.inputs), 60))

    def picks(points: np.ndarray) -> list[int]:
        values = {item: item.at(row) for item, row in zip(model.simulation.inputs, points, strict=True)}
        return np.atleast_1d(evaluate(model.context(model.simulation.moved(values))).recommendation).tolist()

    together = np.array(picks(cube))
    rows = [picks(cube[:, [row]])[0] for row in range(60)]
    assert together.tolist() == rows
    assert len(set(rows)) > 1, "the scores' uncertainty reaches the recommendation"


def test_counterfactuals_of_a_client_with_a_run_do_what_they_say(stored) -> None:
    client = client_with(evidence_of(stored(as_arms(FEW_DIFFER))))
    found = [change for change in decide(client).counterfactuals if change.field.startswith("evidence.")]
    assert "evidence.rag_score" in {change.field for change in found}
    for change in found:
        edited = answers(client)
        edited["evidence"][change.field.removeprefix("evidence.")] = change.to_value
        assert decide(check_client(edited), with_counterfactuals=False).recommendation == change.recommendation, change


def test_looking_for_counterfactuals_reads_no_disk(stored, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.of(client_with(evidence_of(stored(as_arms(FEW_DIFFER)))))
    facts = model.simulation.facts
    # The workbook's own data are read once in a process.
    model.recommend(facts)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the disk is read")

    for place, name in ((builtins, "open"), (io, "open"), (os, "stat"), (os, "open")):
        monkeypatch.setattr(place, name, refuse)
    with pytest.raises(AssertionError, match="the disk is read"):
        measured_run("any")
    assert counterfactuals(facts, model.recommend, int(model.recommend(facts)[0]))


def test_a_counterfactual_from_a_default_says_that_it_was_assumed() -> None:
    known = {"knowledge": {"needed": "none"}, "behaviour": {"specialised_reasoning": 0.1}}
    decision = decide(check_client({"client": {"name": "Test"}} | known))
    counterfactuals = {change.field: change for change in decision.counterfactuals}
    assert (
        counterfactuals["behaviour.style_sensitivity"].assumed
        and counterfactuals["behaviour.style_sensitivity"].to_dict()["assumed"]
    )
    assert not counterfactuals["behaviour.specialised_reasoning"].assumed
    line = next(line for line in text(decision).splitlines() if "Style sensitivity:" in line)
    assert "0.2 (assumed) →" in line


def test_the_trace_is_plain_json(stored) -> None:
    decision = decided(evidence_of(stored(as_arms(FEW_DIFFER))))
    shown = json.loads(json.dumps(decision.to_dict(), allow_nan=False))["evidence"]
    assert shown["status"] == "stored" and shown["questions"] == 500 and shown["decides"] is True
    assert shown["comparisons"][0]["significant"] is True


def test_deciding_with_a_stored_run_loads_no_heavy_library(stored) -> None:
    run = stored(as_arms(FEW_DIFFER))
    code = (
        "import sys; from pathlib import Path; from lib import paths; paths.RUNS = Path(sys.argv[1])\n"
        "from lib.client import check_client; from lib.decision import decide\n"
        "evidence = {'eval_examples': 500, 'rag_score': 0.83, 'hybrid_score': 0.87, 'run': sys.argv[2]}\n"
        "made = decide(check_client({'client': {'name': 'x'}, 'knowledge': {'needed': 'private'}, 'evidence': evidence}))\n"
        "heavy = {'torch', 'scipy.stats', 'statsmodels', 'transformers', 'pandas', 'psycopg', 'sklearn'}\n"
        "print(made.evidence.status, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(paths.RUNS), run], cwd=paths.PROJECT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "stored []", done.stderr
