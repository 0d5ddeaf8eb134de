"""The one chart: picture, accessible name, caption and numbers; and the look that all charts share.

What a notebook holds is the figure alone, with its id, title and accessible name in ``layout.meta``:
JupyterLab draws it and follows the theme, ``make notebooks`` puts a picture beside it for readers where
no script runs, and the report makes its HTML from it by :func:`chart_html`. No id is random and no script
runs from here, so that the same numbers give the same bytes.
"""

import json
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lib.arms import ARM, UNDECIDED
from lib.views.markup import Page, attribute, caption, folded, joined, safe
from lib.views.table import Table
from lib.wording import arm_title

if TYPE_CHECKING:
    import plotly.graph_objects as go

PLOTLY_MIME = "application/vnd.plotly.v1+json"
CONFIG = {"displayModeBar": False, "responsive": True}

# The arms' colours stand with the arms; parts take Paul Tol's muted ones, so that the two are never taken for one
# another. Colour never stands alone: lines differ in dash and bars in label.
ARM_COLOURS = {**{arm.id: arm.colour for arm in ARM.values()}, UNDECIDED: "#6B6B6B"}
ARM_DASHES = {arm.id: arm.dash for arm in ARM.values()}
PART_COLOURS = ("#DDCC77", "#44AA99", "#332288", "#CC6677", "#88CCEE", "#999933", "#AA4499", "#BBBBBB")
INK, MUTED, RULE, WARNING = "#1F2933", "#5F6B76", "#E1E5EA", "#A33B00"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
CLEAR = "rgba(0,0,0,0)"
OFF_SCALE = 4.0

AXIS = {"gridcolor": RULE, "linecolor": RULE, "zerolinecolor": RULE, "automargin": True}
SMALL = {"font": {"size": 12}, "standoff": 8}
TEMPLATE = {
    "layout": {
        "font": {"family": FONT, "size": 13, "color": INK},
        # The page's own ground shows through; the style sheet turns text and rules light in a dark theme.
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": list(PART_COLOURS),
        "margin": {"l": 10, "r": 20, "t": 50, "b": 10},
        "hoverlabel": {"font": {"family": FONT}},
        # At the foot of the picture, whatever its width: plotly keeps room for as many rows as it takes.
        "legend": {
            "orientation": "h",
            "xref": "container",
            "yref": "container",
            "x": 0,
            "y": 0,
            "yanchor": "bottom",
            "traceorder": "normal",
        },
        "xaxis": AXIS | {"title": SMALL},
        "yaxis": AXIS | {"title": SMALL, "ticklabelstandoff": 5},
        "title": {"x": 0, "xref": "container", "xanchor": "left", "font": {"size": 16}},
    }
}


@dataclass(frozen=True)
class Chart:
    """One chart. ``id`` is fixed and unique on its page; ``description`` is its accessible name.

    On a page narrower than ``least_width`` pixels the picture scrolls sideways.
    """

    id: str
    title: str
    description: str
    figure: "go.Figure"
    table: Table
    sentence: str
    least_width: int = 0

    def show(self) -> None:
        """Display the picture, and below it the caption and the numbers."""
        from IPython.display import display

        display(self)
        display(self.reading())

    def titled(self) -> "go.Figure":
        """Return the figure with its title in the picture, for where no caption stands above it."""
        import plotly.graph_objects as go  # in here for start-up time: deciding draws nothing

        return go.Figure(self.figure).update_layout(title_text=safe(self.title))

    def reading(self) -> Page:
        """Return the caption and the table of numbers."""
        return joined(caption(self.sentence), folded(f"Numbers of this chart: {self.title}", self.table))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {PLOTLY_MIME: self._specification, "text/plain": f"Chart: {self.title}"}

    @cached_property
    def _specification(self) -> dict[str, Any]:
        plain = json.loads(self.figure.to_json(engine="json"))
        meta = {"id": self.id, "title": self.title, "description": self.description, "least_width": self.least_width}
        layout = plain["layout"] | {"title": {"text": safe(self.title)}, "meta": meta}
        # JupyterLab fits a chart to its window itself; plotly's own handler beside it shrinks the chart to nothing.
        return {"data": plain["data"], "layout": layout, "config": CONFIG | {"responsive": False}}


