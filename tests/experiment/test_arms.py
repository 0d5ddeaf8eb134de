"""Each arm puts before the question what it says it does, and each training learns what it should."""

from dataclasses import replace

import pytest

from lib.arms import ARMS
from lib.errors import InputError
from lib.experiment.answering import Materials, answer_all, pages_that_fit, worked_examples
from lib.experiment.arms import EXPERIMENT_ARMS, GROUNDING, chosen_arms, prompt_for
from lib.experiment.cache import AnswerCache
from lib.experiment.config import ExperimentConfig
from lib.experiment.lessons import closed_book_lessons, lessons_with_pages
from lib.experiment.models import Generation
from lib.experiment.pages import example_chunks, open_pages
from lib.experiment.possible import possible_arms
from lib.experiment.retrieval.hits import document_ids
from lib.experiment.world import FREE, REFUSAL


@pytest.fixture(scope="module")
def pages(database, embedder, sample):
    with open_pages(database, "arms", embedder, ExperimentConfig()) as opened:
        opened.show(sample.documents_at_training)
        yield opened


class Scripted:
    """A model that says what it is told to; it keeps the prompts that it was given."""

    name, fingerprint, window = "scripted", "scripted", 10_000

    def __init__(self, say):
        self.say, self.prompts = say, []

    def count_tokens(self, prompt):
        return len(prompt.split())

    def generate(self, prompts, max_new_tokens=48, batch=64, done=None, answered=None):
        self.prompts += prompts
        made = [Generation(self.say(prompt), len(prompt.split()), 1, 0.0) for prompt in prompts]
        for place, generation in enumerate(made if answered else ()):
            answered(place, generation)
        return made


@pytest.fixture
def answered(sample, pages, tmp_path):
    """Answer with an arm and a model, from what a real search finds."""

    def answer(arm, model, questions, config=None, **changes):
        config = config or ExperimentConfig(latency_questions=0)
        some = replace(sample, questions=tuple(questions), **changes)
        found = dict(zip([q.id for q in questions], pages.find([q.question for q in questions], config.k), strict=True))
        materials = Materials(some, pages, found, {question.id: [0, 1] for question in questions})
        cache = AnswerCache(tmp_path, model=model.fingerprint)
        return answer_all(EXPERIMENT_ARMS[arm], model, materials, config, cache, lambda _: None)

    return answer


def test_every_arm_stands_for_one_of_the_products_arms_and_every_one_is_stood_for():
    assert {arm.stands_for for arm in EXPERIMENT_ARMS.values()} == set(ARMS)


def test_only_some_arms_see_pages_examples_and_instructions(sample):
    question, page = sample.questions[0].question, sample.documents[0]
    examples = worked_examples(sample, 2)
    for arm in EXPERIMENT_ARMS.values():
        prompt = prompt_for(arm, question, [page] if arm.pages != "none" else [], examples, sample.voice.instructions)
        assert prompt.endswith(f"Question: {question}\nAnswer:")
        assert (page.text in prompt) == (arm.pages != "none")
        assert (examples[0].answer in prompt) == (arm.examples != "none")
        assert (sample.voice.instructions in prompt) == (arm.examples != "none")
        assert (GROUNDING in prompt) == (arm.id in {"rag", "long_context"})


def test_arms_come_in_the_tables_order_and_unknown_ones_are_refused():
    assert [arm.id for arm in chosen_arms(["rag", "base"])] == ["base", "rag"]
    with pytest.raises(InputError, match="telepathy"):
        chosen_arms(["telepathy"])
    with pytest.raises(InputError, match="none is given"):
        chosen_arms([])


def test_worked_examples_are_training_pairs_with_one_refusal_among_them(sample):
    examples = worked_examples(sample, 4)
    answers = {pair.answer for pair in sample.training_pairs}
    assert len(examples) == 4 and all(example.answer in answers for example in examples)
    assert [REFUSAL in example.answer for example in examples].count(True) == 1
    assert worked_examples(sample, 0) == []


def test_each_score_of_the_client_file_is_fed_by_one_arm_of_that_kind():
    feeding = {arm.feeds: arm.stands_for for arm in EXPERIMENT_ARMS.values() if arm.feeds}
    assert feeding == {f"{arm}_score": arm for arm in ARMS}
    assert len([arm for arm in EXPERIMENT_ARMS.values() if arm.feeds]) == len(ARMS)
    assert EXPERIMENT_ARMS["lora_with_pages"].feeds == "hybrid_score"


def test_a_lesson_with_pages_holds_a_passage_of_each_right_page_among_as_many_as_were_found(sample, pages):
    found = pages.find([pair.question for pair in sample.training_pairs], 3)
    for pair, lesson in zip(sample.training_pairs, lessons_with_pages(sample, pages, found, seed=0), strict=True):
        shown = [passage.id for passage in lesson.documents]
        assert set(pair.document_ids) <= set(shown) and len(shown) == 3
        assert all(passage in pages.passages.values() for passage in lesson.documents)
        assert (lesson.question, lesson.answer) == (pair.question, pair.answer)


