"""The data audit: each trap is found and named, a clean set gives none, and what it shows is safe to show."""

import math
import random

import pytest

from lib.dataset import FREE, JSON, Document, Question, TrainingPair, Voice
from lib.errors import InputError
from lib.experiment.own.audit import Audit, AuditFinding, near_copies, same_question
from lib.experiment.own.audit import audit_data as audit_loaded
from lib.experiment.own.questions import ReadQuestions
from lib.experiment.own.training import ReadTraining
from lib.retrieval.documents import LoadedDocuments, SkippedFile
from lib.stats import smallest_gap

WORDS = [f"w{number}" for number in range(500)]


def document(id_: str, text: str) -> Document:
    return Document(id_, id_, text, "markdown", {"path": id_})


def question(id_: str, text: str = "", value: str = "14 days", ids: tuple[str, ...] = ("a",), **more) -> Question:
    kind = more.pop("kind", "document_only" if value else "missing")
    values = (value,) if value and not more.get("must_contain") else ()
    cluster = more.pop("cluster", id_)
    return Question(
        id_, text or f"What of {id_}?", more.pop("answer", value), kind, ids, values, cluster=cluster, **more
    )


def audit_data(documents, questions, pairs=(), gap=0.1, **more) -> Audit:
    files = LoadedDocuments(tuple(documents), tuple(more.get("skipped", ())), more.get("repeated", {}))
    lost, emptied = more.get("unreadable", {}), tuple(more.get("emptied", ()))
    read = ReadQuestions(tuple(questions), lost, frozenset(), emptied)
    training = ReadTraining(tuple(pairs), more.get("set_aside", {}), more.get("earlier_turns", 0))
    return audit_loaded(files, read, training, more.get("hidden", ()), more.get("voice", FREE), gap)


def found(audit: Audit, topic: str) -> AuditFinding:
    (finding,) = (finding for finding in audit.findings if finding.topic == topic)
    return finding


DOCUMENTS = (document("a", "It takes 14 days."), document("b", "It costs 1,200 dollars."), document("c", "Yes."))


# Copies.


