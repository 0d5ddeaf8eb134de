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
    parts = dict.fromkeys(PARTS, 0.0)
    for name, value in times.components[arm].items():
        parts[next((part for part, names in PARTS.items() if name in names), "Network")] += float(value)
    # The components are typical times; one factor turns them into those of the slowest answers.
    factor = float(times.p95_ms[arm]) / sum(parts.values()) / 1000
    return {part: value * factor for part, value in parts.items()}


def answer_time(
    times: Latencies,
    limit_ms: float,
    streaming: bool,
    recommended: str | None = None,
    ruled_out: Collection[str] = (),
    mark: str = "recommended",
) -> Chart:
    """Draw the time within which 95 of 100 answers are there; ``limit_ms`` is what the client asks for (nan: nothing)."""
    parts = {arm: _seconds(times, arm) for arm in ARMS}
    begins = {arm: float(times.first_token_ms[arm]) / 1000 for arm in ARMS}
    whole = {arm: float(times.p95_ms[arm]) / 1000 for arm in ARMS}
    labels = [arm_label(arm, f"{whole[arm]:.1f} s", recommended, ruled_out, mark) for arm in ARMS]
    drawn = figure(400)
    for colour, part in zip(PART_COLOURS, PARTS, strict=False):
        drawn.add_bar(
            y=labels,
            x=[round(parts[arm][part], 3) for arm in ARMS],
            name=part,
            orientation="h",
            marker={"color": colour, "line": {"color": "white", "width": 1}},
            hovertemplate=f"{part}: %{{x:.2f}} s<extra></extra>",
        )
    drawn.add_scatter(
        y=labels,
        x=[round(begins[arm], 3) for arm in ARMS],
        name="Answer begins to show",
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": INK, "line": {"color": "white", "width": 1}},
        hovertemplate="begins to show after %{x:.2f} s<extra></extra>",
    )
    if limit_ms / 1000 <= max(whole.values()) * 1.14:
        words = f"limit {limit_ms / 1000:g} s"
        # Above the bars: in front of one its words cannot be read.
        said = {"text": words, "xanchor": "right", "yanchor": "bottom"}
        drawn.add_vline(x=limit_ms / 1000, line={"color": WARNING, "dash": "dash", "width": 2}, annotation=said)
    drawn.update_layout(barmode="stack")
    drawn.update_xaxes(ticksuffix=" s", rangemode="tozero").update_yaxes(autorange="reversed")
    rows = [
        [arm_title(arm), *(f"{value:.2f}" for value in (*parts[arm].values(), begins[arm], whole[arm]))] for arm in ARMS
    ]
    columns = ["Architecture", *PARTS, "Begins to show", "Whole answer"]
    return Chart(
        id="answer-time",
        title="Seconds until 95 of 100 answers are there",
        description="Stacked bar chart: seconds until the whole answer is there for each architecture, by part, "
        "with the moment at which it begins to show.",
        figure=drawn,
        table=Table(columns, rows, "Seconds within which 95 of 100 answers are there", right=range(1, len(columns))),
        sentence=_sentence(begins, whole, limit_ms, streaming, recommended),
    )


def _sentence(
    begins: dict[str, float], whole: dict[str, float], limit_ms: float, streaming: bool, recommended: str | None
) -> str:
    slowest = max(ARMS, key=whole.get)
    arm = recommended if recommended in ARMS else min(ARMS, key=whole.get)
    slow = "" if arm == slowest else f"; the slowest is {plain_title(slowest)} at {whole[slowest]:.1f} s"
    words = (
        f"With {plain_title(arm)}, 95 of 100 answers begin to show within {begins[arm]:.1f} s and are complete within "
        f"{whole[arm]:.1f} s{slow}. "
    )
    if np.isnan(limit_ms):
        return words + "No limit is stated, so the time rules nothing out."
    judged = begins if streaming else whole
    meeting = [plain_title(each) for each in ARMS if 1000 * judged[each] <= limit_ms]
    moment = "the beginning of the answer, which shows as it is written" if streaming else "the whole answer"
    met = f"it is met by {listed(meeting)}" if meeting else "no architecture meets it"
    return f"{words}The limit of {np.round(limit_ms / 1000, 2):g} s applies to {moment}; {met}."
