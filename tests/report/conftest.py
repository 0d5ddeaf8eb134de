"""What the tests of the report share: a page, a small stored run of the experiment."""

import shutil
from pathlib import Path

import pytest
from page_outline import HOSTILE

from lib import paths
from lib.report.engine import make_report


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory) -> Path:
    """A client whose every text tries to be something else."""
    import yaml

    texts = {"name": HOSTILE, "industry": HOSTILE, "use_case": HOSTILE}
    values = {
        "client": texts,
        "knowledge": {"needed": "private"},
        "report": {"prepared_by": HOSTILE, "status": HOSTILE},
    }
    path = tmp_path_factory.mktemp("hostile") / "hostile.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """A real run of two arms on a few questions, by an untrained model of a few thousand parameters.

    The kernel of the report finds it under ``data/runs``; it is taken away again at the end.
    """
    from lib.experiment import ExperimentConfig, run_experiment, silent

    folder = untrained_model(tmp_path_factory.mktemp("untrained-model"))
    config = ExperimentConfig.quick(
        documents=40,
        questions_per_kind=4,
        training_pairs=24,
        arms=("few_shot", "rag"),
        model=str(folder),
        max_answer_tokens=4,
        latency_questions=1,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        # Other tests keep their runs elsewhere, where the report's kernel does not look.
        patch.setattr(paths, "RUNS", paths.DATA / "runs")
        result = run_experiment(config, fresh=True, progress=silent)
        yield result
        shutil.rmtree(paths.RUNS / result.id, ignore_errors=True)


def untrained_model(folder: Path) -> Path:
    """Save a causal language model that has learnt nothing."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate(["<pad>", "<end>", *letters])}
    words = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<end>")
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        max_position_embeddings=512,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        head_dim=16,
        num_attention_heads=2,
        num_key_value_heads=2,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def report(tmp_path_factory, small_run):
    """One whole report, with an experiment in it."""
    folder = tmp_path_factory.mktemp("reports")
    return make_report(paths.CLIENTS / "commercial-law.yaml", folder, experiment=small_run.id, pdf=False)


@pytest.fixture(scope="session")
def page(report) -> str:
    return report.html.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory, hostile_file) -> str:
    made = make_report(hostile_file, tmp_path_factory.mktemp("hostile-report"), experiment=False, pdf=False)
    return made.html.read_text(encoding="utf-8")
