"""Chat models are asked through their own template; the workbook's own template adds nothing."""

import shutil
from unittest.mock import Mock

import pytest

from lib.errors import InputError
from lib.experiment.models import load_model
from lib.experiment.models.chat import PASS_THROUGH_TEMPLATE
from lib.experiment.prompts import build_prompt
from lib.paths import BASE_MODEL

TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}>{{ message.content }}<end>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}{% if enable_thinking is not false %}<think>{% endif %}"
)
PROMPT = build_prompt("What does the plan cost?")


@pytest.fixture(scope="module")
def chat_folder(tiny_folder, tmp_path_factory):
    folder = shutil.copytree(tiny_folder, tmp_path_factory.mktemp("chat") / "model")
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    return folder


def test_a_model_with_a_chat_template_is_asked_as_one_user_message(chat_folder):
    model = load_model(chat_folder)
    assert model.chat and model.tokenizer.decode(model.token_ids(PROMPT)) == f"<user>{PROMPT}<end><assistant>"
    answers = model.generate([PROMPT, "Why?"], max_new_tokens=6)
    assert [answer.prompt_tokens for answer in answers] == [model.count_tokens(PROMPT), model.count_tokens("Why?")]


def test_a_chat_models_answer_may_have_several_lines_and_ends_with_its_turn(chat_folder):
    model = load_model(chat_folder)
    written = model.tokenizer("One line.\nAnd another.")["input_ids"]
    end = model.tokenizer("!")["input_ids"][0]
    model.model.generation_config.eos_token_id = [model.tokenizer.eos_token_id, end]
    model.__dict__["_writer"] = Mock(
        tokens_in_batch=1000, write=lambda prompts, most, prefix: [[*written, end, *written]]
    )
    (answer,) = model.generate(["Why?"], max_new_tokens=100)
    assert answer.text == "One line. And another." and answer.answer_tokens == len(written)
    assert model._stops() == sorted({model.tokenizer.pad_token_id, model.tokenizer.eos_token_id, end})


def test_a_training_teaches_a_chat_model_to_end_its_turn_and_others_to_end_the_line(chat_folder, tiny_model):
    model = load_model(chat_folder)
    assert model.answer_ids(" Yes. ") == [*model.tokenizer("Yes.")["input_ids"], model.tokenizer.eos_token_id]
    assert tiny_model.tokenizer.decode(tiny_model.answer_ids("Yes.")) == " Yes.\n"


def test_a_reader_can_have_it_the_other_way(chat_folder, tiny_folder, tiny_model):
    plain = load_model(chat_folder, chat=False)
    assert not plain.chat and plain.token_ids(PROMPT) == tiny_model.token_ids(PROMPT)
    assert plain.fingerprint != load_model(chat_folder).fingerprint
    with pytest.raises(InputError, match="no chat template"):
        load_model(tiny_folder, chat=True)


def test_the_shipped_model_is_served_with_a_template_that_adds_nothing():
    model = load_model()
    assert (BASE_MODEL / "chat_template.jinja").read_text() == PASS_THROUGH_TEMPLATE and not model.chat
    messages = [{"role": "user", "content": PROMPT}]
    served = model.tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
    assert served == model.token_ids(PROMPT) == model.tokenizer(PROMPT)["input_ids"]
