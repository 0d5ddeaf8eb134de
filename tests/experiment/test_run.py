"""A run is whole, is found again, goes on where it was, and asks every arm alike."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from plain_model import QUESTIONS, PlainModel

from lib import paths
from lib.arms import ARMS
from lib.dataset import Dataset, Document, Question
from lib.errors import InputError
from lib.experiment import EXPERIMENT_ARMS, load_run, make_config, read_config, run_experiment, silent, store
from lib.experiment.answering import Answerer
from lib.experiment.arms import PRIMARY_CONTRASTS
from lib.experiment.data import Data, data_for
from lib.experiment.prompts import GROUNDING, UNKNOWN, Example, Page, build_prompt, completion, instructions_for
from lib.experiment.run import run_key
from lib.models import LoraSettings


def test_every_arm_answers_every_question_and_a_tuned_one_with_every_seed(small_run):
    counts = small_run.answers.groupby(["arm", "seed"]).question_id.nunique()
    assert (counts == sum(QUESTIONS.values())).all()
    for arm in EXPERIMENT_ARMS.values():
        assert sorted(counts[arm.id].index) == ([0] if arm.adapter == "none" else [0, 1])


def test_each_of_the_products_arms_is_measured_by_one_that_feeds_its_score():
    assert {arm.stands_for for arm in EXPERIMENT_ARMS.values()} == set(ARMS)
    assert {arm.feeds for arm in EXPERIMENT_ARMS.values()} - {""} == {f"{arm}_score" for arm in ARMS}
    assert len({(arm.stands_for, arm.symbol) for arm in EXPERIMENT_ARMS.values()}) == len(EXPERIMENT_ARMS)


def test_the_arms_are_the_crossing_of_training_pages_and_examples():
    crossed = [(arm.adapter, arm.pages, arm.examples) for arm in EXPERIMENT_ARMS.values()]
    assert len(set(crossed)) == len(crossed)
    for adapter in ("none", "closed_book", "with_pages"):
        assert {pages for each, pages, _ in crossed if each == adapter} >= {"retrieved", "gold"}


def test_five_contrasts_were_fixed_and_compare_arms_that_are_there():
    assert len(PRIMARY_CONTRASTS) == 5
    assert {arm for each in PRIMARY_CONTRASTS for arm in (each.first, each.second)} <= set(EXPERIMENT_ARMS)
    assert [each.id for each in PRIMARY_CONTRASTS if each.needs_taught] == [
        "rag-over-taught",
        "rag-over-taught-changed",
    ]


def test_only_arms_that_read_pages_were_given_some_and_gold_ones_the_right_ones(small_run):
    questions = small_run.record.questions
    for row in small_run.record.answers:
        pages = EXPERIMENT_ARMS[row.arm].pages
        shown = {small_run.record.passages[id_].document_id for id_ in row.passage_ids}
        assert pages in ("retrieved", "gold") or not shown
        assert pages != "retrieved" or 0 < len(row.passage_ids) <= 3
        if pages == "gold" and questions[row.question_id].document_ids:
            assert shown == set(questions[row.question_id].document_ids)


def test_what_was_learned_by_heart_is_known_and_counted_as_taught(small_run):
    assert small_run.is_taught and small_run.taught.share == 1.0
    assert [(t.name, t.seed) for t in small_run.record.trainings] == [
        ("closed_book", 0), ("with_pages", 0), ("closed_book", 1), ("with_pages", 1),
    ]  # fmt: skip
    assert small_run.share("lora", "old_value", "changed").n == 4
    assert (small_run.folder / small_run.record.trainings[0].adapter / "memory.json").is_file()


def test_a_stored_run_reads_back_as_it_was(small_run, runs_folder):
    again = load_run(small_run.id)
    assert again.record == small_run.record
    assert not list(runs_folder.glob(".work-*"))
    with pytest.raises(InputError, match="stored are"):
        load_run("../" + small_run.id)


def test_the_same_run_is_found_without_loading_anything(small_run, small_config, runs_folder, monkeypatch):
    monkeypatch.setattr("lib.experiment.run.open_context", None)
    assert run_experiment(small_config, progress=silent).id == small_run.id


def test_a_run_that_was_cut_off_goes_on_with_all_that_was_finished(small_run, small_config, runs_folder):
    hidden = runs_folder / f".hidden-{small_run.id}"
    small_run.folder.rename(hidden)
    try:
        again = run_experiment(small_config, progress=silent)
        assert again.record.resumed["trainings"] == 4 and again.record.resumed["answers"] >= len(again.record.answers)
        assert [row.answer for row in again.record.answers] == [row.answer for row in small_run.record.answers]
        shutil.rmtree(again.folder)
    finally:
        hidden.rename(small_run.folder)


def test_a_further_seed_keeps_the_answers_of_the_others(small_run, small_config, runs_folder):
    more = run_experiment(small_config.model_copy(update={"seeds": (0,), "arms": ("rag", "lora")}), progress=silent)
    assert more.record.resumed == {"answers": 2 * sum(QUESTIONS.values()), "trainings": 1}


def test_an_edited_comment_keeps_every_stored_run_and_another_setting_is_another_run(
    small_config, tmp_path, monkeypatch
):
    dataset = data_for(small_config).dataset
    key = run_key(small_config, dataset, "model", "embedder")
    others = {
        run_key(small_config.model_copy(update={"k": 2}), dataset, "model", "embedder"),
        run_key(small_config, replace(dataset, questions=dataset.questions[1:]), "model", "embedder"),
        run_key(small_config, dataset, "other", "embedder"),
        run_key(small_config, dataset, "model", "other"),
    }
    monkeypatch.setattr("lib.experiment.run.EXPERIMENT_VERSION", -1)
    assert len({key, run_key(small_config, dataset, "model", "embedder"), *others}) == 6
    shutil.copytree(paths.PROJECT / "lib", tmp_path / "lib")
    (tmp_path / "data").symlink_to(paths.DATA)
    with (tmp_path / "lib" / "experiment" / "arms.py").open("a", encoding="utf-8") as file:
        file.write("# One more comment.\n")
    code = "from lib.experiment.run import *; c = ExperimentConfig(); print(run_key(c, data_for(c).dataset, 'm', 'e'))"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
        ).stdout
        for root in (paths.PROJECT, tmp_path)
    }  # fmt: skip
    assert len(keys) == 1 and len(keys.pop().strip()) == 64


def test_what_cannot_be_run_is_left_out_with_its_reason(small_config, runs_folder, plain_model):
    dataset = data_for(small_config).dataset
    bare = replace(
        dataset, training_pairs=(), taught=(), questions=tuple(replace(q, document_ids=()) for q in dataset.questions)
    )
    config = small_config.model_copy(update={"seeds": (0,), "arms": ("base", "few_shot", "gold", "lora")})
    result = run_experiment(config, data=Data(bare), progress=silent)
    assert list(result.arms) == ["base"]
    assert {each.arm: each.reason.split(",")[0] for each in result.record.left_out} == {
        "few_shot": "it needs training pairs",
        "lora": "it needs training pairs",
        "gold": "it needs to know which document answers a question",
    }


def test_nothing_is_found_that_the_person_who_asks_may_not_read(plain_model, runs_folder):
    texts = {"open": "The canteen opens at 9:00.", "secret": "The bonus is 900 euros.", "more": "The door is green."}
    documents = tuple(
        Document(id_, id_, text, metadata={"access": "hr"} if id_ == "secret" else {}) for id_, text in texts.items()
    )
    questions = (
        Question("q", "How high is the bonus?", "900 euros", "document_only", ("secret",), ("900 euros",), cluster="b"),
    )
    dataset = Dataset("two", documents, documents, questions)
    facts = {}
    for person in ("anna/hr", "bob"):
        config = make_config(arms=("rag", "long_context"), person=person, latency_questions=0)
        result = run_experiment(config, data=Data(dataset), progress=silent)
        facts[person] = [result.share(arm, "fact").share for arm in ("rag", "long_context")]
    assert facts == {"anna/hr": [1.0, 1.0], "bob": [0.0, 0.0]}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"arms": ("rag", "none")}, "'none' is not an arm"),
        ({"search": "guess"}, "search is 'guess'"),
        ({"seeds": (1, 1)}, "each once"),
        ({"k": 0}, "k is 0"),
        ({"colour": "red"}, "not a setting"),
        ({"documents": "folder"}, "Own data needs both"),
    ],
)
def test_a_setting_that_is_not_allowed_is_one_sentence(settings, said):
    with pytest.raises(InputError, match=said) as caught:
        make_config(**settings)
    assert "\n" not in str(caught.value)


def test_a_configuration_reads_back_from_plain_values(small_config):
    assert read_config(small_config.model_dump(mode="json")) == small_config
    assert small_config.lora("closed_book") == LoraSettings(epochs=1)


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_loaded(
    tmp_path, monkeypatch, plain_model, small_config
):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(paths, "RUNS", tmp_path / "file" / "runs")
    monkeypatch.setattr("lib.experiment.run.open_context", None)
    with pytest.raises(InputError, match="WORKBOOK_RUNS"):
        run_experiment(small_config, progress=silent)


# --- prompts


@pytest.mark.parametrize("arm", EXPERIMENT_ARMS.values(), ids=lambda arm: arm.id)
def test_every_arm_is_told_what_to_do_when_it_cannot_know_and_style_replaces_nothing(arm, small_config):
    voice = data_for(small_config).dataset.voice
    told = instructions_for(arm, voice)
    assert UNKNOWN in told and (GROUNDING in told) == (arm.pages != "none")
    assert (voice.instructions in told) == (arm.adapter == "none")


def test_a_prompt_is_instructions_examples_pages_and_question_in_this_order():
    example = Example("Where?", "Here.", (Page("p-2", "Way", "It is here."),))
    prompt = build_prompt("What is it?", [Page("p-1", "Plan", "It costs 49.")], [example], "Be brief.")
    shown = "Way [p-2]\nIt is here.\nQuestion: Where?\nAnswer: Here.\n"
    assert prompt == f"Be brief.\n{shown}Plan [p-1]\nIt costs 49.\nQuestion: What is it?\nAnswer:"
    assert completion("One\n two") == " One two\n"


def test_a_prompt_that_is_too_long_loses_examples_first_and_then_the_last_pages(small_run, small_config, plain_model):
    index = type("Index", (), {"gold": lambda *_, **__: [], "search": lambda *_, **__: [[]]})()
    dataset = data_for(small_config).dataset
    inputs = SimpleNamespace(dataset=dataset, config=small_config, index=index, passages={}, found={}, gold={})
    answerer = Answerer(EXPERIMENT_ARMS["rag_few_shot"], replace(PlainModel(), window=174), inputs, {})
    question = inputs.dataset.questions[0]
    from lib.retrieval.search import Hit

    hits = [Hit(n, 1.0, f"d{n}#0", f"d{n}", "Title", "word " * 40, "page", {}) for n in (1, 2, 3)]
    draft = answerer._draft(question, hits)
    assert draft.shortened and draft.passage_ids == ("d1#0",) and "Question: " in draft.prompt
    tiny = Answerer(EXPERIMENT_ARMS["base"], replace(PlainModel(), window=66), inputs, {})
    with pytest.raises(InputError, match="does not fit the window"):
        tiny._draft(question, ())


def test_the_log_lists_what_is_stored(small_run, runs_folder):
    line = next(line for line in store.run_log() if line["id"] == small_run.id)
    assert line["questions"] == sum(QUESTIONS.values()) and set(line["scores"]) == set(EXPERIMENT_ARMS)
