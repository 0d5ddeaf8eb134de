"""Whether a request needs the documents at all: a greeting, a sum or a given text to rewrite needs none.

One would let a language model decide. The offline form compares the request with two sets of examples
(``prototypes``) and calls the search off only where it is clearly nearer to one that needs no documents:
a needless search costs milliseconds, a missing one the answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.experiment.retrieval import prototypes

if TYPE_CHECKING:
    import numpy as np

    from lib.retrieval.embedder import Embedder

# Cosine similarities of all-MiniLM-L6-v2: how near the nearest example must be, and how much nearer than the
# nearest of the other set. Chosen on the examples, each judged by the others; the workbook's judgement.
NEAR_ENOUGH = 0.30
MARGIN = 0.08
_LONGEST_WORD = 40

# An instruction, then the text it is about: after a colon or a line break, or in quotation marks.
_GIVEN = re.compile(r"""^(?P<instruction>[^:\n"“]{8,120}?)\s*(?:[:\n]\s*|["“])(?P<text>\S+(?:\s+\S+){2,})""", re.DOTALL)


@dataclass(frozen=True)
class Nearness:
    """How near (cosine similarity) a request is to the nearest example that needs no documents, and that does."""

    without: float
    documents: float

    @property
    def retrieve(self) -> bool:
        """Whether to search: wherever it is not clear that nothing needs to be found."""
        return self.without < NEAR_ENOUGH or self.without - self.documents < MARGIN


def needs_retrieval(questions: Sequence[str], embedder: "Embedder") -> list[bool]:
    """Say for each question whether the documents are needed to answer it; in doubt they are."""
    compared = nearness(questions, embedder)
    return [one.retrieve or not _readable(text) for one, text in zip(compared, questions, strict=True)]


def _readable(text: str) -> bool:
    """Whether a text has words, none of them endless: to the embedder the others look like a short greeting."""
    lengths = [len(word) for word in re.findall(r"\w+", text)]
    return bool(lengths) and max(lengths) <= _LONGEST_WORD


def nearness(questions: Sequence[str], embedder: "Embedder") -> list[Nearness]:
    """Compare each question with the examples."""
    if not questions:
        return []
    given = [_GIVEN.match(question.strip()) for question in questions]
    # What the given text is about says nothing of what is to be done with it.
    asked = [
        f"{found['instruction']}:" if found else question for found, question in zip(given, questions, strict=True)
    ]
    vectors = embedder.embed_queries(asked)

    def nearest(examples: Sequence[str]) -> "np.ndarray":
        return (vectors @ embedder.embed_queries(list(examples)).T).max(axis=1)

    talk = nearest([*prototypes.SMALL_TALK, *prototypes.ARITHMETIC])
    task = nearest(prototypes.GIVEN_TEXT)
    documents = nearest(prototypes.DOCUMENTS)
    return [
        Nearness(float(task[place] if found else talk[place]), float(documents[place]))
        for place, found in enumerate(given)
    ]
