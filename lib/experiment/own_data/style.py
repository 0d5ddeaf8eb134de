"""Finding out from training answers which style is asked for."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lib.experiment.world import FREE, JSON, TrainingPair, Voice, schema_valid

# The style counts as asked for where this share of the answers, and at least so many of them, keep it.
SHARE = 0.8
AT_LEAST = 10
# A phrase longer than this is content that repeats, not a style.
LONGEST = 12

_OPENING_ENDS = tuple("!.,:;?–—")
_SENTENCE_ENDS = re.compile(r"[.!?…\])]['\"”’]*$")


def infer_voice(pairs: Sequence[TrainingPair]) -> Voice:
    """Infer the brand voice: the opening or closing phrase, or both, that at least 80 % of the answers share.

    An opening is the longest phrase of at most 12 words that ends in a punctuation mark; a closing follows the end
    of a sentence. Answers that are JSON objects with ``answer`` and ``source`` make the JSON voice.

    Returns:
        The voice, without a citation; ``FREE`` (style is not judged) where fewer than 80 %, or than 10, agree.
    """
    answers = [" ".join(pair.answer.split()) for pair in pairs]
    needed = max(AT_LEAST, SHARE * len(answers))
    if sum(map(schema_valid, answers)) >= needed:
        return JSON
    if sum(answer.startswith("{") for answer in answers) >= needed:
        # Objects with other keys: no schema that the workbook checks, and their first key is no phrase.
        return FREE
    opening = _shared((_openings(answer) for answer in answers), needed)
    rest = [answer.removeprefix(opening).strip() for answer in answers]
    closing = _shared((_closings(answer) for answer in rest), needed)
    if not opening and not closing:
        return FREE
    return Voice("brand", opening, closing, citation="")


def _shared(phrases: Iterable[list[str]], needed: float) -> str:
    counts = Counter(phrase for found in phrases for phrase in found)
    enough = [phrase for phrase, count in counts.items() if count >= needed]
    return max(enough, key=lambda phrase: (len(phrase), phrase), default="")


def _openings(answer: str) -> list[str]:
    words = answer.split()
    places = range(1, min(LONGEST, len(words) - 1) + 1)
    return [" ".join(words[:end]) for end in places if words[end - 1].endswith(_OPENING_ENDS)]


def _closings(answer: str) -> list[str]:
    words = answer.split()
    places = range(max(1, len(words) - LONGEST), len(words))
    return [" ".join(words[start:]) for start in places if _SENTENCE_ENDS.search(words[start - 1])]
