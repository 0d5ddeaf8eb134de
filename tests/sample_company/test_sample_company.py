"""What the sample company promises: no leakage, one right answer, the same again from the same seed."""

import re
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.dataset import JSON, REFUSAL, UNANSWERABLE
from lib.errors import InputError
from lib.sample_company import QUESTIONS, QUICK_QUESTIONS, sample_company
from lib.sample_company.source import source

make = cache(sample_company)
small = cache(lambda seed: sample_company(seed, 100, QUICK_QUESTIONS, 80))
# Every seed is another company; the promises hold for all of them.
few = settings(max_examples=8, deadline=None)


def seeds(promise):
    @given(st.integers(0, 40))
    def over_seeds(seed):
        promise(make(seed) if seed % 4 == 0 else small(seed))

    return over_seeds


def training(dataset):
    return [*dataset.training_pairs, *dataset.taught]


def facts_of(kind, dataset):
    return {question.cluster for question in dataset.questions if question.kind == kind}


def stands_in(value, text):
    return number_of(value, text) > 0


def number_of(value, text):
    """How often a value stands in a text; the numbers of steps do not count."""
    text = re.sub(r"(?m)^\d+\. ", "", text)
    return len(re.findall(rf"(?<![\w.,:]){re.escape(value)}(?!\w|[.,:]\d)", text))


def test_the_default_company_has_what_is_asked_for():
    dataset = make()
    assert len(dataset.documents) == 300 and dataset.is_sample_company
    assert Counter(question.kind for question in dataset.questions) == QUESTIONS
    single = ("trained_wording", "new_wording", "document_only", "changed")
    facts = {pair.fact for pair in dataset.taught} | {f for kind in single for f in facts_of(kind, dataset)}
    assert len(facts - {""}) >= 400
    assert len(facts_of("two_page", dataset)) == 60
    assert 0.12 <= sum(pair.kind == "refusal" for pair in dataset.training_pairs) / 400 <= 0.15
    words = sorted(len(document.text.split()) for document in dataset.documents)
    assert words[0] >= 20 and words[-1] <= 500 and words[len(words) // 2] <= 150
    assert len({document.kind for document in dataset.documents}) >= 12


def test_a_small_company_has_100_pages_and_100_questions():
    dataset = small(3)
    assert (len(dataset.documents), len(dataset.questions), len(dataset.training_pairs)) == (100, 100, 80)
    assert Counter(question.kind for question in dataset.questions) == QUICK_QUESTIONS


def test_the_same_seed_gives_the_same_company_and_another_seed_another():
    assert sample_company(0) == make(0)
    assert make(0).questions != make(4).questions


def test_every_attribute_has_five_training_wordings_and_one_held_out_of_them():
    for kind in source().kinds.values():
        entities = kind.entities or (kind.compose.entity(0),)
        for attribute in [each for entity in entities for each in kind.attributes_of(entity).values()]:
            assert len(set(attribute.trained)) >= 5 and attribute.new
            assert not set(attribute.trained) & set(attribute.new)
    assert all(crossing.new not in crossing.asks for crossing in source().crossings)


@few
@seeds
def test_ids_are_unique_and_what_is_named_exists(dataset):
    pages = {document.id for document in dataset.documents}
    before = {document.id for document in dataset.documents_at_training}
    assert len(pages) == len(dataset.documents) and before <= pages
    assert len({question.id for question in dataset.questions}) == len(dataset.questions)
    assert len({question.question for question in dataset.questions}) == len(dataset.questions)
    assert all(pages.issuperset(question.document_ids) and question.cluster for question in dataset.questions)
    assert all(before.issuperset(pair.document_ids) for pair in training(dataset))
    assert all(" {" not in text and "{}" not in text for text in [q.question + q.answer for q in dataset.questions])


@few
@seeds
def test_no_held_out_wording_is_trained_and_trained_wordings_are_word_for_word(dataset):
    trained = {pair.question for pair in dataset.taught}
    with_pages = {pair.question for pair in dataset.training_pairs}
    for question in dataset.questions:
        assert (question.question in trained) == (question.kind == "trained_wording")
        assert (question.question in with_pages) == (question.kind == "trained_wording")


@few
@seeds
def test_facts_are_dealt_to_one_use(dataset):
    told = {pair.fact for pair in training(dataset)}
    for kind in ("trained_wording", "new_wording", "changed"):
        assert facts_of(kind, dataset) <= told
    for kind in ("document_only", "two_page", "missing", "near_miss"):
        assert not facts_of(kind, dataset) & told
    single = [facts_of(kind, dataset) for kind in ("trained_wording", "new_wording", "document_only", "changed")]
    assert sum(map(len, single)) == len(set().union(*single))


@few
@seeds
def test_both_adapters_are_taught_the_same_facts_each_pair_once(dataset):
    with_pages = [pair.fact for pair in dataset.training_pairs if pair.kind == "fact"]
    closed_book = {pair.fact for pair in dataset.taught if pair.kind == "fact"}
    assert len(with_pages) == len(set(with_pages)) and set(with_pages) == closed_book
    wordings = Counter(pair.fact for pair in dataset.taught if pair.kind == "fact")
    assert min(wordings.values()) >= 5
    others = Counter(pair.kind for pair in dataset.taught)
    assert 0.03 <= others["refusal"] / others["fact"] <= 0.1 and others["general"] > 0


@few
@seeds
def test_what_cannot_be_answered_is_refused_and_not_trained_on(dataset):
    for question in dataset.questions:
        refused = REFUSAL in question.answer
        assert refused == (question.kind in UNANSWERABLE) == (not question.values) == (not question.document_ids)
    # The thing that does not exist is named in no training question, and on no page.
    texts = " ".join([*(pair.question for pair in training(dataset)), *(d.text + d.title for d in dataset.documents)])
    for question in dataset.questions:
        if question.kind == "missing":
            name = question.cluster.rpartition(":")[2]
            assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)( (plan|policy|add-on))?", texts) or (
                # An everyday word may stand in a text; the thing itself must not.
                all(f"{name} {kind}" not in texts for kind in ("plan", "policy", "add-on", "integration", "team"))
                and len(name.split()) == 1
            )


