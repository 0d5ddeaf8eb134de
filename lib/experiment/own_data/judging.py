"""What must stand in a right answer, worked out from the expected one.

The offline form of judging free text: strings that a right answer can hardly do without. It is strict with
another wording and blind to a wrong word beside the right number; hand grading or a judge comes after it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from lib.experiment.world import Document

# An expected answer of at most so many words must stand in the answer as it is.
SHORT = 6
# Where it has neither numbers nor names, so many of its rarest words must.
RAREST = 3
# Where more of the words inside sentences begin with a capital letter, nouns do (German): none is a name then.
_CAPITALS_ALLOWED = 0.35

_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_NUMBER = re.compile(r"(?:[^\W\d_]+-)?[^\W_]*\d[^\W_]*(?:[.,:/-][^\W_]*\d[^\W_]*)*")
_SENTENCE_END = re.compile(r"[.!?:]['\"”)\]]*$|^$")
# Written as a sign as often as in letters.
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY")
_MONEY = "|".join((*_CURRENCIES, "[$€£]"))
_AMOUNT = re.compile(rf"(?:{_MONEY})\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(?:{_MONEY})")
# Capital letters that name nothing.
_NO_NAMES = frozenset({"I", "I'm", "I’m", "A", "OK"})


def short_value(answer: str) -> str | None:
    """Give what must stand in a right answer where the expected one is short (6 words at most), else ``None``.

    That is the expected answer itself, without the mark at its end; of an amount of money the number alone, for
    ``EUR 20`` is also written ``€20`` or ``20 euros``.
    """
    plain = answer.strip().strip(".!?").strip() or answer.strip()
    if len(plain.split()) > SHORT:
        return None
    amount = _AMOUNT.fullmatch(plain)
    return (amount[1] or amount[2]) if amount else plain


def key_parts(answer: str, frequencies: Callable[[], Counter[str]]) -> tuple[str, ...]:
    """Give what must stand in a right answer where the expected one is long, each part once.

    Args:
        answer: the expected answer, as free text.
        frequencies: gives in how many documents each word stands (``document_frequencies``); only called
            where it is needed, for counting takes long.

    Returns:
        Its numbers, dates, amounts and names; where it has none, the three of its words (four letters or
        more) that stand in the fewest documents, of those that stand in any; else the answer as it is.
    """
    parts = numbers_in(answer) + _names(answer)
    return tuple(dict.fromkeys(parts)) or _rarest(answer, frequencies()) or (answer.strip().rstrip(".!?"),)


def document_frequencies(documents: Iterable[Document]) -> Counter[str]:
    """Count in how many documents each word stands, in small letters."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update({word.casefold() for word in _WORD.findall(f"{document.title}\n{document.text}")})
    return counts


def numbers_in(text: str) -> list[str]:
    """Every number, date, time or code; a range such as 3-5 is two numbers, 2026-03-01 is one date."""
    numbers: list[str] = []
    for match in _NUMBER.finditer(text):
        found = match[0]
        numbers += found.split("-") if re.fullmatch(r"\d+-\d+", found) else [found]
    return numbers


def _names(text: str) -> list[str]:
    """Words with a capital letter inside a sentence, or with two of them anywhere."""
    words = text.split()
    inside = [before for before in range(1, len(words)) if not _SENTENCE_END.search(words[before - 1])]
    capitals = [place for place in inside if words[place][:1].isupper()]
    if len(inside) and len(capitals) / len(inside) > _CAPITALS_ALLOWED:
        return []
    names = []
    for place, word in enumerate(words):
        for name in _WORD.findall(word):
            several = sum(sign.isupper() for sign in name) > 1
            known = name not in _CURRENCIES and name not in _NO_NAMES and not any(sign.isdigit() for sign in name)
            if known and name[0].isupper() and (several or place in capitals):
                names.append(name)
    return names


def _rarest(text: str, frequencies: Counter[str]) -> tuple[str, ...]:
    words: Sequence[str] = [word for word in dict.fromkeys(_WORD.findall(text)) if len(word) >= 4]
    known = sorted(
        (word for word in words if frequencies[word.casefold()]), key=lambda word: frequencies[word.casefold()]
    )
    chosen = set(known[:RAREST])
    return tuple(word for word in words if word in chosen)
