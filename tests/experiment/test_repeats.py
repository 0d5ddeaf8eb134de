"""Repeats over seeds: the runs are the units, and their spread is the interval."""

import numpy as np
import pytest
from scipy import stats

from lib import paths
from lib.errors import InputError
from lib.experiment import ExperimentConfig, ExperimentResult
from lib.experiment.repeats import repeat

SHARES = {0: 0.70, 1: 0.80, 2: 0.75, 3: 0.65}


def fake_run(config, other_questions=False):
    """A run of 20 questions of which the seed's share is right."""
    rows = []
    for arm, lift in (("rag", 0), ("lora", -8)):
        for number in range(20):
            right = number < round(20 * SHARES[config.seed]) + lift
            question = f"What is {number} of {config.seed if other_questions else 'all'}?"
            row = {"arm": arm, "question_id": f"q{number}", "kind": "document_fact", "question": question}
            rows.append(row | {"answer": "49" if right else "12", "fact": right, "substance": right, "right": right})
    arms = [
        {"id": "rag", "title": "RAG <b>", "stands_for": "rag"},
        {"id": "lora", "title": "LoRA", "stands_for": "fine_tune"},
    ]
    record = {"id": f"seed-{config.seed}", "arms": arms, "answers": rows, "model": {"is_sample_model": True}}
    return ExperimentResult(record, paths.RUNS)


@pytest.fixture(scope="module")
def repeated():
    return repeat(ExperimentConfig.quick(), [0, 1, 2, 3], fake_run)


def test_each_seed_is_run_once_with_nothing_else_changed():
    asked = []

    def run(config):
        asked.append(config)
        return fake_run(config)

    config = ExperimentConfig.quick(k=2, seed=7)
    assert repeat(config, [2, 0], run).seeds == (2, 0)
    assert [each.seed for each in asked] == [2, 0] and {each.k for each in asked} == {2}


def test_the_mean_and_its_interval_are_students_over_the_runs(repeated):
    row = repeated.to_frame().set_index(["arm", "measure", "kind"]).loc[("rag", "right", "all")]
    values = list(SHARES.values())
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert row["mean"] == pytest.approx(0.725) and row["sd"] == pytest.approx(np.std(values, ddof=1))
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high)) and row["runs"] == 4


def test_the_repeats_show_themselves_with_their_spread(repeated):
    assert repeated.overview().loc["RAG <b>", "All right"] == "72 % (62–83; ±6.5)"
    assert "4 runs" in str(repeated) and "seeds 0, 1, 2, 3" in repeated._repr_html_()
    assert "<b>" not in repeated._repr_html_()


def test_a_single_run_says_nothing_of_the_spread():
    single = repeat(ExperimentConfig.quick(), [1], fake_run)
    assert single.overview().loc["LoRA", "All right"] == "40 %" and "single run" in single.legend()
    assert single.to_frame()["low"].isna().all()


def test_consistency_is_how_often_two_runs_say_the_same(repeated):
    frame = repeated.consistency()
    # Answers 0 to 12 agree in all runs, 16 to 19 too; 13 is right in 3 of 4 runs, 14 in 2, 15 in 1.
    assert frame.loc["rag", "n"] == 20
    assert frame.loc["rag", "consistency"] == pytest.approx((17 + 3 / 6 + 2 / 6 + 3 / 6) / 20)
    assert frame.loc["rag", "low"] < frame.loc["rag", "consistency"] < frame.loc["rag", "high"]


def test_runs_that_ask_other_questions_have_no_consistency():
    others = repeat(ExperimentConfig.quick(), [0, 1], lambda config: fake_run(config, other_questions=True))
    assert others.consistency().empty


@pytest.mark.parametrize("seeds", [[], [1, 1]])
def test_seeds_that_repeat_nothing_are_refused(seeds):
    with pytest.raises(InputError, match="seeds"):
        repeat(ExperimentConfig.quick(), seeds, fake_run)
