"""Holding claims against published measurements. One question a function."""

from collections.abc import Sequence

from lib.claims.figure import Figure
from lib.claims.named import Named
from lib.claims.published import Measured, accuracies, finding

HYBRIDS = ("hybrid", "hybrid_paraphrased", "hybrid_with_context")
TUNED = ("fine_tune", "fine_tune_paraphrased")
KNOWLEDGE = ("Ovadia et al.", "Soudani et al.")
Result = tuple[Figure, str]


def hybrid_gain_reached(figures: Sequence[Named], unit: str) -> Result:
    """Percentage of measured comparisons in which a hybrid beats the better of its halves by a gain in per cent."""
    wanted = figures[0].figure.low
    gains = [
        (f"{each.name} ({arm.replace('_', ' ')})", 100 * (each.shares[arm] / _best_alone(each) - 1))
        for each in accuracies()
        for arm in HYBRIDS
        if arm in each.shares and _has_both(each)
    ]
    reached = [gain for _, gain in gains if gain >= wanted]
    listed = "; ".join(f"{name} {gain:+.1f} %" for name, gain in gains)
    result = Figure.of(100 * len(reached) / len(gains), unit)
    return result, (
        f"gain over the better of retrieval alone and tuning alone, as measured: {listed}. "
        f"A gain of {wanted:.0f} % or more in {len(reached)} of {len(gains)} comparisons"
    )


def tuned_more_accurate(figures: Sequence[Named], unit: str) -> Result:
    """Percentage of measured comparisons in which tuning alone answers more right than retrieval alone."""
    compared = [each for each in accuracies() if _has_both(each)]
    better = [each for each in compared if each.shares["fine_tune"] > each.shares["rag"]]
    listed = "; ".join(
        f"{each.name} {100 * each.shares['rag']:.1f} % with retrieval, {100 * each.shares['fine_tune']:.1f} % tuned"
        for each in compared
    )
    result = Figure.of(100 * len(better) / len(compared), unit)
    studies = ", ".join(dict.fromkeys(each.study for each in better)) or "none"
    return (
        result,
        f"share right, as measured: {listed}. Tuning is ahead in {len(better)} of {len(compared)}, from {studies}",
    )


def error_of_tuned_over_base(figures: Sequence[Named], unit: str) -> Result:
    """Range of (share wrong after tuning) ÷ (share wrong before) in the studies of injected knowledge."""
    compared = [each for each in accuracies() if each.study in KNOWLEDGE and _has_both(each)]
    ratios = [(1 - each.shares["fine_tune"]) / (1 - each.shares["base"]) for each in compared]
    listed = "; ".join(
        f"{each.name} {100 - 100 * each.shares['base']:.1f} % → {100 - 100 * each.shares['fine_tune']:.1f} % wrong"
        for each in compared
    )
    return Figure(
        min(ratios), max(ratios), unit
    ), f"{listed}: {min(ratios):.2f} to {max(ratios):.2f} times the base rate"


def known_facts_error_after_tuning(figures: Sequence[Named], unit: str) -> Result:
    """Factor by which wrong answers to well-known facts grow after tuning on unknown facts to convergence."""
    before = finding("Gekhman et al.", "well-known facts right before")
    after = finding("Gekhman et al.", "well-known facts right after")
    result = Figure.of((100 - after) / (100 - before), unit)
    return result, (
        f"Gekhman et al., tuned to convergence on unknown facts alone: well-known facts wrong "
        f"{100 - before:.1f} % → {100 - after:.1f} % = {result.low:.1f} times the base rate"
    )


def _has_both(each: Measured) -> bool:
    return {"rag", "fine_tune"} <= set(each.shares)


def _best_alone(each: Measured) -> float:
    return max(each.shares[arm] for arm in ("rag", *TUNED) if arm in each.shares)
