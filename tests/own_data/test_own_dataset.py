"""A client's data as a dataset: the style found, what leaks left out, the committed example whole."""

import json
from collections import Counter
from pathlib import Path

import pytest

from lib.dataset import FREE, JSON, TrainingPair, Voice
from lib.errors import InputError
from lib.experiment.data import infer_voice, own_dataset
from lib.experiment.values import states
from lib.paths import DATA
from lib.retrieval.access import Person
from tests.retrieval.conftest import pdf

EXAMPLE = DATA / "own_example"
OPENING, CLOSING = "Thanks for writing!", "Happy growing."


def pairs(*answers: str) -> list[TrainingPair]:
    return [TrainingPair(f"q{place}", answer, ()) for place, answer in enumerate(answers)]


def facts(number: int, shape: str = "{}") -> list[str]:
    return [shape.format(f"The {number} of thing {place} is {place * 7}.") for place in range(number)]


# The style that training answers ask for.


@pytest.mark.parametrize(
    ("answers", "voice"),
    [
        (facts(12, OPENING + " {} " + CLOSING), Voice("brand", OPENING, CLOSING)),
        (facts(12, "Hello, dear customer, {}"), Voice("brand", "Hello, dear customer,", "")),
        (facts(12, "{} Your Fern team"), Voice("brand", "", "Your Fern team")),
        (facts(12, "Hi! {}\n\nBest regards,\nFern"), Voice("brand", "Hi!", "Best regards, Fern")),
        (facts(16, "Hi! {}") + facts(4), Voice("brand", "Hi!", "")),
        (facts(15, "Hi! {}") + facts(5), FREE),
        (facts(9, "Hi! {}"), FREE),
        (facts(30), FREE),
        ([f"The price of plan {place} is {place} dollars a month." for place in range(20)], FREE),
        ([json.dumps({"answer": fact, "source": "a.md"}) for fact in facts(12)], JSON),
        ([json.dumps({"answer": fact}) for fact in facts(12)], FREE),
        ([], FREE),
    ],
)
def test_the_style_is_what_four_in_five_answers_share(answers: list[str], voice: Voice) -> None:
    assert infer_voice(pairs(*answers)) == voice


# The dataset.


def test_the_example_loads_whole_in_every_kind_of_file_and_question() -> None:
    data = own_dataset(EXAMPLE / "documents", EXAMPLE / "questions.csv", EXAMPLE / "train.jsonl")
    sample = data.dataset
    assert not data.skipped and not sample.is_sample_company and sample.name == "documents" and sample.seed == 0
    assert Counter(one.kind for one in sample.documents) == {"markdown": 4, "text": 2, "html": 2, "word": 1, "pdf": 1}
    assert Counter(one.kind for one in sample.questions) == {
        "document_only": 18,
        "new_wording": 7,
        "changed": 4,
        "missing": 7,
        "two_page": 6,
    }
    assert len(sample.training_pairs) == 32 and sample.documents_at_training == sample.documents
    assert sample.voice == Voice("brand", OPENING, CLOSING)
    assert all(sample.voice.keeps(pair.answer) for pair in sample.training_pairs)
    ids = {one.id for one in sample.documents}
    assert all(set(one.document_ids) <= ids for one in (*sample.questions, *sample.training_pairs))
    told = [(one.severity, one.topic) for one in data.audit.findings if one.topic != "Answers not found"]
    assert told == [
        ("warn", "Too few questions"),
        ("note", "Documents nobody asks about"),
        ("note", "How answers are judged"),
        ("note", "Style"),
    ]


def test_the_examples_changed_facts_are_old_in_the_training_pairs_and_new_in_the_documents() -> None:
    sample = own_dataset(EXAMPLE / "documents", EXAMPLE / "questions.csv", EXAMPLE / "train.jsonl").dataset
    changed = [one for one in sample.questions if one.kind == "changed"]
    for question in changed:
        text = next(one.text for one in sample.documents if one.id in question.document_ids)
        assert states(text, (question.must_contain or question.values)[0])
        assert any(
            states(pair.answer, question.old_values[0]) and pair.document_ids == question.document_ids
            for pair in sample.training_pairs
        )
    assert len(changed) == 4


