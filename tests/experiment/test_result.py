"""A run's numbers come from one place with one rule, and its sentences say nothing that was not measured."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made_runs import answer, arm_info, question, record, run_record, two_arms

from lib.client import load_client
from lib.errors import InputError
from lib.experiment import EXPERIMENT_ARMS
from lib.experiment.arms import ExperimentArm
from lib.experiment.evidence import evidence_from, write_evidence
from lib.experiment.record import TrainingInfo
from lib.experiment.result import ExperimentResult, Verdict
from lib.stats import difference, holm, proportion
from lib.views.run_words import contrast_sentence, experiment_summary, panels_of, points

HERE = Path()
KINDS = ("trained_wording", "new_wording", "changed", "document_only", "missing")


def result_of(right, kinds=("document_only",), taught=None, seeds=(0,), **more):
    """Make a run from arm → outcomes (or seed → outcomes); question n is of kind n modulo the kinds."""
    rows, questions = [], {}
    for arm, outcomes in right.items():
        by_seed = outcomes if isinstance(outcomes, dict) else {0: outcomes}
        for seed, values in by_seed.items():
            for place, value in enumerate(values):
                kind = kinds[place % len(kinds)]
                questions.setdefault(f"q{place}", question(f"q{place}", kind))
                unanswerable = kind == "missing"
                scores = {"right": value, "substance": value, "style": True, "right_cited": value}
                scores |= (
                    {"refusal": value, "made_up": not value}
                    if unanswerable
                    else {"fact": value, "needless_refusal": False}
                )
                rows.append(answer(arm, f"q{place}", seed=seed, scores=scores, prompt_tokens=1000, answer_tokens=100))
    trainings = []
    if taught is not None:
        base = {"adapter": "", "settings": {}, "examples": 10, "tokens": 100, "seconds": 60.0, "losses": [2.0, 1.0]}
        trainings = [TrainingInfo(name="closed_book", seed=seed, taught=taught, asked=100, **base) for seed in seeds]
    return ExperimentResult(run_record(rows, questions, trainings=trainings, **more), HERE)


def test_a_share_is_wilsons_over_the_mean_of_the_seeds_clustered_by_fact():
    result = result_of({"lora": {0: [True, True, False, False], 1: [True, False, False, False]}})
    assert result.values("lora", "right").tolist() == [1.0, 0.5, 0.0, 0.0]
    expected = proportion([1.0, 0.5, 0.0, 0.0], ["q0", "q1", "q2", "q3"])
    assert result.share("lora", "right") == expected and expected.share == 0.375 and expected.n == 4
    assert result.spread().loc["lora", [0, 1]].tolist() == [0.5, 0.25]
    assert result.consistency() == {"lora": 1.0}


def test_a_run_whose_taught_model_answered_without_pages_nowhere_says_nothing_of_what_it_holds():
    result = result_of({"rag_few_shot": [True, False], "lora_rag": [True, True]}, taught=99)
    assert result.taught is None and result.is_taught
    assert experiment_summary(result).headline


def test_questions_about_one_fact_count_once_in_interval_and_test():
    first, second = [True] * 20, [False] * 20
    apart = result_of({"lora_with_pages": first, "rag_few_shot": second})
    together = {id_: each.model_copy(update={"cluster": "one"}) for id_, each in apart.record.questions.items()}
    joint = ExperimentResult(apart.record.model_copy(update={"questions": together}), HERE)
    assert apart.contrasts[0].verdict is Verdict.MORE_THAN_CHANCE
    found = joint.contrasts[0]
    assert found.verdict is Verdict.NOT_TOLD_APART and found.difference.low < 0 < found.difference.high


def test_the_contrasts_are_corrected_for_their_number_and_every_place_tells_the_same_p():
    first, second = two_arms(12, 2, 40, 100)
    third = [not value for value in second]
    result = result_of(
        {"lora_with_pages": first, "rag_few_shot": second, "lora_rag": third}, kinds=("document_only", "missing")
    )
    one, two = result.contrasts
    assert [one.p_holm, two.p_holm] == holm([one.difference.p, two.difference.p])
    assert one.difference == difference(first, second, [f"q{n}" for n in range(100)])
    p = f"p = {one.p_holm:.3f}"
    summary = experiment_summary(result)
    assert p in contrast_sentence(result, one) and any(p in finding.text for finding in summary.findings)
    assert str(one.verdict) == ("more than chance" if one.p_holm < 0.05 else "not told apart")


def test_no_difference_is_said_only_where_equivalence_was_tested():
    same = [True, False] * 150
    result = result_of({"lora_with_pages": same, "rag_few_shot": same})
    assert result.contrasts[0].verdict is Verdict.NO_DIFFERENCE
    few = result_of({"lora_with_pages": same[:20], "rag_few_shot": same[:20]})
    assert few.contrasts[0].verdict is Verdict.NOT_TOLD_APART
    assert "no difference" not in contrast_sentence(few, few.contrasts[0])


@pytest.mark.parametrize(("taught", "void"), [(94, True), (95, False), (None, True)])
def test_a_model_that_was_not_taught_is_not_judged_on_facts(taught, void):
    outcomes = {"rag_few_shot": [True] * 100, "lora": [False] * 100}
    result = result_of(outcomes, KINDS, taught)
    facts = [each for each in result.contrasts if each.contrast.needs_taught]
    assert len(facts) == 2 and all((each.verdict is Verdict.VOID) == void for each in facts)
    assert result.is_taught is not void
    told = " ".join(finding.text for finding in experiment_summary(result).findings)
    assert ("Void" in told) == void


def test_every_seed_must_be_taught():
    result = result_of({"lora": [True] * 20}, KINDS, 99, (0, 1))
    trainings = [result.record.trainings[0], result.record.trainings[1].model_copy(update={"taught": 50})]
    assert not ExperimentResult(result.record.model_copy(update={"trainings": trainings}), HERE).is_taught


def test_an_own_run_without_style_or_pairs_says_nothing_about_them():
    rows = [
        answer("rag", f"q{n}", scores={"right": n % 2 == 0, "fact": n % 2 == 0, "substance": n % 2 == 0})
        for n in range(20)
    ]
    questions = {f"q{n}": question(f"q{n}") for n in range(20)}
    result = ExperimentResult(run_record(rows, questions, sample_model=False, sample_company=False), HERE)
    summary = experiment_summary(result)
    told = " ".join([summary.headline, *(each.text for each in summary.findings), *summary.caveats])
    assert "nan" not in told and "n = 0" not in told and "style" not in told.replace("substance and style", "")
    assert [panel.title for panel in panels_of(result)][:2] == ["All right", "Facts right"]


def test_a_run_of_one_arm_on_nothing_that_was_judged_says_so():
    result = ExperimentResult(run_record([answer("rag", "q", scores={})], {"q": question("q")}), HERE)
    assert experiment_summary(result).headline == "No answer of this run could be judged."


def test_every_sentence_of_a_whole_run_can_be_read(small_run):
    summary = experiment_summary(small_run)
    for text in (summary.headline, *(each.text for each in summary.findings), *summary.caveats):
        assert text.endswith(".") and not re.search(r"\bnan\b|None|\{|  ", text), text
    topics = {finding.topic for finding in summary.findings}
    assert {"Fixed beforehand", "Taught before judged", "Search", "Training seeds"} <= topics


def test_a_tenth_arm_is_one_entry(monkeypatch):
    tenth = ExperimentArm("tenth", "A tenth way", "one more", "rag", "x", pages="retrieved", feeds="", published="")
    monkeypatch.setitem(EXPERIMENT_ARMS, "tenth", tenth)
    result = result_of({"rag": [True] * 10, "tenth": [False] * 10})
    from lib.experiment.literature import literature_agreement
    from lib.views.experiment import forest

    assert "A tenth way" in str(forest(result).table.rows) and literature_agreement(result).pairs == ()


def test_frames_hold_what_was_judged_and_no_more(small_run):
    shares = small_run.shares()
    assert ((shares.low <= shares.share) & (shares.share <= shares.high)).all() and (shares.n > 0).all()
    scores = small_run.scores
    assert set(scores.columns) == {"arm", "seed", "question_id", "kind", "cluster", "measure", "value"}
    assert not scores.value.isna().any() and "schema" not in set(scores.measure)
    assert set(small_run.retrieval().kind) == set(small_run.kinds) - {"missing", "near_miss"}
    assert small_run.perplexity().perplexity.eq(2.0).all() and (small_run.efficiency().seconds_n == 1).all()
    with pytest.raises(InputError, match="'colour' is not in run"):
        small_run.share("rag", "colour")


def test_points_are_written_with_their_sign():
    assert [points(each) for each in (0.121, -0.01, 0.0, math.nan)] == ["+12 points", "−1 point", "0 points", "no gap"]


# --- evidence


def test_a_run_on_own_documents_and_model_is_written_with_its_intervals(tmp_path):
    path = tmp_path / "client.yaml"
    path.write_text("# Ours\nclient: {name: Shop}\nknowledge: {needed: private}\n", encoding="utf-8")
    result = ExperimentResult(record("run-1", {"rag_few_shot": [True] * 8 + [False] * 2}, False, False), tmp_path)
    changes = write_evidence(path, result)
    evidence = load_client(path).evidence
    assert set(changes) == {"evidence.run", "evidence.eval_examples", "evidence.rag_score"}
    assert evidence.rag_score.likely == 0.8 and evidence.rag_score.low == pytest.approx(
        result.share("rag_few_shot", "right").low, abs=1e-6
    )
    assert path.read_text(encoding="utf-8").startswith("# Ours") and write_evidence(path, result) == {}


def test_where_the_client_requires_citations_the_right_page_counts():
    plain = record("run-1", {"rag_few_shot": [True] * 10}, False, False)
    rows = [
        row.model_copy(update={"scores": row.scores | {"right_cited": n < 4}}) for n, row in enumerate(plain.answers)
    ]
    result = ExperimentResult(plain.model_copy(update={"answers": rows}), HERE)
    assert evidence_from(result)["rag_score"]["likely"] == 1.0
    assert evidence_from(result, citations_required=True)["rag_score"]["likely"] == 0.4


@pytest.mark.parametrize(("model", "company", "said"), [(True, False, "sample model"), (False, True, "sample company")])
def test_a_samples_run_is_no_evidence(model, company, said):
    with pytest.raises(InputError, match=said):
        evidence_from(ExperimentResult(record("run-1", {"rag_few_shot": [True]}, model, company), HERE))


def test_a_run_without_a_feeding_arm_is_no_evidence():
    with pytest.raises(InputError, match="feeds a score"):
        evidence_from(ExperimentResult(record("run-1", {"rag": [True]}, False, False), HERE))


def test_arm_infos_are_those_of_the_table():
    assert replace(EXPERIMENT_ARMS["rag"]).title == arm_info("rag").title
