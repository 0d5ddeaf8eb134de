"""Perplexity in batches is that of one answer at a time, and of the model's own loss."""

from types import SimpleNamespace

import pytest

from lib.errors import InputError
from lib.experiment.measures import perplexity
from lib.experiment.prompts import build_prompt


@pytest.fixture(scope="module")
def asked(sample):
    """Prompts of very different lengths, so that batches are padded."""
    questions = sample.questions[:9]
    return [build_prompt(q.question, sample.documents[: n // 3]) for n, q in enumerate(questions)], [
        q.answer for q in questions
    ]


def test_it_is_the_exponential_of_the_models_own_loss_on_the_answer(tiny_model, asked):
    import torch

    for prompt, answer, found in zip(*asked, perplexity(tiny_model, *asked), strict=True):
        read = tiny_model.token_ids(prompt)
        written = tiny_model.answer_ids(answer)
        with torch.inference_mode():
            loss = tiny_model.model(
                input_ids=torch.tensor([read + written]), labels=torch.tensor([[-100] * len(read) + written])
            ).loss
        assert found == pytest.approx(float(torch.exp(loss)), rel=1e-4)


def test_it_is_what_a_slow_loop_over_the_tokens_adds_up(tiny_model, asked):
    import torch

    prompt, answer = asked[0][2], asked[1][2]
    tokens = tiny_model.token_ids(prompt)
    written = tiny_model.answer_ids(answer)
    logarithms = []
    for token in written:
        with torch.inference_mode():
            following = tiny_model.model(input_ids=torch.tensor([tokens])).logits[0, -1].double()
        logarithms.append(float(torch.log_softmax(following, -1)[token]))
        tokens = [*tokens, token]
    expected = 2.718281828459045 ** (-sum(logarithms) / len(logarithms))
    assert perplexity(tiny_model, [prompt], [answer]) == [pytest.approx(expected, rel=1e-4)]


@pytest.mark.parametrize("batch", [1, 4, 100])
def test_the_size_of_a_batch_makes_no_difference(tiny_model, asked, batch):
    told = []
    assert perplexity(tiny_model, *asked, batch=batch, done=told.append) == pytest.approx(
        perplexity(tiny_model, *asked), rel=1e-4
    )
    assert sum(told) == 9


def test_what_does_not_fit_the_window_has_none_and_an_endpoint_has_none_at_all(tiny_model, asked):
    long = "word " * tiny_model.window
    found = perplexity(tiny_model, [long, asked[0][0]], ["yes", asked[1][0]])
    assert found[0] is None and found[1] > 1
    assert perplexity(SimpleNamespace(name="an endpoint", window=1000), ["a"], ["b"]) == [None]


def test_a_prompt_without_an_answer_is_refused(tiny_model):
    with pytest.raises(InputError, match="2 prompts and 1 answers"):
        perplexity(tiny_model, ["a", "b"], ["c"])
