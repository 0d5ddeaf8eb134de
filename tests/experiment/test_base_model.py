"""The base model's parts: tokenizer, training contexts, trainer, and the committed weights."""

import random
import re
from itertools import count, islice

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from lib.errors import InputError
from lib.experiment.base_model.check import Score, answer_all, check
from lib.experiment.base_model.check_cases import make_cases
from lib.experiment.base_model.contexts import context_text, make_context
from lib.experiment.base_model.data import Role, context_tokens, stream
from lib.experiment.base_model.export import export
from lib.experiment.base_model.mix import EASY, FULL, SHORT
from lib.experiment.base_model.model import new_model, stop_token
from lib.experiment.base_model.optimise import PEAK, rate
from lib.experiment.base_model.tokenizer import VOCABULARY
from lib.experiment.base_model.train import STAGES, _tokenizer, train
from lib.experiment.prompts import STOP, build_prompt, completion
from lib.experiment.world import ABSENT, REFUSAL, Document, sample_company, words
from lib.paths import BASE_MODEL

CONTEXTS = [make_context(random.Random(seed), FULL) for seed in range(800)]


@pytest.fixture(scope="module")
def tokenizer():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.experiment.base_model.train.TOKENIZER_CONTEXTS", 1000)
        patch.setattr("lib.experiment.base_model.train.WORD_REPEATS", 400)
        return _tokenizer(0)


needs_weights = pytest.mark.skipif(
    not (BASE_MODEL / "model.safetensors").exists(), reason="the weights are not in data/base_model"
)


def test_every_digit_is_a_token_and_every_text_comes_back(tokenizer):
    assert len(tokenizer) <= VOCABULARY
    assert [tokenizer.decode([token]) for token in tokenizer.encode("4096")] == ["4", "0", "9", "6"]
    for text in ["The Amber Falcon plan costs 49 dollars.", 'Größe: 3 µm\t"ok"\n', "日本語"]:
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_the_words_of_names_and_people_are_single_tokens(tokenizer):
    assert not [word for each in words.SINGLE_TOKENS for word in each if len(tokenizer.encode(f" {word}")) > 1]
    # A page's title stands at the beginning of a line.
    assert not [word for each in words.NAME_WORDS for word in each if len(tokenizer.encode(word)) > 1]


def test_no_word_is_both_in_a_name_and_in_a_value():
    names = {*words.ADJECTIVES, *words.NOUNS}
    assert len(names) == len(words.ADJECTIVES) + len(words.NOUNS)
    assert not names & {*words.FIRST_NAMES, *words.LAST_NAMES, *words.CITIES, *words.MONTHS}


def test_contexts_are_the_same_for_the_same_seed():
    assert make_context(random.Random(3), FULL) == make_context(random.Random(3), FULL)


def test_an_answer_is_a_refusal_exactly_where_nothing_in_the_context_holds_it():
    for context in CONTEXTS:
        before = ""
        for turn in context.turns:
            before += build_prompt(turn.question, turn.documents)
            if turn.learn:
                assert turn.sentence.endswith(REFUSAL) == (turn.value == "")
                assert turn.value in before
            before += completion(turn.answer)


def test_the_contexts_cover_every_layout_of_the_experiment():
    def layout(context):
        *examples, last = context.turns
        return bool(examples), any(turn.documents for turn in examples), bool(last.documents)

    found = {layout(context) for context in CONTEXTS}
    # Nothing; pages only as the first turn of several; examples only; examples then pages; pages with each.
    assert {(False, False, False), (True, True, False), (True, False, False), (True, False, True)} <= found
    assert (True, True, True) in found
    learnt = [turn for context in CONTEXTS for turn in context.turns if turn.learn]
    assert 0.25 < sum(turn.value == "" for turn in learnt) / len(learnt) < 0.5
    assert {len(turn.documents) for turn in learnt} >= {0, 1, 2, 3, 4, 5, 6}


def test_passages_are_shown_in_every_form_in_which_a_search_finds_them():
    shown = [document.text for context in CONTEXTS for turn in context.turns for document in turn.documents]
    for form in (r"^- \w.*: ", r"^- \*\*\w.*:\*\* ", r"^\| Item \| Value \|$", r"^\*\*.+\?\*\*$", r"^1\. ", r"^## "):
        assert sum(re.search(form, text, re.MULTILINE) is not None for text in shown) > 20, form
    assert sum("\n" not in text for text in shown) > 20
    assert max(len(text.split()) for text in shown) <= 120


def test_a_short_page_is_one_paragraph_of_prose_with_all_facts_of_its_thing():
    for seed in range(100):
        for turn in make_context(random.Random(seed), SHORT).turns:
            for document in turn.documents:
                assert re.fullmatch(r"[^\n#|*]+", document.text)
                assert 3 <= document.text.count(". ") + 1 <= 5


def test_a_missing_second_page_is_named_before_it_is_missed():
    named = [
        turn
        for context in CONTEXTS
        for turn in context.turns
        if turn.learn
        and re.search(r"is the \w+ \w+ team, and the .+ of the \w+ \w+ team is not on any page", turn.sentence)
    ]
    assert len(named) > 20


def test_examples_without_pages_tell_some_answers_and_leave_others_open():
    told = untold = 0
    for context in CONTEXTS:
        *examples, last = context.turns
        if len(examples) > 1 and not any(turn.documents for turn in context.turns) and last.learn:
            told += last.value != ""
            untold += last.value == ""
    assert told > 20
    assert untold > 20


def test_a_style_is_only_learnt_once_it_is_told_or_shown():
    for context in CONTEXTS:
        first = context.turns[0]
        if first.learn and first.opening:
            assert first.opening.split(" ")[0] in context.instructions or "JSON" in context.instructions


