"""Where the expected answers stand: in the documents that a question cites, in others, or nowhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from lib.experiment.world import Document, Question, states

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_WORD = re.compile(r"\w+")
# These stand in no document and are right all the same.
_NO_QUOTES = frozenset({"yes", "no", "ja", "nein"})


def places_of_answers(documents: Sequence[Document], questions: Sequence[Question]) -> tuple[list[str], list[str]]:
    """Find answers whose required strings are not all in the documents cited.

    Returns:
        Two lists for the reader: questions whose answer stands in another document (named), and questions
        whose answer stands in no document. A question that cites nothing is only looked for everywhere.
    """
    wanted = {question.id: _wanted(question) for question in questions}
    places = _Places(documents, (part for parts in wanted.values() for part in parts))
    elsewhere: list[str] = []
    nowhere: list[str] = []
    for question in questions:
        parts = wanted[question.id]
        holders = [places.of(part) for part in parts]
        cited = set(question.document_ids)
        missing = [part for part, ids in zip(parts, holders, strict=True) if not ids]
        if missing:
            nowhere.append(f"{question.id} ({', '.join(missing)})")
        elif cited and not all(ids & cited for ids in holders):
            together = set.intersection(*holders)
            where = next((page.id for page in documents if page.id in together), "")
            elsewhere.append(f"{question.id} ({f'stands in {where}' if where else 'spread over several'})")
    return elsewhere, nowhere


class _Places:
    """Looks up which documents hold a string as whole words."""

    def __init__(self, documents: Sequence[Document], parts: Iterable[str]) -> None:
        """Index the documents by the words of the strings that will be looked up, and by no others."""
        asked = {word for part in parts for word in _WORD.findall(part)}
        self._texts = {page.id: _flat(f"{page.title}\n{page.text}") for page in documents}
        self._holders: dict[str, set[str]] = defaultdict(set)
        for id_, text in self._texts.items():
            for word in asked.intersection(_WORD.findall(text)):
                self._holders[word].add(id_)

    def of(self, part: str) -> set[str]:
        """Give the ids of the documents that hold ``part``."""
        words = _WORD.findall(part)
        held = set.intersection(*(self._holders.get(word, set()) for word in words)) if words else set(self._texts)
        return {id_ for id_ in held if states(self._texts[id_], part)}


def _wanted(question: Question) -> list[str]:
    parts = [_flat(part) for part in question.must_contain or (question.value,)]
    return [] if not question.value or set(parts) <= _NO_QUOTES else parts


def _flat(text: str) -> str:
    """Write a text as the measures compare it: one line, no commas in thousands, small letters."""
    return _THOUSANDS.sub("", " ".join(text.split())).casefold()
