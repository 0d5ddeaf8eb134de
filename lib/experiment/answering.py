"""Letting one arm answer every question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, ExperimentArm, prompt_for
from lib.experiment.config import ExperimentConfig
from lib.experiment.lookups import pages
from lib.experiment.models import LanguageModel
from lib.experiment.prompts import Example, page
from lib.experiment.world import REFUSAL, Document, Question, Sample


@dataclass(frozen=True)
class Answer:
    """What an arm answered, from which pages, and at what size."""

    question_id: str
    text: str
    page_ids: tuple[str, ...]
    prompt_tokens: int
    answer_tokens: int


@dataclass(frozen=True)
class Answers:
    """An arm's answers, and its waiting times when asked one question at a time (seconds).

    ``shortened`` counts prompts that had to lose examples or pages to fit the window.
    """

    answers: list[Answer]
    seconds_each: list[float]
    shortened: int


def answer_all(
    arm: ExperimentArm,
    model: LanguageModel,
    sample: Sample,
    config: ExperimentConfig,
    found: Mapping[str, Sequence[str]],
    done: Callable[[int], None],
) -> Answers:
    """Let ``arm`` answer the sample's questions.

    Args:
        arm: how it asks.
        model: with the arm's adapter on it.
        sample: questions and today's pages.
        config: number of examples, longest answer, how many questions to time.
        found: for each question id what retrieval found.
        done: told how many answers each batch brought.

    Raises:
        InputError: a question alone does not fit the model's window.
    """
    examples = worked_examples(sample, config.examples) if arm.examples != "none" else []
    whole = pages_that_fit(model, sample.documents, sample.questions, config) if arm.pages == "all_that_fit" else []
    prompts, shown, shortened = [], [], 0
    for question in sample.questions:
        mine = pages(sample.documents, found[question.id]) if arm.retrieves else whole
        prompt, kept, cut = _fitting(arm, model, question, mine, examples, sample.voice.instructions, config)
        prompts.append(prompt)
        shown.append(kept)
        shortened += cut
    generations = model.generate(prompts, config.max_answer_tokens, done=done)
    timed = prompts[: config.latency_questions]
    seconds = [model.generate([prompt], config.max_answer_tokens)[0].seconds for prompt in timed]
    answers = [
        Answer(question.id, made.text, tuple(page.id for page in kept), made.prompt_tokens, made.answer_tokens)
        for question, made, kept in zip(sample.questions, generations, shown, strict=True)
    ]
    return Answers(answers, seconds, shortened)


def worked_examples(sample: Sample, number: int) -> list[Example]:
    """Take examples from the training pairs, one of them a refusal: both kinds of answer are to be shown."""
    refusals = [pair for pair in sample.training_pairs if REFUSAL in pair.answer][: 1 if number > 1 else 0]
    others = [pair for pair in sample.training_pairs if REFUSAL not in pair.answer][: number - len(refusals)]
    # The refusal stands in the middle: what stands last is followed most.
    middle = len(others) // 2
    return [Example(pair.question, pair.answer) for pair in [*others[:middle], *refusals, *others[middle:]]]


def pages_that_fit(
    model: LanguageModel, documents: Sequence[Document], questions: Sequence[Question], config: ExperimentConfig
) -> list[Document]:
    """Return the pages, by id, that fit the window together with the longest question and an answer."""
    longest = max((question.question for question in questions), key=model.count_tokens)
    room = model.window - config.max_answer_tokens
    fitting: list[Document] = []
    used = model.count_tokens(prompt_for(EXPERIMENT_ARMS["long_context"], longest, [], [], ""))
    for document in sorted(documents, key=lambda each: each.id):
        # A page's own tokens, and one in reserve for where two texts meet.
        used += model.count_tokens(page(document)) + 1
        if used > room:
            break
        fitting.append(document)
    return fitting


def _fitting(
    arm: ExperimentArm,
    model: LanguageModel,
    question: Question,
    documents: Sequence[Document],
    examples: Sequence[Example],
    style: str,
    config: ExperimentConfig,
) -> tuple[str, list[Document], bool]:
    """Write the prompt; where it is too long, leave out examples, then the pages found last."""
    room = model.window - config.max_answer_tokens
    examples, documents = list(examples), list(documents)
    shortened = False
    while model.count_tokens(prompt := prompt_for(arm, question.question, documents, examples, style)) > room:
        if not (examples or documents):
            raise InputError(
                f"question {question.id} does not fit the window of {model.window} tokens of {model.name} "
                f"beside an answer of {config.max_answer_tokens} tokens."
            )
        (examples or documents).pop()
        shortened = True
    return prompt, documents, shortened
