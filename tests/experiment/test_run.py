"""A run is whole, can be read back, is used again for the same inputs, and reads itself honestly."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from lib import paths
from lib.arms import ARMS
from lib.errors import InputError
from lib.experiment import (
    EXPERIMENT_ARMS,
    ExperimentConfig,
    ExperimentResult,
    experiment_summary,
    latest_run,
    load_run,
    run_experiment,
    silent,
    store,
)
from lib.experiment.run import run_key
from lib.experiment.world import sample_company
from lib.retrieval import server
from lib.retrieval.server import ENVIRONMENT_VARIABLE


def test_every_arm_answers_every_question(small_run, small_config):
    answers = small_run.answers
    assert len(answers) == 25 * len(EXPERIMENT_ARMS)
    assert (answers.groupby("arm").question_id.nunique() == 25).all()
    assert set(answers["kind"]) == {"seen_fact", "document_fact", "changed_fact", "unanswerable", "multi_hop"}


def test_only_arms_that_read_pages_name_pages_and_retrieval_finds_k(small_run, small_config):
    for arm, rows in small_run.answers.groupby("arm"):
        sizes = set(rows["passage_ids"].map(len))
        pages = EXPERIMENT_ARMS[arm].pages
        # A prompt that is too long for the tiny model's window loses passages.
        assert sizes == {0} if pages == "none" else max(sizes) > 0
        assert pages != "retrieved" or max(sizes) <= small_config.k


def test_retrieval_searches_todays_pages_and_finds_them(small_run):
    frame = small_run.retrieval().set_index("kind")
    assert "unanswerable" not in frame.index
    assert frame.loc["changed_fact", "recall"] >= 0.8 and (frame["n"] == 5).all()
    assert small_run.record["retrieval"]["reindexed"]["pages"] > 0


def test_every_share_stands_between_its_limits_with_its_number_of_questions(small_run):
    frame = small_run.to_frame()
    assert ((frame["low"] <= frame["share"]) & (frame["share"] <= frame["high"])).all()
    everything = frame[(frame["kind"] == "all") & (frame["measure"] == "right")]
    assert list(everything["arm"]) == list(small_run.arms) and (everything["n"] == 25).all()
    assert (frame[(frame["kind"] == "all") & (frame["measure"] == "fact")]["n"] == 20).all()
    assert not frame.duplicated(["arm", "measure", "kind"]).any()


def test_two_arms_are_compared_on_the_same_questions_with_the_smallest_visible_gap(small_run):
    frame = small_run.compare("right")
    pairs = len(EXPERIMENT_ARMS) * (len(EXPERIMENT_ARMS) - 1) // 2
    assert len(frame) == pairs and (frame["n"] == 25).all()
    assert frame["p"].between(0, 1).all() and (frame["p_holm"] >= frame["p"]).all()
    assert frame["smallest_gap"].notna().all()


@pytest.mark.parametrize("wrong", [{"arm": "telepathy"}, {"measure": "charm"}, {"kind": "riddle"}])
def test_what_the_run_does_not_hold_is_refused(small_run, wrong):
    with pytest.raises(InputError, match=next(iter(wrong.values()))):
        small_run.share(**{"arm": "rag", "measure": "fact", "kind": "all"} | wrong)


def test_a_stored_run_reads_back_the_same(small_run):
    again = load_run(small_run.id)
    assert again.record == small_run.record and again.to_frame().equals(small_run.to_frame())
    assert latest_run().id == store.run_ids()[-1]


def test_an_adapter_of_a_run_is_kept_and_can_be_put_on_the_model(small_run, tiny_model):
    from lib.experiment.models import adapted

    for training in ("closed_book", "with_pages"):
        with adapted(tiny_model, small_run.adapter(training)) as tuned:
            assert tuned.generate(["Question: What?\nAnswer:"], max_new_tokens=2)
        assert small_run.losses().groupby("training").size()[training] > 0
    with pytest.raises(InputError, match="no adapter"):
        small_run.adapter("mind_reading")


def test_the_same_configuration_on_the_same_weights_uses_the_stored_run_without_loading_a_model(
    small_run, small_config, monkeypatch
):
    def refuse(*_):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("lib.experiment.run.load_model", refuse)
    assert run_experiment(small_config, progress=silent).id == small_run.id


def test_an_edited_comment_keeps_every_stored_run(tmp_path):
    shutil.copytree(paths.PROJECT / "lib", tmp_path / "lib")
    with (tmp_path / "lib" / "experiment" / "arms.py").open("a", encoding="utf-8") as file:
        file.write("# One more comment.\n")
    code = "from lib.experiment.run import *; c = ExperimentConfig.quick(); print(run_key(c, data_for(c).sample, 'm', 'e'))"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
        ).stdout
        for root in (paths.PROJECT, tmp_path)
    }  # fmt: skip
    assert len(keys) == 1 and len(keys.pop().strip()) == 64


def test_another_setting_sample_weights_or_version_is_another_run(small_config, sample, monkeypatch):
    key = run_key(small_config, sample, "model", "embedder")
    assert run_key(small_config, sample, "model", "embedder") == key
    other_sample = sample_company(1, documents=40, questions_per_kind=5, training_pairs=24)
    others = [
        run_key(replace(small_config, k=2), sample, "model", "embedder"),
        run_key(small_config, other_sample, "model", "embedder"),
        run_key(small_config, sample, "other", "embedder"),
        run_key(small_config, sample, "model", "other"),
    ]
    monkeypatch.setattr("lib.experiment.run.EXPERIMENT_VERSION", -1)
    others.append(run_key(small_config, sample, "model", "embedder"))
    assert len({key, *others}) == 6


def test_each_of_the_products_arms_is_measured_by_the_arm_that_feeds_its_score(small_run):
    frame = small_run.product_arms("style").set_index("stands_for")
    assert sorted(frame.index) == sorted(ARMS)
    assert frame.loc["hybrid", "arm"] == "lora_with_pages" and frame.loc["rag", "arm"] == "rag_few_shot"


def test_a_fresh_run_is_a_new_one_with_the_same_answers(small_run, small_config):
    few = replace(small_config, arms=("rag", "lora"))
    first = run_experiment(few, progress=silent)
    second = run_experiment(few, fresh=True, progress=silent)
    assert first.id != second.id
    assert first.record["answers"] == second.record["answers"]
    losses = [run.record["trainings"]["closed_book"]["losses"] for run in (first, second)]
    assert losses[0] == losses[1] and set(first.record["trainings"]) == {"closed_book"}


def test_progress_is_told_of_each_stage_up_to_its_end(small_config, runs_folder):
    told = {}
    run_experiment(
        replace(small_config, arms=("base", "lora")),
        fresh=True,
        progress=lambda stage, done, total: told.setdefault(stage, []).append((done, total)),
    )
    assert list(told) == [
        "Index: pages at training",
        "Index: today's pages",
        "LoRA closed book",
        "Answers: Base, closed book",
        "Answers: LoRA, closed book",
    ]
    for steps in told.values():
        assert steps[-1][0] == steps[-1][1] and [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_a_run_that_fails_leaves_nothing_behind(small_config, runs_folder, monkeypatch):
    before = sorted(path.name for path in runs_folder.iterdir())

    def fail(*_, **__):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("lib.experiment.workbench.answer_all", fail)
    with pytest.raises(RuntimeError, match="disk"):
        run_experiment(replace(small_config, arms=("base",)), fresh=True, progress=silent)
    assert sorted(path.name for path in runs_folder.iterdir()) == before


def test_a_run_that_is_told_to_end_leaves_nothing_behind(tiny_folder, tmp_path):
    code = f"""
