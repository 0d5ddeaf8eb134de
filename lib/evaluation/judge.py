"""A language model as a further grader, behind an OpenAI-compatible endpoint. Its word counts as far as it agrees."""

import contextlib
from collections.abc import Callable

from lib.evaluation.grading import Answer, GradeBook

JUDGE = "judge"
QUESTION = (
    "You check answers. Say yes if the answer states what the expected answer states, no if it contradicts it, leaves "
    "it out or makes something up.\nQuestion: {question}\nExpected answer: {expected}\nAnswer: {answer}\n"
    "Is the answer right? Reply with yes or no."
)


class Stopped(Exception):
    """Somebody pressed Stop; what was graded until then is kept."""


def judged(
    book: GradeBook, model: str, stop: Callable[[], bool] = bool, done: Callable[[int, int], None] = lambda _, __: None
) -> int:
    """Let a model (``endpoint:NAME``) grade what its book does not hold yet, saving each grade as it comes.

    ``stop`` is asked after each answer. Returns how many got a yes or no; what the model said otherwise stays ungraded.

    Raises:
        InputError: the endpoint cannot be asked.
    """
    from lib.models import load_model

    left, told = book.todo(), 0

    def take(place: int, generation: object) -> None:
        nonlocal told
        verdict = verdict_of(generation.text)
        if verdict is not None:
            book.put(left[place], correct=verdict)
            told += 1
        done(told, len(left))
        if stop():
            raise Stopped

    with contextlib.suppress(Stopped):
        load_model(model).generate([asked(answer) for answer in left], 16, stop=None, answered=take)
    return told


def asked(answer: Answer) -> str:
    """Write what the judge is asked; the system's name is not in it."""
    return QUESTION.format(question=answer.question, expected=answer.expected or "(none known)", answer=answer.answer)


def verdict_of(text: str) -> bool | None:
    """Read the judge's reply; ``None`` where it is neither yes nor no."""
    word = text.strip().lower().lstrip("*\"' ")
    return True if word.startswith("yes") else False if word.startswith("no") else None
