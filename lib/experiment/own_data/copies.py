"""Finding texts that are copies of one another, or nearly so, without comparing all with all."""

import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from math import floor

import numpy as np

# Two texts are near copies where this share of all their runs of words is in both (Jaccard).
NEAR = 0.9

_WORD = re.compile(r"\w+")


def normalised_words(text: str) -> str:
    """Give a text's words in small letters, without punctuation: what two spellings of one question share."""
    return " ".join(_WORD.findall(text.casefold()))


def near_copies(texts: Sequence[str], run: int = 5, share: float = NEAR) -> dict[int, int]:
    """Find each text that is a near copy of an earlier one.

    Two texts are near copies where the Jaccard share of their runs of ``run`` words is at least ``share``.
    Two such texts must have one of their rarest runs in common, so only texts that do are compared
    (prefix filter: Bayardo, Ma, Srikant, WWW 2007); time grows with the words, not with the pairs. A text is
    compared with texts that are themselves no copies.

    Args:
        texts: in the order in which the first of several counts as the original.
        run: words in a run; a text that is shorter is one run.
        share: 0 to 1.

    Returns:
        Place of the copy to place of the original; texts without a word are no copies.
    """
    runs = [_runs(text, run) for text in texts]
    ordered = _rarest_first(runs)
    holders: dict[int, list[int]] = defaultdict(list)
    copies: dict[int, int] = {}
    for place, (found, rare) in enumerate(zip(runs, ordered, strict=True)):
        # To share enough of its runs, a text must share one of so many of its rarest.
        prefix = rare[: len(rare) - floor(share * len(rare)) + 1].tolist()
        candidates = sorted({other for one in prefix for other in holders.get(one, ())})
        original = next((other for other in candidates if _jaccard(found, runs[other]) >= share), None)
        if original is not None:
            copies[place] = original
            continue
        for one in prefix:
            holders[one].append(place)
    return copies


def _runs(text: str, run: int) -> np.ndarray:
    """Give the runs of words in a text as sorted numbers of 64 bits, each once."""
    words = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.casefold())], dtype=np.uint64)
    if not len(words):
        return words
    length = min(run, len(words))
    numbers = np.zeros(len(words) - length + 1, dtype=np.uint64)
    for offset in range(length):
        numbers = numbers * np.uint64(6364136223846793005) + words[offset : offset + len(numbers)] + np.uint64(1)
    return np.unique(numbers)


def _rarest_first(runs: Sequence[np.ndarray]) -> list[np.ndarray]:
    everything, counts = np.unique(np.concatenate([*runs, np.array([], dtype=np.uint64)]), return_counts=True)
    ordered = []
    for found in runs:
        frequency = counts[np.searchsorted(everything, found)]
        ordered.append(found[np.lexsort((found, frequency))])
    return ordered


def _jaccard(first: np.ndarray, second: np.ndarray) -> float:
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / (len(first) + len(second) - common)
