"""Reading the curve of passage length and number."""

from typing import TYPE_CHECKING

from lib.experiment.curves.comparing import compared
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.readings.words import move, with_n
from lib.experiment.statistics import SIGNIFICANCE

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve

# Tokens of the large models for one word of English, as the articles count in tokens.
TOKENS_A_WORD = 1.3


def read(curve: "Curve") -> str:
    """Say what length and number do to finding and to answering, and which cell is the cheapest good one."""
    first, last = curve.line_ids[0], curve.line_ids[-1]
    passages = {line: curve.line("passage_found", line) for line in (first, last)}
    x = passages[first]
    text = (
        f"From {x[0].x:.0f} to {x[-1].x:.0f} words a passage, the share of questions whose passage is found: "
        + "; ".join(f"at {line} it {move(points)}" for line, points in passages.items())
        + ". "
    )
    return text + _answer(curve)


def _answer(curve: "Curve") -> str:
    cells = [point for point in curve.points if point.measure == "fact"]
    best = max(cells, key=lambda point: (point.share.share, -point.facts["prompt_tokens"]))
    if best.share.share == 0:
        return "No cell brought a right fact, so that lengths cannot be told apart."
    good = [point for point in cells if point is best or compared(best, point).p >= SIGNIFICANCE]
    cheap = min(good, key=lambda point: point.facts["prompt_tokens"])
    worst = min(cells, key=lambda point: point.share.share)
    tokens = cheap.x * TOKENS_A_WORD
    said = [f"{stated.text} ({stated.source})" for stated in curve.entry.stated]
    spread = (
        f"none of {len(cells)} cells can be told from the best, {_cell(best)}"
        if len(good) == len(cells)
        else f"most with {_cell(best)}, fewest with {_cell(worst)}; {len(good)} of {len(cells)} cells are not told apart "
        "from the best"
    )
    text = (
        f"Facts right: {spread}. The cheapest of these in tokens is {_cell(cheap)}, about {tokens:.0f} tokens a passage of "
        f"a large model's, against {' and '.join(said)}: "
    )
    least = min(stated.low for stated in curve.entry.stated)
    text += "shorter than either takes" if tokens < least else "within what they take"
    cut = [point for point in cells if point.facts["cut_prompts"]]
    if cut:
        text += (
            f". In {len(cut)} of {len(cells)} cells some prompts did not fit the window and lost examples or passages, so that "
            "the longest passages are shown at a disadvantage"
        )
    return f"{text}."


def _cell(point: CurvePoint) -> str:
    return f"{point.x:.0f} words, {point.line} ({with_n(point)}, {point.facts['prompt_tokens']:,.0f} prompt tokens)"
