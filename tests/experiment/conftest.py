"""What the tests of the experiment share: one small run through everything but the weights."""

from pathlib import Path

import pytest
from plain_model import QUESTIONS, PlainModel, WordEmbedder, learn_by_heart

from lib import paths
from lib.experiment import ExperimentConfig, make_config, run_experiment, silent
from lib.models import LoraSettings


@pytest.fixture(scope="session")
def plain_model():
    """Put the plain model and its training in the place of the real ones for a whole session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.experiment.run.load_model", lambda name=None, progress=silent: PlainModel())
        patch.setattr("lib.experiment.run.model_fingerprint", lambda name=None, **_: "plain")
        patch.setattr("lib.experiment.run.load_embedder", lambda name=None: WordEmbedder())
        patch.setattr("lib.experiment.run.embedder_fingerprint", lambda name=None: "words")
        patch.setattr("lib.experiment.run.train_adapter", learn_by_heart)
        patch.setattr("lib.experiment.run._halved", lambda folder: None)
        yield PlainModel()


@pytest.fixture(scope="session")
def small_config() -> ExperimentConfig:
    return make_config(
        documents=60, questions=QUESTIONS, training_pairs=24, seeds=(0, 1), latency_questions=1, perplexity_questions=2, threads=1,
        closed_book=LoraSettings(epochs=1),
    )  # fmt: skip


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def runs_folder(runs, monkeypatch) -> Path:
    monkeypatch.setattr(paths, "RUNS", runs)
    return runs


@pytest.fixture(scope="session")
def small_run(plain_model, small_config, runs):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setattr(paths, "RUNS", runs)
        yield run_experiment(small_config, progress=silent)