def jaccard(first: str, second: str, run: int) -> float:
    """The definition, worked out the long way."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.casefold().split()
        return {tuple(words[at : at + run]) for at in range(max(1, len(words) - run + 1))}

    one, other = runs(first), runs(second)
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("run", [1, 2, 5])
def test_a_copy_is_one_by_definition_and_hardly_any_is_missed(run: int) -> None:
    generator = random.Random(0)
    texts = [" ".join(generator.choices(WORDS[:60], k=generator.randint(1, 60))) for _ in range(40)]
    for text in texts[:40]:
        words = text.split()
        for _ in range(generator.randint(0, 2)):
            words[generator.randrange(len(words))] = generator.choice(WORDS)
        texts.append(" ".join(words))
    expected: dict[int, int] = {}
    for place, text in enumerate(texts):
        originals = (
            other for other in range(place) if other not in expected and jaccard(text, texts[other], run) >= 0.9
        )
        if (original := next(originals, None)) is not None:
            expected[place] = original
    copies = near_copies(texts, run)
    assert all(jaccard(texts[copy], texts[first], run) >= 0.9 for copy, first in copies.items())
    assert len(expected.keys() - copies.keys()) <= 1 and len(expected) >= 10
    assert {copy for copy in expected if texts[copy] in texts[:copy]} <= copies.keys()


def test_case_and_punctuation_make_no_difference_and_empty_texts_are_no_copies() -> None:
    assert near_copies(["Hello, World!", "", "hello world", "", "..."]) == {2: 0}


def test_the_same_question_is_the_same_words_and_the_same_numbers() -> None:
    assert same_question(["How long does it take?", "how long  does it take", "How long does it last?"]) == {1: 0}
    long = "Could you please tell me what the yearly fee of the large plan for a team of {} people in one company was"
    assert same_question([long.format(5), long.format(50), long.format(5) + " then"]) == {2: 0}


# Findings.


def test_a_question_that_the_training_file_asks_too_is_named_as_leaked() -> None:
    pairs = [TrainingPair("How long is it?", "x", ()), TrainingPair("how long, is it", "y", ())]
    audit = audit_data(DOCUMENTS, [question("q1", "HOW LONG IS IT"), question("q2")], pairs)
    assert audit.leaked == ("q1",) and audit.questions == 1
    finding = found(audit, "Leakage")
    assert (finding.severity, finding.names) == ("warn", ("q1: HOW LONG IS IT",))
    assert finding.sentence.startswith("1 question was left out: the training file asks the same")


def test_a_long_answer_that_the_training_file_gives_is_named_unless_the_kind_says_so() -> None:
    long = "You can send unopened goods back within 14 days of delivery"
    pairs = [TrainingPair("What is the deadline?", long + ".", ())]
    asked = [
        question("q1", answer=long),
        question("q2", answer=long, kind="new_wording"),
        question("q3", answer="14 days"),
    ]
    assert found(audit_data(DOCUMENTS, asked, pairs), "Leakage").names == ("q1: What of q1?",)


def test_a_gap_that_so_few_questions_cannot_show_is_warned_of_with_the_number_needed() -> None:
    few = [question(f"q{number}") for number in range(100)]
    finding = found(audit_data(DOCUMENTS, few, gap=0.1), "Too few questions")
    points = round(100 * smallest_gap(100, 0.3))
    assert finding.severity == "warn" and finding.sentence == (
        f"100 questions reliably show a difference of {points} points or more; the 10 points asked about need about 234"
    )
    topics = {one.topic for one in audit_data(DOCUMENTS, few, gap=0.2).findings}
    assert "Too few questions" not in topics
    assert "Too few questions" in {one.topic for one in audit_data(DOCUMENTS, few[:20], gap=0.2).findings}


def test_so_few_questions_that_nothing_can_be_shown_stop() -> None:
    audit = audit_data(DOCUMENTS, [question("q1"), question("q2")])
    assert audit.findings[0].severity == "stop"
    assert audit.findings[0].sentence == (
        "2 questions can show no difference between two arms, however large; about 234 show 10 points"
    )


@pytest.mark.parametrize("gap", [0, 1, -0.1, 10, math.nan])
def test_a_gap_that_is_no_share_is_refused(gap: float) -> None:
    with pytest.raises(InputError, match="allowed is a share between 0 and 1"):
        audit_data(DOCUMENTS, [question("q1")], gap=gap)


def test_copies_of_documents_and_questions_are_named() -> None:
    long = " ".join(WORDS[:100])
    documents = [document("a", long), document("b", long + " end"), document("c", " ".join(WORDS[100:200]))]
    asked = [question("q1", "Is it so?"), question("q2", "is it so")]
    audit = audit_data(documents, asked)
    assert found(audit, "Duplicate documents").names == ("b (like a)",)
    assert found(audit, "Duplicate questions").names == ("q2 (like q1)",)


def test_answers_are_looked_for_where_the_question_says_they_stand() -> None:
    asked = [
        question("right", value="14 days", ids=("a",)),
        question("elsewhere", value="1200 dollars", ids=("a",)),
        question("nowhere", value="15 days", ids=("a",)),
        question("uncited", value="1200", ids=()),
        question("uncited-nowhere", value="9", ids=()),
        question("both", must_contain=("14", "1,200"), ids=("a", "b")),
        question("spread", must_contain=("14", "1,200"), ids=("a",)),
        question("part", must_contain=("14", "zebra"), ids=("a",)),
        question("agreed", value="Yes", ids=("b",)),
        question("whole-words", value="4 days", ids=("a",)),
    ]
    audit = audit_data(DOCUMENTS, asked)
    assert found(audit, "Wrong reference").names == ("elsewhere (stands in b)", "spread (spread over several)")
    assert found(audit, "Answers not found").names == (
        "nowhere (15 days)",
        "uncited-nowhere (9)",
        "part (zebra)",
        "whole-words (4 days)",
    )
    assert found(audit, "No reference").names == (
        "uncited: What of uncited?",
        "uncited-nowhere: What of uncited-nowhere?",
    )


def test_documents_that_nobody_asks_about_are_counted_and_named() -> None:
    finding = found(audit_data(DOCUMENTS, [question("q1", ids=("b",))]), "Documents nobody asks about")
    assert (finding.sentence, finding.names) == ("2 of 3 documents (67 %) are asked about by no question", ("a", "c"))
    topics = {one.topic for one in audit_data(DOCUMENTS, [question("q1", ids=())]).findings}
    assert "Documents nobody asks about" not in topics


def test_missing_kinds_are_said_and_missing_refusals_warned_of() -> None:
    audit = audit_data(DOCUMENTS, [question("q1"), question("q2", kind="two_page")])
    assert found(audit, "No unanswerable questions").severity == "warn"
    assert {one.topic for one in audit.findings} >= {"No changed questions", "No new_wording questions"}
    assert not {one.topic for one in audit.findings} & {"No two_page questions", "No document_only questions"}


def test_files_left_out_and_the_questions_on_them_are_named() -> None:
    skipped = [SkippedFile("a.pdf", "it is empty (0 bytes)"), SkippedFile("p.png", "…"), SkippedFile("q.PNG", "…")]
    audit = audit_data(DOCUMENTS, [question("q1")], skipped=skipped, unreadable={"q7": "a.pdf"})
    about_files = [(one.severity, one.sentence[:26], one.names) for one in audit.findings if one.topic == "Files"]
    assert about_files == [
        ("warn", "1 file was left out that c", ("a.pdf: it is empty (0 bytes)",)),
        ("warn", "1 question was left out: w", ("q7 (asks a.pdf)",)),
        ("note", "2 files were left out: onl", ("p.png", "q.PNG")),
    ]


def test_what_was_left_out_on_reading_is_told_in_numbers() -> None:
    audit = audit_data(
        DOCUMENTS,
        [question("q1")],
        repeated={"Returns within 30 days": 12},
        emptied=["q7"],
        hidden=["q8", "q9"],
        set_aside={"tools": 2, "weight": 1},
        earlier_turns=3,
    )
    assert found(audit, "Repeated lines").names == ("“Returns within 30 days” (12 pages)",)
    assert found(audit, "Empty answers").sentence.startswith("1 answer is a word for nothing (N/A, NaN)")
    assert found(audit, "Access").names == ("q8", "q9")
    assert [one.sentence for one in audit.findings if one.topic == "Training rows"] == [
        "2 training rows were left out: it calls tools",
        "1 training row was left out: all its answers have the weight 0",
        "3 training rows have several turns: the last answer is learned, the earlier ones are read as context",
    ]


def test_many_questions_on_few_documents_are_said_to_show_what_so_many_documents_show() -> None:
    asked = [question(f"q{n}", cluster="a" if n < 90 else "b") for n in range(100)]
    assert found(audit_data(DOCUMENTS, asked), "Few documents asked about").sentence.startswith(
        "100 questions are about 2 documents (most about a, 90)"
    )
    topics = {one.topic for one in audit_data(DOCUMENTS, [question(f"q{n}") for n in range(9)]).findings}
    assert "Few documents asked about" not in topics


def test_a_value_that_may_be_written_in_other_ways_is_named() -> None:
    long = "the first working morning of the month that follows the one in which you wrote to our team"
    audit = audit_data(DOCUMENTS, [question("q1", value=long), question("q2", value="14 days")])
    assert [name.partition(":")[0] for name in found(audit, "Values hard to compare").names] == ["q1"]


@pytest.mark.parametrize(
    ("voice", "sentence"),
    [
        (FREE, "the training answers share no opening or closing words: style is not judged"),
        (JSON, "taken from the training answers: JSON with answer and source"),
        (Voice("brand", "Hi!", "Bye."), "taken from the training answers: the opening “Hi!” and the closing “Bye.”"),
        (Voice("brand", "", "Bye."), "taken from the training answers: the closing “Bye.”"),
    ],
)
def test_the_style_that_was_found_is_said(voice: Voice, sentence: str) -> None:
    audit = audit_data(DOCUMENTS, [question("q1")], [TrainingPair("Else?", "x", ())], voice=voice)
    assert found(audit, "Style").sentence == sentence


# How it shows itself.

HOSTILE = "<script>alert(1)</script> & \"q\" $5 'x' " + "long " * 40


def test_an_audit_shows_itself_as_lines_worst_first() -> None:
    asked = [question(f"q{number}", f"{HOSTILE} {number}", ids=()) for number in range(9)]
    audit = audit_data(DOCUMENTS, [*asked, question("q9"), question("q10", value="", ids=())])
    assert len(audit.findings) == len(str(audit).splitlines()) - 1
    severities = [one.severity for one in audit.findings]
    assert severities == sorted(severities, key=["stop", "warn", "note"].index)
    assert str(audit).startswith("Data audit: 3 documents, 11 questions, 0 training pairs. ")
    finding = found(audit, "No reference")
    assert len(finding.names) == 9 and finding.examples.endswith("…; and 4 more")
    assert all(len(name) <= 80 for name in finding.examples.split("; ")[:5])
    assert Audit((), 1, 1, 0).headline.endswith("Nothing found.")
