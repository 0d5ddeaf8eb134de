"""Reading the curve over the share of facts changed since the training."""

from typing import TYPE_CHECKING

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.readings.words import move, moved, sources
from lib.experiment.result import percent

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve


def read(curve: "Curve") -> str:
    """Say whom a change costs answers, and what is left of the dispute on how often to train."""
    lines = [curve.line("fact", line) for line in curve.line_ids]
    first, last = lines[0][0].x, lines[0][-1].x
    moves = "; ".join(f"{line[0].title} {move(line)}" for line in lines)
    return f"From {first:.0f} to {last:.0f} % of the facts changed since the training: {moves}. {_answer(curve, lines)}"


def _answer(curve: "Curve", lines: list[list[CurvePoint]]) -> str:
    looked_up = [line for line in lines if EXPERIMENT_ARMS[line[0].line].retrieves]
    by_heart = [line for line in lines if not EXPERIMENT_ARMS[line[0].line].retrieves]
    dispute = sources([stated.source for stated in curve.entry.stated])
    losing = [line[0].title for line in looked_up if moved(line) < 0]
    if losing:
        return (
            f"Here looking up does not protect from a change: {' and '.join(losing)} lost answers too, and before "
            f"the dispute between {dispute} is settled the reason has to be found."
        )
    if any(moved(line) < 0 for line in by_heart):
        return (
            "What is looked up does not suffer from a change, what was learnt by heart does: how fast knowledge may "
            f"change, on which {dispute} disagree, is a question for a model that answers by heart only."
        )
    share = max((line[0] for line in by_heart), key=lambda point: point.share.share, default=None)
    known = f" (at best {percent(share.share)} before any change)" if share else ""
    return (
        f"What is looked up does not suffer from a change; the model that answers by heart had too little to lose{known}. "
        f"The limits on which {dispute} disagree cannot be seen from this: training did not put the facts in at all."
    )
