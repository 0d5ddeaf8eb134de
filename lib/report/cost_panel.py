"""Sliders over the costs: what a client's volume, prompts, wages and horizon change."""

import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import likely
from lib.costs import Estimates
from lib.errors import InputError
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
STEPS = 60
"""Positions of a slider over several powers of ten."""


def scale(path: str, own: float) -> list[float]:
    """List the values that a slider of the field ``path`` can take, lowest first; the client's ``own`` is one of them."""
    spec = field_specs()[path]
    if spec.highest <= 1:
        values = np.linspace(spec.lowest, spec.highest, 21)
    elif path == "money.horizon_months":
        values = np.arange(1, max(37, own + 1))
    else:
        middle = own if own > 0 else 1000.0
        values = _two_digits(np.geomspace(max(middle / 100, 1), min(middle * 100, spec.highest), STEPS))
    return sorted({*np.round(values, 6).tolist(), float(own)})


def answering(client: ClientFile, values: dict[str, float]) -> ClientFile:
    """Return ``client`` with those of ``values`` that differ from its own; the others keep their range, or stay assumed."""
    for path, value in values.items():
        if value != _own(client, path):
            section, name = path.split(".")
            part = getattr(client, section).model_copy(update={name: value})
            client = client.model_copy(update={section: part})
    return client


class CostPanel:
    """Sliders above two charts that follow them."""

    def __init__(self, client: ClientFile, arm: str | None = None) -> None:
        """Start at the client's own values; ``arm`` is the one recommended for them."""
        import ipywidgets as widgets

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
        self.reset = widgets.Button(
            description="Back to the client's values", layout=widgets.Layout(width="auto", align_self="flex-start")
        )
        self.figures = [go.FigureWidget(chart.titled()) for chart in self._redrawn()]
        self.widget = widgets.VBox([*self.sliders.values(), self.as_of, self.reset, self.sentence, *self.figures])
        for slider in self.sliders.values():
            slider.observe(lambda change: self.follow(), "value")
        self.as_of.observe(lambda change: self.follow(), "value")
        self.reset.on_click(lambda button: self.back())

    @property
    def values(self) -> dict[str, float]:
        """Return the values at which the sliders stand."""
        return {path: float(slider.value) for path, slider in self.sliders.items()}

    def follow(self) -> None:
        """Redraw for the sliders' values; what goes wrong is shown in the page, since nothing else shows it."""
        try:
            drawn = self._redrawn()
        except InputError as error:
            self.sentence.value = f"<p>{safe(error)}</p>"
            return
        for live, chart in zip(self.figures, drawn, strict=True):
            update(live, chart.titled())

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

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # The widgets' own text is a long listing of all their settings, which would be saved in the notebook.
        data = dict(self.widget._repr_mimebundle_(**options))
        return data | {"text/plain": "Sliders over the costs, live in JupyterLab"}


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


def _slider(path: str, own: float) -> Any:
    import ipywidgets as widgets

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


def _two_digits(values: np.ndarray) -> np.ndarray:
    size = 10.0 ** (np.floor(np.log10(values)) - 1)
    return np.round(values / size) * size
