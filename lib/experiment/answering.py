"""Letting one arm answer questions: its prompts, its answers, and the second search where an answer names a gap."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from diskcache import Cache

from lib.dataset import Dataset, Question, TrainingPair
from lib.errors import InputError
from lib.experiment.arms import ExperimentArm
from lib.experiment.config import ExperimentConfig
from lib.experiment.lessons import gold_passages
from lib.experiment.prompts import STOP, Example, Page, build_prompt, instructions_for, page_block
from lib.experiment.record import AnswerRow, ArmInfo, RetrievalInfo
from lib.experiment.scoring import refuses
from lib.fingerprints import text_fingerprint
from lib.models.answering import AnsweringModel, Generation
from lib.models.training import TrainingExample
from lib.progress import Progress, silent
from lib.retrieval.access import Person, readable
from lib.retrieval.index import Index
from lib.retrieval.search import Hit, follow_up_query, merged


@dataclass(frozen=True)
class Inputs:
    """What a run learns and answers from: dataset, index of today's pages, and what was looked up by question id."""

    dataset: Dataset
    config: ExperimentConfig
    index: Index
    found: Mapping[str, Sequence[Hit]]  # what the first search found, best first
    gold: Mapping[str, Sequence[Hit]]  # the passages that hold the answer; those found where no page does
    examples_found: Mapping[str, Sequence[TrainingPair]]  # nearest first
    lessons: Mapping[str, list[TrainingExample]]  # what each training learns from, by its name
    retrieval: RetrievalInfo  # how well and how fast the pages were looked up, for the record
    passages: dict[str, Page | Hit] = field(default_factory=dict)  # all that may stand in a prompt, by id


def changed_documents(dataset: Dataset) -> set[str]:
    """Return the ids of the documents that are new or say something else since training."""
    before = {document.id: document.text for document in dataset.documents_at_training}
    return {each.id for each in dataset.documents if before.get(each.id) != each.text}


def look_up(index: Index, questions: Sequence[str], config: ExperimentConfig, person: Person | None) -> list[list[Hit]]:
    """Search as a configuration says; nothing is found that ``person`` may not read."""
    return index.search(questions, config.k, config.search, person=person, reranker=config.reranker)


@dataclass(frozen=True)
class _Draft:
    question: Question
    prompt: str
    passage_ids: tuple[str, ...]
    shortened: bool


