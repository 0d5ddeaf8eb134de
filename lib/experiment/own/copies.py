"""Finding texts that are copies of one another, or nearly so, without comparing all with all."""

import re
from collections import defaultdict
from collections.abc import Sequence

from lib.experiment.own.questions import numbers_in

# Two texts are near copies where this share of all their runs of words is in both (Jaccard).
NEAR = 0.9
_WORD = re.compile(r"\w+")


def near_copies(texts: Sequence[str], run: int = 5) -> dict[int, int]:
    """Find each text that is a near copy of an earlier one that is no copy itself.

    MinHash finds who may be (``datasketch``); whoever it names is compared in full, so that a copy is one. It misses
    a copy that only just is one now and then.

    Args:
        texts: in the order in which the first of several counts as the original.
        run: words in a run; a text that is shorter is one run.

    Returns:
        Place of the copy to place of the original; texts without a word are no copies.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=NEAR - 0.1, num_perm=128)
    runs: list[frozenset[str]] = []
    copies: dict[int, int] = {}
    for place, text in enumerate(texts):
        words = _WORD.findall(text.casefold())
        length = max(1, min(run, len(words)))
        runs.append(frozenset(" ".join(words[at : at + length]) for at in range(len(words) - length + 1)))
        if not words:
            continue
        sketch = MinHash(num_perm=128)
        sketch.update_batch([one.encode() for one in runs[place]])
        near = (other for other in sorted(index.query(sketch)) if _jaccard(runs[place], runs[other]) >= NEAR)
        if (original := next(near, None)) is not None:
            copies[place] = original
        else:
            index.insert(place, sketch)
    return copies


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second)


def same_question(texts: Sequence[str]) -> dict[int, int]:
    """Find texts that ask the same as an earlier one: the same words but for one in ten, and the same numbers."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[tuple(sorted(numbers_in(text)))].append(place)
    found: dict[int, int] = {}
    for places in (places for places in groups.values() if len(places) > 1):
        copies = near_copies([texts[place] for place in places], run=1)
        found |= {places[copy]: places[first] for copy, first in copies.items()}
    return dict(sorted(found.items()))
