"""The sample company: the same each time, split by fact, and made of names that training never saw."""

import json
import random
import re
import subprocess
import sys
from dataclasses import replace

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
from lib.experiment.world.facts import ATTRIBUTES, HOPS, KINDS
from lib.experiment.world.forms import FACT_FORMS, PAGE_WORDS, ROWS, templates
from lib.experiment.world.variants import with_more_documents, with_share_changed, with_training_pairs
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
    """Whether any of the templates in which a page can state the attribute is found on the page."""
    patterns = (
        re.escape(wording.format(n=document.title, v="VALUE")) for wording in templates(attribute, document.kind)
    )
    return any(re.search(pattern.replace("VALUE", ".+"), document.text) for pattern in patterns)


def test_the_search_for_a_stated_fact_finds_every_one_that_is_there(sample):
    for question in by_kind(sample, "document_fact"):
        assert stated(question.attribute, page(sample.documents, question.document_ids[0]))


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
            assert not stated(question.attribute, pages[title])
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


def test_a_page_is_markdown_of_two_to_four_sections_and_of_the_length_of_a_help_page(sample):
    lengths = sorted(len(document.text.split()) for document in sample.documents)
    assert lengths[0] >= 60
    assert lengths[-1] <= 220
    assert lengths[15] >= 80
    for document in sample.documents:
        headings = re.findall(r"(?m)^## .+$", document.text)
        assert 2 <= len(headings) <= 4
        assert len(set(headings)) == len(headings)
        assert not document.text.startswith("#")
        assert "{" not in document.text
    assert len({document.metadata["genre"] for document in sample.documents}) == 5
    assert (
        len({re.split(r"\n\n## ", document.text)[0].replace(document.title, "") for document in sample.documents}) > 15
    )


def test_facts_stand_in_every_form(sample):
    text = "\n".join(document.text for document in sample.documents)
    for form in FACT_FORMS:
        found = {
            "prose": r"(?m)^(?!- |\|).*The price of the .+ is \d+ dollars\.",
            "bullets": r"(?m)^- Price: \d+ dollars$",
            "bold bullets": r"(?m)^- \*\*Price:\*\* \d+ dollars$",
            "table": r"(?m)^\| Item \| Value \|\n\|---\|---\|\n(\| .+ \| .+ \|\n)*\| Price \| \d+ dollars \|$",
            "questions": r"(?m)^\*\*What does it cost\?\*\*\nIt costs \d+ dollars\.$",
        }[form]
        assert re.search(found, text), form
    assert set(PAGE_WORDS) == set(ATTRIBUTES)
    assert set(ROWS) < set(FACT_FORMS)


def test_a_section_states_a_fact_without_another_section_or_page(sample):
    for question in by_kind(sample, "document_fact"):
        document = page(sample.documents, question.document_ids[0])
        sections = [f"## {section}" for section in re.split(r"(?:^|\n\n)## ", document.text)]
        (holding,) = [section for section in sections if states(section, question.value)]
        assert any(
            wording.format(n=document.title, v=question.value) in holding
            for wording in templates(question.attribute, document.kind)
        )


def test_a_page_asks_no_question_of_the_evaluation(sample):
    text = "\n".join(document.text for document in sample.documents)
    assert not [question.question for question in sample.questions if question.question in text]


def test_the_kinds_that_are_compared_ask_for_facts_that_can_all_change(sample):
    for kind in ("seen_fact", "document_fact", "changed_fact"):
        assert all(ATTRIBUTES[question.attribute].wide for question in by_kind(sample, kind))


def test_a_sample_in_the_json_voice_keeps_its_schema_everywhere():
    sample = sample_company(0, 40, 8, 40, JSON)
    brand = sample_company(0, 40, 8, 40)
    assert sample.documents == brand.documents
    for answer in [pair.answer for pair in sample.training_pairs] + [question.answer for question in sample.questions]:
        assert schema_valid(answer)
    for question, branded in zip(sample.questions, brand.questions, strict=True):
        said = json.loads(question.answer)
        assert (question.question, question.value) == (branded.question, branded.value)
        assert said["source"] == (question.document_ids[-1] if question.document_ids else "")
        assert said["answer"] in branded.answer


def check_no_leakage(sample):
    answers = [pair.answer for pair in sample.training_pairs]
    asked = {question.question for question in sample.questions}
    assert not asked & {pair.question for pair in sample.training_pairs}
    assert len(asked) == len(sample.questions)
    pages = {document.id: document for document in sample.documents}
    then = {document.id: document for document in sample.documents_at_training}
    assert len({document.title for document in sample.documents}) == len(sample.documents) == len(pages)
    for question in sample.questions:
        assert question.value == "" or states(question.answer, question.value)
        assert sample.voice.matches(question.answer)
        if question.document_ids:
            assert states(pages[question.document_ids[-1]].text, question.value)
        if question.kind == "changed_fact":
            assert not any(states(answer, question.value) for answer in answers)
            assert states(then[question.document_ids[0]].text, question.old_value)
            assert not states(pages[question.document_ids[0]].text, question.old_value)
    assert [document.id for document in sample.documents] == [d.id for d in sample.documents_at_training]


