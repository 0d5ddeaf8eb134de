"""Letting one arm answer questions: prompts, answers, and the second search where an answer names a gap."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, ExperimentArm, prompt_for
from lib.experiment.cache import AnswerCache
from lib.experiment.config import ExperimentConfig
from lib.experiment.models import AnsweringModel, Generation
from lib.experiment.pages import Pages
from lib.experiment.prompts import Example, page
from lib.experiment.retrieval.gap import follow_up_query, merged
from lib.experiment.retrieval.hits import Hit
from lib.experiment.world import REFUSAL, Document, Question, Sample


@dataclass(frozen=True)
class Answer:
    """What an arm answered, from which passages, and at what size (tokens over all its prompts).

    ``searches`` counts how often it looked passages up for this question. ``prompt`` is the last one asked.
    """

    question_id: str
    text: str
    passage_ids: tuple[str, ...]
    prompt_tokens: int
    answer_tokens: int
    searches: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None
    prompt: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answers:
    """An arm's answers, and its waiting times when asked one question at a time (seconds, search included).

    ``shortened`` counts prompts that had to lose examples or pages to fit the window, ``kept`` answers that
    an earlier run had finished. ``first_token_seconds_each`` are known of an endpoint's answers only.
    """

    answers: list[Answer]
    seconds_each: list[float]
    first_token_seconds_each: list[float]
    shortened: int
    kept: int


@dataclass(frozen=True)
class Materials:
    """What the arms answer from: the sample, its indexed pages, and what the first search found.

    ``found`` and ``examples_found`` map a question's id to passages and to numbers of training pairs, best
    first; a question that needs no page has no passage.
    """

    sample: Sample
    pages: Pages
    found: Mapping[str, Sequence[Hit]]
    examples_found: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class _Draft:
    """One question's prompt and the passages in it."""

    question: Question
    prompt: str
    passage_ids: tuple[str, ...]
    shortened: bool


# Answers prompts, telling how many each batch brought.
_Generate = Callable[[Sequence[str], Callable[[int], None]], list[Generation]]


def answer_all(
    arm: ExperimentArm,
    model: AnsweringModel,
    materials: Materials,
    config: ExperimentConfig,
    cache: AnswerCache,
    done: Callable[[int], None],
) -> Answers:
    """Let ``arm`` answer the sample's questions.

    Args:
        arm: how it asks.
        model: with the arm's adapter on it.
        materials: questions, today's pages, what was found.
        config: number of examples, longest answer, how many questions to time.
        cache: answers of this model with this adapter that are known already.
        done: told how many answers each batch brought.

    Raises:
        InputError: a question alone does not fit the model's window.
    """
    longest = config.max_answer_tokens

    def remembered(prompts: Sequence[str], tell: Callable[[int], None]) -> list[Generation]:
        return cache.answer(
            lambda some, keep, more: model.generate(some, longest, done=more, answered=keep), prompts, longest, tell
        )

    at_work = _ArmAtWork(arm, model, materials, config)
    answers, shortened = at_work.answer(materials.sample.questions, remembered, done)
    seconds = [at_work.seconds(question) for question in materials.sample.questions[: config.latency_questions]]
    return Answers(answers, seconds, at_work.first_tokens, shortened, cache.kept)


