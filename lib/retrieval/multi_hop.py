"""Multi-hop: what a first answer leaves open, as a second search.

"The team behind the course is the Eager Forest team, and the phone extension of the Eager Forest team is not
on any page. I do not know." names a bridge that the question did not: the second search asks for what is
missing of it. An answer that names nothing new has no second page to look for.
"""

import json
import re
from collections.abc import Iterable, Sequence

from lib.retrieval.search import Hit

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

# What is said to be missing stands before the first kind of phrase, and after the second.
_MISSING_BEFORE = (
    r"(?:is|are|was|were|isn't|aren't)(?: not|n't| nowhere| unknown)?"
    r" ?(?:on any page|stated|mentioned|given|provided|specified|listed|found|included|shown|known|available|there|"
    r"in the (?:documents?|context|pages?|text|passages?|sources?))"
)
_MISSING_AFTER = (
    r"(?:(?:do|does|did|can|could|would)(?: not|n't)|cannot|unable to|no) "
    r"(?:know|find|say|state|tell|mention|specify|give|list|include|contain|provide|answer|determine|see|have|"
    r"information|mention|details?|data)(?: (?:on|about|of|for|any))*"
)
_NOT = re.compile(r"\bnot\b|n't\b|\bnowhere\b|\bunknown\b|\bno\b|\bcannot\b|\bunable\b", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?P<missing>.*?)\s*\b{_MISSING_BEFORE}\b", re.IGNORECASE)
_AFTER = re.compile(rf"\b{_MISSING_AFTER}\b(?P<missing>.*)$", re.IGNORECASE)

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSES = re.compile(r",?\s+(?:and|but|however|though|although|while|yet)\s+|;\s*|:\s+", re.IGNORECASE)


def follow_up_query(question: str, first_answer: str) -> str | None:
    """Say what to search for next, or ``None`` if a second search has nothing to go by.

    Args:
        question: as it was asked.
        first_answer: the model's answer from the first search's pages, in any voice, JSON too.

    Returns:
        ``None`` if the answer does not refuse, or names nothing that the question does not. Otherwise what
        the answer says is missing, if that names the bridge; else the bridge and what is missing.
    """
    stated, missing = _taken_apart(_plain(first_answer))
    if missing is None:
        return None
    asked = set(content_words(question))
    # A statement about what was asked for; a greeting shares no word with the question.
    about = [clause for clause in stated if asked & set(content_words(clause))]
    bridge = _new(about, asked)
    names = _new([missing], asked, names_only=True)
    if names or set(map(stem, bridge)) & set(content_words(missing)):
        return missing
    if not bridge:
        return None
    known = {word for clause in about for word in content_words(clause)}
    still_asked = [word for word in surface_words(missing) if stem(word) in content_words(missing)]
    if not still_asked:
        still_asked = [word for word in surface_words(question) if stem(word) in asked - known]
    return " ".join(dict.fromkeys([*still_asked, *bridge]))


def merged(first: Sequence[Hit], second: Sequence[Hit], k: int, first_answer: str = "") -> list[Hit]:
    """Put two searches together: what the first answer rests on, then the second search, then the first.

    Args:
        first: hits of the first search, best first.
        second: hits of the second search, best first.
        k: how many hits at most.
        first_answer: rests on the hit of the first search that has most of its words; without it, on the
            best hit.

    Returns:
        Each chunk once, ranked from 1; scores stay those of the chunk's own search.
    """
    words = set(content_words(_plain(first_answer)))
    basis = sorted(first, key=lambda hit: (-len(words & set(content_words(f"{hit.title} {hit.text}"))), hit.rank))
    once = {hit.id: hit for hit in [*second, *first]}
    order = dict.fromkeys(hit.id for hit in [*basis[:1], *second, *first])
    return [once[id_].placed(rank) for rank, id_ in enumerate(list(order)[:k], start=1)]


def _plain(answer: str) -> str:
    """Return the words of an answer, which may be a JSON object."""
    if answer.lstrip().startswith("{"):
        try:
            values = json.loads(answer)
        except ValueError:
            return answer
        return " ".join(value for value in values.values() if isinstance(value, str))
    return answer


def _taken_apart(answer: str) -> tuple[list[str], str | None]:
    """Return the clauses that state something, and what is said to be missing (``None``: nothing is)."""
    stated: list[str] = []
    missing: str | None = None
    for sentence in filter(None, map(str.strip, _SENTENCES.split(answer))):
        for clause in filter(None, map(str.strip, _CLAUSES.split(sentence))):
            found = _BEFORE.search(clause) or _AFTER.search(clause) if _NOT.search(clause) else None
            if found is None:
                stated.append(clause)
            else:
                # "I do not know." adds nothing to what the clause before it says is missing.
                missing = missing or found["missing"].strip(" ,.:;!?")
    return stated, missing


def _new(clauses: Iterable[str], asked: set[str], names_only: bool = False) -> list[str]:
    """Return the words of content that the question does not have; of names only those with a capital or digit."""
    found = []
    for clause in clauses:
        for place, word in enumerate(surface_words(clause)):
            is_name = (place > 0 and word[0].isupper()) or any(sign.isdigit() for sign in word)
            if content_words(word) and stem(word) not in asked and (is_name or not names_only):
                found.append(word)
    return list(dict.fromkeys(found))


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