def test_the_right_page_is_not_always_in_the_same_place(sample, pages):
    found = pages.find([pair.question for pair in sample.training_pairs], 3)
    lessons = lessons_with_pages(sample, pages, found, seed=0)
    places = {
        [passage.id for passage in lesson.documents].index(pair.document_ids[0])
        for pair, lesson in zip(sample.training_pairs, lessons, strict=True)
        if pair.document_ids
    }
    assert places == {0, 1, 2}


def test_closed_book_lessons_hold_no_page(sample):
    assert all(not lesson.documents for lesson in closed_book_lessons(sample))


def test_the_pages_that_fit_leave_room_for_every_question_and_its_answer(sample, tiny_model):
    config = ExperimentConfig(max_answer_tokens=20)
    wide = replace(tiny_model, window=3000)
    fitting = pages_that_fit(wide, sample, config)
    assert 0 < len(fitting) < len(sample.documents)
    arm = EXPERIMENT_ARMS["long_context"]
    for question in sample.questions:
        assert wide.count_tokens(prompt_for(arm, question.question, fitting, [], "")) + 20 <= wide.window


def test_a_prompt_that_is_too_long_loses_examples_then_pages_and_is_counted(sample, tiny_model, answered):
    narrow = replace(tiny_model, window=500)
    config = ExperimentConfig(max_answer_tokens=4, latency_questions=0)
    answers = answered("rag_few_shot", narrow, sample.questions[:1], config)
    assert answers.shortened == 1
    assert answers.answers[0].prompt_tokens <= 496 and 0 < len(answers.answers[0].passage_ids) < config.k
    with pytest.raises(InputError, match="does not fit"):
        answered("base", replace(tiny_model, window=8), sample.questions[:1], config)


def test_what_a_first_answer_says_is_missing_is_searched_for_and_asked_again(sample, pages, answered):
    hops = [question for question in sample.questions if question.kind == "multi_hop"]
    first = pages.find([hop.question for hop in hops], 2)
    # One whose second page the question's own words do not find.
    hop = next(
        hop for hop, hits in zip(hops, first, strict=True) if not set(hop.document_ids) <= set(document_ids(hits))
    )
    # The ideal answer to the first page alone: it names the team, and what is missing of it.
    bridge, _, missing = hop.answer.removeprefix(sample.voice.opening).partition(", and ")
    gap = f"{bridge}, and {missing.partition(' is ')[0]} is not on any page. {REFUSAL}"
    model = Scripted(lambda prompt: hop.answer if hop.value in prompt else gap)
    answer = answered("rag", model, [hop], ExperimentConfig(latency_questions=0, k=2)).answers[0]
    assert answer.searches == 2 and answer.text == hop.answer
    assert hop.value in model.prompts[-1] and len(model.prompts) == 2
    assert answer.prompt_tokens == sum(len(prompt.split()) for prompt in model.prompts)


def test_searching_once_is_a_setting(sample, answered):
    hop = next(question for question in sample.questions if question.kind == "multi_hop")
    model = Scripted(
        lambda prompt: f"The team behind it is the Eager Forest team, and its size is not on any page. {REFUSAL}"
    )
    answer = answered("rag", model, [hop], ExperimentConfig(latency_questions=0, k=1, searches=1)).answers[0]
    assert answer.searches == 1 and len(model.prompts) == 1


def test_a_plain_refusal_is_not_searched_for_again(sample, answered):
    unanswerable = [question for question in sample.questions if question.kind == "unanswerable"]
    model = Scripted(lambda prompt: REFUSAL)
    answers = answered("rag", model, unanswerable).answers
    assert {answer.searches for answer in answers} == {1} and len(model.prompts) == len(unanswerable)


def test_retrieved_examples_stand_nearest_last(sample, answered):
    model = Scripted(lambda prompt: "yes")
    answered("few_shot_retrieved", model, sample.questions[:1])
    second, first = (sample.training_pairs[number].question for number in (1, 0))
    assert model.prompts[0].index(second) < model.prompts[0].index(first)


def test_a_search_for_examples_finds_the_pair_about_the_same_thing(database, embedder, sample):
    with open_pages(database, "examples", embedder, ExperimentConfig()) as opened:
        opened.show_chunks(example_chunks(sample.training_pairs))
        for number in (0, 5, 9):
            hits = opened.find([sample.training_pairs[number].question], 2)[0]
            assert document_ids(hits)[0] == str(number)


def test_arms_that_this_data_or_model_cannot_have_are_left_out_with_the_reason(sample, tiny_model):
    bare = replace(sample, training_pairs=(), voice=FREE)
    arms, left_out = possible_arms(ExperimentConfig(), bare, tiny_model)
    assert [arm.id for arm in arms] == ["base", "long_context", "rag"]
    assert {entry["reason"] for entry in left_out} == {"it needs training pairs, and none were given"}
    arms, left_out = possible_arms(ExperimentConfig(tuned_with_pages="endpoint:ft:mine"), sample, Scripted(str))
    assert [entry["arm"] for entry in left_out] == ["lora", "lora_rag"] and arms[-1].id == "lora_with_pages"
    with pytest.raises(InputError, match="none of those asked for"):
        possible_arms(ExperimentConfig(arms=("lora",)), bare, tiny_model)
