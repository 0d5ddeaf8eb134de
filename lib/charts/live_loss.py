"""The loss of the trainings while they run, in a notebook cell: one small picture, drawn anew now and then.

JupyterLab draws a Plotly chart once and not again when its output is replaced, so what moves is plain SVG. What
stays at the end is an ordinary chart.
"""

import time
from typing import Any

from lib.charts.escape import safe
from lib.charts.loss_curve import loss_curve, smoothed
from lib.charts.palette import PART_COLOURS
from lib.experiment import ExperimentResult

SECONDS_BETWEEN = 1.0
WIDTH, HEIGHT = 560, 120


class LiveLoss:
    """Give it to ``run_experiment`` as ``on_loss``; call ``finish`` with the result."""

    def __init__(self) -> None:
        """Know of no training yet."""
        self.losses: dict[str, list[float]] = {}
        self._totals: dict[str, int] = {}
        self._picture: Any = None
        self._drawn = 0.0

    def __call__(self, training: str, step: int, loss: float, total: int) -> None:
        """Take the loss of one step, and show it unless the last picture is fresh."""
        name = training.replace("_", " ")
        known = self.losses.setdefault(name, [])
        self._totals[name] = total
        del known[step - 1 :]
        known.append(loss)
        if step == total or time.monotonic() - self._drawn > SECONDS_BETWEEN:
            self._show(live_picture(self.losses, self._totals))

    def finish(self, result: ExperimentResult) -> None:
        """Show the losses of a finished run, also where it had been trained before."""
        from IPython.display import display

        if self._picture is not None:
            self._show("")
        trainings = result.record["trainings"]
        self.losses = {name.replace("_", " "): training["losses"] for name, training in trainings.items()}
        if self.losses:
            display(loss_curve(self.losses))

    def _show(self, page: str) -> None:
        from IPython.display import HTML, display

        if self._picture is None:
            self._picture = display(HTML(page), display_id=True)
        else:
            self._picture.update(HTML(page))
        self._drawn = time.monotonic()


def live_picture(losses: dict[str, list[float]], totals: dict[str, int]) -> str:
    """Draw each training's losses so far as one line of an SVG, with its last value in words."""
    highest = max(max(values) for values in losses.values())
    lines, words = [], []
    for place, (name, values) in enumerate(losses.items()):
        colour = PART_COLOURS[1 + place % (len(PART_COLOURS) - 1)]
        means = smoothed(values)
        points = " ".join(
            f"{WIDTH * step / max(1, totals[name]):.1f},{HEIGHT * (1 - mean / highest):.1f}"
            for step, mean in enumerate(means, start=1)
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        words.append(
            f'<span style="color:{colour}">■</span> {safe(name)}: step {len(values)} of {totals[name]}, '
            f"loss {means[-1]:.3f} nats a token"
        )
    return (
        f'<svg role="img" aria-label="Loss of the trainings so far" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" style="border-left:1px solid #9aa5b1;border-bottom:1px solid #9aa5b1">{"".join(lines)}</svg>'
        f"<p>{'<br>'.join(words)}</p>"
    )
