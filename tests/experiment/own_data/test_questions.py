"""Loading questions and training pairs: any spreadsheet's CSV, one clear sentence for each mistake."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.errors import InputError
from lib.experiment.own_data import load_questions, load_training
from lib.experiment.own_data.judging import document_frequencies, key_parts, short_value
from lib.experiment.own_data.rows import read_rows
from lib.experiment.world import REFUSAL, Document, Question, TrainingPair, Voice

DOCUMENTS = (
    Document("handbook/refunds.md", "markdown", "Refunds", "Refunds take 14 days.", {"path": "handbook/refunds.md"}),
    Document(
        "handbook/price-list.pdf", "pdf", "Prices", "The Basic plan costs EUR 49.", {"path": "handbook/price list.pdf"}
    ),
    Document("terms.md", "markdown", "Terms", "Receipts may be lost.", {"path": "terms.md"}),
)
HEADING = "id,question,answer,kind,document_ids,must_contain\n"


@pytest.fixture
def questions(tmp_path: Path):
    def load(content: str | bytes, name: str = "questions.csv", voice: Voice | None = None) -> tuple[Question, ...]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_questions(path, DOCUMENTS, *([voice] if voice else []))

    return load


def sentence(load, *arguments) -> str:
    with pytest.raises(InputError) as error:
        load(*arguments)
    words = str(error.value)
    assert "\n" not in words and words.endswith((".", "?"))
    return words.partition(": ")[2]


def test_a_full_row_becomes_a_question(questions) -> None:
    row = "r1,How long?,Refunds take 14 days.,seen_fact,handbook/refunds.md;terms.md,14 days; refund\n"
    assert questions(HEADING + row) == (
        Question(
            "r1",
            "How long?",
            "Refunds take 14 days.",
            "seen_fact",
            ("handbook/refunds.md", "terms.md"),
            "Refunds take 14 days.",
            "",
            "",
            ("14 days", "refund"),
        ),
    )


def test_only_question_and_answer_are_needed(questions) -> None:
    first, second = questions("Question , ANSWER\nHow much?,EUR 49\nWho?,\n")
    assert (first.id, first.kind, first.value, first.document_ids, first.must_contain) == (
        "2",
        "document_fact",
        "49",
        (),
        (),
    )
    assert (second.id, second.kind, second.value, second.answer) == ("3", "unanswerable", "", REFUSAL)


def test_a_written_refusal_means_unanswerable(questions) -> None:
    assert questions("question,answer\nWho?,i do not know\n")[0].kind == "unanswerable"


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
    assert (found[1].value, found[1].document_ids) == ("49", ("terms.md", "handbook/refunds.md"))
    assert [question.kind for question in found[2:]] == ["unanswerable", "unanswerable"]


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
            "the heading lacks answer; allowed are id, question, answer, kind, document_ids, must_contain, old_value.",
        ),
        (
            "question,answer,must_contian\nx,y,z\n",
            "the heading has 'must_contian'; did you mean must_contain? Allowed are id, question, answer, kind, "
            "document_ids, must_contain, old_value.",
        ),
        ("question,answer,answer\nx,y,z\n", "the heading has answer twice; allowed is each column once."),
        ("question,answer\n,y\n", "row 2: question is ''; allowed is the text of a question."),
        (
            "question,answer,kind\nx,y,fact\n",
            "row 2: kind is 'fact'; allowed is seen_fact, document_fact, changed_fact, unanswerable, multi_hop, or nothing.",
        ),
        (
            "question,answer,kind\nx,,multi_hop\n",
            "row 2: answer is ''; allowed is the expected answer (only unanswerable questions have none, this one is multi_hop).",
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
            "question,answer,kind,must_contain\nx,,unanswerable,y\n",
            "row 2: must_contain is 'y'; allowed is nothing for an unanswerable question: a right answer to it refuses.",
        ),
        (
            "question,answer\nx,y,z\n",
            "row 2 has 'z' after its last column; allowed are 2 cells, with quotes round one that holds the separator.",
        ),
        ('question,answer\nx,"y\n', "row 2 is no CSV (unexpected end of data); allowed are quotes in pairs."),
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
        (
            '{"answer": "x"}',
            "row 1 lacks question; allowed are id, question, answer, kind, document_ids, must_contain, old_value.",
        ),
        ('{"question": {"a": 1}, "answer": "x"}', "row 1: question is {'a': 1}; allowed is text."),
        (
            '{"question": "x", "answer": "y", "document_ids": [1]}',
            "row 1: document_ids is [1]; allowed is a list of texts.",
        ),
        ('{"question": "x", "answer": true}', "row 1: answer is True; allowed is text."),
    ],
)
def test_mistakes_in_json_lines_name_the_line(questions, content: str, expected: str) -> None:
    assert sentence(questions, content, "q.jsonl") == expected


@pytest.mark.parametrize("name", ["questions.xlsx", "questions", "folder.csv", "missing.csv"])
def test_what_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "questions.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="allowed"):
        load_questions(tmp_path / name, DOCUMENTS)


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
            found = load_questions(place, DOCUMENTS)
        except InputError as error:
            assert str(error).startswith(str(place)) and "\n" not in str(error) and "allowed" in str(error).casefold()
        else:
            assert found and all(question.question for question in found)


def test_a_cell_longer_than_a_csv_reader_takes_is_one_sentence(questions) -> None:
    assert "field larger than field limit" in sentence(questions, "question,answer\nx," + "y" * 200_000 + "\n")


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('question,answer\n"two\nlines",a\n\n,\nx,b\n')
    assert [row.number for row in read_rows(path, ("question", "answer"), ("question", "answer"))] == [2, 5]


# What a right answer must contain.

FREQUENCIES = document_frequencies(DOCUMENTS)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("14 days.", "14 days"),
        ("Yes!", "Yes"),
        ("EUR 49.50", "49.50"),
        ("1,200 EUR", "1,200"),
        ("€49", "49"),
        ("EUR 49 a month", "EUR 49 a month"),
        ("one two three four five six", "one two three four five six"),
        ("one two three four five six seven", None),
        ("...", "..."),
    ],
)
def test_a_short_answer_must_stand_as_it_is_and_an_amount_as_its_number(answer: str, value: str | None) -> None:
    assert short_value(answer) == value


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
        ("You keep your money even if all receipts may have been lost.", ("receipts", "lost")),
        ("Die Rückzahlung erfolgt innerhalb von 14 Tagen nach Eingang der Ware im Lager.", ("14",)),
    ],
)
def test_of_a_long_answer_the_numbers_and_names_count_else_its_rarest_words(
    answer: str, parts: tuple[str, ...]
) -> None:
    assert key_parts(answer, lambda: FREQUENCIES) == parts


def test_phrases_of_the_voice_are_no_part_of_a_right_answer(questions) -> None:
    voice = Voice("brand", "Thanks for asking Acme!", "Happy to help.", "")
    content = "question,answer\nHow long?,Thanks for asking Acme! 14 days. Happy to help.\n"
    assert questions(content, "q.csv", voice)[0].value == "14 days"


# Training pairs.


@pytest.fixture
def pairs(tmp_path: Path):
    def load(*lines: object, documents: tuple[Document, ...] = DOCUMENTS) -> tuple[TrainingPair, ...]:
        path = tmp_path / "train.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return load_training(path, documents)

    return load


def test_pairs_are_read_plain_and_from_chats(pairs) -> None:
    system, user = {"role": "system", "content": "Be brief."}, {"role": "user", "content": " How\nlong? "}
    chat = {"messages": [system, user, {"role": "assistant", "content": "14 days.\n"}]}
    plain = {"question": "How much?", "answer": "EUR 49.", "document_ids": ["handbook/price list.pdf"]}
    assert pairs(chat, "", plain) == (
        TrainingPair("How long?", "14 days.", ()),
        TrainingPair("How much?", "EUR 49.", ("handbook/price-list.pdf",)),
    )
    assert pairs({"question": "q", "answer": "a", "document_ids": "x;y z"}, documents=())[0].document_ids == (
        "x",
        "y",
        "z",
    )


def test_of_a_prompt_of_the_workbook_in_a_chat_the_question_is_taken(pairs) -> None:
    prompt = "Refunds [terms.md]\nRefunds take 14 days.\nQuestion: How long?\nAnswer:"
    chat = [{"role": "user", "content": prompt}, {"role": "assistant", "content": "14 days."}]
    assert pairs({"messages": chat})[0].question == "How long?"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "row 1 is '{'; allowed is one JSON object a line."),
        ("", "holds no training pairs; allowed is one JSON object a line, "
             '{"question": …, "answer": …, "document_ids": […]} or {"messages": […]}.'),
        ({"question": "q"}, "row 1: answer is empty; allowed is its text."),
        ({"question": "q", "answer": "a", "prompt": 1}, "row 1 has 'prompt'; allowed is "
             '{"question": …, "answer": …, "document_ids": […]} or {"messages": […]}.'),
        ({"question": "q", "answer": "a", "document_ids": ["term.md"]},
         "row 1: document_ids names 'term.md', which is not among the documents; did you mean terms.md?"),
        ({"messages": "hi"}, "row 1: messages is 'hi'; allowed is one message of the user, then one of the assistant "
             "(a system message may come first)."),
        ({"messages": [{"role": "user", "content": None}]}, "row 1: messages is [{'role': 'user', 'content': None}]; "
             "allowed is a list of messages, each with a role and a content that is text."),
        ({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": " "}]},
         "row 1: answer is empty; allowed is its text."),
    ],
)  # fmt: skip
def test_each_mistake_in_a_training_file_is_one_sentence(pairs, line: object, expected: str) -> None:
    assert sentence(pairs, line) == expected
