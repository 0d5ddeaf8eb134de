"""Is the answer held by the passages shown, are they and it to the point: forms that need no judge.

Published forms of these measures (RAGAS, Es et al. 2024) let a large model take an answer apart and
judge each claim. These ones run offline on what can be checked mechanically, and are named so.
"""

import re
from collections.abc import Sequence, Set

from lib.experiment.measures.text import bare, normalised, refuses
from lib.experiment.world import Voice

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# A number keeps its parts together: 9:20, 2026-09-01, 3.5.
_PART = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_][\w'’]*")


def checkable_parts(text: str) -> list[str]:
    """Give a text's numbers, dates and names (capitalised words), each once, in lower case.

    The first word of a sentence is no name: every one is capitalised there.
    """
    parts: list[str] = []
    for sentence in _SENTENCE.split(normalised(text)):
        for place, part in enumerate(_PART.findall(sentence)):
            name = place > 0 and part[0].isupper() and part != "I"
            if name or part[0].isdigit():
                parts.append(part.casefold())
    return list(dict.fromkeys(parts))


def parts_of_passage(text: str) -> frozenset[str]:
    """Give everything in a passage that a checkable part could be, in lower case."""
    return frozenset(part.casefold() for part in _PART.findall(normalised(text)))


def faithfulness_offline(answer: str, passages: Sequence[Set[str]], voice: Voice) -> float | None:
    """Share (0 to 1) of the answer's numbers, dates and names that stand in the passages shown.

    None where no passages were shown, the answer refuses, or it holds nothing that can be checked. The
    voice's own phrases and the citation do not count.

    Args:
        answer: as the model wrote it.
        passages: ``parts_of_passage`` of each.
        voice: how answers are worded.
    """
    if not passages or refuses(answer):
        return None
    parts = checkable_parts(bare(answer, voice))
    if not parts:
        return None
    return sum(any(part in passage for passage in passages) for part in parts) / len(parts)


def relevancy_offline(cosines: Sequence[float]) -> float | None:
    """Mean likeness (0 to 1) of a question and texts; None without any. A likeness below 0 counts as 0."""
    return sum(max(0.0, min(1.0, float(cosine))) for cosine in cosines) / len(cosines) if len(cosines) else None
