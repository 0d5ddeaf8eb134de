"""Reading questions: any spreadsheet's CSV, one clear sentence for each mistake."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.dataset import REFUSAL, Document, Question, Voice
from lib.errors import InputError
from lib.experiment.own.questions import key_parts, read_questions, short
from lib.experiment.own.tables import Row, Text, read_rows

DOCUMENTS = (
    Document("handbook/refunds.md", "Refunds", "Refunds take 14 days.", "markdown", {"path": "handbook/refunds.md"}),
    Document(
        "handbook/price-list.pdf", "Prices", "The Basic plan costs EUR 49.", "pdf", {"path": "handbook/price list.pdf"}
    ),
    Document("terms.md", "Terms", "Receipts may be lost.", "markdown", {"path": "terms.md"}),
)
HEADING = "id,question,answer,kind,document_ids,must_contain\n"


@pytest.fixture
def questions(tmp_path: Path):
    def load(content: str | bytes, name: str = "questions.csv", voice: Voice | None = None) -> tuple[Question, ...]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_questions(path, DOCUMENTS, (), *([voice] if voice else [])).questions

    return load


def sentence(load, *arguments) -> str:
    with pytest.raises(InputError) as error:
        load(*arguments)
    words = str(error.value)
    assert "\n" not in words and words.endswith((".", "?"))
    return words.partition(": ")[2]


def test_a_full_row_becomes_a_question(questions) -> None:
    row = "r1,How long?,Refunds take 14 days.,new_wording,handbook/refunds.md;terms.md,14 days; refund\n"
    assert questions(HEADING + row) == (
        Question(
            id="r1",
            question="How long?",
            answer="Refunds take 14 days.",
            kind="new_wording",
            document_ids=("handbook/refunds.md", "terms.md"),
            must_contain=("14 days", "refund"),
            cluster="handbook/refunds.md + terms.md",
        ),
    )


def test_only_question_and_answer_are_needed(questions) -> None:
    first, second = questions("Question , ANSWER\nHow much?,EUR 49.\nWho?,\n")
    assert first == Question("2", "How much?", "EUR 49.", "document_only", values=("EUR 49",), cluster="2")
    assert second == Question("3", "Who?", REFUSAL, "missing", cluster="3") and not second.answerable


def test_a_written_refusal_means_that_it_cannot_be_known(questions) -> None:
    assert questions("question,answer\nWho?,i do not know\n")[0].kind == "missing"


@pytest.mark.parametrize(("name", "kind"), [("two page", "two_page"), ("Changed", "changed")])
def test_a_kind_may_be_written_with_blanks_and_capitals(questions, name: str, kind: str) -> None:
    assert questions(f"question,answer,kind\nx,y,{name}\n")[0].kind == kind


@pytest.mark.parametrize("value", ["N/A", "n/a", "#N/A", "NaN", "nan", "null", "<NA>"])
def test_a_word_for_nothing_means_that_nobody_can_know_it_and_is_told(tmp_path: Path, value: str) -> None:
    path = tmp_path / "q.csv"
    path.write_text(f"id,question,answer\na,Who?,{value}\nb,What?,\nc,Where?,NA\nd,Which?,None\n")
    read = read_questions(path, DOCUMENTS)
    assert [question.kind for question in read.questions] == ["missing", "missing", "document_only", "document_only"]
    assert [question.values for question in read.questions[2:]] == [("NA",), ("None",)] and read.emptied == ("a",)


def test_a_number_that_is_none_means_the_same_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "a", "question": "q", "answer": NaN}\n{"id": "b", "question": "r", "answer": null}\n')
    read = read_questions(path, DOCUMENTS)
    assert [question.kind for question in read.questions] == ["missing", "missing"] and read.emptied == ("a",)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_line_with_which_excel_names_its_separator_is_no_heading(questions, separator: str, end: str) -> None:
    rows = [f"sep={separator}", separator.join(["question", "answer"]), separator.join(["How long?", "14 days"])]
    (found,) = questions(end.join(rows) + end)
    assert (found.id, found.question, found.answer) == ("3", "How long?", "14 days")


def test_any_one_of_several_right_answers_counts(questions) -> None:
    (listed,) = questions(json.dumps({"question": "q", "answer": ["14 days", "two weeks", ""]}), "q.jsonl")
    (column,) = questions("question,answer,also\nq,14 days.,two weeks; a fortnight\n")
    (both,) = questions(
        json.dumps({"question": "q", "answer": "14 days", "also": ["two weeks"], "must_contain": ["paid"]}), "q.jsonl"
    )
    assert listed.values == ("14 days", "two weeks") and listed.must_contain == () and listed.answer == "14 days"
    assert column.values == ("14 days", "two weeks", "a fortnight")
    assert both.values == ("14 days", "two weeks") and both.must_contain == ("paid",)


def test_questions_about_one_document_are_one_cluster(questions) -> None:
    found = questions("question,answer,document_ids\na,1,terms\nb,2,terms.md\nc,3,\nd,4,terms;handbook/refunds\n")
    assert [question.cluster for question in found] == ["terms.md", "terms.md", "4", "handbook/refunds.md + terms.md"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_as_any_spreadsheet_saves_it(questions, separator: str, encoding: str, end: str) -> None:
    rows = [["id", "question", "answer"], ["a", '"Gebühr, was ist ""das""; genau?"', '"Zwei\nZeilen"'], ["", "", ""]]
    rows.append(["", "Wie hoch ist die Gebühr für die Größe?", "fünf"])
    text = end.join(separator.join(row) for row in rows) + end
    first, second = questions(text.encode(encoding))
    assert (first.question, first.answer) == ('Gebühr, was ist "das"; genau?', "Zwei\nZeilen")
    assert (second.id, second.answer) == ("4", "fünf")


def test_json_lines_hold_the_same_keys_and_lists(questions) -> None:
    lines = [
        {"question": "How long?", "answer": "14 days", "document_ids": ["terms.md"], "must_contain": ["14; days"]},
        {"id": "seven", "question": "How much?", "answer": 49, "document_ids": "terms.md handbook/refunds"},
        {"question": "Who?", "answer": None},
        {"question": "Why?"},
    ]
    found = questions("\n\n".join(map(json.dumps, lines)), "q.jsonl")
    assert [question.id for question in found] == ["1", "seven", "5", "7"]
    assert found[0].must_contain == ("14; days",)
    assert (found[1].values, found[1].document_ids) == (("49",), ("terms.md", "handbook/refunds.md"))
    assert [question.kind for question in found[2:]] == ["missing", "missing"]


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("", ()),
        ("handbook/refunds", ("handbook/refunds.md",)),
        ("handbook\\refunds.md", ("handbook/refunds.md",)),
        ("./terms.md", ("terms.md",)),
        ("handbook/price list.pdf", ("handbook/price-list.pdf",)),
        ("handbook/price list.pdf; terms", ("handbook/price-list.pdf", "terms.md")),
        ("terms.md handbook/price-list.pdf terms.md", ("terms.md", "handbook/price-list.pdf")),
    ],
)
def test_documents_are_named_by_id_path_or_path_without_ending(questions, cell: str, ids: tuple[str, ...]) -> None:
    assert questions(f"question,answer,document_ids\nWhat?,x,{cell}\n")[0].document_ids == ids


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty; allowed is a heading with question and answer, then one row a question."),
        ("question,answer\n", "holds no rows; allowed is at least one, with question and answer."),
        (
            "question\nx\n",
            "the heading lacks answer; allowed are id, question, answer, also, kind, document_ids, must_contain, old_value.",
        ),
        (
            "question,answer,must_contian\nx,y,z\n",
            "the heading has 'must_contian'; did you mean must_contain? Allowed are id, question, answer, also, "
            "kind, document_ids, must_contain, old_value.",
        ),
        ("question,answer,answer\nx,y,z\n", "the heading has answer twice; allowed is each column once."),
        ("question,answer\n,y\n", "row 2: question is ''; allowed is the text of a question."),
        (
            "question,answer,kind\nx,y,fact\n",
            "row 2: kind is 'fact'; allowed is trained_wording, new_wording, document_only, changed, two_page, missing, near_miss, or nothing.",
        ),
        (
            "question,answer,kind\nx,,two_page\n",
            "row 2: answer is ''; allowed is the expected answer (only missing and near_miss have none, this one is two_page).",
        ),
        (
            "id,question,answer\na,x,y\na,x2,y\n",
            "row 3: id is 'a'; allowed is an id that no other question has (row 2 has it).",
        ),
        (
            "question,answer,document_ids\nx,y,handbook/refund.md\n",
            "row 2: document_ids names 'handbook/refund.md', which is not among the documents; did you mean "
            "handbook/refunds.md or handbook/price-list.pdf?",
        ),
        (
            "question,answer,document_ids\nx,y,???\n",
            "row 2: document_ids names '???', which is not among the documents; allowed are the documents' ids: "
            "handbook/refunds.md, handbook/price-list.pdf, terms.md.",
        ),
        (
            "question,answer,kind,must_contain\nx,,missing,y\n",
            "row 2: must_contain is 'y'; allowed is nothing for a question without an answer: a right answer to it refuses.",
        ),
        (
            "question,answer\nx,y,z\n",
            "line 2 has more cells than the heading; allowed are 2, with quotes round one that holds the separator.",
        ),
        ('question,answer\nx,"y\n', "row 2 is no CSV; allowed are quotes in pairs."),
        (
            bytes(range(256)) * 2,
            "it is not text, or in an encoding that cannot be recognised; allowed is a text file (best in UTF-8).",
        ),
    ],
)
def test_each_mistake_is_one_sentence_with_row_column_value_and_what_is_allowed(
    questions, content, expected: str
) -> None:
    assert sentence(questions, content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("nonsense", "row 1 is 'nonsense'; allowed is one JSON object a line."),
        ("[1]\n", "row 1 is '[1]'; allowed is one JSON object a line."),
        ("[" * 100_000, "row 1 is '" + "[" * 56 + "…; allowed is one JSON object a line."),
        ('{"answer": "x"}', "row 1: question is ''; allowed is the text of a question."),
        (
            '{"question": "x", "anwser": "y"}',
            "row 1 has 'anwser'; did you mean answer? Allowed are id, question, answer, "
            "also, kind, document_ids, must_contain, old_value.",
        ),
        (
            '{"question": {"a": 1}, "answer": "x"}',
            "row 1: question is {'a': 1}; allowed is text, or a list of texts where several may stand.",
        ),
        (
            '{"question": "x", "answer": true}',
            "row 1: answer is True; allowed is text, or a list of texts where several may stand.",
        ),
    ],
)
def test_mistakes_in_json_lines_name_the_line(questions, content: str, expected: str) -> None:
    assert sentence(questions, content, "q.jsonl") == expected


@pytest.mark.parametrize("name", ["questions.xlsx", "questions", "folder.csv", "missing.csv"])
def test_what_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "questions.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="allowed"):
        read_questions(tmp_path / name, DOCUMENTS)


CELLS = st.text(alphabet=st.sampled_from('ab,;"\n\r\t\0\\é€\ufeff '), max_size=12)
TABLES = st.builds(
    lambda separator, rows, encoding: "\n".join(separator.join(row) for row in [["question", "answer"], *rows]).encode(
        encoding
    ),
    st.sampled_from(",;\t"),
    st.lists(st.lists(CELLS, max_size=4), max_size=4),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=300)
    | st.lists(st.integers(0, 0xD7FF).map(chr), max_size=60).map(lambda signs: "".join(signs).encode())
    | TABLES
)
def test_any_bytes_give_questions_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for place in (path, path.with_suffix(".jsonl")):
        place.write_bytes(content)
        try:
            found = read_questions(place, DOCUMENTS).questions
        except InputError as error:
            assert str(error).startswith(str(place)) and "\n" not in str(error) and "allowed" in str(error).casefold()
        else:
            assert found and all(question.question for question in found)


class PairRow(Row):
    question: Text = ""
    answer: Text = ""


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('question,answer\n"two\nlines",a\n\n,\nx,b\n')
    assert [row.number for row in read_rows(path, PairRow, ("question", "answer"))] == [2, 5]


# What a right answer must contain.


@pytest.mark.parametrize(
    ("answer", "value"), [("14 days.", "14 days"), ("Yes!", "Yes"), ("EUR 49", "EUR 49"), ("...", "...")]
)
def test_a_short_answer_must_stand_as_it_is_without_its_mark(answer: str, value: str) -> None:
    assert short(answer) == value


def test_from_seven_words_on_only_the_parts_that_matter_must_stand(questions) -> None:
    six, seven, given = questions(
        "question,answer,must_contain\na,It takes about 14 whole days,\nb,It takes up to 14 whole days,\nc,It takes up to 14 whole days,whole\n"
    )
    assert (six.values, six.must_contain) == (("It takes about 14 whole days",), ())
    assert (seven.values, seven.must_contain) == ((), ("14",)) and (given.values, given.must_contain) == (
        (),
        ("whole",),
    )


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ("Refunds are paid within 14 days to the card you used.", ("14",)),
        ("It costs EUR 1,200.50 a month, or 15 % less if you pay yearly.", ("1,200.50", "15")),
        ("The deadline is 3 March 2026, which is a Tuesday in Leiden.", ("3", "2026", "March", "Tuesday", "Leiden")),
        ("The deadline for it all is 2026-03-03 at 9:30 sharp.", ("2026-03-03", "9:30")),
        ("It takes 3-5 days, and X-200 takes a few days more.", ("3", "5", "X-200")),
        ("Ask the team of Anouk Visser or pay with PayPal there.", ("Anouk", "Visser", "PayPal")),
        (
            "Send it back. Then wait. We will write as soon as we can.",
            ("Send it back. Then wait. We will write as soon as we can",),
        ),
        ("You keep your money even if all receipts are lost.", ("You keep your money even if all receipts are lost",)),
        ("Die Rückzahlung erfolgt innerhalb von 14 Tagen nach Eingang der Ware im Lager.", ("14",)),
    ],
)
def test_of_a_long_answer_the_numbers_and_names_count_else_the_whole(answer: str, parts: tuple[str, ...]) -> None:
    assert key_parts(answer) == parts


def test_phrases_of_the_voice_are_no_part_of_a_right_answer(questions) -> None:
    voice = Voice("brand", "Thanks for asking Acme!", "Happy to help.")
    content = "question,answer\nHow long?,Thanks for asking Acme! 14 days. Happy to help.\n"
    assert questions(content, "q.csv", voice)[0].values == ("14 days",)
