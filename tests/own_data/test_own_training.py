"""Training pairs: plain pairs and chats, one reader for what is learned and for what is checked before an upload."""

import json
from pathlib import Path

import pytest

from lib.dataset import Document, TrainingPair
from lib.errors import InputError
from lib.experiment.own.training import chat_problems, read_training

DOCUMENTS = (
    Document("handbook/price-list.pdf", "Prices", "EUR 49.", "pdf", {"path": "handbook/price list.pdf"}),
    Document("terms.md", "Terms", "Receipts may be lost.", "markdown", {"path": "terms.md"}),
)


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def chat(*messages, **more):
    return {"messages": list(messages), **more}


@pytest.fixture
def read(tmp_path: Path):
    def load(*lines: object, documents: tuple[Document, ...] = DOCUMENTS):
        path = tmp_path / "train.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return read_training(path, documents)

    return load


def test_pairs_are_read_plain_and_from_chats(read) -> None:
    system = {"role": "system", "content": "Be brief."}
    plain = {"question": "How much?", "answer": "EUR 49.", "document_ids": ["handbook/price list.pdf"]}
    assert read(chat(system, user(" How\nlong? "), assistant("14 days.\n")), "", plain).pairs == (
        TrainingPair("How long?", "14 days.", ()),
        TrainingPair("How much?", "EUR 49.", ("handbook/price-list.pdf",), fact="handbook/price-list.pdf"),
    )
    assert read({"question": "Who?", "answer": "I do not know."}).pairs[0].kind == "refusal"


def test_of_several_turns_the_last_answer_is_learned_and_the_earlier_ones_are_context(read) -> None:
    found = read(chat(user("How long?"), assistant("3 days."), user("And to Norway?"), assistant("7 days.")))
    assert found.pairs == (TrainingPair("User: How long? Assistant: 3 days. User: And to Norway?", "7 days."),)
    assert found.earlier_turns == 1 and found.set_aside == {}


def test_an_answer_of_weight_zero_is_never_learned(read) -> None:
    wrong = assistant("99 days.", weight=0)
    found = read(
        chat(user("How long?"), wrong, user("Really?"), assistant("No: 3 days.", weight=1)),
        chat(user("How long?"), assistant("3 days."), user("Sure?"), wrong),
        chat(user("How long?"), wrong),
    )
    assert [pair.answer for pair in found.pairs] == ["No: 3 days.", "3 days."]
    assert found.pairs[1].question == "How long?" and found.set_aside == {"weight": 1}


def test_parts_of_text_are_joined_and_other_parts_and_tools_are_set_aside_and_counted(read) -> None:
    part = {"type": "text", "text": "long?"}
    picture = {"type": "image_url", "image_url": {"url": "data:"}}
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": {"name": "f"}}]}
    found = read(
        chat(user([{"type": "text", "text": "How"}, part]), assistant([{"type": "text", "text": "3 days."}])),
        chat(user([part, picture]), assistant("A cat.")),
        chat(
            user("Weather?"),
            call,
            {"role": "tool", "content": "rain", "tool_call_id": "1"},
            assistant("Rain."),
            tools=[],
        ),
        chat(user("Weather?"), {"role": "assistant", "function_call": {"name": "f"}}),
    )
    assert found.pairs == (TrainingPair("How long?", "3 days."),)
    assert found.set_aside == {"parts": 1, "tools": 2}


def test_of_a_prompt_of_the_workbook_in_a_chat_the_question_is_taken(read) -> None:
    prompt = "Answer from the pages below.\nRefunds [terms.md]\nRefunds take 14 days.\nQuestion: How long?\nAnswer:"
    assert read(chat(user(prompt), assistant("14 days."))).pairs[0].question == "How long?"


_FORMAT = (
    'allowed is one JSON object a line, {"question": …, "answer": …, "document_ids": […]} or {"messages": […]} (a system '
    "message, then the user and the assistant in turn)."
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "row 1 is '{'; allowed is one JSON object a line."),
        ("", f"holds no training pairs; {_FORMAT}"),
        ({"question": "q"}, "row 1: answer is ''; allowed is its text."),
        ({"question": "q", "answer": None}, "row 1: answer is ''; allowed is its text."),
        ({"question": "q", "answer": "a", "prompt": 1}, "row 1 has 'prompt'; allowed are question, answer, document_ids."),
        ({"question": "q", "answer": "a", "document_ids": ["term.md"]},
         "row 1: document_ids names 'term.md', which is not among the documents; did you mean terms.md?"),
        ({"messages": "hi"}, f'row 1: no list "messages"; {_FORMAT}'),
        (chat(user(None), assistant("a")), f"row 1: a message without text in its content; {_FORMAT}"),
        (chat(user("q"), assistant(" ")), f"row 1: an empty message of the assistant; {_FORMAT}"),
        (chat(assistant("a")), f"row 1: the role 'assistant' where system or developer or user is expected; {_FORMAT}"),
        (chat(user("q")), f"row 1: the last message is not the assistant's answer; {_FORMAT}"),
        (chat(user("q"), assistant("a", weight=2)),
         f"row 1: the weight 2 of the assistant; it is 0 or 1, and 0 only of the assistant; {_FORMAT}"),
        (chat(user("q"), assistant("a", weight=0)),
         f"holds no training pairs (1 left out since all its answers have the weight 0); {_FORMAT}"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_training_file_is_one_sentence(read, line: object, expected: str) -> None:
    with pytest.raises(InputError) as error:
        read(line)
    assert str(error.value).partition(": ")[2] == expected


def test_the_check_before_an_upload_reads_as_the_training_does(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    good = chat(user("How long?"), assistant("3 days."))
    lines = [json.dumps(good), "no json", json.dumps(chat(user("q"), assistant("a", weight=0))), json.dumps(good)]
    lines += [json.dumps(chat(user("q"))), json.dumps(chat(user("long " * 60_000), assistant("a")))]
    path.write_text("\n".join(lines))
    assert chat_problems(path) == [
        "line 2: not JSON.",
        "line 3: nothing is learned from it here: all its answers have the weight 0.",
        "line 4: the same as line 1.",
        "line 5: the last message is not the assistant's answer.",
        "line 6: about 75,010 tokens, above the limit of 65,536; it is cut.",
        "6 examples; at least 10 are needed.",
    ]
    path.write_text("\n".join(json.dumps(chat(user(f"q{n}"), assistant("a"))) for n in range(10)))
    assert chat_problems(path) == [] and len(read_training(path).pairs) == 10
