"""How much of a context window is read: published falls in accuracy with the length of the prompt.

What a window holds is not what it reads (``data/prices/window_reading.csv``). Kinds of question: ``literal`` (question
and place share words), ``meaning`` (they share none), ``memory`` (over a long conversation); ``against_retrieval`` and
its parts are points of long context minus retrieval on the same questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.prices.price import table

Array = np.ndarray
LITERAL, MEANING, MEMORY = "literal", "meaning", "memory"
AGAINST_RETRIEVAL = "against_retrieval"


@dataclass(frozen=True)
class Reading:
    """One model's scores (per cent) on one kind of question over growing prompts (tokens), shortest first."""

    study: str
    model: str
    kind: str
    tokens: tuple[float, ...]
    scores: tuple[float, ...]
    source: str

    def score_at(self, tokens: Any) -> Array:
        """Interpolate over the logarithm of the length; beyond what was measured the last figure holds."""
        return np.interp(np.log(np.maximum(tokens, 1.0)), np.log(self.tokens), self.scores)

    def share_at(self, tokens: Any) -> Array:
        """Return the score at ``tokens`` as a share of that with the shortest prompt, at most 1."""
        return np.minimum(self.score_at(tokens) / self.scores[0], 1.0)


@dataclass(frozen=True)
class ShareRead:
    """The share of its accuracy with a short prompt that a model keeps: least, mean and most of the models measured."""

    low: Array
    likely: Array
    high: Array


@cache
def readings() -> tuple[Reading, ...]:
    """Return every measured series."""
    rows: dict[tuple[str, str, str], list[tuple[float, float, str]]] = {}
    for row in table("window_reading.csv"):
        measured = float(row["tokens"]), float(row["score"]), row["source"]
        rows.setdefault((row["study"], row["model"], row["kind"]), []).append(measured)
    series = {names: zip(*sorted(measured), strict=True) for names, measured in rows.items()}
    return tuple(Reading(*names, tokens, scores, sources[0]) for names, (tokens, scores, sources) in series.items())


def share_read(tokens: Any, kinds: Sequence[str] = (LITERAL, MEANING, MEMORY)) -> ShareRead:
    """Return how much of its accuracy a model keeps with a prompt of ``tokens`` (shape ``()`` or ``(n,)``).

    Kinds count alike, and so do the models measured on each. Lengths beyond the measured ones take the last figure,
    and so are, if anything, read less well.
    """
    series = [[reading.share_at(tokens) for reading in readings() if reading.kind == kind] for kind in kinds]
    every = np.stack([share for shares in series for share in shares])
    means = np.stack([np.mean(shares, axis=0) for shares in series])
    return ShareRead(every.min(axis=0), means.mean(axis=0), every.max(axis=0))


def points_against_retrieval(tokens: Any, part: str = "") -> Array:
    """Return the points (of 100) by which long context did better (or worse, below 0) than retrieval at ``tokens``.

    ``part`` is nothing for all questions, or ``location``, ``reasoning``, ``comparison`` or ``hallucination``.
    """
    kind = f"{AGAINST_RETRIEVAL}_{part}" if part else AGAINST_RETRIEVAL
    return next(reading for reading in readings() if reading.kind == kind).score_at(tokens)
