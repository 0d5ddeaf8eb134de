"""What the experiment measured: shares with intervals, the comparisons fixed beforehand, search, costs, published rows."""

from collections.abc import Sequence
from math import isinf, isnan

from plotly.subplots import make_subplots

from lib.arms import ARM
from lib.client import ClientFile
from lib.client.quantity import likely
from lib.errors import InputError
from lib.experiment import EXPERIMENT_ARMS, ExperimentResult, experiment_summary
from lib.experiment.literature import NOTE, LiteratureComparison, Order
from lib.experiment.result import KIND_TITLES, MAIN_PANELS, TAUGHT, Panel, Verdict, percent, usd_per_correct
from lib.experiment.summary import contrast_sentence, p_text, points
from lib.models import TokenPrices
from lib.prices import price_book
from lib.stats import EQUIVALENCE_MARGIN
from lib.views.chart import MUTED, RULE, TEMPLATE, Chart, figure
from lib.views.markup import Page, bullets, folded, joined, render, safe
from lib.views.money import Money
from lib.views.table import Table

SIGNS = {Verdict.MORE_THAN_CHANCE: "●", Verdict.NO_DIFFERENCE: "=", Verdict.NOT_TOLD_APART: "○", Verdict.VOID: "–"}


def setting(result: ExperimentResult | None) -> Page:
    """Say what was asked of whom, on what, when; that the experiment was left out where there is no run."""
    if result is None:
        return Page("<p>The experiment was left out of this report.</p>")
    return render("measured_setting.html", record=result.record, seeds=len(result.seeds))


def measured(result: ExperimentResult | None) -> Page | None:
    """Say what the experiment found, how sure that is, and what does not carry over; nothing without a run."""
    if result is None:
        return None
    table = efficiency_table(result)
    return render("measured.html", summary=experiment_summary(result), efficiency=table, arms=result.record.arms)


def forest(result: ExperimentResult, panels: Sequence[Panel] | None = None, title: str = "") -> Chart:
    """Draw every arm's share with its 95 % interval, one panel a measure side by side.

    Args:
        result: a finished run.
        panels: which of ``result.panels``; the main five if not given.
        title: of the chart.
    """
    shown = [panel for panel in result.panels if panel in (panels or MAIN_PANELS)]
    if not shown:
        raise InputError(f"run {result.id} holds no judged answer, so there is nothing to draw.")
    titles = [f"{safe(panel.title)} (%)" for panel in shown]
    drawn = make_subplots(rows=1, cols=len(shown), shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.02)
    drawn.update_layout(template=TEMPLATE, height=90 + 27 * len(result.arms), showlegend=False)
    for column, panel in enumerate(shown, start=1):
        for arm in result.record.arms:
            share = result.share(arm.id, panel.measure, panel.kinds)
            if not share.n:
                continue
            drawn.add_scatter(
                y=[safe(arm.title)],
                x=[round(100 * share.share, 2)],
                error_x=_error(share.share, share.low, share.high),
                mode="markers",
                marker=_marker(arm.id, arm.stands_for),
                hovertemplate=f"{percent(share)}, n = {share.n}<extra>{safe(arm.title)}</extra>",
                row=1,
                col=column,
            )
        drawn.update_xaxes(range=[-7, 107], tickvals=[0, 50, 100], row=1, col=column)
    drawn.update_yaxes(autorange="reversed", showgrid=True, ticklabelstandoff=4)
    drawn.update_annotations(font_size=12)
    own = "experiment" if not panels else "experiment-" + "-".join(dict.fromkeys(panel.measure for panel in shown))
    name = title or "Measured: who is right, knows the facts, refuses, keeps the style and cites the right page"
    rows = [
        [arm.title, *(percent(result.share(arm.id, panel.measure, panel.kinds)) for panel in shown)]
        for arm in result.record.arms
    ]
    counts = ", ".join(
        f"{panel.title.lower()} {max(result.share(a, *panel[1:]).n for a in result.arms)}" for panel in shown
    )
    note = f"Percent of questions, with 95 % intervals clustered by fact. Questions: {counts}"
    sentence = experiment_summary(result).headline if not panels else _highest(result, shown)
    return Chart(
        id=own,
        title=name,
        description="Dot plots with 95 percent intervals: each arm's share, one panel a measure.",
        figure=drawn,
        table=Table(
            ["Arm of the experiment", *(panel.title for panel in shown)], rows, note, right=range(1, 1 + len(shown))
        ),
        sentence=sentence,
    )


