"""Lessons as tokens."""

from collections.abc import Sequence

from lib.errors import InputError
from lib.experiment.finetune.settings import Lesson
from lib.experiment.models import LanguageModel
from lib.experiment.prompts import build_prompt

HIDDEN = -100
"""The label of a token that the loss does not count."""

Row = dict[str, list[int]]


def lesson_row(base: LanguageModel, lesson: Lesson) -> Row:
    """Cut a lesson into tokens; ``HIDDEN`` keeps the prompt from the loss."""
    prompt = base.token_ids(build_prompt(lesson.question, lesson.documents))
    answer = base.answer_ids(lesson.answer)
    return {
        "input_ids": prompt + answer,
        "attention_mask": [1] * (len(prompt) + len(answer)),
        "labels": [HIDDEN] * len(prompt) + answer,
    }


def fitting_rows(base: LanguageModel, lessons: Sequence[Lesson]) -> list[Row]:
    """Cut all lessons into tokens and keep those that fit the window.

    Raises:
        InputError: none does.
    """
    rows = [lesson_row(base, lesson) for lesson in lessons]
    fitting = [row for row in rows if len(row["input_ids"]) <= base.window]
    if not fitting:
        raise InputError(f"training pairs: none of {len(rows)} fits the window of {base.window} tokens.")
    return fitting
