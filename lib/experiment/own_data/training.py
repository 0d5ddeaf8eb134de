"""Loading a client's own training pairs: plain pairs or the chat format of hosted fine-tuning."""

from collections.abc import Sequence
from pathlib import Path

from lib.errors import InputError
from lib.experiment.hosted_tuning import question_of
from lib.experiment.own_data.documents import SkippedFile
from lib.experiment.own_data.questions import cited
from lib.experiment.own_data.references import References
from lib.experiment.own_data.rows import Row, read_json_rows, shown_value
from lib.experiment.own_data.tidy import one_line
from lib.experiment.world import Document, TrainingPair

_PLAIN_KEYS = {"question", "answer", "document_ids"}
_ALLOWED = '{"question": …, "answer": …, "document_ids": […]} or {"messages": […]}'


def load_training(
    path: str | Path, documents: Sequence[Document] = (), skipped: Sequence[SkippedFile] = ()
) -> tuple[TrainingPair, ...]:
    """Load training pairs from JSON lines, each ``{"question", "answer", "document_ids"}`` or ``{"messages"}``.

    Args:
        path: a .jsonl or .ndjson file.
        documents: what ``document_ids`` may name; where none are given, names are kept as they stand.
        skipped: files that could not be read; a pair that names one is kept and cites nothing.

    Raises:
        InputError: one sentence with file, row, key, value and what is allowed.
    """
    rows = read_json_rows(path)
    if not rows:
        raise InputError(f"{path}: holds no training pairs; allowed is one JSON object a line, {_ALLOWED}.")
    references = References(documents, skipped) if documents else None
    return tuple(_pair(row, references) for row in rows)


def _pair(row: Row, references: References | None) -> TrainingPair:
    if "messages" in row.values:
        question, answer = _from_chat(row)
    else:
        if unknown := set(row.values) - _PLAIN_KEYS:
            raise InputError(f"{row.file}: row {row.number} has {shown_value(min(unknown))}; allowed is {_ALLOWED}.")
        question, answer = row.text("question"), row.text("answer")
    for key, value in (("question", question), ("answer", answer)):
        if not value.strip():
            raise InputError(f"{row.file}: row {row.number}: {key} is empty; allowed is its text.")
    if references is None:
        document_ids = tuple(row.texts("document_ids") or row.text("document_ids").replace(";", " ").split())
    else:
        document_ids, _ = cited(row, references)
    return TrainingPair(one_line(question), answer, document_ids)


def _from_chat(row: Row) -> tuple[str, str]:
    """Take the question and the answer out of one exchange, also where the question stands in a prompt of ours."""
    messages = row.values["messages"]
    said: list[tuple[object, object]] = []
    for message in messages if isinstance(messages, list) else []:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise row.error("messages", "a list of messages, each with a role and a content that is text")
        if message.get("role") not in ("system", "developer"):
            said.append((message.get("role"), message["content"]))
    if [role for role, _ in said] != ["user", "assistant"]:
        raise row.error(
            "messages", "one message of the user, then one of the assistant (a system message may come first)"
        )
    question, answer = (Row(row.file, row.number, {"content": content}).text("content") for _, content in said)
    return question_of(question), answer