def facts_by_kind(result: ExperimentResult) -> Chart:
    """Draw who answers which kind of fact right."""
    panels = [panel for panel in result.panels if panel.kinds]
    return forest(result, panels, "Facts right, by kind of question")


def contrasts_chart(result: ExperimentResult) -> Chart:
    """Draw the comparisons that were fixed beforehand: differences in points with their 95 % intervals."""
    found = result.contrasts
    if not found:
        raise InputError(f"run {result.id} holds none of the comparisons that were fixed beforehand.")
    labels = [_wrapped(safe(each.contrast.question)) for each in found]
    drawn = figure(90 + 58 * len(found))
    drawn.add_vrect(
        x0=-100 * EQUIVALENCE_MARGIN, x1=100 * EQUIVALENCE_MARGIN, fillcolor=RULE, opacity=0.6, line_width=0
    )
    drawn.add_vline(x=0, line={"color": MUTED, "width": 1})
    for label, each in zip(labels, found, strict=True):
        if each.verdict is Verdict.VOID:
            continue
        gap, arm = each.difference, each.contrast.first
        drawn.add_scatter(
            x=[round(100 * gap.gap, 2)],
            y=[label],
            error_x=_error(gap.gap, gap.low, gap.high),
            mode="markers",
            marker=_marker(arm, result.arms[arm].stands_for) | {"size": 11},
            hovertemplate=f"{safe(contrast_sentence(result, each))}<extra></extra>",
            showlegend=False,
        )
    drawn.update_yaxes(
        categoryorder="array", categoryarray=labels, autorange="reversed", range=[len(found) - 0.5, -0.5]
    )
    drawn.update_xaxes(range=[-105, 105], title_text="Difference in points; grey: less than five points")
    rows = [
        [
            each.contrast.question,
            _of(result, each, each.contrast.first),
            _of(result, each, each.contrast.second),
            "–" if each.verdict is Verdict.VOID else points(each.difference.gap),
            "–" if each.verdict is Verdict.VOID else f"{points(each.difference.low)} to {points(each.difference.high)}",
            p_text(each.p_holm).removeprefix("p = ").removeprefix("p "),
            each.void or str(each.verdict),
        ]
        for each in found
    ]
    columns = ["Fixed beforehand", "First", "Second", "Difference", "95 % interval", "p (Holm)", "Verdict"]
    return Chart(
        id="contrasts",
        title="The comparisons fixed beforehand",
        description="Dot plot with 95 percent intervals: differences in points of the comparisons fixed beforehand.",
        figure=drawn,
        table=Table(
            columns,
            rows,
            "Mean over training seeds, clustered by fact; p after Holm's correction",
            right=[3, 4, 5],
            wrap=True,
        ),
        sentence=" ".join(contrast_sentence(result, each) for each in found[:2]),
    )


def reader_or_search(result: ExperimentResult) -> Chart:
    """Draw facts right with the pages that the search found beside those with the right pages: reader and search apart."""
    pairs = [
        ("rag", "gold"),
        ("rag_few_shot", "gold_few_shot"),
        ("lora_rag", "lora_gold"),
        ("lora_with_pages", "lora_with_pages_gold"),
    ]
    pairs = [pair for pair in pairs if set(pair) <= set(result.arms)]
    if not pairs:
        raise InputError(f"run {result.id} has no arm that was given the right pages.")
    drawn = figure(90 + 44 * len(pairs))
    rows, gaps = [], []
    for found, gold in pairs:
        shares = [result.share(arm, "fact") for arm in (found, gold)]
        title = result.arms[found].title
        drawn.add_scatter(
            x=[round(100 * share.share, 2) for share in shares],
            y=[safe(title)] * 2,
            mode="lines+markers",
            line={"color": EXPERIMENT_ARMS[found].colour, "width": 3},
            marker={"size": 12, "color": EXPERIMENT_ARMS[found].colour, "symbol": ["circle", "diamond"]},
            hovertemplate="%{x:.0f} %<extra></extra>",
            showlegend=False,
        )
        gaps.append((100 * (shares[1].share - shares[0].share), title))
        rows.append([title, *map(percent, shares), points(shares[1].share - shares[0].share)])
    drawn.update_xaxes(
        range=[-4, 104], title_text="Facts right (%): circle with the pages found, diamond with the right pages"
    )
    drawn.update_yaxes(autorange="reversed")
    largest, name = max(gaps)
    return Chart(
        id="reader-or-search",
        title="Is it the reader or the search?",
        description="Dumbbell chart: facts right with retrieved pages and with the right pages, one line an arm.",
        figure=drawn,
        table=Table(
            ["Arm", "With the pages found", "With the right pages", "Lost in the search"],
            rows,
            "Facts right",
            right=[1, 2, 3],
        ),
        sentence=f"A perfect search would bring {name} {largest:.0f} points; what is still missing then is the reader's.",
    )


