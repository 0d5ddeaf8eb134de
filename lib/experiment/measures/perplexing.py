"""How surprised a model is by the ideal answer: perplexity, given the arm's own prompt."""

from collections.abc import Callable, Sequence
from math import exp
from typing import TYPE_CHECKING

from lib.errors import InputError

if TYPE_CHECKING:
    from lib.experiment.models import AnsweringModel, LanguageModel

# A batch holds at most so many tokens.
_TOKENS_IN_BATCH = 24_000


def perplexity(
    model: "LanguageModel | AnsweringModel",
    prompts: Sequence[str],
    answers: Sequence[str],
    batch: int = 32,
    done: Callable[[int], None] | None = None,
) -> list[float | None]:
    """Measure how surprised the model is by each answer after its prompt.

    The exponential of the mean negative log likelihood (in nats) of the answer's tokens, its end among
    them, given the prompt and the tokens before; 1 is no surprise at all (Jelinek et al. 1977).

    Args:
        model: with the arm's adapter on it. A model behind an endpoint gives no likelihoods.
        prompts: as the arm asks.
        answers: the ideal ones, in the same order.
        batch: how many at most are read together.
        done: told after each batch how many it brought.

    Returns:
        One number of at least 1 for each prompt; None where prompt and answer do not fit the window,
        and for every prompt of an endpoint.

    Raises:
        InputError: there are not as many answers as prompts.
    """
    if len(prompts) != len(answers):
        raise InputError(f"perplexity: there are {len(prompts)} prompts and {len(answers)} answers; give one each.")
    surprises: list[float | None] = [None] * len(prompts)
    if not hasattr(model, "answer_ids"):
        return surprises
    rows = []
    for prompt, answer in zip(prompts, answers, strict=True):
        rows.append((model.token_ids(prompt), model.answer_ids(answer)))
    fitting = [n for n, (prompt, answer) in enumerate(rows) if 0 < len(answer) <= model.window - len(prompt)]
    # Like lengths together: the less padding, the less work.
    fitting.sort(key=lambda n: (-len(rows[n][0]) - len(rows[n][1]), n))
    while fitting:
        longest = sum(map(len, rows[fitting[0]]))
        together = max(1, min(batch, _TOKENS_IN_BATCH // longest))
        numbers, fitting = fitting[:together], fitting[together:]
        for number, surprise in zip(numbers, _surprises(model, [rows[n] for n in numbers]), strict=True):
            surprises[number] = surprise
        if done:
            done(len(numbers))
    return surprises


def _surprises(model: "LanguageModel", rows: list[tuple[list[int], list[int]]]) -> list[float]:
    """Read one batch. Padding stands in front, so that all answers end at the last place."""
    import torch
    from torch.nn.functional import cross_entropy

    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    spare = [longest - len(prompt) - len(answer) for prompt, answer in rows]
    padding, device = model.tokenizer.pad_token_id, model.model.device
    ids = [[padding] * room + prompt + answer for room, (prompt, answer) in zip(spare, rows, strict=True)]
    mask = torch.tensor([[0] * room + [1] * (longest - room) for room in spare], device=device)
    # Only what predicts an answer is put through the vocabulary: the rest would fill the memory.
    kept = max(len(answer) for _, answer in rows)
    with torch.inference_mode():
        output = model.model(
            input_ids=torch.tensor(ids, device=device),
            attention_mask=mask,
            position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
            logits_to_keep=kept + 1,
            use_cache=False,
        )
    logits = output.logits[:, :-1].float()
    found = []
    for row, (_, answer) in zip(logits, rows, strict=True):
        target = torch.tensor(answer, device=device)
        found.append(exp(float(cross_entropy(row[-len(answer) :], target))))
    return found
