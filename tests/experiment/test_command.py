"""``python -m lib experiment``: own data from the files to the client file, and one sentence for bad input."""

import json

import pytest
from click.testing import CliRunner

from lib.client import load_client
from lib.commands.experiment import experiment_command
from lib.errors import InputError
from lib.experiment import load_run
from lib.paths import DATA

OWN = DATA / "own_example"
DOCUMENTS, QUESTIONS, TRAIN = (str(OWN / name) for name in ("documents", "questions.csv", "train.jsonl"))


def call(*arguments):
    done = CliRunner().invoke(experiment_command, list(map(str, arguments)))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def client_file(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text("# Ours\nclient: {name: Shop}\nknowledge: {needed: private}\n", encoding="utf-8")
    return path


def test_own_documents_and_model_give_scores_that_can_be_written_into_the_client_file(
    tiny_folder, runs_folder, client_file
):
    own = ("--documents", DOCUMENTS, "--questions", QUESTIONS, "--train", TRAIN, "--model", tiny_folder)
    done = call("--quick", *own, "--arms", "few_shot,rag_few_shot", "--client", client_file, "--write-evidence")
    assert done.exit_code == 0, done.output
    assert "Data audit: 10 documents, 42 questions" in done.output
    evidence = load_client(client_file).evidence
    run = load_run(evidence.run)
    share = run.share("rag_few_shot", "right")
    assert evidence.rag_score.likely == pytest.approx(share.share) and evidence.eval_examples == 42
    assert evidence.rag_score.high == pytest.approx(share.high, abs=1e-4)
    assert evidence.fine_tune_score is None
    assert client_file.read_text(encoding="utf-8").startswith("# Ours")
    assert not run.record["sample"]["is_sample_company"] and run.record["audit"]


def test_a_run_of_the_sample_is_never_written_into_a_client_file(small_run, client_file, monkeypatch):
    before = client_file.read_text(encoding="utf-8")
    monkeypatch.setattr("lib.commands.experiment.run_experiment", lambda *_, **__: small_run)
    with pytest.raises(InputError, match="sample"):
        call("--quick", "--client", client_file, "--write-evidence")
    assert client_file.read_text(encoding="utf-8") == before


def test_the_audit_alone_runs_nothing(monkeypatch):
    monkeypatch.setattr("lib.commands.experiment.run_experiment", None)
    done = call("--documents", DOCUMENTS, "--questions", QUESTIONS, "--audit")
    assert done.exit_code == 0 and "42 questions" in done.output


def test_training_pairs_are_exported_for_hosted_tuning_with_a_price(tiny_folder, tmp_path):
    own = ("--documents", DOCUMENTS, "--questions", QUESTIONS, "--train", TRAIN, "--model", tiny_folder)
    done = call(*own, "--export-chat", tmp_path / "chat")
    assert done.exit_code == 0, done.output
    for name in ("closed_book", "with_pages"):
        lines = (tmp_path / "chat" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 32 and [m["role"] for m in json.loads(lines[0])["messages"]] == ["user", "assistant"]
    assert done.output.count("USD") >= 2 and "32 examples" in done.output


def test_the_log_lists_the_runs(small_run):
    assert small_run.id in call("--log").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--documents", DOCUMENTS], "both documents"),
        (["--train", TRAIN], "both documents"),
        (["--documents", "nowhere", "--questions", QUESTIONS], "nowhere"),
        (["--documents", DOCUMENTS, "--questions", "nowhere.csv"], "nowhere.csv"),
        (["--arms", "telepathy"], "telepathy"),
        (["--voice", "opera"], "opera"),
        (["--seeds", "1"], "--seeds"),
        (["--seeds", "a,b"], "--seeds"),
        (["--curves", "bell"], "bell"),
        (["--model", "endpoint:"], "endpoint"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(arguments, words):
    with pytest.raises(InputError, match=words) as refused:
        call("--quick", *arguments)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("arguments", [["--write-evidence"], ["--audit"]])
def test_an_option_that_lacks_another_says_which(arguments):
    done = call(*arguments)
    assert done.exit_code == 2 and "needs" in done.output