def taught_page(result: ExperimentResult) -> Page:
    """Say whether the closed-book model was taught what it is judged on, training by training."""
    if not result.taught_trainings:
        return Page("")
    parts = [
        f"Seed {training.seed}: {training.taught} of {training.asked} trained wordings answered right "
        f"({100 * training.taught / training.asked:.0f} %), after {training.examples:,} examples and {training.tokens:,} tokens."
        for training in result.taught_trainings
    ]
    verdict = "Taught" if result.is_taught else "Not taught"
    return joined(
        Page("<p><strong>{}</strong> (at least {} % are asked for).</p>").format(verdict, round(100 * TAUGHT)),
        bullets(parts),
    )


def measured_search(result: ExperimentResult) -> Table:
    """Say how well the first search found the right pages, by kind of question."""
    rows = [
        [
            KIND_TITLES.get(row.kind, row.kind),
            str(int(row.n)),
            *(f"{100 * value:.0f} %" for value in (row.recall, row.precision)),
            *(f"{value:.2f}" for value in (row.reciprocal_rank, row.ndcg)),
        ]
        for row in result.retrieval().itertuples()
    ]
    columns = ["Kind of question", "Questions", "Right pages found", "Found pages that are right"]
    columns += ["1 ÷ rank of the first right one (MRR)", "Order, 1 is perfect (nDCG)"]
    return Table(columns, rows, f"The first search, {result.record.retrieval.k} passages", right=range(1, 6))


def efficiency_table(result: ExperimentResult) -> Table:
    """Return tokens and waiting time of one question in each arm."""
    rows = [
        [
            row.title,
            f"{row.prompt_tokens:,.0f}",
            f"{row.answer_tokens:,.0f}",
            _seconds(row.seconds_p50),
            _seconds(row.seconds_p95),
        ]
        for row in result.efficiency().itertuples()
    ]
    columns = ["Arm", "Tokens read", "Tokens written", "Seconds, typical", "Seconds, slowest"]
    return Table(columns, rows, "Effort of one question, on the machine that ran the experiment", right=[1, 2, 3, 4])


def measured_costs(result: ExperimentResult, client: ClientFile) -> Table:
    """Set each arm's tokens beside the client's prices: a thousand questions, and a thousand right answers.

    Args:
        result: a finished run; tokens are those of the model that answered.
        client: whose models' prices, correction costs and currency count; tuned arms answer at the tuned model's
            price. Where it requires citations, the right page must be cited too.

    Raises:
        InputError: the client's stack or price list is of no use.
    """
    book, money = price_book(client), Money.of(client)
    correction_usd = float(likely(client.money.correction_usd) or 0.0)
    measure = "right_cited" if client.knowledge.citations_required else "right"
    rows, usd = [], []
    for row in result.efficiency().itertuples():
        arm = result.arms[row.Index]
        role = "tuned_model" if ARM[arm.stands_for].trained else "base_model"
        query = TokenPrices(book[f"{role}.input"].likely, book[f"{role}.output"].likely).usd(
            row.prompt_tokens, row.answer_tokens
        )
        share = result.share(row.Index, measure)
        right = usd_per_correct(query, share, correction_usd)
        usd.append(right.usd)
        upper = "no limit" if isinf(right.high) else money.text(1000 * right.high)
        rows.append(
            [
                arm.title,
                book.names[role],
                f"{row.prompt_tokens:,.0f}",
                f"{row.answer_tokens:,.0f}",
                money.text(1000 * query),
                "–" if isnan(share.share) else f"{100 * share.share:.0f} %",
                "no answer is right" if isinf(right.usd) else "–" if isnan(right.usd) else money.text(1000 * right.usd),
                "–" if isinf(right.usd) or isnan(right.usd) else f"{money.text(1000 * right.low)} to {upper}",
            ]
        )
    columns = [
        "Arm",
        "Priced as",
        "Tokens read",
        "Tokens written",
        "1,000 questions",
        "All right",
        "1,000 right answers",
        "95 % interval",
    ]
    correction = f"; putting a wrong answer right costs {money.text(correction_usd)}" if correction_usd else ""
    caption = (
        f"What a right answer costs at list prices of {book.as_of:%d %B %Y}, by the tokens measured here{correction}"
    )
    order = sorted(range(len(rows)), key=lambda place: usd[place])
    return Table(columns, [rows[place] for place in order], caption, right=range(2, len(columns)))


