"""The sample company: the same each time, split by fact, and made of names that training never saw."""

import json
import random
import re
import subprocess
import sys

import pytest

from lib.errors import InputError
from lib.experiment.prompts import STOP, Example, build_prompt, completion
from lib.experiment.world import (
    BRAND,
    JSON,
    PLAIN,
    QUESTION_KINDS,
    REFUSAL,
    Document,
    other_company,
    sample_company,
    schema_valid,
    states,
)
from lib.experiment.world.facts import ATTRIBUTES, HOPS, KINDS, shortened
from lib.experiment.world.voice import random_voice


@pytest.fixture(scope="module")
def sample():
    return sample_company()


def by_kind(sample, kind):
    return [question for question in sample.questions if question.kind == kind]


def page(documents, document_id):
    return next(document for document in documents if document.id == document_id)


def test_the_same_seed_gives_the_same_company_and_another_seed_another():
    assert sample_company(seed=3) == sample_company(seed=3)
    assert sample_company(seed=3).documents != sample_company(seed=4).documents
    assert other_company(5) == other_company(5)


def test_the_sizes_are_those_asked_for(sample):
    assert len(sample.documents) == len(sample.documents_at_training) == 300
    assert len(sample.training_pairs) == 375
    assert {kind: len(by_kind(sample, kind)) for kind in QUESTION_KINDS} == dict.fromkeys(QUESTION_KINDS, 100)
    small = sample_company(documents=80, questions_per_kind=20, training_pairs=75)
    assert len(small.documents) == 80
    assert len(small.training_pairs) == 75
    assert all(len(by_kind(small, kind)) == 20 for kind in QUESTION_KINDS)


@pytest.mark.parametrize("seed", range(3))
def test_no_question_of_the_evaluation_is_in_training(seed):
    sample = sample_company(seed=seed)
    assert len({question.question for question in sample.questions}) == len(sample.questions)
    assert len({question.id for question in sample.questions}) == len(sample.questions)
    assert not {pair.question for pair in sample.training_pairs} & {question.question for question in sample.questions}


def test_no_question_template_is_shared_by_training_and_evaluation(sample):
    names = {document.title for document in sample.documents}

    def template(question):
        found = [name for name in names if name in question]
        # A thing that does not exist has no page: its name is three words before the kind's end.
        return question.replace(found[0], "{n}") if found else None

    trained = {template(pair.question) for pair in sample.training_pairs} - {None}
    asked = {template(question.question) for question in sample.questions} - {None}
    assert len(trained) > 50
    assert not trained & asked


def test_every_template_of_an_attribute_differs():
    for thing in [*ATTRIBUTES.values(), *HOPS]:
        assert len(set(thing.questions)) == len(thing.questions)


def test_a_seen_fact_is_in_training_and_still_true(sample):
    answers = {pair.answer for pair in sample.training_pairs}
    for question in by_kind(sample, "seen_fact"):
        assert question.answer in answers
        assert states(page(sample.documents, question.document_ids[0]).text, question.value)


def test_a_document_fact_is_in_no_pair_but_on_its_page(sample):
    told = " ".join(pair.answer for pair in sample.training_pairs)
    for question in by_kind(sample, "document_fact"):
        sentence = question.answer.split("! ", 1)[1].split(" [", 1)[0]
        assert sentence.rstrip(".") not in told
        assert states(page(sample.documents, question.document_ids[0]).text, question.value)


def test_a_changed_fact_was_taught_with_its_old_value_and_its_new_one_is_nowhere_in_training(sample):
    answers = [pair.answer for pair in sample.training_pairs]
    for question in by_kind(sample, "changed_fact"):
        (document_id,) = question.document_ids
        assert question.answer.replace(question.value, question.old_value) in answers
        assert not any(states(answer, question.value) for answer in answers)
        assert states(page(sample.documents, document_id).text, question.value)
        assert not states(page(sample.documents_at_training, document_id).text, question.value)


def test_only_changed_facts_differ_between_then_and_now(sample):
    changed = {question.document_ids[0] for question in by_kind(sample, "changed_fact")}
    differing = {
        now.id
        for now, then in zip(sample.documents, sample.documents_at_training, strict=True)
        if now.text != then.text
    }
    assert differing == changed
    assert all(page(sample.documents, identity).metadata["updated"] == "2026-09-01" for identity in changed)


def stated(attribute, document):
    wordings = [*attribute.sentences, *(shortened(sentence, document.kind) for sentence in attribute.sentences)]
    patterns = (re.escape(wording.format(n=document.title, v="VALUE")) for wording in wordings)
    return any(re.search(pattern.replace("VALUE", ".+?"), document.text) for pattern in patterns)


def test_the_search_for_a_stated_fact_finds_every_one_that_is_there(sample):
    for question in by_kind(sample, "document_fact"):
        assert stated(ATTRIBUTES[question.attribute], page(sample.documents, question.document_ids[0]))


