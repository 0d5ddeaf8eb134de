"""How long an answer takes in each arm, by what the time is spent on."""

from collections.abc import Collection

import numpy as np

from lib.arms import ARMS
from lib.costs import Latencies
from lib.views.chart import INK, PART_COLOURS, WARNING, Chart, arm_label, figure, plain_title
from lib.views.table import Table
from lib.wording import arm_title, listed

PARTS = {
    "Network": ("network",),
    "Looking up documents": ("query_embedding", "vector_search", "re_ranking", "second_retrieval"),
    "Reading the prompt": ("first_token", "reading"),
    "Thinking and writing": ("thinking", "writing"),
}


def _seconds(times: Latencies, arm: str) -> dict[str, float]:
    """Seconds of the slowest 5 % by part; parts without a name here count as network."""
    components = {name: float(value) for name, value in times.components[arm].items()}
    # The components are typical times; one factor turns them into those of the slowest answers.
    factor = float(times.p95_ms[arm]) / sum(components.values()) / 1000
    named = {part: sum(components.get(name, 0.0) for name in names) * factor for part, names in PARTS.items()}
    known = {name for names in PARTS.values() for name in names}
    named["Network"] += sum(value for name, value in components.items() if name not in known) * factor
    return named


def answer_time(
    times: Latencies,
    limit_ms: float,
    streaming: bool,
    recommended: str | None = None,
    ruled_out: Collection[str] = (),
) -> Chart:
    """Draw the time within which 95 of 100 answers are there; ``limit_ms`` is what the client asks for (nan: nothing)."""
    parts = {arm: _seconds(times, arm) for arm in ARMS}
    labels = [arm_label(arm, recommended, ruled_out) for arm in ARMS]
    drawn = figure(430)
    for place, part in enumerate(PARTS):
        drawn.add_bar(
            y=labels,
            x=[round(parts[arm][part], 3) for arm in ARMS],
            name=part,
            orientation="h",
            marker={"color": PART_COLOURS[place], "line": {"color": "white", "width": 1}},
            hovertemplate=f"{part}: %{{x:.2f}} s<extra></extra>",
        )
    totals = [round(float(times.p95_ms[arm]) / 1000, 3) for arm in ARMS]
    drawn.add_scatter(
        y=labels,
        x=totals,
        text=[f"  {total:.1f} s" for total in totals],
        mode="text",
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    drawn.add_scatter(
        y=labels,
        x=[round(float(times.first_token_ms[arm]) / 1000, 3) for arm in ARMS],
        name="Answer begins to show",
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": INK, "line": {"color": "white", "width": 1}},
        hovertemplate="begins to show after %{x:.2f} s<extra></extra>",
    )
    limit = limit_ms / 1000
    widest = max(totals) * 1.14
    if limit <= widest:
        drawn.add_vline(x=limit, line={"color": WARNING, "dash": "dash", "width": 2})
        drawn.add_annotation(
            x=limit, y=1, yref="paper", yshift=12, text=f"limit {limit:g} s", showarrow=False, font={"color": WARNING}
        )
    drawn.update_layout(barmode="stack", legend_y=-0.12)
    drawn.update_xaxes(ticksuffix=" s", range=[0, widest])
    drawn.update_yaxes(autorange="reversed")
    return Chart(
        id="answer-time",
        title="Seconds until 95 of 100 answers are there",
        description="Stacked bar chart: seconds until the whole answer is there for each architecture, by part, "
        "with the moment at which it begins to show.",
        figure=drawn,
        table=_table(times, parts),
        sentence=_sentence(times, limit_ms, streaming, recommended),
    )


def _table(times: Latencies, parts: dict[str, dict[str, float]]) -> Table:
    rows = [
        [
            arm_title(arm),
            *(f"{value:.2f}" for value in parts[arm].values()),
            f"{float(times.first_token_ms[arm]) / 1000:.2f}",
            f"{float(times.p95_ms[arm]) / 1000:.2f}",
        ]
        for arm in ARMS
    ]
    columns = ["Architecture", *PARTS, "Begins to show", "Whole answer"]
    return Table(columns, rows, "Seconds within which 95 of 100 answers are there", right=range(1, len(columns)))


def _sentence(times: Latencies, limit_ms: float, streaming: bool, recommended: str | None) -> str:
    arm = recommended if recommended in ARMS else min(ARMS, key=lambda each: float(times.p95_ms[each]))
    begins, whole = float(times.first_token_ms[arm]) / 1000, float(times.p95_ms[arm]) / 1000
    judged = {each: float((times.first_token_ms if streaming else times.p95_ms)[each]) for each in ARMS}
    meeting = [plain_title(each) for each in ARMS if judged[each] <= limit_ms]
    moment = "the beginning of the answer, which shows as it is written" if streaming else "the whole answer"
    slowest = max(ARMS, key=lambda each: float(times.p95_ms[each]))
    slow = f"; the slowest is {plain_title(slowest)} at {float(times.p95_ms[slowest]) / 1000:.1f} s"
    title = plain_title(arm)
    words = (
        f"With {title}, 95 of 100 answers begin to show within {begins:.1f} s and are complete within {whole:.1f} s"
        f"{slow if slowest != arm else ''}. "
    )
    if np.isnan(limit_ms):
        return words + "No limit is stated, so the time rules nothing out."
    met = f"it is met by {listed(meeting)}" if meeting else "no architecture meets it"
    return f"{words}The limit of {np.round(limit_ms / 1000, 2):g} s applies to {moment}; {met}."