def chart_html(specification: Mapping[str, Any]) -> Page:
    """Return a chart (its plotly JSON) for a page that brings plotly.js and draws every ``script[data-chart]`` on it."""
    meta = specification["layout"]["meta"]
    name, kept = f"chart-{meta['id']}", {k: v for k, v in specification["layout"].items() if k not in ("meta", "title")}
    least = int(meta.get("least_width") or 0)
    # The caption stands in the page as text, so the picture needs no room for a title.
    layout = kept | {"margin": {"l": 10, "r": 20, "b": 10} | kept.get("margin", {}) | {"t": 32}}
    drawn = json.dumps({"data": specification["data"], "layout": layout, "config": CONFIG}, sort_keys=True)
    return Page(
        '<figure class="chart"><figcaption>{}</figcaption><div class="scroll"{}>'
        '<div id="{}" role="img" aria-label="{}" style="height:{}px; min-width:{}px">'
        "<p>The picture needs JavaScript; the numbers stand in the table below.</p></div></div>"
        '<script type="application/json" data-chart="{}">{}</script></figure>'
    ).format(
        safe(meta["title"]),
        # What scrolls sideways on a narrow page has to be reached by the keyboard.
        Page(' tabindex="0" role="group" aria-label="{}"').format(attribute(meta["title"])) if least else "",
        name,
        attribute(meta["description"]),
        int(layout.get("height") or 400),
        least,
        name,
        # "<" is written as an escape so that no text in the figure can end the script element.
        Page(drawn.replace("<", "\\u003c")),
    )


def figure(height: int) -> "go.Figure":
    """Return an empty figure in the workbook's style, ``height`` pixels high and as wide as its place."""
    import plotly.graph_objects as go  # in here for start-up time: deciding draws nothing

    return go.Figure(layout={"template": TEMPLATE, "height": height, "autosize": True})


def panels(titles: Sequence[str], height: int, gap: float) -> "go.Figure":
    """Make a figure with panels side by side that share the y axis; ``gap`` between them is a share of the width."""
    from plotly.subplots import make_subplots  # in here for start-up time: deciding draws nothing

    drawn = make_subplots(cols=len(titles), shared_yaxes=True, subplot_titles=titles, horizontal_spacing=gap)
    drawn.update_layout(template=TEMPLATE, height=height)
    return drawn.update_annotations(font_size=12)


def add_shares(
    drawn: "go.Figure",
    shares: Sequence[tuple[float, float, float]],
    places: Sequence[Any],
    upright: bool = False,
    **look: Any,
) -> None:
    """Add one trace of shares with their 95 % intervals, in percent.

    ``shares`` are middle, low and high end, 0 to 1 (or -1 to 1 for differences; ends may be nan), on the y axis where
    ``upright``; ``places`` stand on the other one. ``look`` are arguments of the trace, and its panel (``row``, ``col``).
    """
    error = {
        "type": "data",
        "array": [round(100 * (high - middle), 2) for middle, _, high in shares],
        "arrayminus": [round(100 * (middle - low), 2) for middle, low, _ in shares],
        "thickness": 1.5,
        "width": 4,
    }
    along, across = ("y", "x") if upright else ("x", "y")
    values = [round(100 * middle, 2) for middle, _, _ in shares]
    drawn.add_scatter(**{along: values, across: places, f"error_{along}": error}, **look)


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most ``width`` characters; its text is escaped."""
    return "<br>".join(safe(line) for line in textwrap.wrap(text, width))


def arm_label(
    arm: str,
    figure: str = "",
    recommended: str | None = None,
    ruled_out: Collection[str] = (),
    mark: str = "recommended",
) -> str:
    """Return an arm's title for an axis, with its standing, and its ``figure`` below, which no edge can cut there.

    ``mark`` is what the arm that stands out is called: that of an undecided client is no recommendation.
    """
    title, standing = short_title(arm), "ruled out" if arm in ruled_out else ""
    if arm == recommended:
        title, standing = f"<b>{title}</b>", mark
    return "<br>".join(filter(None, [", ".join(filter(None, [title, standing])), figure]))


def pale(colour: str) -> str:
    """Return ``#rrggbb`` clear enough for a band behind what is drawn in that colour."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def short_title(arm: str) -> str:
    """Return an arm's short title, for axes and narrow columns."""
    return ARM[arm].short if arm in ARM else arm_title(arm)


def plain_title(arm: str) -> str:
    """Return an arm's title as it stands inside a sentence: ``RAG``, ``fine-tuning``."""
    title = short_title(arm)
    return title if title.isupper() else title[0].lower() + title[1:]


def off_scale(values: Mapping[str, float]) -> set[str]:
    """Name the entries that are more than four times the next smaller one, from the top.

    They are written as a figure instead of drawn as a bar. The two smallest are always drawn.
    """
    names = sorted(values, key=lambda name: values[name])
    dropped: set[str] = set()
    while len(names) > 2 and values[names[-1]] > OFF_SCALE * values[names[-2]] > 0:
        dropped.add(names.pop())
    return dropped
