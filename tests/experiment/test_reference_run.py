"""The run that comes with the workbook: whole, small, with its card, and true to what its pages say."""

import json

import pytest

from lib import paths
from lib.commands.ship import card_of, readme_block
from lib.experiment import reference_run
from lib.experiment.curves import CURVES, Measuring, read_curve
from lib.experiment.data import data_for
from lib.experiment.result import Verdict
from lib.experiment.scoring import MEASURES
from lib.views.run_words import experiment_summary

FOLDER = paths.REFERENCE_RUN


@pytest.fixture(scope="module")
def run():
    return reference_run()


def test_it_is_small_enough_to_ship():
    size = sum(path.stat().st_size for path in FOLDER.glob("*.gz"))
    adapters = sum(path.stat().st_size for path in (FOLDER / "adapters").rglob("*") if path.is_file())
    assert size <= 5_000_000 and adapters <= 20_500_000


def test_readme_and_card_say_what_the_run_says(run):
    assert readme_block(run) in (paths.PROJECT / "README.md").read_text(encoding="utf-8")
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert card == card_of(run)
    for told in (run.id, run.record.created[:10], run.record.machine, "python -m lib experiment", "SmolLM2", "seed"):
        assert told in card
    versions = run.record.versions
    assert f"torch {versions['torch']}" in card and f"transformers {versions['transformers']}" in card


def test_at_least_five_hundred_questions_were_asked_of_every_arm(run):
    counts = run.answers.groupby(["arm", "seed"]).question_id.nunique()
    assert len(run.record.questions) >= 500 and (counts == len(run.record.questions)).all()
    assert {"rag_few_shot", "lora_with_pages"} <= set(run.arms)


def test_its_scores_are_those_of_the_code_as_it_stands(run):
    questions = {question.id: question for question in data_for(run.record.config).dataset.questions}
    voice = data_for(run.record.config).dataset.voice
    for row in run.record.answers[::23]:
        question = questions[row.question_id]
        judged = {name: measure.judge(question, row.answer, voice) for name, measure in MEASURES.items()}
        assert {name: row.scores[name] for name in judged} == judged, (row.arm, row.question_id, row.answer)


def test_no_contrast_on_facts_is_told_where_the_model_was_not_taught(run):
    for found in run.contrasts:
        if found.contrast.needs_taught:
            assert (found.verdict is Verdict.VOID) == (not run.is_taught)
    assert experiment_summary(run).headline


def test_seed_noughts_adapters_are_there_with_standard_settings(run):
    for training in run.record.trainings:
        if training.adapter:
            config = json.loads((FOLDER / training.adapter / "adapter_config.json").read_text(encoding="utf-8"))
            assert config["r"] == training.settings["rank"] == 16
            assert (FOLDER / training.adapter / "adapter_model.safetensors").is_file()


def test_the_shipped_curve_of_changed_facts_is_the_runs_own(run):
    shipped = read_curve(paths.CURVES / "changed.json")
    assert list(shipped.points) == list(CURVES["changed"].measure(Measuring(run, None)))
