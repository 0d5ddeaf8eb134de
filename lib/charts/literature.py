"""The experiment's arms beside the published measurements: which arm lies above which, row by row."""

from lib.charts.chart import Chart
from lib.charts.escape import safe
from lib.charts.palette import ARM_COLOURS, MUTED, RULE, figure
from lib.charts.table import Table
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.literature import LiteratureComparison

# Colour never stands alone, and two of the arms stand for the same architecture.
SYMBOLS = {
    "base": "circle-open",
    "rag": "circle",
    "lora": "square",
    "lora_rag": "triangle-up-open",
    "lora_with_pages": "triangle-up",
}
OTHER_SYMBOL = "diamond"


def literature_chart(comparison: LiteratureComparison) -> Chart:
    """Draw the share of right answers of every arm, one line a published row and the run's own line on top."""
    labels = ["<b>This run</b>", *(f"{safe(row.study)}<br>{safe(row.name)}" for row in comparison.published)]
    ours = {arm: share.share for arm, share in comparison.shares.items()}
    shares = [ours, *(row.shares for row in comparison.published)]
    drawn = figure(120 + 46 * len(labels))
    for label, row in zip(labels, shares, strict=True):
        known = [100 * row[arm] for arm in ours if arm in row]
        if known:
            ends = [round(min(known), 2), round(max(known), 2)]
            drawn.add_scatter(
                x=ends,
                y=[label, label],
                mode="lines",
                line={"color": RULE, "width": 5},
                hoverinfo="skip",
                showlegend=False,
            )
    for arm in ours:
        places = [place for place, row in enumerate(shares) if arm in row]
        share = comparison.shares[arm]
        # Only the run's own share has an interval; the papers print none.
        drawn.add_scatter(
            x=[round(100 * shares[place][arm], 2) for place in places],
            y=[labels[place] for place in places],
            mode="markers",
            name=safe(comparison.titles[arm]),
            marker={
                "color": _colour(arm),
                "symbol": SYMBOLS.get(arm, OTHER_SYMBOL),
                "size": 11,
                "line": {"width": 2, "color": _colour(arm)},
            },
            error_x={
                "type": "data",
                "array": [round(100 * (share.high - share.share), 2)] + [0] * (len(places) - 1),
                "arrayminus": [round(100 * (share.share - share.low), 2)] + [0] * (len(places) - 1),
                "thickness": 2,
                "width": 0,
            },
            hovertemplate="%{x:.1f} %<extra>" + safe(comparison.titles[arm]) + "</extra>",
        )
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed", ticklabelstandoff=4)
    drawn.update_xaxes(range=[-4, 104], ticksuffix=" %", title_text="Answers right")
    drawn.add_hline(y=0.5, line={"color": MUTED, "width": 1})
    return Chart(
        id="literature",
        title="Beside the literature: the order of the arms, here and in print",
        description="Dot plot: share of questions answered right by each arm, one line for this run with 95 percent "
        "intervals and one for each published study, task and model.",
        figure=drawn,
        table=_numbers(comparison),
        sentence=comparison.sentences[0],
    )


def _colour(arm: str) -> str:
    known = EXPERIMENT_ARMS.get(arm)
    return ARM_COLOURS[known.stands_for] if known else MUTED


def _numbers(comparison: LiteratureComparison) -> Table:
    def cells(row: dict[str, float]) -> list[str]:
        return [f"{100 * row[arm]:.1f} %" if arm in row else "–" for arm in comparison.shares]

    ours = {arm: share.share for arm, share in comparison.shares.items()}
    rows = [[f"This run, {comparison.run}", *cells(ours), "–", "–"]]
    for published, agreement in zip(comparison.published, comparison.rows, strict=True):
        alike = f"{agreement.alike} of {agreement.pairs}" if agreement.pairs else "–"
        tau = "–" if agreement.tau_b != agreement.tau_b else f"{agreement.tau_b:.2f}"
        rows.append([f"{published.study}, {published.name}", *cells(published.shares), alike, tau])
    columns = ["Row", *comparison.titles.values(), "Pairs ordered alike", "Kendall's tau-b"]
    caption = "Share of questions answered right; papers as printed, this run by facts on answerable questions"
    return Table(columns, rows, caption, right=range(1, len(columns)), strong=[0])