def so_for_client(result: ExperimentResult, client: ClientFile) -> Page:
    """Say what the run says about this client's own open questions, and the line that runs it on their data."""
    knowledge, behaviour = client.knowledge, client.behaviour
    said = []

    def arms(measure: str, *ids: str, kinds: tuple[str, ...] = ()) -> str:
        known = [
            arm
            for arm in ids
            if arm in result.arms and set(kinds) <= set(result.kinds) and result.share(arm, measure, kinds).n
        ]
        return "; ".join(f"{result.arms[arm].title} {percent(result.share(arm, measure, kinds))}" for arm in known)

    def say(topic: str, text: str) -> None:
        if text:
            said.append(Page("<strong>{}</strong> {}.").format(safe(topic), safe(text)))

    three = ("rag_few_shot", "lora", "lora_with_pages")
    if knowledge.needed != "none":
        say("Answers draw on documents. Facts that stand only there:", arms("fact", *three, kinds=("document_only",)))
    if knowledge.days_between_changes != "never":
        say("The knowledge changes. Facts changed since training:", arms("fact", *three, kinds=("changed",)))
    if float(likely(behaviour.style_sensitivity) or 0) >= 0.5 or behaviour.strict_schema:
        say("Style matters. Style kept:", arms("style", "few_shot", *three))
    if knowledge.citations_required:
        say("Citations are required. Right page cited:", arms("cited", *three))
    if client.risk.wrong_answer != "low":
        say("A wrong answer does harm. Refuses where it should:", arms("refusal", *three))
    if float(likely(knowledge.multi_hop_share) or 0) > 0:
        say("Some questions need several pages. Facts over two pages:", arms("fact", *three, kinds=("two_page",)))
    line = "python -m lib experiment --documents DIR --questions FILE.csv --train FILE.jsonl --model NAME --client FILE --write-evidence"
    return joined(
        bullets(said) if said else Page("<p>The client states nothing yet that the run could speak to.</p>"),
        Page(
            "<p>On the client's own documents, questions and model (only such a run counts as evidence): <code>{}</code></p>"
        ).format(line),
    )


def literature_chart(comparison: LiteratureComparison) -> Chart:
    """Draw the share of right answers of every arm: this run on top, then the published rows, smallest model first."""
    labels = [
        "<b>This run</b>",
        *(f"{safe(row.study)}<br>{safe(row.name)} ({row.parameters:g} B)" for row in comparison.published),
    ]
    ours = {arm: share.share for arm, share in comparison.shares.items()}
    rows = [ours, *(row.shares for row in comparison.published)]
    drawn = figure(120 + 40 * len(labels))
    for arm, share in comparison.shares.items():
        places = [place for place, row in enumerate(rows) if arm in row]
        nothing = [0] * (len(places) - 1)
        error = _error(share.share, share.low, share.high)
        drawn.add_scatter(
            x=[round(100 * rows[place][arm], 2) for place in places],
            y=[labels[place] for place in places],
            mode="markers",
            name=safe(comparison.titles[arm]),
            marker=_marker(arm, EXPERIMENT_ARMS[arm].stands_for) | {"size": 11},
            # Only the run's own share has an interval; the papers print none.
            error_x=error
            | {"array": error["array"] + nothing, "arrayminus": error["arrayminus"] + nothing, "width": 0},
            hovertemplate="%{x:.1f} %<extra>" + safe(comparison.titles[arm]) + "</extra>",
        )
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed", ticklabelstandoff=4)
    drawn.update_xaxes(range=[-4, 104], ticksuffix=" %", title_text="Answers right")
    drawn.add_hline(y=0.5, line={"color": MUTED, "width": 1})

    def cells(row: dict[str, float]) -> list[str]:
        return [f"{100 * row[arm]:.1f} %" if arm in row else "–" for arm in ours]

    told = [[f"This run, {comparison.run}", *cells(ours), "–"]]
    for row in comparison.published:
        counts = comparison.counts(row)
        total = sum(counts.values())
        told.append(
            [
                f"{row.study}, {row.name} ({row.grade})",
                *cells(row.shares),
                f"{counts[Order.ALIKE]} of {total}" if total else "–",
            ]
        )
    columns = ["Row", *comparison.titles.values(), "Pairs ordered alike"]
    caption = "Facts right; papers as printed (P primary text, S secondary source), smallest model first"
    return Chart(
        id="literature",
        title="Beside the literature: the order of the arms, here and in print",
        description="Dot plot: share of questions answered right by each arm, one line for this run and one a published row.",
        figure=drawn,
        table=Table(columns, told, caption, right=range(1, len(columns)), strong=[0]),
        sentence=comparison.sentences[0],
    )


