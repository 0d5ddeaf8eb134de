"""The words that a reader may not know: explained where they first stand on a page, on hover, and listed in the report."""

import re
from functools import cache

from lib.articles import articles
from lib.files import read_yaml
from lib.paths import DATA
from lib.views.markup import Page, attribute

TAG = re.compile(r"(<[^>]+>)")
KEPT = re.compile(r"a|abbr|button|caption|code|dd|dt|figcaption|h[1-4]|script|style|summary|th")
"""Elements whose text stays as it is: headings and names of things, what is clicked, what is no prose."""


@cache
def glossary() -> dict[str, str]:
    """Return every word of ``data/glossary.yaml`` with its meaning."""
    return {entry["word"]: entry["meaning"] for entry in read_yaml(DATA / "glossary.yaml")}


@cache
def _terms() -> tuple[re.Pattern[str], dict[str, tuple[str, Page]]]:
    """Return what finds a term, and by the term in lower case the word (or an article's name) and the opening tag that explains it."""
    terms = {
        term.strip().lower(): (word, Page('<abbr title="{}">').format(attribute(meaning)))
        for word, meaning in (glossary() | {id_: article.title for id_, article in articles().items()}).items()
        for term in re.split(r"[()]", word)
        if term.strip()
    }
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})s?(?![\w-])", re.IGNORECASE), terms


def explained(page: Page) -> Page:
    """Mark the first place of every word of the glossary in the prose of ``page`` with its meaning."""
    pattern, terms = _terms()
    seen: set[str] = set()
    kept = 0

    def mark(found: re.Match[str]) -> str:
        word, opening = terms[found[1].lower()]
        if word in seen:
            return found[0]
        seen.add(word)
        return f"{opening}{found[0]}</abbr>"

    pieces = TAG.split(str(page))
    for place, piece in enumerate(pieces):
        if place % 2:
            name = piece.strip("</>").split(maxsplit=1)[0].lower()
            kept += (-1 if piece.startswith("</") else 1) * (KEPT.fullmatch(name) is not None)
        elif not kept:
            pieces[place] = pattern.sub(mark, piece)
    return Page("".join(pieces))
