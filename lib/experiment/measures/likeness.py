"""How like the ideal answer an answer is worded: BLEU and ROUGE-L."""

from functools import cache
from typing import TYPE_CHECKING

from lib.experiment.measures.text import words

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU


def bleu(answer: str, ideal: str) -> float | None:
    """Sentence BLEU (Papineni et al. 2002; ``sacrebleu``) from 0 to 1; None without an ideal answer.

    Orders of n-grams for which the answer is too short are left out (effective order), and zero counts
    are smoothed (exponentially), as sacrebleu does by default for single sentences.
    """
    if not ideal.strip():
        return None
    # Rounding may leave a last decimal above 100.
    return min(1.0, _sentence_bleu().sentence_score(answer, [ideal]).score / 100)


def rouge_l(answer: str, ideal: str) -> float | None:
    """ROUGE-L (Lin 2004) from 0 to 1; None without an ideal answer.

    The longest common subsequence of words, as a share of the answer (precision) and of the ideal one
    (recall); their harmonic mean, both weighted alike.
    """
    made, wanted = words(answer), words(ideal)
    if not wanted:
        return None
    common = common_words(made, wanted)
    return 2 * common / (len(made) + len(wanted))


def common_words(first: list[str], second: list[str]) -> int:
    """Length of the longest common subsequence, a bit for each word of ``first`` (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    everything = (1 << len(first)) - 1
    unmatched = everything
    for word in second:
        hits = unmatched & places.get(word, 0)
        unmatched = ((unmatched + hits) | (unmatched - hits)) & everything
    return len(first) - unmatched.bit_count()


@cache
def _sentence_bleu() -> "BLEU":
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True)
