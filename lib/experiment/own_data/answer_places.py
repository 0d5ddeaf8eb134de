"""Where the expected answers stand: in the documents that a question cites, in others, or nowhere."""

import re
from collections.abc import Sequence

from lib.experiment.world import Document, Question, states

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
# These stand in no document and are right all the same.
_NO_QUOTES = frozenset({"yes", "no", "ja", "nein"})


def places_of_answers(documents: Sequence[Document], questions: Sequence[Question]) -> tuple[list[str], list[str]]:
    """Find answers whose required strings are not all in the documents cited.

    Returns:
        Two lists for the reader: questions whose answer stands in another document (named), and questions
        whose answer stands in no document. A question that cites nothing is only looked for everywhere.
    """
    texts = {document.id: _flat(f"{document.title}\n{document.text}") for document in documents}
    elsewhere: list[str] = []
    nowhere: list[str] = []
    for question in questions:
        wanted = [_flat(part) for part in question.must_contain or (question.value,)]
        if not question.value or set(wanted) <= _NO_QUOTES:
            continue
        cited = [texts[id_] for id_ in question.document_ids if id_ in texts]
        if cited and all(any(_stands(part, text) for text in cited) for part in wanted):
            continue
        holder = next((id_ for id_, text in texts.items() if all(_stands(part, text) for part in wanted)), None)
        if holder is not None and cited:
            elsewhere.append(f"{question.id} (stands in {holder})")
        elif holder is None:
            missing = [part for part in wanted if not any(_stands(part, text) for text in texts.values())]
            if missing:
                nowhere.append(f"{question.id} ({', '.join(missing)})")
            elif cited:
                elsewhere.append(f"{question.id} (spread over several)")
    return elsewhere, nowhere


def _flat(text: str) -> str:
    """Write a text as the measures compare it: one line, no commas in thousands, small letters."""
    return _THOUSANDS.sub("", " ".join(text.split())).casefold()


def _stands(part: str, text: str) -> bool:
    # The plain look is a hundred times as fast as the pattern, and most documents do not hold the part.
    return part in text and states(text, part)