from pathlib import Path
from lib import paths
from lib.experiment import ExperimentConfig, LoraSettings, run_experiment
paths.RUNS = Path({str(tmp_path / "runs")!r})
config = ExperimentConfig.quick(model={str(tiny_folder)!r}, lora=LoraSettings(epochs=10000))
run_experiment(config, progress=lambda stage, done, total: print(stage, flush=True))
"""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    environment.pop(ENVIRONMENT_VARIABLE, None)
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=paths.PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    while not process.stdout.readline().startswith("LoRA"):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    # Nothing half-written: only the lock, and the checkpoints that the next call goes on from.
    assert {path.name for path in (tmp_path / "runs").iterdir()} <= {".locks", ".cache"}
    assert list(scratch.iterdir()) == []
    assert not list(server._root().glob(f"{process.pid}-*"))


def test_an_interrupted_run_goes_on_with_its_finished_answers_and_trainings(small_config, runs_folder):
    config = replace(small_config, arms=("base", "rag", "lora"), seed=3)

    def stop_at_rag(stage, done, total):
        if stage == "Answers: RAG" and done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(config, progress=stop_at_rag)
    resumed = run_experiment(config, progress=silent)
    # What was finished is kept: all of base and rag; lora is answered by the training that was kept too.
    assert resumed.record["resumed"] == {"answers": 50, "trainings": 1}
    cold = run_experiment(config, fresh=True, progress=silent)
    assert cold.record["resumed"] == {"answers": 0, "trainings": 0}
    assert cold.record["answers"] == resumed.record["answers"]
    assert any("kept from a run" in caveat for caveat in experiment_summary(resumed).caveats)


def test_every_run_is_a_line_in_the_log(small_run):
    line = next(line for line in store.run_log() if line["id"] == small_run.id)
    assert line["seed"] == 0 and line["versions"]["torch"] and line["config"]["k"] == small_run.record["config"]["k"]
    assert line["scores"] == {arm: small_run.share(arm, "right").share for arm in small_run.arms}
    assert line["created"] == small_run.record["created"] and line["seconds"] > 0


def test_a_remote_endpoint_is_refused_where_data_must_stay_in_house(small_config, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.example.com/v1")
    with pytest.raises(InputError, match="data_must_stay_in_house"):
        run_experiment(replace(small_config, model="endpoint:some-model"), data_must_stay_in_house=True)
    with pytest.raises(InputError, match="data_must_stay_in_house"):
        run_experiment(replace(small_config, tuned_with_pages="endpoint:ft:mine"), data_must_stay_in_house=True)


def test_each_training_tells_its_losses_what_it_expected_and_what_it_took(small_config, runs_folder):
    told = []
    result = run_experiment(
        replace(small_config, arms=("lora",), seed=4),
        progress=silent,
        on_loss=lambda name, step, loss, total: told.append((name, step, loss, total)),
    )
    training = result.record["trainings"]["closed_book"]
    assert [loss for _, _, loss, _ in told] == pytest.approx(training["losses"])
    assert {name for name, *_ in told} == {"closed_book"} and told[-1][1] == told[-1][3] == len(training["losses"])
    assert training["estimate"]["seconds"] > 0 and training["time_ratio"] > 0 and training["memory_ratio"] is not None


def test_passages_of_the_answers_are_kept_with_the_run(small_run):
    passages = small_run.record["passages"]
    rag = small_run.answers.query("arm == 'rag'").iloc[0]
    assert all(passages[id_]["document_id"] in rag["page_ids"] for id_ in rag["passage_ids"])
    assert all(passages[id_]["text"] for id_ in rag["passage_ids"])


def test_the_style_of_the_sample_company_may_be_json(small_config, runs_folder):
    result = run_experiment(replace(small_config, arms=("few_shot",), voice="json"), progress=silent)
    assert '"answer"' in result.record["answers"][0]["expected"]
    with pytest.raises(InputError, match="voice"):
        ExperimentConfig(voice="opera")


def test_what_a_killed_run_left_is_removed_by_the_next(runs_folder, monkeypatch):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, ours = runs_folder / f".work-{dead.pid}-x", runs_folder / f".work-{os.getpid()}-x"
    left.mkdir()
    ours.mkdir()
    with store.work_folder() as folder:
        assert folder.is_dir() and not left.exists() and ours.is_dir()
    ours.rmdir()


def test_the_stored_run_is_plain_json_without_the_password_of_the_server(
    small_config, runs_folder, database, monkeypatch
):
    address = str(database).replace("postgres:@", "postgres:swordfish@")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, address)
    result = run_experiment(replace(small_config, arms=("rag",), k=2), progress=silent)
    text = (result.folder / store.RECORD).read_text()
    assert "swordfish" not in text and json.loads(text)["versions"]["database"].startswith("PostgreSQL")
    import psycopg

    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'decision_workbook'").fetchall()
    assert all("experiment" not in name for (name,) in tables)


@pytest.mark.parametrize("run_id", ["nothing", "../runs", ".work-1-x", ""])
def test_a_run_that_is_not_there_is_one_clear_error(runs_folder, run_id):
    with pytest.raises(InputError, match="no run"):
        load_run(run_id)


def test_without_any_run_there_is_no_latest_one(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RUNS", tmp_path / "none")
    assert latest_run() is None


@pytest.mark.parametrize(
    "wrong", [{"k": 0}, {"search": "psychic"}, {"arms": ("telepathy",)}, {"threads": 1.5}, {"examples": -1}]
)
def test_a_configuration_that_cannot_run_is_refused(wrong):
    with pytest.raises(InputError):
        ExperimentConfig(**wrong)


def test_a_configuration_reads_back_and_refuses_unknown_names(small_config):
    assert ExperimentConfig.from_dict(json.loads(json.dumps(small_config.to_dict()))) == small_config
    for values, name in (({"epochs": 3}, "epochs"), ({"lora": {"ranks": 3}}, "lora.ranks")):
        with pytest.raises(InputError, match=name):
            ExperimentConfig.from_dict(values)


def test_the_public_package_imports_nothing_heavy():
    code = (
        "import sys, lib.experiment; "
        "print([name for name in ('torch', 'transformers', 'peft', 'pandas', 'psycopg', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=paths.PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and done.stderr == ""


def test_the_result_shows_itself_and_escapes_what_it_shows(small_run):
    record = json.loads(json.dumps(small_run.record))
    record["sample"]["name"] = record["arms"][0]["title"] = "<script>alert(1)</script>"
    shown = ExperimentResult(record, small_run.folder)
    for page in (shown._repr_html_(), experiment_summary(shown)._repr_html_()):
        assert "<script>" not in page
    assert "&lt;script&gt;" in shown._repr_html_()
    assert "RAG" in str(small_run) and small_run.id in repr(small_run)


def test_the_summary_says_what_the_numbers_say():
    result = made_up_run(rag=[True] * 81 + [False] * 19, lora=[True] * 3 + [False] * 97)
    summary = experiment_summary(result)
    changed = next(finding.text for finding in summary.findings if finding.topic == "Changed facts")
    assert changed.startswith("RAG answered 81 % (72–87 %, n = 100) of changed facts")
    assert "LoRA, closed book 3 % (1–8)" in changed
    assert summary.headline.startswith("RAG was right in substance and style most often: 81 %")
    assert "more than chance (p < 0.001)" in summary.headline


def test_the_summary_does_not_call_a_gap_that_it_cannot_see():
    result = made_up_run(rag=[True] * 55 + [False] * 45, lora=[False] * 50 + [True] * 50)
    headline = experiment_summary(result).headline
    assert "cannot be told from chance" in headline and "smallest gap" in headline


def test_the_summary_of_a_run_where_nothing_is_right_says_so(small_run):
    assert experiment_summary(made_up_run(rag=[False] * 9, lora=[False] * 9)).headline.startswith("No arm was right")
    assert any("rehearsal" in caveat for caveat in experiment_summary(small_run).caveats)


def made_up_run(**outcomes):
    """A run of changed facts in which each arm's answers are right as given, in substance and in style."""
    rows, arms = [], []
    for arm, rights in outcomes.items():
        arms.append({"id": arm, "title": EXPERIMENT_ARMS[arm].title, "stands_for": "rag", "shortened_prompts": 0})
        for number, right in enumerate(rights):
            row = {"arm": arm, "question_id": f"q{number}", "kind": "changed_fact", "stale": not right}
            row |= {"fact": right, "style": right, "substance": right, "right": right}
            rows.append(row | {"refusal": None, "hallucination": None, "needless_refusal": False})
    record = {
        "id": "made-up",
        "arms": arms,
        "answers": rows,
        "model": {"is_sample_model": True, "parameters": 3_600_000, "window": 1024},
        "retrieval": {"k": 3, "questions": [], "reindexed": {"pages": 0, "seconds": 0.0}},
        "seconds": {},
    }
    return ExperimentResult(record, paths.RUNS)
