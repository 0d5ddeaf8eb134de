"""What the experiment measured: shares with intervals, pairs, search, costs, published rows."""

import math
from math import isinf, isnan

from plotly.subplots import make_subplots

from lib.client import ClientFile
from lib.client.quantity import likely
from lib.errors import InputError
from lib.experiment import MEASURES, ExperimentResult
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.literature import LiteratureComparison
from lib.experiment.measures import usd_per_correct
from lib.experiment.statistics import SIGNIFICANCE
from lib.experiment.summary import experiment_summary
from lib.experiment.token_prices import TokenPrices
from lib.prices import price_book
from lib.views.chart import ARM_COLOURS, MUTED, RULE, TEMPLATE, Chart, figure
from lib.views.markup import safe
from lib.views.money import Money
from lib.views.table import Table

COLUMNS = 3


def forest(result: ExperimentResult) -> Chart:
    """Draw the share of right answers of every arm with its 95 % Wilson interval, one panel a kind of question."""
    panels = result.panels
    if not panels:
        raise InputError(f"run {result.id} holds no judged answer, so there is nothing to draw.")
    rows = math.ceil(len(panels) / COLUMNS)
    drawn = make_subplots(
        rows=rows,
        cols=COLUMNS,
        shared_yaxes=True,
        subplot_titles=[f"{safe(panel.title)} (%)" for panel in panels],
        horizontal_spacing=0.04,
        vertical_spacing=0.22 / rows,
    )
    drawn.update_layout(template=TEMPLATE, height=40 + rows * (46 + 21 * len(result.arms)), showlegend=False)
    for place, (_, measure, kind) in enumerate(panels):
        row, column = place // COLUMNS + 1, place % COLUMNS + 1
        for arm in result.arms.values():
            share = result.share(arm["id"], measure, kind)
            if not share.n:
                continue
            drawn.add_scatter(
                y=[safe(arm["title"])],
                x=[round(100 * share.share, 2)],
                error_x={
                    "type": "data",
                    "array": [round(100 * (share.high - share.share), 2)],
                    "arrayminus": [round(100 * (share.share - share.low), 2)],
                    "thickness": 2,
                    "width": 4,
                },
                mode="markers",
                marker={"color": ARM_COLOURS[arm["stands_for"]], "size": 9},
                hovertemplate=f"%{{x:.0f}} % ({100 * share.low:.0f}–{100 * share.high:.0f} %), n = {share.n}<extra></extra>",
                row=row,
                col=column,
            )
        drawn.update_xaxes(range=[-6, 106], tickvals=[0, 50, 100], row=row, col=column)
    drawn.update_yaxes(autorange="reversed", showgrid=True, ticklabelstandoff=4)
    drawn.update_annotations(font_size=13)
    overview = result.overview()
    table = Table(
        ["Arm of the experiment", *overview.columns],
        [[title, *row] for title, row in zip(overview.index, overview.to_numpy().tolist(), strict=True)],
        result.legend(),
        right=range(1, 1 + len(overview.columns)),
    )
    return Chart(
        id="experiment",
        title="Measured: who answers right, keeps the style and refuses where it should",
        description="Dot plots with 95 percent intervals: share of questions that each arm of the experiment answered "
        "right, one panel for each kind of question.",
        figure=drawn,
        table=table,
        sentence=experiment_summary(result).headline,
    )


def measured_pairs(result: ExperimentResult, measure: str = "right") -> Table:
    """Compare every two arms on the same questions; pairs that differ by more than chance stand in bold.

    Args:
        result: a finished run.
        measure: one of ``MEASURES``.
    """
    frame = result.compare(measure)
    rows, strong = [], []
    for place, row in enumerate(frame.itertuples()):
        ahead = row.gap >= 0
        first, second = (row.first, row.second) if ahead else (row.second, row.first)
        low, high = sorted((100 * row.low, 100 * row.high), key=abs)
        sign = 1 if ahead else -1
        rows.append(
            [
                f"{result.arms[first]['title']} over {result.arms[second]['title']}",
                f"{100 * abs(row.gap):.0f}",
                f"{min(sign * low, sign * high):.0f} to {max(sign * low, sign * high):.0f}",
                _p(row.p),
                _p(row.p_holm),
                "–" if isnan(row.smallest_gap) else f"{100 * row.smallest_gap:.0f}",
            ]
        )
        if row.p_holm < SIGNIFICANCE:
            strong.append(place)
    caption = (
        f"Gaps in points by “{MEASURES[measure].title.lower()}” on the same {frame['n'].max()} questions; bold: more than "
        "chance after Holm's correction for the number of pairs"
    )
    columns = ["Arm over arm", "Gap", "95 % interval", "p", "p after Holm", "Shown in 4 of 5 repeats"]
    return Table(columns, rows, caption, right=range(1, 6), strong=strong)


