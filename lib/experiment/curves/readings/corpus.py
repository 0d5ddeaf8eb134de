"""Reading the curve over the size of the knowledge base."""

from typing import TYPE_CHECKING

from lib.experiment.curves.comparing import compared
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.readings.words import move, moved, with_n
from lib.experiment.result import percent
from lib.experiment.statistics import SIGNIFICANCE, share_of

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve

RETRIEVAL, WINDOW = "rag_few_shot", "long_context"


def read(curve: "Curve") -> str:
    """Say what more pages cost the search and the window, and whether size or the search decides."""
    facts, pages = curve.line("fact", RETRIEVAL), curve.line("page_found", RETRIEVAL)
    title = facts[0].title
    text = (
        f"From {facts[0].x:,.0f} to {facts[-1].x:,.0f} documents: the share of questions whose page the search finds "
        f"{move(pages)}; facts right by {title} {move(facts)}. {_where_found(facts[-1], pages[-1])}"
    )
    if WINDOW not in curve.line_ids:
        return text + _answer(curve, None)
    window = curve.line("fact", WINDOW)
    fits = [point.facts["share_that_fits"] for point in window]
    text += (
        f" The window holds {100 * fits[0]:.1f} % of {window[0].x:,.0f} documents and {100 * fits[-1]:.2f} % of {window[-1].x:,.0f}; "
        f"facts right by {window[0].title} {move(window)}. "
    )
    return text + _answer(curve, window)


def _where_found(fact: CurvePoint, page: CurvePoint) -> str:
    """Say how often the model reads the fact right where the search has found the page: the ideal retriever."""
    found = [fact.outcomes[id_] for id_, right in page.outcomes.items() if right and id_ in fact.outcomes]
    share = share_of(found)
    if not found:
        return "The search found no page there."
    return (
        f"Where it found the page among {page.x:,.0f} documents, {percent(share)[:-1]}, n = {share.n}) were right: "
        "what an ideal retriever, as in Soudani et al., would leave to see."
    )


def _answer(curve: "Curve", window: list[CurvePoint] | None) -> str:
    facts = curve.line("fact", RETRIEVAL)
    lost = moved(facts) < 0
    verdict = (
        "Size matters to retrieval as well, through the pages it no longer finds"
        if lost
        else "So long as the search finds the page, size alone does not decide, as three-numbers has it"
    )
    if window is None:
        return f" {verdict}."
    ahead = [
        point.x
        for point, other in zip(facts, window, strict=True)
        if (pairing := compared(point, other)).gap > 0 and pairing.p < SIGNIFICANCE
    ]
    if not ahead:
        return f"{verdict}; {facts[0].title} was nowhere ahead of the long context by more than chance."
    best = next(point for point in facts if point.x == ahead[0])
    return (
        f"{verdict}; for the long context the window decides, as decision-matrix asks: from {ahead[0]:,.0f} documents on "
        f"{facts[0].title} is ahead of it ({with_n(best)})."
    )
