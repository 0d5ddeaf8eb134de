"""Who may read what: a document's ``access`` label, and the person who asks.

``Document.metadata["access"]`` holds one or more labels, separated by ``;`` or ``,``. A document without one is for
everybody; one with labels is for those who hold any of them. The index filters by it inside the database, so that a
passage that a person may not see never reaches a ranking, a re-ranker or a prompt.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lib.dataset import Document
from lib.errors import InputError
from lib.retrieval.text import one_line

ACCESS = "access"


@dataclass(frozen=True)
class Person:
    """Somebody who asks. ``labels`` are what they may read beside what is for everybody; the name is one of them."""

    name: str
    labels: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "Person":
        """Read ``NAME/LABEL``, such as ``anna/hr,finance``; ``anna`` alone may read what is labelled ``anna``.

        Raises:
            InputError: there is no name, or nothing after the stroke.
        """
        name, stroke, rest = text.partition("/")
        labels = _labels(rest)
        if not one_line(name) or (stroke and not labels):
            raise InputError(f"--as: {text!r} is not allowed; write NAME or NAME/LABEL, such as anna/hr,finance.")
        return cls(one_line(name), frozenset({*_labels(name), *labels}))

    def may_read(self, document: Document) -> bool:
        """Whether this person may read a document (or anything else with its metadata)."""
        labels = labels_of(document.metadata)
        return not labels or bool(self.labels & set(labels))


def labels_of(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the labels of a document, in small letters and in order; none for one that is for everybody.

    Raises:
        InputError: there is an ``access`` without a label in it: who may read that is not known.
    """
    if ACCESS not in metadata:
        return ()
    labels = _labels(metadata[ACCESS])
    if not labels:
        raise InputError("access is empty; allowed is a label, or no access at all for what everybody may read.")
    return labels


def readable(documents: Iterable[Document], person: Person | None) -> tuple[Document, ...]:
    """Return the documents that a person may read; all of them where no person is given."""
    return tuple(document for document in documents if person is None or person.may_read(document))


def _labels(text: str) -> tuple[str, ...]:
    return tuple(sorted({one_line(label).casefold() for label in re.split("[;,]", text) if one_line(label)}))
