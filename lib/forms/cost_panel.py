"""Sliders over the costs: what a client's volume, prompts, wages and horizon change."""

import datetime

import ipywidgets as widgets
import plotly.graph_objects as go

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import likely
from lib.costs import Estimates
from lib.forms.reporting import Live
from lib.forms.slider_scale import SliderScale
from lib.prices import price_book
from lib.views import Chart
from lib.views.cost_charts import cost_bars, money_spent
from lib.views.markup import safe
from lib.views.money import Money

FIELDS = (
    "traffic.queries_per_month",
    "traffic.instruction_tokens",
    "traffic.context_tokens",
    "traffic.answer_tokens",
    "traffic.cacheable_share",
    "money.engineer_usd_per_hour",
    "money.horizon_months",
)


def scale(path: str, own: float) -> list[float]:
    """List the values that a slider of the field ``path`` can take, lowest first; the client's ``own`` is one of them."""
    return sorted({*map(float, SliderScale(field_specs()[path], own).values), float(own)})


def answering(client: ClientFile, values: dict[str, float]) -> ClientFile:
    """Return ``client`` with those of ``values`` that differ from its own; the others keep their range, or stay assumed."""
    for path, value in values.items():
        if value != _own(client, path):
            section, name = path.split(".")
            part = getattr(client, section).model_copy(update={name: value})
            client = client.model_copy(update={section: part})
    return client


class CostPanel(Live):
    """Sliders above two charts that follow them."""

    saved_as = "Sliders over the costs, live in JupyterLab"

    def __init__(self, client: ClientFile, arm: str | None = None) -> None:
        """Start at the client's own values; ``arm`` is the one recommended for them."""
        super().__init__()
        self.client, self.arm = client, arm
        self.sliders = {path: _slider(path, _own(client, path)) for path in FIELDS}
        self.as_of = widgets.DatePicker(
            value=price_book(client).as_of,
            description=field_specs()["prices.as_of"].label,
            tooltip=field_specs()["prices.as_of"].help,
            style={"description_width": "230px"},
            layout=widgets.Layout(width="420px", max_width="100%"),
        )
        self.sentence = widgets.HTML()
        self.figures = [go.FigureWidget(chart.titled()) for chart in self._redrawn()]
        reset = self.button("Back to the client's values", self.back)
        self.fill(*self.sliders.values(), self.as_of, reset, self.message, self.sentence, *self.figures)
        for control in (*self.sliders.values(), self.as_of):
            control.observe(lambda _: self.reported(self.follow), "value")

    @property
    def values(self) -> dict[str, float]:
        """Return the values at which the sliders stand."""
        return {path: float(slider.value) for path, slider in self.sliders.items()}

    def follow(self) -> None:
        """Redraw for the sliders' values."""
        for live, chart in zip(self.figures, self._redrawn(), strict=True):
            update(live, chart.titled())
        self.say("")

    def back(self) -> None:
        """Set every slider to the client's own value."""
        for path, slider in self.sliders.items():
            slider.value = _own(self.client, path)
        self.as_of.value = price_book(self.client).as_of

    def _redrawn(self) -> tuple[Chart, Chart]:
        client = answering(_at(self.client, self.as_of.value), self.values)
        # At another volume a tuned model may be served another way.
        self.book = price_book(client)
        estimates, money = Estimates.of(client, self.book), Money.of(client)
        bars = cost_bars(estimates.expected, self.arm, money=money)
        lines = money_spent(estimates, self.arm, money=money)
        self.sentence.value = f"<p>{safe(bars.sentence)} {safe(lines.sentence)}</p>"
        return bars, lines


def update(live: go.Figure, fresh: go.Figure) -> None:
    """Make ``live`` show what ``fresh`` does, in one message to the browser: only what differs is set."""
    if [trace.type for trace in live.data] != [trace.type for trace in fresh.data]:
        live.data = ()
        live.add_traces(fresh.data)
    with live.batch_update():
        for old, new in zip((*live.data, live.layout), (*fresh.data, fresh.layout), strict=True):
            before, after = old.to_plotly_json(), new.to_plotly_json()
            for name in {*before, *after} - {"uid"}:
                if before.get(name) != after.get(name):
                    old[name] = after.get(name)


def _at(client: ClientFile, as_of: datetime.date | None) -> ClientFile:
    """Return the client with prices of another date; ``None`` is the newest date in the price book."""
    return client.model_copy(update={"prices": client.prices.model_copy(update={"as_of": as_of})})


def _own(client: ClientFile, path: str) -> float:
    section, name = path.split(".")
    return float(likely(getattr(getattr(client, section), name)))


def _slider(path: str, own: float) -> widgets.SelectionSlider:
    spec = field_specs()[path]
    unit = f" ({spec.unit})" if spec.unit and spec.unit != "share" else ""
    return widgets.SelectionSlider(
        options=[(f"{value:,.0%}" if spec.highest <= 1 else f"{value:,.0f}", value) for value in scale(path, own)],
        value=own,
        description=spec.label + unit,
        continuous_update=False,
        tooltip=spec.help,
        style={"description_width": "230px"},
        layout=widgets.Layout(width="640px", max_width="100%"),
    )
