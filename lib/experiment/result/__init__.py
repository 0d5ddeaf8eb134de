"""A run's result: tables that show themselves, an interval beside every mean."""

from lib.experiment.result.overview import ALL_KINDS, OVERVIEW, Panel, percent
from lib.experiment.result.result import ExperimentResult

__all__ = ["ALL_KINDS", "OVERVIEW", "ExperimentResult", "Panel", "percent"]