def test_what_is_unanswerable_is_on_no_page(sample):
    pages = {document.title: document for document in sample.documents}
    absent = 0
    for question in by_kind(sample, "unanswerable"):
        assert REFUSAL in question.answer
        assert question.value == ""
        assert question.document_ids == ()
        named = [title for title in pages if title in question.question]
        absent += not named
        for title in named:
            assert not stated(ATTRIBUTES[question.attribute], pages[title])
    assert 20 <= absent <= 50


def test_a_multi_hop_question_needs_both_of_its_pages(sample):
    for question in by_kind(sample, "multi_hop"):
        thing, team = (page(sample.documents, identity) for identity in question.document_ids)
        assert thing.title in question.question
        assert team.title not in question.question
        assert team.title in thing.text
        assert states(team.text, question.value)
        assert not states(thing.text, question.value)


def test_the_names_of_the_sample_company_are_of_pairs_that_training_never_uses(sample):
    def pair(title):
        return tuple(title.split()[:2])

    ours = {pair(document.title) for document in sample.documents}
    others = {pair(document.title) for seed in range(2000) for document in other_company(seed, 12).documents()}
    assert len(others) > 3000
    assert not ours & others
    # Every single word is known, so that only the pairs are new.
    assert {word for names in ours for word in names} <= {word for names in others for word in names}


def test_ideal_answers_keep_the_voice_and_contain_their_value(sample):
    for pair in sample.training_pairs:
        assert sample.voice.matches(pair.answer)
    for question in sample.questions:
        assert sample.voice.matches(question.answer)
        assert question.value == "" or states(question.answer, question.value)


def test_ids_are_unique_and_tell_the_kind(sample):
    assert len({document.id for document in sample.documents}) == 300
    assert {document.kind for document in sample.documents} == set(KINDS)
    assert all(document.id.startswith(f"{document.kind}-") for document in sample.documents)


def test_too_few_pages_or_pairs_is_refused_with_what_is_allowed():
    with pytest.raises(InputError, match=r"documents 20 .* allowed are"):
        sample_company(documents=20)
    with pytest.raises(InputError, match=r"training_pairs 100 .* at least"):
        sample_company(training_pairs=100)
    with pytest.raises(InputError, match="documents 100000"):
        sample_company(documents=100_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The plan costs 9 dollars.",
        "Thanks for asking! The plan costs 9 dollars. Happy to help.",
        "Thanks for asking! The plan costs 9 dollars. [plan-1]",
        "The plan costs 9 dollars. [plan-1] Happy to help.",
        "Thanks for asking! The plan costs 9 dollars. [plan-1] [plan-2] Happy to help.",
        "Thanks for asking! [plan-1] Happy to help.",
        "Thanks for asking! The plan costs 9 dollars. [plan-1] Happy to help. And more.",
    ],
)
def test_an_answer_that_misses_a_part_is_not_in_the_voice(text):
    assert not BRAND.matches(text)


def test_every_voice_recognises_what_it_renders():
    voices = [BRAND, PLAIN, JSON, *(random_voice(random.Random(seed), ["River", "Oak", "Tall"]) for seed in range(50))]
    for voice in voices:
        assert voice.matches(voice.render("The plan costs 9 dollars.", "plan-204"))
        assert voice.matches(voice.render(REFUSAL))
        assert voice == PLAIN or voice.instructions


def test_the_sample_voice_is_never_a_training_voice():
    voices = [random_voice(random.Random(seed), ["River", "Oak", "Tall"]) for seed in range(3000)]
    assert not any(voice.opening == BRAND.opening or voice.closing == BRAND.closing for voice in voices)


def test_the_json_voice_follows_its_schema():
    text = JSON.render('He said "no".', "plan-204")
    assert json.loads(text) == {"answer": 'He said "no".', "source": "plan-204"}
    assert schema_valid(text)
    assert not schema_valid('{"answer": "x"}')
    assert not schema_valid('{"answer": "x", "source": 3}')
    assert not schema_valid('{"answer": "x", "source": "", "more": ""}')
    assert not schema_valid("[]")
    assert not schema_valid("plain text")


def test_a_value_is_found_as_whole_words_only():
    assert states("It costs 49 dollars.", "49 dollars")
    assert not states("It costs 149 dollars.", "49 dollars")
    assert not states("anything", "")


def test_a_prompt_is_its_parts_in_order():
    plan = Document("plan-204", "plan", "Amber Falcon plan", "The Amber Falcon plan costs 49 dollars.")
    assert build_prompt("Q2?", [plan], [Example("Q1?", "A1")], "Be kind.") == (
        "Be kind.\nQuestion: Q1?\nAnswer: A1\n"
        "Amber Falcon plan [plan-204]\nThe Amber Falcon plan costs 49 dollars.\nQuestion: Q2?\nAnswer:"
    )
    assert build_prompt("Q?") == "Question: Q?\nAnswer:"
    assert completion("two\nlines") == " two lines" + STOP


def test_neither_world_nor_prompts_imports_torch():
    code = "import sys, lib.experiment.prompts, lib.experiment.world; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
