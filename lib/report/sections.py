"""The sections of the report, as the notebook calls them."""

from lib import charts
from lib.charts.architecture import Diagram
from lib.report.appendix import inputs, sources
from lib.report.case import Case
from lib.report.cost_tables import cost_tables
from lib.report.manifest import manifest_table
from lib.report.measured import experiment_result, measured
from lib.report.opening import cover, summary
from lib.report.parts import Part, part
from lib.report.reasoning import advice, frameworks, steps

__all__ = [
    "advice",
    "answer_time",
    "architecture",
    "cost_bars",
    "cost_tables",
    "cover",
    "cumulative",
    "experiment_result",
    "frameworks",
    "inputs",
    "manifest_table",
    "measured",
    "sources",
    "steps",
    "summary",
]


def cost_bars(case: Case) -> charts.Chart:
    """Draw set-up and monthly costs."""
    return charts.cost_bars(case.costs, case.recommended, case.ruled_out, case.money)


def cumulative(case: Case) -> charts.Chart:
    """Draw the money spent over the horizon."""
    return charts.cumulative(case.costs, case.recommended, case.ruled_out, case.money)


def answer_time(case: Case) -> charts.Chart:
    """Draw how long an answer takes."""
    limit, streaming = float(case.facts["latency.p95_ms"]), bool(case.facts.truth("latency.streaming"))
    return charts.answer_time(case.latency, limit, streaming, case.recommended, case.ruled_out)


def architecture(case: Case) -> Diagram | Part:
    """Draw the recommended architecture, or say why there is none."""
    return charts.architecture(case.recommended, case.book.names) if case.recommended else part("no_architecture")
