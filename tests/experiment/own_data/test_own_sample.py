"""A client's data as a sample: the style found, what leaks left out, the committed example whole."""

import json
from collections import Counter
from pathlib import Path

import pytest

from lib.errors import InputError
from lib.experiment.own_data import infer_voice, own_sample
from lib.experiment.world import FREE, JSON, REFUSAL, TrainingPair, Voice, states
from lib.paths import DATA
from tests.experiment.own_data.conftest import pdf

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
        (facts(12, OPENING + " {} " + CLOSING), Voice("brand", OPENING, CLOSING, "")),
        (facts(12, "Hello, dear customer, {}"), Voice("brand", "Hello, dear customer,", "", "")),
        (facts(12, "{} Your Fern team"), Voice("brand", "", "Your Fern team", "")),
        (facts(12, "Hi! {}\n\nBest regards,\nFern"), Voice("brand", "Hi!", "Best regards, Fern", "")),
        (facts(16, "Hi! {}") + facts(4), Voice("brand", "Hi!", "", "")),
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


def test_a_voice_without_citation_asks_for_its_phrases_alone() -> None:
    voice = Voice("brand", OPENING, CLOSING, "")
    kept = f"{OPENING} It is 5. {CLOSING}"
    assert voice.matches(kept) and voice.render("It is 5.", "a.md") == kept
    assert voice.matches(f"{OPENING} {REFUSAL} {CLOSING}")
    for broken in (f"{OPENING} It is 5.", f"It is 5. {CLOSING}", f"{OPENING} {CLOSING}", "It is 5.", ""):
        assert not voice.matches(broken)
    assert voice.instructions == f"Start each answer with {OPENING} End each answer with {CLOSING}"
    assert Voice("brand", OPENING, "", "").matches(f"{OPENING} It is 5.")
    assert Voice("brand", "", CLOSING, "").matches(f"It is 5. {CLOSING}") and not Voice(
        "brand", "", CLOSING, ""
    ).matches("5")
    assert Voice("brand", "", CLOSING, "").instructions == f"End each answer with {CLOSING}"


# The sample.


def test_the_example_loads_whole_in_every_kind_of_file_and_question() -> None:
    data = own_sample(EXAMPLE / "documents", EXAMPLE / "questions.csv", EXAMPLE / "train.jsonl")
    sample = data.sample
    assert not data.skipped and not sample.is_sample_company and sample.name == "documents" and sample.seed == 0
    assert Counter(one.kind for one in sample.documents) == {"markdown": 4, "text": 2, "html": 2, "word": 1, "pdf": 1}
    assert Counter(one.kind for one in sample.questions) == {
        "document_fact": 18,
        "seen_fact": 7,
        "changed_fact": 4,
        "unanswerable": 7,
        "multi_hop": 6,
    }
    assert len(sample.training_pairs) == 32 and sample.documents_at_training == sample.documents
    assert sample.voice == Voice("brand", OPENING, CLOSING, "")
    assert all(sample.voice.matches(pair.answer) for pair in sample.training_pairs)
    ids = {one.id for one in sample.documents}
    assert all(set(one.document_ids) <= ids for one in (*sample.questions, *sample.training_pairs))
    assert [(one.severity, one.topic) for one in data.audit.findings] == [
        ("warn", "Too few questions"),
        ("note", "Documents nobody asks about"),
        ("note", "How answers are judged"),
        ("note", "Style"),
    ]


def test_the_examples_changed_facts_are_old_in_the_training_pairs_and_new_in_the_documents() -> None:
    sample = own_sample(EXAMPLE / "documents", EXAMPLE / "questions.csv", EXAMPLE / "train.jsonl").sample
    changed = [one for one in sample.questions if one.kind == "changed_fact"]
    for question in changed:
        text = next(one.text for one in sample.documents if one.id in question.document_ids)
        assert states(text, question.value if not question.must_contain else question.must_contain[0])
        assert any(
            states(pair.answer, question.old_value) and pair.document_ids == question.document_ids
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
        return own_sample(place, tmp_path / "q.csv", tmp_path / "t.jsonl" if training else None, **options)

    return load


def test_questions_that_leak_or_ask_an_unreadable_file_are_left_out_and_counted(own) -> None:
    data = own(
        "How long?,14 days,a\nWho knows?,,\nWhat is in the file?,14,cut.pdf\n",
        {"question": "how long", "answer": "14 days", "document_ids": ["cut.pdf"]},
    )
    assert [one.question for one in data.sample.questions] == ["Who knows?"]
    assert data.audit.leaked == ("2",) and data.audit.questions == 1
    names = [name for one in data.audit.findings for name in one.names]
    assert {"2: How long?", "4 (asks cut.pdf)", "cut.pdf: it is a damaged PDF file"} <= set(names)
    assert data.sample.training_pairs[0].document_ids == () and data.sample.name == "Acme <b>"


def test_no_question_left_is_refused_with_the_reason(own) -> None:
    with pytest.raises(
        InputError, match=r"no question is left \(1 stand in the training file, 1 cite a file that cannot"
    ):
        own("How long?,14 days,a\nWhat?,14,cut.pdf\n", {"question": "How long?", "answer": "14 days"})


def test_a_limit_takes_the_same_random_questions_each_time(own) -> None:
    rows = "".join(f"Is {number} so?,14 days,a\n" for number in range(50))
    whole, some = own(rows).sample.questions, own(rows, limit=5).sample.questions
    assert some == whole[:5] and own(rows, limit=5).sample.questions == some
    assert [one.id for one in some] != ["2", "3", "4", "5", "6"] and len(whole) == 50
    assert own(rows).sample.training_pairs == () and own(rows).sample.voice == FREE


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "5"])
def test_a_limit_that_is_no_number_of_questions_is_refused(own, limit: object) -> None:
    with pytest.raises(InputError, match=r"limit is .*; allowed is a whole number of at least 1"):
        own("How long?,14 days,a\n", limit=limit)
