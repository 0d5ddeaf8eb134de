"""Tables of a run that say which arms differ by more than chance, and what the search found."""

from math import isnan

from lib.charts.table import Table
from lib.experiment import MEASURES, ExperimentResult
from lib.experiment.statistics import SIGNIFICANCE


def measured_pairs(result: ExperimentResult, measure: str = "right") -> Table:
    """Compare every two arms on the same questions; pairs that differ by more than chance stand in bold.

    Args:
        result: a finished run.
        measure: one of ``MEASURES``.
    """
    frame = result.compare(measure)
    rows, strong = [], []
    for place, row in enumerate(frame.itertuples()):
        ahead = row.gap >= 0
        first, second = (row.first, row.second) if ahead else (row.second, row.first)
        low, high = sorted((100 * row.low, 100 * row.high), key=abs)
        sign = 1 if ahead else -1
        rows.append(
            [
                f"{result.arms[first]['title']} over {result.arms[second]['title']}",
                f"{100 * abs(row.gap):.0f}",
                f"{min(sign * low, sign * high):.0f} to {max(sign * low, sign * high):.0f}",
                _p(row.p),
                _p(row.p_holm),
                "–" if isnan(row.smallest_gap) else f"{100 * row.smallest_gap:.0f}",
            ]
        )
        if row.p_holm < SIGNIFICANCE:
            strong.append(place)
    caption = (
        f"Gaps in points by “{MEASURES[measure].title.lower()}” on the same {frame['n'].max()} questions; bold: more than "
        "chance after Holm's correction for the number of pairs"
    )
    columns = ["Arm over arm", "Gap", "95 % interval", "p", "p after Holm", "Shown in 4 of 5 repeats"]
    return Table(columns, rows, caption, right=range(1, 6), strong=strong)


def measured_search(result: ExperimentResult) -> Table:
    """Say how well the first search found the right pages, by kind of question."""
    frame = result.retrieval()
    rows = [
        [
            row.kind,
            str(int(row.n)),
            *(f"{100 * value:.0f} %" for value in (row.recall, row.precision)),
            *(f"{value:.2f}" for value in (row.reciprocal_rank, row.ndcg)),
        ]
        for row in frame.itertuples()
    ]
    columns = ["Kind of question", "Questions", "Right pages found", "Found pages that are right"]
    columns += ["1 ÷ rank of the first right one (MRR)", "Order, 1 is perfect (nDCG)"]
    return Table(columns, rows, f"The first search, {result.record['retrieval']['k']} passages", right=range(1, 6))


def _p(p: float) -> str:
    return "–" if isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"