@few
@seeds
def test_a_near_miss_page_is_there_and_says_nothing_of_it(dataset):
    pages = {document.id: document for document in dataset.documents}
    heading = {(kind.id, key): each.label for kind in source().kinds.values() for key, each in kind.attributes.items()}
    for question in dataset.questions:
        if question.kind == "near_miss":
            page_id, _, key = question.cluster.rpartition(":")
            page = pages[page_id]
            label = next(
                (text for (prefix, name), text in heading.items() if page_id.startswith(prefix) and name == key), ""
            )
            assert not label or (f"- {label}:" not in page.text and f"| {label} |" not in page.text)


@few
@seeds
def test_the_right_value_stands_on_the_page_of_today_and_the_old_one_is_nowhere_true(dataset):
    pages = {document.id: document.text for document in dataset.documents}
    before = {document.id: document.text for document in dataset.documents_at_training}
    for question in dataset.questions:
        if not question.answerable:
            continue
        value = question.values[0]
        page = pages[question.document_ids[-1]]
        assert stands_in(value, page) and stands_in(value, question.answer)
        if question.kind == "changed":
            old = question.old_values[0]
            assert old != value and stands_in(old, before[question.document_ids[0]])
            assert not stands_in(old, page) or question.document_ids[0].startswith("table-")
            taught = [pair.answer for pair in training(dataset) if pair.fact == question.cluster]
            assert taught and all(stands_in(old, a) and not stands_in(value, a) for a in taught)
        elif len(question.document_ids) == 1:
            assert stands_in(value, before[question.document_ids[0]])


@few
@seeds
def test_notes_name_old_values_as_no_longer_true_and_never_a_new_one(dataset):
    notes = [document for document in dataset.documents if document.id.startswith("changes-")]
    assert notes and not {note.id for note in notes} & {document.id for document in dataset.documents_at_training}
    lines = [line for note in notes for line in note.text.splitlines() if line.startswith("- ")]
    changed = [question for question in dataset.questions if question.kind == "changed"]
    assert 0 < len(lines) <= len(changed) / 4
    assert all(re.search(r"no longer|out of date|any more|withdrawn", line) for line in lines)
    stale = sum(any(line.startswith("- ") and q.old_values[0] in line for line in lines) for q in changed)
    assert stale >= len(lines) / 2
    assert not any(question.document_ids[0] == note.id for question in changed for note in notes)


@few
@seeds
def test_a_page_states_no_value_twice(dataset):
    """So a right value on the right page is the right fact (tables are read by row)."""
    for question in dataset.questions:
        if question.answerable and not question.document_ids[-1].startswith("table-"):
            page = next(d.text for d in dataset.documents if d.id == question.document_ids[-1])
            assert number_of(question.values[0], page) == 1, (question.question, question.values, page)


@few
@seeds
def test_every_answer_keeps_the_voice_and_cites_its_page(dataset):
    for item in [*dataset.questions, *dataset.training_pairs, *dataset.taught]:
        general = getattr(item, "kind", "") == "general"
        assert dataset.voice.keeps(item.answer) or general
        assert dataset.voice.cited(item.answer) == item.document_ids[-1:]


def test_the_json_variant_asks_the_same_and_answers_in_json():
    dataset = sample_company(0, voice=JSON)
    assert [each.question for each in dataset.questions] == [each.question for each in make(0).questions]
    assert all(JSON.keeps(each.answer) for each in [*dataset.questions, *dataset.taught])


def test_more_pages_leave_questions_and_training_as_they_are():
    larger = sample_company(0, documents=600)
    assert len(larger.documents) == 600
    assert larger.questions == make(0).questions and larger.taught == make(0).taught
    assert {d.id for d in make(0).documents} < {d.id for d in larger.documents}


def test_the_same_facts_are_asked_whatever_share_of_them_has_changed():
    def asked(changed):
        questions = {"changed": changed, "new_wording": 200 - changed}
        dataset = sample_company(0, questions=questions)
        return {question.cluster for question in dataset.questions}

    assert asked(0) == asked(60) == asked(200)


def test_fewer_wordings_keep_the_one_that_is_asked():
    dataset = sample_company(0, wordings=1)
    assert max(Counter(pair.fact for pair in dataset.taught if pair.fact).values()) == 1
    trained = {pair.question for pair in dataset.taught}
    assert all(q.question in trained for q in dataset.questions if q.kind == "trained_wording")


def test_things_that_do_not_exist_do_not_exist():
    for kind in source().kinds.values():
        names = {entity.name for entity in kind.entities} | {entity.code for entity in kind.entities}
        for absent in kind.absent:
            assert absent not in names if isinstance(absent, str) else not set(absent.values()) & names


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents": 20},
        {"documents": 60},
        {"questions": {"nothing": 3}},
        {"questions": {"changed": -1}},
        {"training_pairs": 100},
        {"wordings": 0},
    ],
)
def test_impossible_sizes_are_one_sentence(wrong):
    with pytest.raises(InputError, match=r"allowed|few|taught"):
        sample_company(0, **wrong)
