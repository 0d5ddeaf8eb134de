"""Which single changes of the client's facts would change the recommendation, nearest first."""

import textwrap

from lib.charts.arm_labels import plain_title
from lib.charts.chart import Chart
from lib.charts.escape import safe
from lib.charts.palette import ARM_COLOURS, figure
from lib.charts.table import Table
from lib.client.facts import field_specs
from lib.decision import Decision
from lib.decision.flips import Flip
from lib.wording import arm_title, number, probability

SHOWN = 8


def change_words(flip: Flip) -> str:
    """Write a flip as ``0.2 → 0.7``, with the unit of its field."""
    spec = field_specs()[flip.field]
    unit = spec.unit if spec.unit not in ("share", "0 to 1") else ""
    before = number(flip.from_value) + (" (assumed)" if flip.assumed else "")
    return f"{before} → {number(flip.to_value)}" + (f" {unit}" if unit else "")


def flip_chart(decision: Decision) -> Chart:
    """Draw how far each fact is from the value at which the recommendation changes (1 = its whole range)."""
    nearest = decision.flips[:SHOWN]
    drawn = figure(150 + 46 * max(1, len(nearest)))
    labels = [_label(flip) for flip in nearest]
    for arm in dict.fromkeys(flip.recommendation for flip in nearest):
        rows = [(label, flip) for label, flip in zip(labels, nearest, strict=True) if flip.recommendation == arm]
        drawn.add_bar(
            y=[label for label, _ in rows],
            x=[round(flip.distance, 4) for _, flip in rows],
            text=[safe(change_words(flip)) for _, flip in rows],
            textposition="outside",
            cliponaxis=False,
            name=f"to {plain_title(arm)}",
            orientation="h",
            marker={"color": ARM_COLOURS[arm]},
            hoverinfo="skip",
        )
    widest = max((flip.distance for flip in nearest), default=1.0)
    drawn.update_xaxes(
        title_text="Size of the change (1 = a thousandfold, or the whole scale)", range=[0, widest * 1.6]
    )
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed")
    drawn.update_layout(showlegend=True, legend_y=-0.35 if len(nearest) < 4 else -0.22, barmode="overlay")
    rows = [
        [field_specs()[flip.field].label, change_words(flip), arm_title(flip.recommendation), f"{flip.distance:.2f}"]
        for flip in decision.flips
    ]
    columns = ["Fact", "From → to", "Recommendation becomes", "Size of the change"]
    return Chart(
        id="flips",
        title="The smallest changes that would change the recommendation",
        description="Bar chart of the facts whose change alone would change the recommendation, smallest change first.",
        figure=drawn,
        table=Table(columns, rows, "Every single-fact change found", right=[3]),
        sentence=_sentence(decision),
    )


def _label(flip: Flip) -> str:
    return "<br>".join(textwrap.wrap(field_specs()[flip.field].label, 24))


def _sentence(decision: Decision) -> str:
    stays = (
        f"When facts and thresholds move within their ranges, the recommendation stays in {probability(decision.confidence)} "
        "of the cases"
    )
    if not decision.flips:
        return f"{stays}; no change of a single fact alone changes it."
    flip = decision.flips[0]
    return (
        f"{stays}. The nearest single change: {field_specs()[flip.field].label.lower()}, {change_words(flip)}, "
        f"would make it {plain_title(flip.recommendation)}."
    )