def measured_search(result: ExperimentResult) -> Table:
    """Say how well the first search found the right pages, by kind of question."""
    frame = result.retrieval()
    rows = [
        [
            row.kind,
            str(int(row.n)),
            *(f"{100 * value:.0f} %" for value in (row.recall, row.precision)),
            *(f"{value:.2f}" for value in (row.reciprocal_rank, row.ndcg)),
        ]
        for row in frame.itertuples()
    ]
    columns = ["Kind of question", "Questions", "Right pages found", "Found pages that are right"]
    columns += ["1 ÷ rank of the first right one (MRR)", "Order, 1 is perfect (nDCG)"]
    return Table(columns, rows, f"The first search, {result.record['retrieval']['k']} passages", right=range(1, 6))


def _p(p: float) -> str:
    return "–" if isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


_TUNED = ("fine_tune", "hybrid")


def measured_costs(result: ExperimentResult, client: ClientFile) -> Table:
    """Set each arm's tokens beside the client's prices: a thousand questions, and one right answer.

    Args:
        result: a finished run; tokens are those of the model that answered.
        client: whose models' prices, correction costs and currency count; tuned arms answer at the tuned
            model's price.

    Raises:
        InputError: the client's stack or price list is of no use.
    """
    book, money = price_book(client), Money.of(client)
    correction_usd = float(likely(client.money.correction_usd) or 0.0)
    rows, usd = [], []
    for id_, arm in result.arms.items():
        role = "tuned_model" if arm["stands_for"] in _TUNED else "base_model"
        prices = TokenPrices(book[f"{role}.input"].likely, book[f"{role}.output"].likely)
        tokens = result.answers.loc[result.answers["arm"] == id_, ["prompt_tokens", "answer_tokens"]].mean()
        query = prices.usd(tokens["prompt_tokens"], tokens["answer_tokens"])
        right = usd_per_correct(query, result.share(id_, "right"), correction_usd)
        usd.append(right.usd)
        rows.append(
            [
                arm["title"],
                book.names[role],
                f"{tokens['prompt_tokens']:,.0f}",
                f"{tokens['answer_tokens']:,.0f}",
                money.text(1000 * query),
                f"{100 * result.share(id_, 'right').share:.0f} %",
                _none_right(result, id_) if isinf(right.usd) else money.text(1000 * right.usd),
                "–" if isinf(right.usd) else f"{money.text(1000 * right.low)} to {_upper(right.high, money)}",
            ]
        )
    columns = ["Arm", "Priced as", "Tokens read", "Tokens written", "1,000 questions", "All right"]
    columns += ["1,000 right answers", "95 % interval"]
    correction = f"; putting a wrong answer right costs {money.text(correction_usd)}" if correction_usd else ""
    caption = (
        f"What a right answer costs at list prices of {book.as_of:%d %B %Y}, by the tokens measured here{correction}"
    )
    order = sorted(range(len(rows)), key=lambda place: usd[place])
    return Table(columns, [rows[place] for place in order], caption, right=range(2, len(columns)))


def _none_right(result: ExperimentResult, arm: str) -> str:
    substance = result.share(arm, "substance").share
    return (
        f"none in the style asked for ({100 * substance:.0f} % right in substance)"
        if substance
        else "no answer is right"
    )


def _upper(usd: float, money: Money) -> str:
    return "no limit" if isinf(usd) else money.text(1000 * usd)


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
        table=_literature_numbers(comparison),
        sentence=comparison.sentences[0],
    )


def _colour(arm: str) -> str:
    known = EXPERIMENT_ARMS.get(arm)
    return ARM_COLOURS[known.stands_for] if known else MUTED


def _literature_numbers(comparison: LiteratureComparison) -> Table:
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
