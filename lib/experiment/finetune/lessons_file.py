"""Reading lessons from a JSONL file, one object a line.

``{"question": "…", "answer": "…", "documents": [{"id": "…", "title": "…", "text": "…"}]}``: question and
answer are texts that are not empty; ``documents``, the pages shown before the question, may be left out.
"""

import json
from pathlib import Path
from typing import Any

from lib.errors import InputError
from lib.experiment.finetune.settings import Lesson
from lib.experiment.world import Document

_PAGE = ("id", "title", "text")


def read_lessons(file: Path) -> list[Lesson]:
    """Read all lessons of a file; empty lines are skipped.

    Raises:
        InputError: the file cannot be read or has no lesson, or a line is not one.
    """
    problem = None
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        problem = f"{file} cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8 text'})."
    if problem:
        raise InputError(problem)
    lessons = [_lesson(line, f"{file}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not lessons:
        raise InputError(f"{file} holds no lesson; give one JSON object a line, with question and answer.")
    return lessons


def _lesson(line: str, where: str) -> Lesson:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise InputError(f"{where}: not a JSON object; give question and answer.")
    unknown = sorted(set(value) - {"question", "answer", "documents"})
    if unknown:
        raise InputError(f"{where}: {unknown[0]!r} is unknown; allowed are question, answer and documents.")
    for key in ("question", "answer"):
        _text(value, key, where)
    pages = value.get("documents") or []
    if not isinstance(pages, list):
        raise InputError(f"{where}: documents is {pages!r}; it must be a list of pages with id, title and text.")
    return Lesson(value["question"], value["answer"], tuple(_page(page, where) for page in pages))


def _page(page: Any, where: str) -> Document:
    if not isinstance(page, dict):
        raise InputError(f"{where}: documents holds {page!r}; each must be an object with id, title and text.")
    for key in _PAGE:
        _text(page, key, f"{where}, documents")
    return Document(page["id"], "page", page["title"], page["text"], {})


def _text(value: dict[str, Any], key: str, where: str) -> None:
    if not isinstance(value.get(key), str) or not value[key].strip():
        raise InputError(f"{where}: {key} is {value.get(key)!r}; it must be a text that is not empty.")
