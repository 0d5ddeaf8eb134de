"""Answers, perplexity and adapters of a model in this process, held against the plain library."""

import math
import random

import pytest
import torch
from transformers import AutoModelForCausalLM

from lib.errors import InputError
from lib.models import AnsweringModel, fetched_model, load_model, model_fingerprint
from lib.models.local import load_local

WORDS = [
    "refund",
    "window",
    "of",
    "the",
    "plan",
    "is",
    "ten",
    "days",
    "which",
    "cost",
    "euros",
    "a",
    "month",
    "the",
    "page",
    "says",
]


def prompts(number, shared="", seed=0):
    draw = random.Random(seed)
    return [f"{shared}Question {n}: " + " ".join(draw.choices(WORDS, k=draw.randint(3, 30))) for n in range(number)]


def plain_answers(folder, model, asked, most, dtype=torch.float32):
    """Answer one by one with the library's own attention and ``generate``."""
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    texts = []
    for prompt in asked:
        ids = torch.tensor([model.token_ids(prompt)])
        out = network.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False, temperature=None, top_p=None
        )
        text = model.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
        texts.append(" ".join(text.split()) if model.chat else text.partition("\n")[0].strip())
    return texts


@pytest.mark.parametrize("shared", ["", "The plan is of the refund window, which says the month of the page. " * 8])
def test_answers_are_those_of_the_plain_library_whatever_is_batched_or_shared(tiny, tiny_folder, shared):
    asked = prompts(9, shared)
    answers = tiny.generate(asked, 12, batch=4)
    assert [answer.text for answer in answers] == plain_answers(tiny_folder, tiny, asked, 12)
    assert len({answer.text for answer in answers}) > 3
    assert [answer.prompt_tokens for answer in answers] == [tiny.count_tokens(prompt) for prompt in asked]
    assert all(bool(answer.cached_tokens) == bool(shared) for answer in answers)


def test_long_prompts_are_read_in_blocks_as_the_library_reads_them_whole(tiny, tiny_folder):
    asked = ["plan " * 300, "refund window of the plan " * 40]
    assert [each.text for each in tiny.generate(asked, 6)] == plain_answers(tiny_folder, tiny, asked, 6)


def test_answers_are_kept_as_they_come_and_given_back_in_order(tiny):
    kept = {}
    answers = tiny.generate(prompts(5), 4, batch=2, answered=kept.__setitem__)
    assert [kept[n] for n in range(5)] == answers and isinstance(tiny, AnsweringModel)
    assert all(answer.seconds > 0 and answer.answer_tokens <= 4 for answer in answers)


def test_a_stop_ends_an_answer(tiny):
    (whole,) = tiny.generate(["Question"], 12, stop=None)
    middle = whole.text[len(whole.text) // 2]
    (stopped,) = tiny.generate(["Question"], 12, stop=middle)
    assert stopped.text == whole.text.partition(middle)[0].strip() and stopped.answer_tokens < whole.answer_tokens


def test_a_prompt_beyond_the_window_is_one_sentence(tiny):
    with pytest.raises(InputError, match="window of 400 tokens"):
        tiny.generate(["plan " * 500], 8)


def test_perplexity_is_the_exponential_of_the_librarys_own_loss(tiny, tiny_folder):
    network = AutoModelForCausalLM.from_pretrained(tiny_folder, dtype=torch.float32)
    asked, ideal, told = prompts(5), ["ten days", "five", "I do not know", "a page", "euros a month"], []
    wanted = []
    for prompt, answer in zip(asked, ideal, strict=True):
        read, written = tiny.token_ids(prompt), tiny.answer_ids(answer)
        labels = torch.tensor([[-100] * len(read) + written])
        wanted.append(math.exp(network(torch.tensor([read + written]), labels=labels).loss.item()))
    found = tiny.perplexity(asked, ideal, progress=lambda *each: told.append(each))
    assert found == pytest.approx(wanted, rel=1e-4) and told[-1] == (5, 5)
    assert tiny.perplexity(["plan " * 500, "plan"], ["ten", "ten"])[0] is None
    with pytest.raises(InputError, match="one each"):
        tiny.perplexity(asked, ideal[:2])


def test_a_chat_model_is_asked_in_turns_and_a_text_model_continues(tiny_folder, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_folder, tmp_path / "chat")
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}<|user|>{{ m['content'] }}{% endfor %}<|bot|>", encoding="utf-8"
    )
    asked, continued = load_model(folder), load_local("continued", folder, chat=False)
    assert asked.chat and not continued.chat and not load_model(tiny_folder).chat
    assert asked.tokenizer.decode(asked.token_ids("Why?")) == "<|user|>Why?<|bot|>"
    assert asked.answer_ids("ten days")[-1] == asked.tokenizer.eos_token_id
    assert model_fingerprint(folder) == asked.fingerprint != continued.fingerprint


@pytest.mark.parametrize("what", ["no/such/model", "empty"])
def test_what_is_no_model_is_one_sentence(what, tmp_path):
    with pytest.raises(InputError, match=r"model: .*(cannot be loaded|holds no config)"):
        load_model(tmp_path if what == "empty" else what)


def test_the_real_model_answers_as_the_plain_library(tmp_path):
    folder = fetched_model()
    if folder is None:
        pytest.skip("the workbook's own model has not been fetched: python -m lib.models.fetch")
    model = load_model(None)
    asked = ["Question: How many days has a week?\nAnswer:", "Question: What is the capital of Japan?\nAnswer: It is"]
    assert [answer.text for answer in model.generate(asked, 8)] == plain_answers(
        folder, model, asked, 8, model.network.dtype
    )
