"""Lessons go out as chat JSONL and come back; what a provider would refuse is found first."""

import json

import pytest

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, prompt_for
from lib.experiment.finetune import Lesson
from lib.experiment.hosted_tuning import ChatExport, export_chat_jsonl, read_chat_jsonl, validate_chat_jsonl
from lib.experiment.lessons import closed_book_lessons


def example(*turns):
    return json.dumps({"messages": [{"role": role, "content": content} for role, content in turns]})


def good(number=0):
    return example(("user", f"Question {number}?"), ("assistant", "Yes."))


def written(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_lesson_is_the_prompt_that_the_tuned_arm_asks_and_its_answer(sample, tmp_path):
    pages = sample.documents[:2]
    lessons = [Lesson("What does it cost?", " 49 dollars. "), Lesson("Who?", "The “Falcon” team.", pages)]
    export = export_chat_jsonl(lessons, tmp_path / "new" / "train.jsonl", system="Be kind.")
    closed, with_pages = [json.loads(line) for line in export.path.read_text(encoding="utf-8").splitlines()]
    assert closed == {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Question: What does it cost?\nAnswer:"},
            {"role": "assistant", "content": "49 dollars."},
        ]
    }
    assert with_pages["messages"][2]["content"] == "The “Falcon” team."
    asked = prompt_for(EXPERIMENT_ARMS["lora_with_pages"], "Who?", pages, [], sample.voice.instructions)
    assert with_pages["messages"][1]["content"] == asked


def test_an_export_can_be_read_back_as_training_pairs(sample, tmp_path):
    export = export_chat_jsonl(closed_book_lessons(sample), tmp_path / "train.jsonl")
    read = read_chat_jsonl(export.path)
    assert [(pair.question, pair.answer) for pair in read] == [
        (pair.question, pair.answer) for pair in sample.training_pairs
    ]
    assert export.examples == len(read) == 24 and export.problems == ()
    paged = [Lesson(pair.question, pair.answer, sample.documents[:2]) for pair in sample.training_pairs]
    assert read_chat_jsonl(export_chat_jsonl(paged, tmp_path / "paged.jsonl").path) == read


def test_the_estimate_counts_characters_and_frames_and_the_cost_counts_epochs(tmp_path):
    # "Question: Who?\nAnswer:" has 22 characters, 6 tokens; "Ada." has 1; two messages 6, the answer 3.
    export = export_chat_jsonl([Lesson("Who?", "Ada.")] * 10, tmp_path / "train.jsonl")
    assert export.tokens_estimate == 10 * (6 + 1 + 6 + 3)
    assert export.billed_tokens(epochs=3) == 480
    assert ChatExport(export.path, 10, 2_000_000, ()).cost_usd(3, 25.0) == pytest.approx(150.0)
    with pytest.raises(InputError, match="epochs"):
        export.billed_tokens(0)


def test_a_good_file_has_no_problems(tmp_path):
    turns = [("system", ""), ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    lines = [*map(good, range(10)), "", example(*turns)]
    assert validate_chat_jsonl(written(tmp_path / "train.jsonl", lines)) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{not json", "not JSON"),
        ('"text"', 'no list "messages"'),
        ('{"prompt": "a", "completion": "b"}', 'no list "messages"'),
        ('{"messages": []}', 'no list "messages"'),
        ('{"messages": ["a"]}', "without text"),
        ('{"messages": [{"role": "user", "content": null}]}', "without text"),
        (example(("assistant", "a"), ("user", "b")), "the role 'assistant' where developer or system or user"),
        (example(("user", "a"), ("user", "b"), ("assistant", "c")), "the role 'user' where assistant"),
        (example(("user", "a"), ("bot", "b")), "the role 'bot' where assistant"),
        (example(("user", "a"), ("assistant", "  ")), "an empty message of the assistant"),
        (example(("user", "a")), "the last message is not the assistant's"),
    ],
)
def test_a_line_that_a_provider_would_refuse_is_named_and_cannot_be_read(tmp_path, line, what):
    path = written(tmp_path / "train.jsonl", [*map(good, range(10)), line])
    (problem,) = validate_chat_jsonl(path)
    assert problem.line == 11 and what in str(problem)
    with pytest.raises(InputError, match=r"train\.jsonl: line 11"):
        read_chat_jsonl(path)


def test_few_repeated_and_long_examples_are_told_of_and_can_be_read(tmp_path):
    long = example(("user", "x" * 4 * 65_536), ("assistant", "Yes."))
    path = written(tmp_path / "train.jsonl", [good(), good(1), good(), long])
    assert [str(problem) for problem in validate_chat_jsonl(path)] == [
        "line 3: the same as line 1.",
        "line 4: about 65,546 tokens, above the limit of 65,536; it is cut.",
        "4 examples; at least 10 are needed.",
    ]
    assert len(read_chat_jsonl(path)) == 4


def test_of_a_longer_conversation_the_last_exchange_is_the_pair(tmp_path):
    turns = [("system", "s"), ("user", "a"), ("assistant", "b"), ("user", "And c?"), ("assistant", "d")]
    (pair,) = read_chat_jsonl(written(tmp_path / "train.jsonl", [example(*turns)]))
    assert (pair.question, pair.answer, pair.document_ids) == ("And c?", "d", ())


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.jsonl", "bytes.jsonl"):
        with pytest.raises(InputError, match=name):
            validate_chat_jsonl(tmp_path / name)
    with pytest.raises(InputError, match="none to export"):
        export_chat_jsonl([], tmp_path / "train.jsonl")
    assert not (tmp_path / "train.jsonl").exists()
