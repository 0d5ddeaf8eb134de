"""Curves: what happens to the arms when one thing is varied. Each answers a disagreement between the articles.

``run_curves`` computes them (about half an hour for all, stored), ``shown_curves`` gives what is there to show.
"""

from lib.experiment.curves.curve import Curve
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.point import CurvePoint
from lib.experiment.curves.run import run_curves, stored_curves
from lib.experiment.curves.shipped import publish, shipped_curves, shown_curves
from lib.experiment.curves.table import CURVES

__all__ = [
    "CURVES", "Curve", "CurveEntry", "CurvePoint", "publish", "run_curves", "shipped_curves", "shown_curves", "stored_curves",
]  # fmt: skip
