"""A model answers each prompt as if it were alone, and a training leaves it as it was."""

import json
import shutil

import pytest

from lib.errors import InputError
from lib.experiment.finetune import Lesson, LoraSettings, fine_tune
from lib.experiment.finetune.rows import lesson_row
from lib.experiment.models import adapted, batching, load_model, local
from lib.experiment.prompts import STOP, build_prompt

PROMPTS = [build_prompt(question) for question in ("What?", "What does the plan cost?", "Why " * 40, "Who?")]


@pytest.fixture(scope="module")
def lessons(sample):
    return [Lesson(pair.question, pair.answer) for pair in sample.training_pairs]


@pytest.fixture(scope="module")
def training(tiny_model, lessons, tmp_path_factory):
    settings = LoraSettings(rank=8, epochs=60, learning_rate=2e-2, batch_size=4)
    return fine_tune(tiny_model, lessons[:4], tmp_path_factory.mktemp("adapter"), settings)


@pytest.fixture(scope="module")
def shipped():
    """The shipped model, which is sure of its answers: those of a random one hang on the last digit."""
    return load_model()


def test_answers_come_in_the_order_of_the_prompts_and_do_not_depend_on_the_batch(shipped, sample):
    prompts = [build_prompt(q.question, sample.documents[:n]) for n, q in enumerate(sample.questions[:4])]
    together = shipped.generate(prompts, max_new_tokens=40)
    alone = [shipped.generate([prompt], max_new_tokens=40)[0] for prompt in prompts]
    assert [(a.text, a.prompt_tokens) for a in together] == [(a.text, a.prompt_tokens) for a in alone]
    assert [a.prompt_tokens for a in together] == [shipped.count_tokens(prompt) for prompt in prompts]


def test_reading_a_shared_beginning_once_changes_no_answer(shipped, sample, monkeypatch):
    pages = sample.documents[:2]
    prompts = [build_prompt(question.question, pages) for question in sample.questions[:6]]
    beginning = batching.shared_prefix([shipped.token_ids(prompt) for prompt in prompts])
    assert len(beginning) > local.WORTH_SHARING
    shared = shipped.generate(prompts, max_new_tokens=40, batch=4)
    monkeypatch.setattr(local, "WORTH_SHARING", 10_000)
    assert [a.text for a in shipped.generate(prompts, max_new_tokens=40)] == [a.text for a in shared]
    monkeypatch.undo()
    assert [a.text for a in shipped.generate([prompts[0]] * 2, max_new_tokens=40)] == [shared[0].text] * 2


def test_an_answer_ends_at_the_stop_and_counts_its_tokens(tiny_model):
    for answer in tiny_model.generate(PROMPTS, max_new_tokens=6):
        assert STOP not in answer.text and 0 <= answer.answer_tokens <= 6 and answer.seconds > 0


def test_every_answer_is_told_of_once(tiny_model):
    told, given = [], {}
    answers = tiny_model.generate(PROMPTS, max_new_tokens=2, batch=3, done=told.append, answered=given.__setitem__)
    assert sum(told) == len(PROMPTS) and len(told) == 2
    assert [given[number] for number in range(len(PROMPTS))] == answers


def test_a_prompt_beyond_the_window_is_refused(tiny_model):
    with pytest.raises(InputError, match="window"):
        tiny_model.generate(["word " * 2000], max_new_tokens=4)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_a_model_is_one_clear_error(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name):
        load_model(tmp_path / name)


def test_the_fingerprint_follows_the_weights(tiny_folder, tiny_model, tmp_path):
    copy = shutil.copytree(tiny_folder, tmp_path / "copy")
    assert load_model(copy).fingerprint == tiny_model.fingerprint
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert load_model(copy).fingerprint != tiny_model.fingerprint


def test_a_training_learns_its_answers_and_saves_an_adapter_that_gives_them(tiny_model, lessons, training, sample):
    assert training.losses[-1] < training.losses[0] / 3
    with adapted(tiny_model, training.adapter) as tuned:
        answers = tuned.generate([build_prompt(lesson.question) for lesson in lessons[:4]], max_new_tokens=100)
    # So small a model learns the style at least.
    assert all(answer.text.startswith(sample.voice.opening) for answer in answers)
    untuned = tiny_model.generate([build_prompt(lessons[0].question)], max_new_tokens=100)[0].text
    assert not untuned.startswith(sample.voice.opening)


def test_a_training_leaves_the_base_model_as_it_was(tiny_model, tiny_folder, training):
    import torch

    fresh = load_model(tiny_folder).model.state_dict()
    now = tiny_model.model.state_dict()
    assert fresh.keys() == now.keys() and all(torch.equal(fresh[name], now[name]) for name in fresh)


def test_the_same_seed_trains_the_same_adapter(tiny_model, lessons, tmp_path):
    settings = LoraSettings(rank=2, epochs=1)
    once = fine_tune(tiny_model, lessons, tmp_path / "once", settings, seed=3)
    again = fine_tune(tiny_model, lessons, tmp_path / "again", settings, seed=3)
    other = fine_tune(tiny_model, lessons, tmp_path / "other", settings, seed=4)
    assert once.losses == again.losses != other.losses
    weights = "adapter_model.safetensors"
    assert (once.adapter / weights).read_bytes() == (again.adapter / weights).read_bytes()


def test_only_the_answer_counts_and_all_linear_layers_are_adapted(tiny_model, lessons, training):
    row = lesson_row(tiny_model, lessons[0])
    prompt = tiny_model.count_tokens(build_prompt(lessons[0].question))
    assert row["labels"][:prompt] == [-100] * prompt and row["labels"][prompt:] == row["input_ids"][prompt:]
    targets = json.loads((training.adapter / "adapter_config.json").read_text())["target_modules"]
    layers = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    assert {name.rpartition(".")[2] for name in targets} == layers and len(targets) in {7, 2 * 7}


def test_a_lesson_beyond_the_window_is_left_out_and_counted(tiny_model, lessons, tmp_path):
    long = Lesson("word " * 2000, "yes")
    assert fine_tune(tiny_model, [lessons[0], long], tmp_path / "some", LoraSettings(epochs=1)).too_long == 1
    with pytest.raises(InputError, match="training pairs"):
        fine_tune(tiny_model, [long], tmp_path / "none", LoraSettings(epochs=1))


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"epochs": -1}, {"learning_rate": 0.0}, {"dropout": 1.0}])
def test_settings_that_cannot_train_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        LoraSettings(**wrong)