def test_the_tokens_trained_on_are_those_of_the_prompt_and_the_answers(tokenizer):
    for context in CONTEXTS[:100]:
        ids, roles = context_tokens(tokenizer, context)
        assert ids == tokenizer.encode(context_text(context))
        learnt = tokenizer.decode([token for token, role in zip(ids, roles, strict=True) if role])
        assert learnt == "".join(completion(turn.answer) for turn in context.turns if turn.learn)
        values = tokenizer.decode([token for token, role in zip(ids, roles, strict=True) if role == Role.VALUE])
        assert values == "".join(f" {turn.value}" for turn in context.turns if turn.learn and turn.value)
        assert roles.count(Role.REFUSAL) == sum(turn.learn and not turn.value for turn in context.turns)


@pytest.mark.parametrize("mix", [None, EASY, SHORT, FULL])
def test_batches_repeat_with_their_seed_and_keep_to_their_size(tokenizer, mix):
    one, two = (list(islice(stream(tokenizer, mix, 7, 2000, 600), 5)) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        assert torch.equal(first.ids, second.ids)
        assert torch.equal(first.roles, second.roles)
        assert first.ids.shape == first.roles.shape
        assert first.ids.shape[1] <= 608
        assert (first.roles > 0).any()


def test_the_learning_rate_warms_up_stays_and_falls_to_zero():
    assert rate(0, 0) < PEAK / 50
    assert rate(1000, 0.5) == PEAK
    assert 0 < rate(1000, 0.9) < PEAK / 2
    assert rate(1000, 1.0) == 0


def test_a_run_can_be_resumed_and_exported(tmp_path, monkeypatch):
    monkeypatch.setattr("lib.experiment.base_model.train._compiled", lambda model: model.model)
    monkeypatch.setattr("lib.experiment.base_model.train.TOKENS_PER_BATCH", 500)
    monkeypatch.setattr("lib.experiment.base_model.train.TOKENIZER_CONTEXTS", 200)
    monkeypatch.setattr("lib.experiment.base_model.train.WORD_REPEATS", 10)
    # A second passes each time that the clock is read: four steps, then four more.
    monkeypatch.setattr("lib.experiment.base_model.train.monotonic", count().__next__)
    first = train(4 / 60, tmp_path)
    again = train(8 / 60, tmp_path, resume=True)
    assert (first.steps, again.steps) == (4, 8)
    assert again.tokens > first.tokens
    export(tmp_path, tmp_path / "model")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    loaded = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert model.generation_config.eos_token_id == stop_token(loaded) == loaded.encode(STOP)[0]
    further = train(4 / 60, tmp_path / "further", start=tmp_path / "model")
    assert (further.steps, further.stage) == (4, len(STAGES) - 1)
    assert (tmp_path / "further" / "tokenizer.json").read_text() == (tmp_path / "model" / "tokenizer.json").read_text()
    assert model.get_output_embeddings().weight.data_ptr() == model.get_input_embeddings().weight.data_ptr()


def test_an_empty_folder_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="no checkpoint"):
        train(0.1, tmp_path, resume=True)
    with pytest.raises(InputError, match="no model to start from"):
        train(0.1, tmp_path, start=tmp_path)
    with pytest.raises(InputError, match="no checkpoint"):
        export(tmp_path, tmp_path)
    with pytest.raises(InputError, match="no model"):
        check(tmp_path)


def test_a_new_model_is_the_same_for_the_same_seed(tokenizer):
    one, two = (new_model(tokenizer, 1).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert sum(value.numel() for name, value in one.items() if name != "lm_head.weight") < 4e6


def test_the_check_asks_about_every_form_of_fact_and_its_ideal_answers_pass():
    cases = make_cases(3, seed=1)
    names = {name for case in cases for name in case.tests}
    for form in ("prose", "bullets", "table", "questions and answers"):
        assert f"value read from 4 passages: {form}" in names
    assert {"fact told by one of 4 examples, no page", "refusal over two pages names the team"} <= names
    for case in cases:
        for name, test in case.tests.items():
            assert not test("Something else."), name
            if name.startswith("value read from 4 passages"):
                assert case.prompt.count("[") == 4
                value = re.search(r"(.*) \[", case.prompt)[1]
                assert not test(value)


def test_a_score_shows_its_interval():
    score = Score("read", 90, 100)
    low, high = score.interval
    assert 0.82 < low < 0.9 < high < 0.95
    assert "n = 100" in str(score)


@needs_weights
def test_the_committed_model_loads_and_is_small():
    model = AutoModelForCausalLM.from_pretrained(BASE_MODEL)
    assert model.config.model_type == "qwen3"
    assert (BASE_MODEL / "model.safetensors").stat().st_size < 10_000_000


@needs_weights
def test_the_committed_model_reads_a_value_and_refuses_without_a_page():
    page = Document("plan-204", "plan", "Amber Eagle plan", "The price of the Amber Eagle plan is 47 dollars.")
    question = "What is the price of the Amber Eagle plan?"
    answers = answer_all(BASE_MODEL, [build_prompt(question, [page]), build_prompt(question)])
    assert answers[0] == "The price of the Amber Eagle plan is 47 dollars."
    assert answers[1] == f"The price of the Amber Eagle plan is {ABSENT}"


@needs_weights
def test_the_committed_tokenizer_covers_the_sample_company():
    tokenizer = AutoTokenizer.from_pretrained(BASE_MODEL)
    for document in sample_company().documents:
        assert all(len(tokenizer.encode(f" {word}")) == 1 for word in document.title.split())
