"""Multi-hop: where a first answer refuses but names something new, a second search asks for that too.

"The course is run by the Eager Forest team, and its phone extension is not on any page. I do not know." names a
bridge that the question did not. In the reference run 5 of 2,240 answers led to a second search and none of them came
right by it, so the plain form is all there is: the question again, with the new names.
"""

import re
from collections.abc import Sequence

from lib.retrieval.search import Hit

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_CITATION = re.compile(r"\[[^\]\s]*\]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")


def follow_up_query(question: str, refusal: str) -> str | None:
    """Return what to search for next, or ``None`` where a refusing answer names nothing that the question does not.

    A name is a word with a capital letter inside a sentence, or with a digit.
    """
    asked = {word.casefold() for word in _WORD.findall(question)}
    names = [
        word
        for sentence in _SENTENCES.split(_CITATION.sub(" ", refusal))
        for place, word in enumerate(_WORD.findall(sentence))
        if (place and word[0].isupper() and len(word) > 1) or any(sign.isdigit() for sign in word)
    ]
    new = dict.fromkeys(name for name in names if name.casefold() not in asked)
    return " ".join([question, *new]) if new else None


def merged(first: Sequence[Hit], second: Sequence[Hit], k: int) -> list[Hit]:
    """Put two searches together: the first one's best hit, then the second search, then the first; at most ``k``."""
    once = {hit.id: hit for hit in [*first[:1], *second, *first]}
    return [hit.placed(rank) for rank, hit in enumerate(list(once.values())[:k], start=1)]
