"""A chart with everything a reader needs: name, picture, a sentence that reads it aloud, its numbers.

JupyterLab draws the Plotly JSON with its own renderer. The report has the HTML beside it, which holds
the same figure as inert JSON: the report's page brings plotly.js once and draws them all. No id is
random and no script runs from here, so that the same numbers give the same bytes.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import plotly.graph_objects as go

from lib.charts.escape import safe
from lib.charts.table import Table

PLOTLY_MIME = "application/vnd.plotly.v1+json"
CONFIG = {"displayModeBar": False, "responsive": True}


@dataclass(frozen=True)
class Chart:
    """One chart. ``id`` is fixed and unique on its page; ``description`` is its accessible name."""

    id: str
    title: str
    description: str
    figure: go.Figure
    table: Table
    sentence: str

    def show(self) -> None:
        """Display the picture, and below it the sentence and the numbers."""
        from IPython.display import HTML, display

        display(self)
        display(HTML(self.reading()))

    def titled(self) -> go.Figure:
        """Give the figure with its title in the picture, for where no caption stands above it."""
        return go.Figure(self.figure).update_layout(title_text=safe(self.title))

    def reading(self) -> str:
        """Give the sentence and the table of numbers as HTML."""
        return (
            f'<p class="workbook-reading">{safe(self.sentence)}</p>'
            f'<details class="workbook-numbers"><summary>Numbers of this chart: {safe(self.title)}</summary>'
            f"{self.table._repr_html_()}</details>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {PLOTLY_MIME: self._titled, "text/html": self._html(), "text/plain": f"Chart: {self.title}"}

    @cached_property
    def _plain(self) -> dict[str, Any]:
        return json.loads(self.figure.to_json(engine="json"))

    @cached_property
    def _titled(self) -> dict[str, Any]:
        layout = self._plain["layout"] | {"title": {"text": safe(self.title)}}
        # JupyterLab fits a chart to its window itself; plotly's own handler beside it shrinks the chart to nothing.
        return {"data": self._plain["data"], "layout": layout, "config": CONFIG | {"responsive": False}}

    def _html(self) -> str:
        # The caption stands in the page as text, so the picture needs no room for a title.
        margin = self._plain["layout"].get("margin", {})
        layout = self._plain["layout"] | {"margin": {"l": 10, "r": 20, "b": 40} | margin | {"t": 32}}
        specification = json.dumps({"data": self._plain["data"], "layout": layout, "config": CONFIG}, sort_keys=True)
        name = f"chart-{self.id}"
        height = int(self.figure.layout.height or 400)
        return (
            f'<figure class="workbook-chart"><figcaption>{safe(self.title)}</figcaption>'
            f'<div id="{name}" role="img" aria-label="{safe(self.description)}" style="height:{height}px">'
            "<p>The picture needs JavaScript; the numbers stand in the table below.</p></div>"
            # "<" is written as an escape so that no text in the figure can end the script element.
            f'<script type="application/json" data-chart="{name}">{specification.replace("<", chr(92) + "u003c")}</script>'
            "</figure>"
        )
