"""One palette for every chart: colours that colour-blind readers can tell apart, the same everywhere.

Arms take Okabe and Ito's colours (2008), cost groups and other parts Paul Tol's muted ones, so that the
two are never taken for one another. Colour never stands alone: lines differ in dash and bars in label.
"""

import plotly.graph_objects as go

from lib.arms import ARM, UNDECIDED

ARM_COLOURS = {**{arm.id: arm.colour for arm in ARM.values()}, UNDECIDED: "#6B6B6B"}
ARM_DASHES = {arm.id: arm.dash for arm in ARM.values()}
PART_COLOURS = ("#DDCC77", "#44AA99", "#332288", "#CC6677", "#88CCEE", "#999933", "#AA4499", "#BBBBBB")

INK = "#1F2933"
MUTED = "#5F6B76"
RULE = "#E1E5EA"
WARNING = "#A33B00"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "colorway": list(PART_COLOURS),
        "margin": {"l": 10, "r": 20, "t": 50, "b": 40},
        "hoverlabel": {"font": {"family": FONT}},
        "legend": {"orientation": "h", "x": 0, "y": -0.15, "yanchor": "top", "traceorder": "normal"},
        "xaxis": {"gridcolor": RULE, "linecolor": RULE, "zerolinecolor": RULE, "automargin": True},
        "yaxis": {"gridcolor": RULE, "linecolor": RULE, "zerolinecolor": RULE, "automargin": True},
        "title": {"x": 0, "xref": "container", "xanchor": "left", "font": {"size": 16}},
    }
)


def figure(height: int) -> go.Figure:
    """Give an empty figure in the workbook's style, ``height`` pixels high and as wide as its place."""
    return go.Figure(layout={"template": TEMPLATE, "height": height, "autosize": True})