def gain_by_size(comparison: LiteratureComparison) -> Chart:
    """Draw what tuning adds to retrieval against the size of the model: published rows, and this run."""
    drawn = figure(380)
    drawn.add_hline(y=0, line={"color": MUTED, "width": 1})
    for name, with_pages, symbol in (
        ("tuned without pages", False, "triangle-up-open"),
        ("tuned with pages", True, "star"),
    ):
        some = [gain for gain in comparison.gains if gain.with_pages is with_pages]
        drawn.add_scatter(
            x=[gain.parameters for gain in some],
            y=[round(gain.points, 2) for gain in some],
            error_y={
                "type": "data",
                "array": [0 if isnan(gain.high) else round(gain.high - gain.points, 2) for gain in some],
                "arrayminus": [0 if isnan(gain.low) else round(gain.points - gain.low, 2) for gain in some],
            },
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": 11, "color": ARM["hybrid"].colour},
            hovertext=[f"{safe(gain.name)}: {gain.points:+.1f} points" for gain in some],
            hoverinfo="text",
        )
    drawn.update_xaxes(type="log", title_text="Parameters (billions)", tickvals=[0.1, 0.3, 1, 3, 10])
    drawn.update_yaxes(title_text="Points that tuning adds to RAG")
    sentence = next((text for text in comparison.sentences if text.startswith("Tuning adds")), comparison.sentences[0])
    rows = [
        [gain.name, f"{gain.parameters:g}", "with pages" if gain.with_pages else "without", f"{gain.points:+.1f}"]
        for gain in comparison.gains
    ]
    return Chart(
        id="gain-by-size",
        title="What tuning adds to retrieval, by size of the model",
        description="Scatter plot: points that a tuned model with retrieval gains over the untuned one, over the model's size.",
        figure=drawn,
        table=Table(
            ["Row", "Billion parameters", "Tuned", "Points"],
            rows,
            "Tuned with RAG less untuned with RAG, facts right",
            right=[1, 3],
        ),
        sentence=sentence,
    )


def literature_page(comparison: LiteratureComparison) -> Page:
    """Say pair by pair how the run stands to the published rows, and test the papers' statements on it."""
    rows = [
        [each.statement.study, each.statement.statement, str(each.verdict), each.why] for each in comparison.statements
    ]
    table = Table(
        ["Study", "Statement", "Here", "Why"],
        rows,
        "Statements of the papers, tested on this run (p after Holm's correction)",
        wrap=True,
    )
    pairs = [text for text in comparison.sentences[1:] if not text.startswith("Tuning adds")]
    return joined(folded("Pair by pair", bullets(pairs)), table, Page('<p class="muted">{}</p>').format(safe(NOTE)))


def _of(result: ExperimentResult, found, arm: str) -> str:
    return f"{result.arms[arm].title}: {percent(result.share(arm, found.contrast.measure, found.contrast.kinds))}"


def _highest(result: ExperimentResult, panels: Sequence[Panel]) -> str:
    parts = []
    for panel in panels:
        share, arm = _best(result, panel)
        parts.append(f"{panel.title.lower()}: {result.arms[arm].title} {percent(share)}")
    return f"Highest are, of {'; of '.join(parts)}."


def _best(result: ExperimentResult, panel: Panel):
    shares = [(result.share(arm, panel.measure, panel.kinds), arm) for arm in result.arms]
    return max(((share, arm) for share, arm in shares if share.n), key=lambda entry: entry[0].share)


def _marker(arm: str, stands_for: str) -> dict:
    known = EXPERIMENT_ARMS.get(arm)
    return {"color": ARM[stands_for].colour, "symbol": known.symbol if known else "circle", "size": 9}


def _error(middle: float, low: float, high: float) -> dict:
    return {
        "type": "data",
        "array": [round(100 * (high - middle), 2)],
        "arrayminus": [round(100 * (middle - low), 2)],
        "thickness": 2,
        "width": 4,
    }


def _seconds(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}"


def _wrapped(text: str, width: int = 48) -> str:
    """Break a long label into lines of so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "<br>".join(lines)
