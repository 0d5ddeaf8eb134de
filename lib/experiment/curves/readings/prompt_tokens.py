"""Reading the curve of quality against prompt tokens."""

from typing import TYPE_CHECKING

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves.comparing import compared
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.readings.words import gap, p_value, visible, with_n
from lib.experiment.statistics import SIGNIFICANCE

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve

# In the front's list so many cells are named.
_NAMED = 4


def read(curve: "Curve") -> str:
    """Name the front, and say whether training replaces prompt tokens."""
    return f"{_front(curve)} {_answer(curve)}{_bolted(curve)}"


def _cell(point: CurvePoint) -> str:
    return f"{point.name} with {point.x:,.0f} tokens: {with_n(point)}"


def _front(curve: "Curve") -> str:
    best = curve.front("right")
    cells = [point for point in curve.points if point.measure == "right"]
    named = best if len(best) <= _NAMED else [best[0], *best[-(_NAMED - 1) :]]
    left = len(best) - len(named)
    more = f" ({left} more between them)" if left else ""
    return (
        f"Of {len(cells)} cells {len(best)} {'is' if len(best) == 1 else 'are'} on the front, right in substance and "
        f"style at the price in tokens: {'; '.join(_cell(point) for point in named)}{more}."
    )


def _answer(curve: "Curve") -> str:
    """Compare the best untuned cell with the cheapest tuned one that is as good."""
    cells = [point for point in curve.points if point.measure == "right"]
    tuned = [point for point in cells if EXPERIMENT_ARMS[point.line].adapter != "none"]
    untuned = [point for point in cells if EXPERIMENT_ARMS[point.line].adapter == "none"]
    if not tuned or not untuned:
        return "No tuned and untuned arm were both measured, so that neither replaces the other here."
    plain = max(untuned, key=lambda point: (point.share.share, -point.x))
    best = max(tuned, key=lambda point: (point.share.share, -point.x))
    as_good = [point for point in tuned if not _worse(point, plain)]
    if not as_good:
        return (
            f"No tuned cell comes up to the best untuned one ({_cell(plain)}); the best of them is {_cell(best)}: "
            "training does not replace the tokens here."
        )
    cheap = min(as_good, key=lambda point: point.x)
    ahead = compared(best, plain)
    lead = (
        f"; the best tuned cell ({_cell(best)}) is {gap(ahead.gap)} ahead of it ({p_value(ahead.p)})"
        if ahead.gap > 0 and ahead.p < SIGNIFICANCE
        else ""
    )
    saved = 1 - cheap.x / plain.x
    saving = f"{100 * saved:.0f} % fewer prompt tokens" if saved > 0 else "and no prompt tokens saved"
    return (
        f"The best untuned cell is {_cell(plain)}; the cheapest tuned one that is not worse by more than chance is "
        f"{_cell(cheap)}, {saving}{lead}. Whether that outweighs the price of tuned tokens, as three-numbers puts it, is "
        "for the cost model."
    )


def _worse(point: CurvePoint, than: CurvePoint) -> bool:
    pairing = compared(point, than)
    return pairing.gap < 0 and pairing.p < SIGNIFICANCE


def _bolted(curve: "Curve") -> str:
    """Compare retrieval bolted onto a closed-book LoRA with one trained with pages, at the largest k of both."""
    cells = {(point.line, point.label): point for point in curve.points if point.measure == "substance"}
    labels = [label for line, label in cells if line == "lora_rag" and ("lora_with_pages", label) in cells]
    if not labels:
        return ""
    best = max(labels, key=lambda label: cells["lora_rag", label].share.share)
    together, bolted = cells["lora_with_pages", best], cells["lora_rag", best]
    pairing = compared(together, bolted)
    if pairing.p >= SIGNIFICANCE:
        verdict = f"cannot be told apart ({p_value(pairing.p)}; {visible(pairing)}), unlike in RAFT"
    elif pairing.gap > 0:
        verdict = f"is {gap(pairing.gap)} ahead ({p_value(pairing.p)}), as in RAFT"
    else:
        verdict = f"is {gap(pairing.gap)} behind ({p_value(pairing.p)}), against RAFT"
    return (
        f" In substance, the model trained with pages {verdict} of one with retrieval bolted on ({best}: "
        f"{with_n(together)} and {with_n(bolted)})."
    )
