"""The comparison with the literature in sentences, each computed from its numbers."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lib.experiment.literature import LiteratureComparison, PairOrder

NOTE = (
    "Pairs are compared by order, not by level: models, questions and tunings differ. The papers' numbers are "
    "printed without intervals, so a small published difference may itself be chance. p is McNemar's, exact, "
    "adjusted for the number of pairs (Holm)."
)


def overall(comparison: "LiteratureComparison") -> str:
    """Say of all pairs together how many are ordered as published."""
    from lib.experiment.literature import ALIKE, NOT_TOLD_APART, OPPOSITE

    pairs = comparison.pairs
    if not pairs:
        return f"Run {comparison.run} has no two arms that a paper compares."
    alike, opposite, untold = (
        sum(pair.verdict == verdict for pair in pairs) for verdict in (ALIKE, OPPOSITE, NOT_TOLD_APART)
    )
    rows = len({(pair.study, pair.task, pair.model) for pair in pairs})
    questions = next(iter(comparison.shares.values())).n
    return (
        f"Of {len(pairs)} pairs of arms in {rows} published rows, run {comparison.run} orders {alike} as published "
        f"({100 * comparison.agreement:.0f} %), {opposite} the other way round, and does not tell {untold} apart "
        f"({questions} answerable questions)."
    )


def pair_sentences(comparison: "LiteratureComparison") -> Iterator[str]:
    """Say of every two arms how the run orders them, and which papers have them so and which do not."""
    groups: dict[frozenset[str], list[PairOrder]] = {}
    for pair in comparison.pairs:
        groups.setdefault(frozenset((pair.higher, pair.lower)), []).append(pair)
    for group in groups.values():
        yield _ours(comparison, group[0]) + " " + _theirs(comparison, group)


def _ours(comparison: "LiteratureComparison", pair: "PairOrder") -> str:
    from lib.experiment.literature import NOT_TOLD_APART

    first, second = sorted((pair.higher, pair.lower), key=lambda arm: -comparison.shares[arm].share)
    one, other = (f"{comparison.titles[arm]} ({_percent(comparison.shares[arm].share)})" for arm in (first, second))
    p = p_words(pair.p)
    if pair.verdict == NOT_TOLD_APART:
        return f"{one} and {other} are not told apart here ({p})."
    return f"{one} lies above {other} here ({p})."


def _theirs(comparison: "LiteratureComparison", group: Sequence["PairOrder"]) -> str:
    from lib.experiment.literature import ALIKE, NOT_TOLD_APART

    if group[0].verdict == NOT_TOLD_APART:
        first = group[0].higher
        above = [pair for pair in group if pair.higher == first]
        return f"{comparison.titles[first]} lies above in {_ended(_by_study(group, above))}"
    alike = [pair for pair in group if pair.verdict == ALIKE]
    if len(alike) == len(group):
        return f"So it does in all {len(group)} published rows." if len(group) > 1 else "So it does in the one paper."
    others: dict[str, list[PairOrder]] = {}
    for pair in group:
        if pair.verdict != ALIKE:
            others.setdefault(pair.study, []).append(pair)
    names = "; ".join(f"{study} with {', '.join(map(_row, pairs))}" for study, pairs in others.items())
    return f"The same in {_ended(_by_study(group, alike))} The other way round: {names}."


def _by_study(group: Sequence["PairOrder"], chosen: Sequence["PairOrder"]) -> str:
    studies = list(dict.fromkeys(pair.study for pair in group))
    parts = [
        f"{sum(pair.study == study for pair in chosen)} of {sum(pair.study == study for pair in group)} rows of {study}"
        for study in studies
    ]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _row(pair: "PairOrder") -> str:
    numbers = f"{100 * pair.published_higher:.1f} % against {100 * pair.published_lower:.1f} %"
    return f"{pair.model} on {pair.task} ({numbers})"


def _ended(words: str) -> str:
    """End a sentence, also where its last word is an abbreviation ("et al.")."""
    return words if words.endswith(".") else words + "."


def _percent(share: float) -> str:
    return "not known" if isnan(share) else f"{100 * share:.0f} %"


def p_words(p: float) -> str:
    """Write a p value: ``p = 0.034``, ``p below 0.001``."""
    return "p not known" if isnan(p) else "p below 0.001" if p < 0.001 else f"p = {p:.3f}"
