"""Consistency: does the same question get the same answer when it is asked again?"""

from collections import Counter
from collections.abc import Sequence

from lib.experiment.measures.text import normalised


def agreement(answers: Sequence[str]) -> float | None:
    """Share (0 to 1) of the pairs of one question's answers that say the same; None below two answers.

    The same means: equal but for blanks, letter case and thousands separators. Repeats come from another
    seed, wording or temperature; greedy decoding repeats itself word for word.
    """
    number = len(answers)
    if number < 2:
        return None
    counts = Counter(normalised(answer).casefold() for answer in answers)
    return sum(count * (count - 1) for count in counts.values()) / (number * (number - 1))


def consistency(repeated: Sequence[Sequence[str]]) -> list[float]:
    """Give the agreement of every question that was answered at least twice; its mean is the consistency."""
    return [share for answers in repeated if (share := agreement(answers)) is not None]
