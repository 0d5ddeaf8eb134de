"""What is known of a curve before it is measured."""

from collections.abc import Callable
from dataclasses import dataclass

from lib.experiment.config import ExperimentConfig
from lib.experiment.curves.point import CurvePoint
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample


@dataclass(frozen=True)
class Stated:
    """A figure that an article or a paper states: from ``low`` to ``high``, and which claim of the audit it is."""

    source: str
    text: str
    low: float
    high: float
    claim: str = ""


@dataclass(frozen=True)
class Panel:
    """A measure of a curve, as the reader sees it."""

    measure: str
    title: str


# Measures one place of the x axis: workbench, sample, the curve's entry, the place.
MeasureAt = Callable[[Workbench, Sample, "CurveEntry", float], list[CurvePoint]]


def unchanged(config: ExperimentConfig, _points: tuple[float, ...]) -> ExperimentConfig:
    """Measure a curve on the configured sample as it is."""
    return config


@dataclass(frozen=True)
class CurveEntry:
    """One curve: what it asks, which published disagreement it answers, what is measured where.

    ``points`` are the places measured, one after the other; ``questions`` how many at each. ``x_title`` names
    the axis with its unit. ``shape`` is ``lines`` or, where cost lies on the x axis, ``front``.
    ``needs_company`` says that only the sample company can be varied in this way, ``trains`` that a model is
    needed that can be trained here. ``config_for`` asks for another sample than the configured one.
    """

    id: str
    title: str
    question: str
    disagreement: str
    stated: tuple[Stated, ...]
    x_title: str
    points: tuple[float, ...]
    arms: tuple[str, ...]
    panels: tuple[Panel, ...]
    questions: int
    measure_at: MeasureAt
    log_x: bool = False
    shape: str = "lines"
    needs_company: bool = False
    trains: bool = False
    config_for: Callable[[ExperimentConfig, tuple[float, ...]], ExperimentConfig] = unchanged