class _ArmAtWork:
    """One arm, and what is the same for all its questions."""

    def __init__(
        self, arm: ExperimentArm, model: AnsweringModel, materials: Materials, config: ExperimentConfig
    ) -> None:
        self.arm, self.model, self.materials, self.config = arm, model, materials, config
        sample = materials.sample
        self.examples = worked_examples(sample, config.examples) if arm.examples == "fixed" else []
        self.whole = pages_that_fit(model, sample, config) if arm.pages == "all_that_fit" else []
        self.first_tokens: list[float] = []

    def answer(
        self, questions: Sequence[Question], generate: _Generate, done: Callable[[int], None]
    ) -> tuple[list[Answer], int]:
        """Answer in two rounds, the second for what the first found a gap in; count prompts that were cut."""
        drafts = [self._draft(question, self.materials.found[question.id]) for question in questions]
        made = generate([draft.prompt for draft in drafts], done)
        answers = [
            _answer(draft, [generation], bool(self.arm.retrieves and draft.passage_ids))
            for draft, generation in zip(drafts, made, strict=True)
        ]
        if self.arm.retrieves and self.config.searches > 1:
            again = self._second_drafts(drafts, made)
            numbers = list(again)
            texts = generate([again[number].prompt for number in numbers], lambda _: None)
            for number, generation in zip(numbers, texts, strict=True):
                answers[number] = _answer(again[number], [made[number], generation], 2)
            drafts = [*drafts, *again.values()]
        return answers, sum(draft.shortened for draft in drafts)

    def seconds(self, question: Question) -> float:
        """Measure the wait for one answer, from the question to its last word, search included."""
        started = time.perf_counter()
        if self.arm.retrieves:
            self.materials.pages.find([question.question])
        made: list[Generation] = []

        def timed(prompts: Sequence[str], _: Callable[[int], None]) -> list[Generation]:
            found = self.model.generate(prompts, self.config.max_answer_tokens)
            made.extend(found)
            return found

        self.answer([question], timed, lambda _: None)
        seconds = time.perf_counter() - started
        self.first_tokens += [each.first_token_seconds for each in made[-1:] if each.first_token_seconds is not None]
        return seconds

    def _second_drafts(self, drafts: Sequence[_Draft], made: Sequence[Generation]) -> dict[int, _Draft]:
        """Search again for what a first answer says is missing; write the prompts that this brings new pages to."""
        queries = {
            number: query
            for number, (draft, generation) in enumerate(zip(drafts, made, strict=True))
            if draft.passage_ids and (query := follow_up_query(draft.question.question, generation.text))
        }
        found = self.materials.pages.find(list(queries.values()))
        again = {}
        for number, second in zip(queries, found, strict=True):
            question, before = drafts[number].question, drafts[number].passage_ids
            first = self.materials.found[question.id][: len(before)]
            both = merged(first, second, self.config.k, made[number].text)
            if {hit.chunk_id for hit in both} - set(before):
                again[number] = self._draft(question, both)
        return again

    def _draft(self, question: Question, found: Sequence[Hit]) -> _Draft:
        """Write the prompt; where it is too long, leave out examples, then the passages found last."""
        room = self.model.window - self.config.max_answer_tokens
        examples, style = self._examples(question), self.materials.sample.voice.instructions
        retrieves = self.arm.retrieves
        ids = [hit.chunk_id for hit in found] if retrieves else [page.id for page in self.whole]
        passages = [self.materials.pages.passages[id_] for id_ in ids] if retrieves else list(self.whole)
        shortened = False
        while True:
            prompt = prompt_for(self.arm, question.question, passages, examples, style)
            if self.model.count_tokens(prompt) <= room:
                return _Draft(question, prompt, tuple(ids[: len(passages)]), shortened)
            if not (examples or passages):
                raise InputError(
                    f"question {question.id} does not fit the window of {self.model.window} tokens of "
                    f"{self.model.name} beside an answer of {self.config.max_answer_tokens} tokens."
                )
            # What stands last is followed most, so examples go from the front.
            examples.pop(0) if examples else passages.pop()
            shortened = True

    def _examples(self, question: Question) -> list[Example]:
        if self.arm.examples != "retrieved":
            return list(self.examples)
        pairs = self.materials.sample.training_pairs
        # The nearest stands last, right before the question.
        nearest = [pairs[number] for number in self.materials.examples_found[question.id]]
        return [Example(pair.question, pair.answer) for pair in reversed(nearest)]


def _answer(draft: _Draft, made: Sequence[Generation], searches: int) -> Answer:
    costs = [generation.cost_usd for generation in made if generation.cost_usd is not None]
    return Answer(
        draft.question.id,
        made[-1].text,
        draft.passage_ids,
        sum(generation.prompt_tokens for generation in made),
        sum(generation.answer_tokens for generation in made),
        int(searches),
        sum(generation.cached_tokens for generation in made),
        sum(costs) if costs else None,
        draft.prompt,
    )


def worked_examples(sample: Sample, number: int) -> list[Example]:
    """Take examples from the training pairs, one of them a refusal: both kinds of answer are to be shown."""
    refusals = [pair for pair in sample.training_pairs if REFUSAL in pair.answer][: 1 if number > 1 else 0]
    others = [pair for pair in sample.training_pairs if REFUSAL not in pair.answer][: number - len(refusals)]
    # The refusal stands in the middle: what stands last is followed most.
    middle = len(others) // 2
    return [Example(pair.question, pair.answer) for pair in [*others[:middle], *refusals, *others[middle:]]]


def pages_that_fit(model: AnsweringModel, sample: Sample, config: ExperimentConfig) -> list[Document]:
    """Return the pages, by id, that fit the window together with the longest question and an answer."""
    longest = max((question.question for question in sample.questions), key=model.count_tokens)
    room = model.window - config.max_answer_tokens
    fitting: list[Document] = []
    used = model.count_tokens(prompt_for(EXPERIMENT_ARMS["long_context"], longest, [], [], ""))
    for document in sorted(sample.documents, key=lambda each: each.id):
        # A page's own tokens, and one in reserve for where two texts meet.
        used += model.count_tokens(page(document)) + 1
        if used > room:
            break
        fitting.append(document)
    return fitting
