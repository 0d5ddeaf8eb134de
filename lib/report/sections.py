"""The sections of the report, as the notebook calls them."""

from lib.report.appendix import inputs, sources
from lib.report.case import Case
from lib.report.manifest import manifest_table
from lib.report.measured import experiment_result, measured, setting
from lib.report.opening import cover, summary
from lib.report.reasoning import advice, frameworks, steps
from lib.views import cost_charts, latency
from lib.views import cost_tables as tables
from lib.views.architecture import Diagram
from lib.views.architecture import architecture as drawn_architecture
from lib.views.chart import Chart
from lib.views.markup import Page

OWN_MODEL = "an open model on own GPUs"

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
    "setting",
    "sources",
    "steps",
    "summary",
]


def cost_tables(case: Case) -> Page:
    """Give totals, components, formulas and remarks on the prices."""
    return tables.cost_tables(case.overview, case.money)


def cost_bars(case: Case) -> Chart:
    """Draw set-up and monthly costs."""
    return cost_charts.cost_bars(case.costs, case.recommended, case.ruled_out, case.money)


def cumulative(case: Case) -> Chart:
    """Draw the money spent over the horizon."""
    return cost_charts.cumulative(case.costs, case.recommended, case.ruled_out, case.money)


def answer_time(case: Case) -> Chart:
    """Draw how long an answer takes."""
    limit, streaming = float(case.facts["latency.p95_ms"]), bool(case.facts.truth("latency.streaming"))
    return latency.answer_time(case.latency, limit, streaming, case.recommended, case.ruled_out)


def architecture(case: Case) -> Diagram | Page:
    """Draw the recommended architecture, or say why there is none."""
    if case.recommended is None:
        return Page("<p>No architecture is drawn, because none passes every condition yet.</p>")
    names = dict(case.book.names)
    if bool(case.facts.truth("constraints.data_must_stay_in_house")):
        names |= {"base_model": OWN_MODEL, "tuned_model": OWN_MODEL, "embedding_model": "local embedding model"}
        names["vector_store"] = case.book.names[
            "vector_store" if case.book.store_is_in_house else "vector_store_in_house"
        ]
    return drawn_architecture(case.recommended, names)