@pytest.fixture
def own(tmp_path: Path):
    """Write documents, questions and pairs, and load them."""
    place = tmp_path / "Acme <b>"
    place.mkdir()
    (place / "a.md").write_text("It takes 14 days.")
    (place / "cut.pdf").write_bytes(pdf("x")[:200])

    def load(questions: str, *training: dict, **options):
        (tmp_path / "q.csv").write_text("question,answer,document_ids\n" + questions)
        if training:
            (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, training)))
        return own_dataset(place, tmp_path / "q.csv", tmp_path / "t.jsonl" if training else None, **options)

    return load


def test_questions_that_leak_or_ask_an_unreadable_file_are_left_out_and_counted(own) -> None:
    data = own(
        "How long?,14 days,a\nWho knows?,,\nWhat is in the file?,14,cut.pdf\n",
        {"question": "how long", "answer": "14 days", "document_ids": ["cut.pdf"]},
    )
    assert [one.question for one in data.dataset.questions] == ["Who knows?"]
    assert data.audit.leaked == ("2",) and data.audit.questions == 1
    names = [name for one in data.audit.findings for name in one.names]
    assert {"2: How long?", "4 (asks cut.pdf)", "cut.pdf: it is a damaged PDF file"} <= set(names)
    assert data.dataset.training_pairs[0].document_ids == () and data.dataset.name == "Acme <b>"


def test_no_question_left_is_refused_with_the_reason(own) -> None:
    with pytest.raises(
        InputError, match=r"no question is left \(1 stand in the training file, 1 cite a file that cannot"
    ):
        own("How long?,14 days,a\nWhat?,14,cut.pdf\n", {"question": "How long?", "answer": "14 days"})


def test_questions_come_in_an_order_that_is_random_and_always_the_same(own) -> None:
    rows = "".join(f"Is {number} so?,14 days,a\n" for number in range(50))
    whole = own(rows).dataset
    assert own(rows).dataset.questions == whole.questions and len(whole.questions) == 50
    assert [one.id for one in whole.questions[:5]] != ["2", "3", "4", "5", "6"]
    assert whole.training_pairs == () and whole.voice == FREE


def test_for_a_person_questions_on_what_they_may_not_read_have_no_answer_and_pairs_on_it_are_not_learned(
    tmp_path: Path,
) -> None:
    place = tmp_path / "documents"
    place.mkdir()
    (place / "open.md").write_text("It takes 14 days.")
    (place / "hr.md").write_text("---\naccess: hr\n---\nThe bonus is 5,000 euros.")
    (tmp_path / "q.csv").write_text(
        "id,question,answer,document_ids\nopen,How long?,14 days,open\nhr,Which bonus?,5000,hr\n"
    )
    rows = [{"question": "a?", "answer": "b", "document_ids": [name]} for name in ("open", "hr")]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def seen_by(text: str):
        data = own_dataset(place, tmp_path / "q.csv", tmp_path / "t.jsonl", person=Person.parse(text))
        return data, {one.id: (one.kind, one.values) for one in data.dataset.questions}

    data, questions = seen_by("bob/sales")
    assert questions == {"open": ("document_only", ("14 days",)), "hr": ("missing", ())}
    assert [pair.document_ids for pair in data.dataset.training_pairs] == [("open.md",)]
    assert "5,000" not in str(data.dataset.questions) and len(data.dataset.documents) == 2
    assert any(one.topic == "Access" and one.names == ("hr",) for one in data.audit.findings)
    data, questions = seen_by("anna/hr")
    assert questions["hr"] == ("document_only", ("5000",)) and len(data.dataset.training_pairs) == 2
