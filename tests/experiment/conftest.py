"""What the tests of the experiment share: a server, an embedder, a small company, a tiny model, one run."""

import pytest

from lib import paths
from lib.experiment import ExperimentConfig, LoraSettings, run_experiment, silent
from lib.experiment.models import load_model
from lib.experiment.world import sample_company
from lib.retrieval.embedder import load_embedder
from lib.retrieval.server import ENVIRONMENT_VARIABLE, postgres


@pytest.fixture(scope="session")
def embedder():
    return load_embedder()


@pytest.fixture(scope="session")
def database():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        with postgres() as address:
            yield address


@pytest.fixture(scope="session")
def sample():
    return sample_company(documents=40, questions_per_kind=5, training_pairs=24)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory, sample):
    """An untrained model of a few thousand parameters: everything but its answers is as with a real one."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    folder = tmp_path_factory.mktemp("tiny-model")
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["<pad>", "<end>"], initial_alphabet=alphabet)
    words.train_from_iterator([page.text for page in sample.documents], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<end>")
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "head_dim": 16}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2}
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    config = Qwen3Config(
        vocab_size=len(tokenizer), max_position_embeddings=768, initializer_range=0.2, **shape, **heads, **ids
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_folder):
    return load_model(tiny_folder)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    """A folder of runs of the tests' own: the reader's stored runs are theirs."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("runs")
        patch.setattr(paths, "RUNS", folder)
        yield folder


@pytest.fixture(scope="session")
def small_config(tiny_folder):
    return ExperimentConfig.quick(
        documents=40,
        questions_per_kind=5,
        training_pairs=24,
        model=str(tiny_folder),
        max_answer_tokens=8,
        latency_questions=1,
        lora=LoraSettings(rank=4, epochs=1),
    )


@pytest.fixture(scope="session")
def small_run(small_config, runs_folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        return run_experiment(small_config, progress=silent)
