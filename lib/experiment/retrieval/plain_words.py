"""The words of a text that say what it is about."""

import re

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

# English words that tell nothing of the subject: grammar, and what assistants say around an answer.
_GRAMMAR = """a about all also an and any are as at be been before being but by can could did do does each else
for from had has have he her here his how i if in into is it its itself just may me more most must my no nor not of
on only or other our ours out over she should so some such than that the their them then there these they this
those to too under until up us was we were what when where which while who whom whose why will with would you
your"""
_AROUND = """according answer answering ask asked asking available based cannot context contain detail details
document documents don't find found give given happy hello help hi information know known like list listed look
mention mentioned page pages passage please provide provided question say sorry source sources specified specify
state stated sure tell text thank thanks unable unfortunately unknown"""


def surface_words(text: str) -> list[str]:
    """Return the words as they are written; a citation in brackets is none of them."""
    return _WORD.findall(re.sub(r"\[[^\]\s]*\]", " ", text))


def stem(word: str) -> str:
    """Return the word in small letters without the ending of a plural or a possessive."""
    small = word.casefold().replace("’", "'").removesuffix("'s")
    return small[:-1] if len(small) > 3 and small.endswith("s") and not small.endswith("ss") else small


def content_words(text: str) -> list[str]:
    """Return the stems of the words that are not mere grammar, in order."""
    return [one for one in map(stem, surface_words(text)) if one not in _EMPTY]


_EMPTY = frozenset(map(stem, f"{_GRAMMAR} {_AROUND}".split()))
