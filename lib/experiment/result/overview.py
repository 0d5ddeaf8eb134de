"""The table to read first: shares by arm and kind, marked where they differ from a reference by more than chance."""

from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from lib.experiment.measures import MEASURES
from lib.experiment.result.outcomes import ALL_KINDS
from lib.experiment.statistics import SIGNIFICANCE, Pairing, Share, adjusted

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.result.result import ExperimentResult

BETTER, WORSE = "▲", "▼"
_TUNED = ("fine_tune", "hybrid")


class Panel(NamedTuple):
    """One column of the overview and one panel of the forest plot."""

    title: str
    measure: str
    kind: str


OVERVIEW = (
    Panel("Seen fact", "fact", "seen_fact"),
    Panel("Document fact", "fact", "document_fact"),
    Panel("Changed fact", "fact", "changed_fact"),
    Panel("Two-page fact", "fact", "multi_hop"),
    Panel("Refuses rightly", "refusal", "unanswerable"),
    Panel("Style kept", "style", ALL_KINDS),
    Panel("All right", "right", ALL_KINDS),
)


def panels(result: "ExperimentResult") -> list[Panel]:
    """Give the overview's columns that this run has something to say on; kinds of one's own come first."""
    known = {panel.kind for panel in OVERVIEW}
    # Some kinds may be judged by refusal alone, some by fact; a kind of one's own is called by its own name.
    own = [Panel(kind.replace("_", " ").capitalize(), "substance", kind) for kind in result.kinds if kind not in known]
    fitting = [panel for panel in OVERVIEW if panel.kind in (ALL_KINDS, *result.kinds)]
    return [
        panel
        for panel in (*own, *fitting)
        if any(result.share(arm, panel.measure, panel.kind).n for arm in result.arms)
    ]


def usual_reference(result: "ExperimentResult") -> str | None:
    """Give the untuned arm that is all right most often, the earlier one of equals; None where none is untuned."""
    untuned = [id_ for id_, arm in result.arms.items() if arm["stands_for"] not in _TUNED]
    shares = {arm: result.share(arm, "right") for arm in untuned}
    judged = [arm for arm in untuned if shares[arm].n]
    return max(judged, key=lambda arm: shares[arm].share, default=None)


def overview_table(result: "ExperimentResult", reference: str | None) -> "pd.DataFrame":
    """Write the shares as texts, one row an arm; see ``ExperimentResult.overview``."""
    import pandas as pd

    marks = _marks(result, reference)
    rows = {}
    for id_, arm in result.arms.items():
        rows[arm["title"]] = {
            panel.title: percent(result.share(id_, panel.measure, panel.kind)) + marks.get((id_, panel), "")
            for panel in panels(result)
        }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "Arm"
    return frame


def legend(result: "ExperimentResult", reference: str | None) -> str:
    """Say what the marks mean, what they are measured against, and which gaps cannot be seen."""
    plain = "Percent of questions, with the 95 % interval (Wilson) in brackets."
    comparisons = _comparisons(result, reference)
    if not comparisons:
        return plain
    title = result.arms[reference]["title"]
    best = ", the untuned arm that is all right most often" if reference == usual_reference(result) else ""
    return (
        f"{plain} {BETTER} better and {WORSE} worse than {title}{best}, on the same questions, by more than chance "
        f"(McNemar's exact test, p below {SIGNIFICANCE} after Holm's correction for {len(comparisons)} comparisons)."
        f"{_unseen(comparisons, _marks(result, reference))}"
    )


def _unseen(comparisons: dict[tuple[str, Panel], Pairing], marks: dict[tuple[str, Panel], str]) -> str:
    """Say what size of gap the unmarked comparisons would have been expected to show, by number of questions."""
    largest: dict[int, float] = {}
    for place, pairing in comparisons.items():
        if place not in marks:
            gap = 2.0 if isnan(pairing.smallest_gap) else pairing.smallest_gap
            largest[pairing.n] = max(gap, largest.get(pairing.n, 0.0))
    if not largest:
        return ""
    texts = [
        f"{n} questions can be expected to show {f'a gap of {points(gap)}' if gap <= 1 else 'no gap at all'}"
        for n, gap in sorted(largest.items())
    ]
    return f" Without a mark a gap can be chance: where two arms differ as rarely as these, {', '.join(texts)}."


def percent(share: Share) -> str:
    """Write a share as "81 % (74–87)"; a dash where nothing was asked."""
    if isnan(share.share):
        return "–"
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"


def _comparisons(result: "ExperimentResult", reference: str | None) -> dict[tuple[str, Panel], Pairing]:
    """Compare every other arm with the reference, column by column."""
    if reference is None:
        return {}
    pairings = {
        (arm, panel): result.pairing(arm, reference, panel.measure, panel.kind)
        for panel in panels(result)
        for arm in result.arms
        if arm != reference
    }
    return {place: pairing for place, pairing in pairings.items() if pairing.n}


def _marks(result: "ExperimentResult", reference: str | None) -> dict[tuple[str, Panel], str]:
    comparisons = _comparisons(result, reference)
    corrected = adjusted([pairing.p for pairing in comparisons.values()])
    marks = {}
    for ((arm, panel), pairing), p in zip(comparisons.items(), corrected, strict=True):
        if p < SIGNIFICANCE:
            better = (pairing.gap > 0) == MEASURES[panel.measure].higher_is_better
            marks[arm, panel] = f" {BETTER if better else WORSE}"
    return marks


def points(gap: float) -> str:
    """Write a gap (0 to 1) in percentage points, at least one."""
    number = max(1, round(100 * gap))
    return "1 point" if number == 1 else f"{number} points"
