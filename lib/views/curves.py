"""The experiment's curves: what happens when one thing is varied."""

from lib.experiment import MEASURES
from lib.experiment.curves import Curve
from lib.views.chart import Chart, add_shares, panels
from lib.views.markup import safe
from lib.views.run_words import percent
from lib.views.table import Table
from lib.wording import number

# Colours of the palette that are dark enough for a thin line, each with its dash and mark.
_LOOKS = (
    ("#332288", "solid", "circle"),
    ("#44AA99", "dash", "square"),
    ("#CC6677", "dot", "diamond"),
    ("#6B6B6B", "longdash", "triangle-up"),
)


def curve_chart(curve: Curve) -> Chart:
    """Draw a curve, one panel a measure, with its 95 % intervals; its table says n at every place."""
    titles = [_panel_title(*panel) for panel in curve.panels]
    drawn = panels([f"{safe(title)} (%)" for title in titles], 380, gap=0.04)
    for column, panel in enumerate(curve.panels, start=1):
        for place, series in enumerate(curve.series):
            line = [point for point in curve.line(panel, series) if point.share.n]
            colour, dash, symbol = _LOOKS[place % len(_LOOKS)]
            add_shares(
                drawn,
                [(point.share.share, point.share.low, point.share.high) for point in line],
                [point.x for point in line],
                upright=True,
                name=safe(series),
                legendgroup=series,
                showlegend=column == 1,
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2},
                marker={"color": colour, "symbol": symbol, "size": 8},
                hovertemplate=f"%{{x:,}}: %{{y:.0f}} %<extra>{safe(series)}</extra>",
                row=1,
                col=column,
            )
        places = sorted({point.x for point in curve.points if (point.measure, point.kinds) == panel})
        kind = "log" if curve.entry.log_x else "linear"
        drawn.update_xaxes(type=kind, tickvals=places, ticktext=[f"{x:,.0f}" for x in places], row=1, col=column)
    drawn.update_yaxes(range=[-4, 104], tickvals=[0, 25, 50, 75, 100])
    drawn.update_xaxes(title_text=safe(curve.entry.x_title))
    rows = [
        [
            point.series,
            f"{point.x:,.0f}",
            _panel_title(point.measure, point.kinds),
            percent(point.share),
            str(point.share.n),
        ]
        for point in curve.points
    ]
    machine = f" on {curve.machine}" if curve.machine else ""
    columns = ["Line", curve.entry.x_title, "Measure", "Share (95 % interval)", "Questions"]
    return Chart(
        id=f"curve-{curve.id}",
        title=curve.entry.title,
        description=f"Line chart with 95 percent intervals over {curve.entry.x_title.lower()}: {', '.join(titles).lower()}.",
        figure=drawn,
        table=Table(columns, rows, f"{curve.entry.title}; {curve.model}{machine}", right=[1, 3, 4]),
        sentence=curve_sentence(curve),
    )


def curve_sentence(curve: Curve) -> str:
    """Say what a curve shows: each line of its first panel from its first place to its last."""
    panel, parts = curve.panels[0], []
    for series in curve.series:
        line = curve.line(panel, series)
        if len(line) > 1:
            (x, first), (last_x, last) = ((point.x, point.share) for point in (line[0], line[-1]))
            apart = "" if first.low <= last.high and last.low <= first.high else ", intervals apart"
            moved = f"from {100 * first.share:.0f} % at {number(x)} to {100 * last.share:.0f} % at {number(last_x)}"
            parts.append(f"{series} goes {moved}{apart}")
    kinds = f", {panel[1]}" if panel[1] else ""
    shown = f"{MEASURES[panel[0]].title}{kinds}: {'; '.join(parts)} ({curve.entry.x_title.lower()})."
    return f"{curve.entry.question} {shown}"


def _panel_title(measure: str, kinds: str) -> str:
    title = MEASURES[measure].title
    return f"{title}: {kinds}" if kinds else title
