"""``python -m lib experiment``: what it shows, and one sentence for bad input."""

import json

import pytest
from click.testing import CliRunner

from lib.commands.experiment import experiment_command
from lib.errors import InputError
from lib.paths import DATA

OWN = DATA / "own_example"
DOCUMENTS, QUESTIONS, TRAIN = (str(OWN / name) for name in ("documents", "questions.csv", "train.jsonl"))


def call(*arguments):
    done = CliRunner().invoke(experiment_command, list(map(str, arguments)))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_a_stored_run_is_shown_with_its_numbers_and_sentences(small_run, runs_folder):
    shown = call("--show", small_run.id).output
    assert small_run.id in shown and "All right" in shown and "Fixed beforehand" in shown and "To bear in mind" in shown
    shares = json.loads(call("--show", small_run.id, "--json").output)["shares"]
    assert {row["arm"] for row in shares} == set(small_run.arms)
    assert small_run.id in call("--log").output


def test_the_audit_alone_runs_nothing(monkeypatch):
    monkeypatch.setattr("lib.experiment.run_experiment", None)
    done = call("--documents", DOCUMENTS, "--questions", QUESTIONS, "--audit")
    assert done.exit_code == 0 and "questions" in done.output


def test_training_examples_are_written_as_chats_with_the_prompts_of_the_arms(tmp_path, plain_model, runs_folder):
    done = call("--documents", DOCUMENTS, "--questions", QUESTIONS, "--train", TRAIN, "--export-chat", tmp_path)
    assert done.exit_code == 0 and "USD" in done.output
    rows = [json.loads(line) for line in (tmp_path / "with_pages.jsonl").read_text(encoding="utf-8").splitlines()]
    user, assistant = rows[0]["messages"]
    assert user["content"].startswith("Answer from the pages below.") and user["content"].endswith("\nAnswer:")
    assert assistant["role"] == "assistant" and assistant["content"].strip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds", "a"], "--seeds is 'a'"),
        (["--arms", "nine"], "'nine' is not an arm"),
        (["--documents", DOCUMENTS], "Own data needs both"),
        (["--show", "none"], "there is no run 'none'"),
        (["--voice", "loud"], "voice is 'loud'"),
    ],
)
def test_bad_input_is_one_sentence(arguments, said):
    with pytest.raises(InputError, match=said):
        call(*arguments)


@pytest.mark.parametrize("arguments", [["--write-evidence"], ["--audit"]])
def test_options_that_need_another_say_so(arguments):
    done = call(*arguments)
    assert done.exit_code == 2 and "needs" in done.output
