"""Each arm puts before the question what it says it does, and each training learns what it should."""

from dataclasses import replace

import pytest

from lib.arms import ARMS
from lib.errors import InputError
from lib.experiment.answering import answer_all, pages_that_fit, worked_examples
from lib.experiment.arms import EXPERIMENT_ARMS, GROUNDING, chosen_arms, prompt_for
from lib.experiment.config import ExperimentConfig
from lib.experiment.lessons import closed_book_lessons, lessons_with_pages
from lib.experiment.world import REFUSAL


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


def test_a_lesson_with_pages_holds_the_right_pages_as_they_were_at_training(sample):
    found = [[page.id for page in sample.documents[:3]] for _ in sample.training_pairs]
    for pair, lesson in zip(sample.training_pairs, lessons_with_pages(sample, found, seed=0), strict=True):
        shown = [page.id for page in lesson.documents]
        assert set(pair.document_ids) <= set(shown) and len(shown) == len(set(shown)) == 3
        assert all(page in sample.documents_at_training for page in lesson.documents)
        assert (lesson.question, lesson.answer) == (pair.question, pair.answer)


def test_the_right_page_is_not_always_in_the_same_place(sample):
    found = [[*pair.document_ids, *(page.id for page in sample.documents[:3])][:3] for pair in sample.training_pairs]
    found = [list(dict.fromkeys(ids)) for ids in found]
    lessons = lessons_with_pages(sample, found, seed=0)
    places = {
        [page.id for page in lesson.documents].index(pair.document_ids[0])
        for pair, lesson in zip(sample.training_pairs, lessons, strict=True)
        if pair.document_ids
    }
    assert places == {0, 1, 2}


def test_closed_book_lessons_hold_no_page(sample):
    assert all(not lesson.documents for lesson in closed_book_lessons(sample))


def test_the_pages_that_fit_leave_room_for_every_question_and_its_answer(sample, tiny_model):
    config = ExperimentConfig(max_answer_tokens=20)
    fitting = pages_that_fit(tiny_model, sample.documents, sample.questions, config)
    assert 0 < len(fitting) < len(sample.documents)
    arm = EXPERIMENT_ARMS["long_context"]
    for question in sample.questions:
        prompt = prompt_for(arm, question.question, fitting, [], "")
        assert tiny_model.count_tokens(prompt) + 20 <= tiny_model.window


def test_a_prompt_that_is_too_long_loses_examples_then_pages_and_is_counted(sample, tiny_model):
    narrow = replace(tiny_model, window=300)
    one = replace(sample, questions=sample.questions[:1])
    found = {one.questions[0].id: [page.id for page in sample.documents[:6]]}
    config = ExperimentConfig(max_answer_tokens=4, latency_questions=0)
    answers = answer_all(EXPERIMENT_ARMS["rag_few_shot"], narrow, one, config, found, lambda _: None)
    assert answers.shortened == 1
    assert answers.answers[0].prompt_tokens <= 296 and 0 < len(answers.answers[0].page_ids) < 6
    with pytest.raises(InputError, match="does not fit"):
        answer_all(EXPERIMENT_ARMS["base"], replace(tiny_model, window=8), one, config, found, lambda _: None)
