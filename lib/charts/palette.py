"""One palette for every chart: colours that colour-blind readers can tell apart, the same everywhere.

Arms take Okabe and Ito's colours (2008), cost groups and other parts Paul Tol's muted ones, so that the
two are never taken for one another. Colour never stands alone: lines differ in dash and bars in label.
"""

import plotly.graph_objects as go

ARM_COLOURS = {
    "prompt": "#56B4E9",
    "long_context": "#CC79A7",
    "rag": "#0072B2",
    "fine_tune": "#D55E00",
    "hybrid": "#009E73",
    "undecided": "#6B6B6B",
}

ARM_DASHES = {
    "prompt": "dot",
    "long_context": "dashdot",
    "rag": "solid",
    "fine_tune": "dash",
    "hybrid": "longdash",
}

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