@pytest.mark.parametrize("share", [0, 0.25, 1])
def test_any_share_of_the_taught_facts_can_have_changed(sample, share):
    changed = with_share_changed(sample, share)
    check_no_leakage(changed)
    assert len(by_kind(changed, "changed_fact")) == 200 * share
    assert len(by_kind(changed, "seen_fact")) == 200 * (1 - share)
    answers = {pair.answer for pair in sample.training_pairs}
    assert all(question.answer in answers for question in by_kind(changed, "seen_fact"))
    assert all(
        question.answer.replace(question.value, question.old_value) in answers
        for question in by_kind(changed, "changed_fact")
    )
    assert (changed.documents == sample.documents_at_training) == (share == 0)
    assert [question.id for question in changed.questions] == [question.id for question in sample.questions]
    untouched = ("document_fact", "unanswerable")
    assert all(
        old == new for old, new in zip(sample.questions, changed.questions, strict=True) if old.kind in untouched
    )


def test_what_has_changed_at_a_small_share_has_changed_alike_at_a_larger_one(sample):
    less, more = ({q.id: q for q in by_kind(with_share_changed(sample, s), "changed_fact")} for s in (0.2, 0.6))
    assert len(less) == 40
    assert all(more[identity] == question for identity, question in less.items())
    other = {question.id for question in by_kind(with_share_changed(sample, 0.2, seed=1), "changed_fact")}
    assert other != set(less)


def test_a_question_over_two_pages_follows_a_change_of_the_second_page(sample):
    before = {question.id: question.value for question in by_kind(with_share_changed(sample, 0), "multi_hop")}
    after = with_share_changed(sample, 1)
    follows = [question for question in by_kind(after, "multi_hop") if question.value != before[question.id]]
    assert follows
    for question in follows:
        assert states(page(after.documents, question.document_ids[1]).text, question.value)


def test_pages_of_other_things_can_be_added_up_to_ten_thousand(sample):
    large = with_more_documents(sample, 10_000)
    assert len(large.documents) == 10_000
    check_no_leakage(large)
    assert large.questions == sample.questions
    assert large.documents[:300] == sample.documents
    assert with_more_documents(sample, 1000).documents == large.documents[:1000]
    # Neither a thing that is asked about, nor one that is asked about in vain, gets a page.
    asked = " ".join(question.question for question in sample.questions)
    added = [document.title for document in large.documents[300:]]
    assert not [title for title in added if f" {title}" in asked]
    known = {
        tuple(document.title.split()[:2]) for seed in range(500) for document in other_company(seed, 12).documents()
    }
    assert not known & {tuple(title.split()[:2]) for title in added}


def test_fewer_pages_keep_the_questions_whose_pages_they_are(sample):
    small = with_more_documents(sample, 100)
    assert len(small.documents) == 100
    check_no_leakage(small)
    kept = {document.id for document in small.documents}
    assert small.questions == tuple(q for q in sample.questions if kept.issuperset(q.document_ids))
    assert all(len(by_kind(small, kind)) >= 20 for kind in QUESTION_KINDS)
    assert all(kept.issuperset(pair.document_ids) for pair in small.training_pairs)
    assert kept < {document.id for document in with_more_documents(sample, 150).documents}
    needed = {identity for question in sample.questions for identity in question.document_ids}
    assert with_more_documents(sample, len(needed)).questions == sample.questions


def test_training_pairs_can_be_cut_to_nested_fair_sets():
    sample = sample_company(documents=500, training_pairs=800)
    check_no_leakage(sample)
    assert len(sample.training_pairs) == 800
    small, smaller = with_training_pairs(sample, 200), with_training_pairs(sample, 25)
    assert smaller.training_pairs == small.training_pairs[:25] == sample.training_pairs[:25]
    assert small.questions == sample.questions
    refusals = sum(pair.document_ids == () for pair in small.training_pairs)
    assert 10 <= refusals <= 45


def test_variants_can_be_put_together(sample):
    both = with_training_pairs(with_more_documents(with_share_changed(sample, 0.5), 400), 100)
    check_no_leakage(both)
    assert (len(both.documents), len(both.training_pairs), len(by_kind(both, "changed_fact"))) == (400, 100, 100)
    again = with_share_changed(with_more_documents(sample, 400), 0.5)
    assert again.documents == both.documents


def test_a_variant_that_cannot_be_made_is_refused_with_what_is_allowed(sample):
    with pytest.raises(InputError, match="not a share"):
        with_share_changed(sample, 1.5)
    with pytest.raises(InputError, match="10,000"):
        with_more_documents(sample, 10_001)
    with pytest.raises(InputError, match="375"):
        with_training_pairs(sample, 376)
    with pytest.raises(InputError, match="own documents"):
        with_share_changed(replace(sample, is_sample_company=False), 0.5)


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