class Answerer:
    """One arm with one model, and what is the same for all its questions; ``kept`` counts answers known before."""

    def __init__(self, arm: ExperimentArm, model: AnsweringModel, inputs: Inputs, cache: Cache) -> None:
        """Choose the arm's worked examples and, for long context, the pages that fit the window.

        ``model`` has the arm's adapter on it; ``cache`` holds the answers that are known already.
        """
        self.arm, self.model, self.inputs, self.config, self.cache = arm, model, inputs, inputs.config, cache
        self.instructions = instructions_for(arm, inputs.dataset.voice)
        self.examples = self._worked_examples() if arm.examples == "fixed" else []
        self.whole = self._pages_that_fit() if arm.pages == "all_that_fit" else []
        self.kept = 0

    def answers(self, progress: Progress, stage: str, timed: bool = True) -> tuple[list[AnswerRow], ArmInfo]:
        """Answer the dataset's questions in two rounds, the second for what the first found a gap in.

        Args:
            progress: told under ``stage`` how many prompts are answered.
            stage: its name there.
            timed: whether to measure waits, and how surprised the model is by the first ideal answers.

        Returns:
            The answers, not scored yet, and what they took.

        Raises:
            InputError: a question alone does not fit the model's window.
        """
        arm, questions = self.arm, self.inputs.dataset.questions
        drafts = [self._draft(question, self._first_passages(question)) for question in questions]
        shortened = sum(draft.shortened for draft in drafts)
        given = [[one] for one in self._generate([draft.prompt for draft in drafts], progress, stage)]
        if arm.retrieves and self.config.searches > 1:
            again = self._second_drafts(drafts, [first for [first] in given])
            texts = self._generate([draft.prompt for draft in again.values()], silent, stage)
            for (place, draft), second in zip(again.items(), texts, strict=True):
                given[place].append(second)
                drafts[place] = draft
                shortened += draft.shortened
        # The last of the answers to a question counts, with the tokens of all of them.
        rows = [
            AnswerRow(
                arm=arm.id,
                seed=0,
                question_id=draft.question.id,
                answer=every[-1].text,
                # Where the whole window is pages, their likeness to the question says nothing.
                passage_ids=[] if self.whole else list(draft.passage_ids),
                searches=len(every) if arm.retrieves else 0,
                prompt_tokens=sum(one.prompt_tokens for one in every),
                cached_tokens=sum(one.cached_tokens for one in every),
                answer_tokens=sum(one.answer_tokens for one in every),
            )
            for draft, every in zip(drafts, given, strict=True)
        ]
        took = {"shortened_prompts": shortened}
        if arm.pages == "all_that_fit":
            shown = {id_ for draft in drafts for id_ in draft.passage_ids}
            took["share_of_pages_read"] = len(shown) / len(self.inputs.dataset.documents)
        if timed:
            took |= self._waits(questions[: self.config.latency_questions])
            read = drafts[: self.config.perplexity_questions]
            prompts, ideal = [draft.prompt for draft in read], [draft.question.answer for draft in read]
            told = partial(progress, f"Perplexity: {arm.title}")
            for row, surprise in zip(rows, self.model.perplexity(prompts, ideal, told), strict=False):
                row.perplexity = None if surprise is None else round(surprise, 5)
        return rows, ArmInfo.model_validate(arm).model_copy(update=took)

    def _waits(self, questions: Sequence[Question]) -> dict[str, list[float]]:
        """Measure the wait for one answer at a time, search included (seconds), and to the first token if streamed."""
        seconds, first = [], []
        for question in questions:
            started = time.perf_counter()
            if self.arm.retrieves:
                look_up(self.inputs.index, [question.question], self.config, self.config.asker)
            prompt = self._draft(question, self._first_passages(question)).prompt
            (made,) = self.model.generate([prompt], self.config.max_answer_tokens, stop=STOP, batch=1)
            seconds.append(round(time.perf_counter() - started, 4))
            first += [made.first_token_seconds] if made.first_token_seconds is not None else []
        return {"seconds_each": seconds, "first_token_seconds_each": first}

    def _generate(self, prompts: Sequence[str], progress: Progress, stage: str) -> list[Generation]:
        """Answer prompts, from the cache where they are known; equal prompts once, in pieces so that little is lost."""
        most = self.config.max_answer_tokens
        about = self.model.fingerprint, str(self.config.threads), str(most)
        keys = [text_fingerprint(*about, prompt) for prompt in prompts]
        by_key = dict(zip(keys, prompts, strict=True))
        known = {key: Generation(**kept) for key in by_key if (kept := self.cache.get(key)) is not None}
        self.kept += sum(key in known for key in keys)
        missing = [key for key in by_key if key not in known]
        progress(stage, len(known), len(by_key))

        def keep(place: int, generation: Generation) -> None:
            known[missing[place]] = generation
            self.cache.set(missing[place], asdict(generation))
            progress(stage, len(known), len(by_key))

        if missing:
            self.model.generate([by_key[key] for key in missing], most, stop=STOP, answered=keep)
        return [known[key] for key in keys]

    def _first_passages(self, question: Question) -> Sequence[Hit]:
        source = {"retrieved": self.inputs.found, "gold": self.inputs.gold}.get(self.arm.pages, {})
        return source.get(question.id, ())

    def _second_drafts(self, drafts: Sequence[_Draft], made: Sequence[Generation]) -> dict[int, _Draft]:
        """Search again for what a first answer says is missing; keep the prompts that this brings new pages to."""
        voice = self.inputs.dataset.voice
        queries = {
            place: query
            for place, (draft, one) in enumerate(zip(drafts, made, strict=True))
            if refuses(bare := voice.bare(one.text), draft.question.question)
            and (query := follow_up_query(draft.question.question, bare))
        }
        found = look_up(self.inputs.index, list(queries.values()), self.config, self.config.asker)
        again = {}
        for place, second in zip(queries, found, strict=True):
            draft = drafts[place]
            both = merged(self._first_passages(draft.question), second, self.config.k)
            if {hit.id for hit in both} - set(draft.passage_ids):
                again[place] = self._draft(draft.question, both)
        return again

    def _draft(self, question: Question, hits: Sequence[Hit]) -> _Draft:
        """Write the prompt; where it is too long, leave out examples, then the passages found last."""
        room = self.model.window - self.config.max_answer_tokens
        examples = list(self.examples)
        if self.arm.examples == "retrieved":
            # The nearest stands last, right before the question.
            nearest = reversed(self.inputs.examples_found.get(question.id, ()))
            examples = [Example(pair.question, pair.answer) for pair in nearest]
        pages = {hit.id: hit for hit in hits} or {page.document_id: page for page in self.whole}
        shortened = False
        while True:
            prompt = build_prompt(question.question, list(pages.values()), examples, self.instructions)
            # Long context is measured once for all its questions; to count it each time would take longer than to read it.
            if self.whole or self.model.count_tokens(prompt) <= room:
                self.inputs.passages.update(pages)
                return _Draft(question, prompt, tuple(pages), shortened)
            if not (examples or pages):
                raise InputError(
                    f"question {question.id} does not fit the window of {self.model.window} tokens of {self.model.name} "
                    f"beside an answer of {self.config.max_answer_tokens} tokens."
                )
            # What stands last is followed most, so examples go from the front.
            examples.pop(0) if examples else pages.popitem()
            shortened = True

    def _worked_examples(self) -> list[Example]:
        """Take examples from the training pairs, one of them a refusal: both kinds of answer are to be shown.

        Where the question comes with pages, so do they: without them a model of this size loses the layout.
        """
        dataset, number = self.inputs.dataset, self.config.examples
        changed = changed_documents(dataset)
        pairs = [pair for pair in dataset.training_pairs if changed.isdisjoint(pair.document_ids)]
        refusals = [pair for pair in pairs if pair.kind == "refusal"][: 1 if number > 1 else 0]
        others = [pair for pair in pairs if pair.kind == "fact"][: number - len(refusals)]
        # The refusal stands in the middle: what stands last is followed most.
        middle = len(others) // 2
        chosen = [*others[:middle], *refusals, *others[middle:]]
        return [Example(pair.question, pair.answer, self._pages_of(pair)) for pair in chosen]

    def _pages_of(self, pair: TrainingPair) -> Sequence[Hit]:
        """Return the passages that hold a pair's answer, or the one found first; none for an arm that reads none."""
        if self.arm.pages not in ("retrieved", "gold"):
            return ()
        index = self.inputs.index
        gold = gold_passages(index, pair.document_ids, pair.answer, self.config.asker)
        return gold or index.search([pair.question], 1, self.config.search, person=self.config.asker)[0]

    def _pages_that_fit(self) -> list[Page]:
        """Return the pages, by id, that fit the window together with the longest question and an answer."""
        dataset, model = self.inputs.dataset, self.model
        longest = max((question.question for question in dataset.questions), key=len)
        used = model.count_tokens(build_prompt(longest, instructions=self.instructions)) + 32
        fitting: list[Page] = []
        for document in sorted(readable(dataset.documents, self.config.asker), key=lambda each: each.id):
            page = Page(document.id, document.title, " ".join(document.text.split()))
            # A page's own tokens, and one in reserve for where two texts meet.
            used += model.count_tokens(page_block(page)) + 1
            if used > model.window - self.config.max_answer_tokens:
                break
            fitting.append(page)
        return fitting
