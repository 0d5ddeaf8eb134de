"""What the experiment measured: shares with intervals, the comparisons fixed beforehand, search, costs, published rows."""

from collections.abc import Callable, Sequence
from math import isinf, isnan, nan

from lib.arms import ARM
from lib.client import ClientFile
from lib.client.quantity import likely
from lib.costs import usd_per_correct_answer
from lib.errors import InputError
from lib.experiment import EXPERIMENT_ARMS, GRADES, ExperimentResult
from lib.experiment.literature import NOTE, LiteratureComparison, Order
from lib.experiment.result import TAUGHT, Verdict
from lib.prices import price_book
from lib.stats import EQUIVALENCE_MARGIN
from lib.views.chart import MUTED, Chart, add_shares, figure, panels, wrapped
from lib.views.field_words import field_label
from lib.views.markup import Page, bullets, caption, folded, joined, render, safe
from lib.views.money import Money
from lib.views.run_words import (
    KIND_TITLES,
    MAIN_PANELS,
    Panel,
    contrast_sentence,
    experiment_summary,
    literature_sentences,
    p_text,
    panels_of,
    percent,
    points,
)
from lib.views.table import Table
from lib.wording import arm_title

GIVEN_THE_RIGHT_PAGES = {
    "rag": "gold",
    "rag_few_shot": "gold_few_shot",
    "lora_rag": "lora_gold",
    "lora_with_pages": "lora_with_pages_gold",
}
"""Each arm that searches, and the same arm with the right pages in place of those found."""

GAIN = "Tuning adds"
TOPICS: tuple[tuple[str, Callable[[ClientFile], bool], str, tuple[str, ...]], ...] = (
    (
        "Answers draw on documents. Facts that stand only there",
        lambda client: client.knowledge.needed != "none",
        "fact",
        ("document_only",),
    ),
    (
        "The knowledge changes. Facts changed since training",
        lambda client: client.knowledge.days_between_changes != "never",
        "fact",
        ("changed",),
    ),
    (
        "Style matters. Style kept",
        lambda client: client.behaviour.strict_schema or float(likely(client.behaviour.style_sensitivity) or 0) >= 0.5,
        "style",
        (),
    ),
    ("Citations are required. Right page cited", lambda client: client.knowledge.citations_required, "cited", ()),
    (
        "A wrong answer does harm. Refuses where it should",
        lambda client: client.risk.wrong_answer != "low",
        "refusal",
        (),
    ),
    (
        "Some questions need several pages. Facts over two pages",
        lambda client: float(likely(client.knowledge.multi_hop_share) or 0) > 0,
        "fact",
        ("two_page",),
    ),
)
"""What a client's facts ask of the run: topic, whether the client asks it, the measure, the kinds of question."""


def setting(result: ExperimentResult | None) -> Page:
    """Say what was asked of whom, on what, when; that the experiment was left out where there is no run."""
    if result is None:
        return Page("<p>The experiment was left out of this report.</p>")
    return render("measured_setting.html", record=result.record, seeds=len(result.seeds))


def measured(result: ExperimentResult | None) -> Page | None:
    """Say what the experiment found, how sure that is, and what does not carry over; nothing without a run."""
    if result is None:
        return None
    tables = {"efficiency": efficiency_table(result), "grades": grades_table(result)}
    return render("measured.html", summary=experiment_summary(result), arms=arms_explained(result), **tables)


def forest(result: ExperimentResult, shown: Sequence[Panel] = MAIN_PANELS, title: str = "") -> Chart:
    """Draw every arm's share with its 95 % interval, one panel a measure side by side.

    Raises:
        InputError: the run holds no judged answer.
    """
    main, shown = shown is MAIN_PANELS, [panel for panel in panels_of(result) if panel in shown]
    if not shown:
        raise InputError(f"run {result.id} holds no judged answer, so there is nothing to draw.")
    titles = [wrapped(panel.title, 16) for panel in shown]
    drawn = panels(titles, 110 + 27 * len(result.arms), gap=0.02)
    for column, panel in enumerate(shown, start=1):
        for arm in result.record.arms:
            share = result.share(arm.id, panel.measure, panel.kinds)
            if not share.n:
                continue
            add_shares(
                drawn,
                [(share.share, share.low, share.high)],
                [safe(arm.title)],
                mode="markers",
                marker=_marker(arm.id, arm.stands_for),
                hovertemplate=f"{percent(share)}, n = {share.n}<extra>{safe(arm.title)}</extra>",
                row=1,
                col=column,
            )
        drawn.update_xaxes(range=[-7, 107], tickvals=[0, 50, 100], row=1, col=column)
    drawn.update_yaxes(autorange="reversed").update_layout(showlegend=False, margin_t=90)
    rows = [
        [arm.title, *(percent(result.share(arm.id, panel.measure, panel.kinds)) for panel in shown)]
        for arm in result.record.arms
    ]
    counts = ", ".join(
        f"{panel.title.lower()} {max(result.share(a, *panel[1:]).n for a in result.arms)}" for panel in shown
    )
    note = f"Percent of questions, with 95 % intervals clustered by fact. Questions: {counts}"
    return Chart(
        id="experiment" if main else "experiment-" + "-".join(dict.fromkeys(panel.measure for panel in shown)),
        title=title
        or "Measured, in percent: who is right, knows the facts, refuses, keeps the style and cites the right page",
        description="Dot plots with 95 percent intervals: each arm's share, one panel a measure.",
        figure=drawn,
        table=Table(
            ["Arm of the experiment", *(panel.title for panel in shown)], rows, note, right=range(1, 1 + len(shown))
        ),
        sentence=experiment_summary(result).headline if main else _highest(result, shown),
        least_width=150 + 110 * len(shown),
    )


def facts_by_kind(result: ExperimentResult) -> Chart:
    """Draw who answers which kind of fact right."""
    return forest(
        result, [panel for panel in panels_of(result) if panel.kinds], "Facts right, by kind of question, in percent"
    )


def contrasts_chart(result: ExperimentResult) -> Chart:
    """Draw the comparisons that were fixed beforehand: differences in points with their 95 % intervals."""
    found = result.contrasts
    if not found:
        raise InputError(f"run {result.id} holds none of the comparisons that were fixed beforehand.")
    labels = [wrapped(each.contrast.question, 34) for each in found]
    drawn = figure(70 + 66 * len(found)).update_layout(showlegend=False)
    margin = 100 * EQUIVALENCE_MARGIN
    drawn.add_vrect(x0=-margin, x1=margin, fillcolor=MUTED, opacity=0.15, line_width=0)
    drawn.add_vline(x=0, line={"color": MUTED, "width": 1})
    rows = []
    for label, each in zip(labels, found, strict=True):
        gap, arm = each.difference, each.contrast.first
        told = ["–"] * 2
        if each.verdict is not Verdict.VOID:
            told = [points(gap.gap), f"{points(gap.low)} to {points(gap.high)}"]
            add_shares(
                drawn,
                [(gap.gap, gap.low, gap.high)],
                [label],
                mode="markers",
                marker=_marker(arm, result.arms[arm].stands_for) | {"size": 11},
                hovertemplate=f"{safe(contrast_sentence(result, each))}<extra></extra>",
            )
        p = p_text(each.p_holm).removeprefix("p = ").removeprefix("p ")
        sides = (_of(result, each, side) for side in (arm, each.contrast.second))
        rows.append([each.contrast.question, *sides, *told, p, each.void or str(each.verdict)])
    ends = [len(found) - 0.5, -0.5]
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed", range=ends)
    drawn.update_xaxes(range=[-105, 105], tickvals=[-100, -50, 0, 50, 100], title_text="Difference in points")
    columns = ["Fixed beforehand", "First", "Second", "Difference", "95 % interval", "p (Holm)", "Verdict"]
    note = "Mean over training seeds, clustered by fact; p after Holm's correction"
    return Chart(
        id="contrasts",
        title="The comparisons fixed beforehand; in the grey band lie differences of less than five points",
        description="Dot plot with 95 percent intervals: differences in points of the comparisons fixed beforehand.",
        figure=drawn,
        table=Table(columns, rows, note, right=[3, 4, 5], wrap=True),
        sentence=" ".join(contrast_sentence(result, each) for each in found[:2]),
    )


def reader_or_search(result: ExperimentResult) -> Page:
    """Say of the questions whose right pages the search found what is lost to the others beside them; nothing without such arms."""
    rows, lost = [], []
    for found, gold in GIVEN_THE_RIGHT_PAGES.items():
        if {found, gold} <= set(result.arms):
            beside, alone = (result.share_where_found(arm, "fact") for arm in (found, gold))
            if beside.n:
                title = result.arms[found].title
                lost.append((alone.share - beside.share, title))
                shares = result.share(found, "fact"), beside, alone
                rows.append([title, *map(percent, shares), points(alone.share - beside.share)])
                number = beside.n
    if not rows:
        return Page("")
    columns = [
        "Arm",
        "All questions",
        "Right pages among those found",
        "Right pages alone",
        "Lost to the others beside",
    ]
    most, name = max(lost)
    words = (
        f"On the {number} questions whose right pages the search found, {name} loses {100 * most:.0f} points to the passages "
        "that stand beside them: that is the reader's loss, not the search's."
    )
    return joined(
        Table(columns, rows, "Is it the reader or the search? Facts right", right=[1, 2, 3, 4]), caption(words)
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


def arms_explained(result: ExperimentResult) -> Table:
    """List the arms of a run: what each is, which architecture it stands for, which of the client's scores it gives."""
    rows = [
        [arm.title, arm.meaning, arm_title(arm.stands_for), field_label(f"evidence.{arm.feeds}") if arm.feeds else "–"]
        for arm in result.record.arms
    ]
    columns = ["Arm of the experiment", "What it is", "Stands for", "Gives the client's"]
    return Table(columns, rows, "The arms of the experiment")


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
    return Table(columns, rows, f"The first search, passages brought: {result.record.retrieval.k}", right=range(1, 6))


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


def grades_table(result: ExperimentResult) -> Table:
    """List the graded measures of every arm, each a mean with its 95 % interval, and how surprised its model is."""
    perplexity = result.perplexity()["perplexity"]
    rows = []
    for id_, arm in result.arms.items():
        means = [result.mean(id_, grade) for grade in GRADES]
        cells = ["–" if isnan(m.mean) else f"{m.mean:.2f} ({m.low:.2f}–{m.high:.2f})" for m in means]
        rows.append([arm.title, *cells, f"{perplexity[id_]:.2f}" if id_ in perplexity else "–"])
    columns = ["Arm", *(words.partition(" (")[0].partition(":")[0] for words in GRADES.values()), "Perplexity"]
    title = "Graded measures, 0 to 1, higher is better; perplexity of the ideal answers, 1 is no surprise"
    return Table(columns, rows, title, right=range(1, len(columns)))


def measured_costs(result: ExperimentResult, client: ClientFile) -> Table:
    """Set each arm's tokens beside the client's prices: a thousand questions, and a thousand right answers.

    Tokens are those of the model that answered; tuned arms answer at the price of the client's tuned model. Where it
    requires citations, the right page must be cited too.

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
        read, written = (book[f"{role}.{kind}"].likely for kind in ("input", "output"))
        query = (row.prompt_tokens * read + row.answer_tokens * written) / 1e6
        share = result.share(row.Index, measure)
        right, low, high = (
            nan if isnan(each) else float(usd_per_correct_answer(query, each, correction_usd))
            for each in (share.share, share.high, share.low)
        )
        usd.append(right)
        upper = "no limit" if isinf(high) else money.text(1000 * high)
        rows.append(
            [
                arm.title,
                book.names[role],
                f"{row.prompt_tokens:,.0f}",
                f"{row.answer_tokens:,.0f}",
                money.text(1000 * query),
                "–" if isnan(share.share) else f"{100 * share.share:.0f} %",
                "no answer is right" if isinf(right) else "–" if isnan(right) else money.text(1000 * right),
                "–" if isinf(right) or isnan(right) else f"{money.text(1000 * low)} to {upper}",
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
    title = (
        f"What a right answer costs at list prices of {book.as_of:%d %B %Y}, by the tokens measured here{correction}"
    )
    order = sorted(range(len(rows)), key=lambda place: usd[place])
    return Table(columns, [rows[place] for place in order], title, right=range(2, len(columns)))


def so_for_client(result: ExperimentResult, client: ClientFile) -> Page:
    """Say what the run says about this client's own open questions, and the line that runs it on their data."""
    said = []
    for topic, asks, measure, kinds in TOPICS:
        arms = ["rag_few_shot", "lora", "lora_with_pages"] + ["few_shot"] * (measure == "style")
        shares = {
            arm: result.share(arm, measure, kinds)
            for arm in arms
            if asks(client) and arm in result.arms and set(kinds) <= set(result.kinds)
        }
        told = [f"{result.arms[arm].title} {percent(share)}" for arm, share in shares.items() if share.n]
        if told:
            said.append(Page("<strong>{}:</strong> {}.").format(topic, safe("; ".join(told))))
    line = "python -m lib experiment --documents DIR --questions FILE.csv --train FILE.jsonl --model NAME --client FILE --write-evidence"
    return joined(
        bullets(said) if said else Page("<p>The client states nothing yet that the run could speak to.</p>"),
        Page(
            "<p>On the client's own documents, questions and model (only such a run counts as evidence): <code>{}</code></p>"
        ).format(line),
    )


def gain_by_size(comparison: LiteratureComparison) -> Chart:
    """Draw what tuning adds to retrieval against the size of the model: published rows, and this run."""
    drawn = figure(400).add_hline(y=0, line={"color": MUTED, "width": 1})
    for name, with_pages, symbol in (
        ("tuned without pages", False, "triangle-up-open"),
        ("tuned with pages", True, "star"),
    ):
        some = [gain for gain in comparison.gains if gain.with_pages is with_pages]
        add_shares(
            drawn,
            [(gain.points / 100, gain.low / 100, gain.high / 100) for gain in some],
            [gain.parameters for gain in some],
            upright=True,
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": 11, "color": ARM["hybrid"].colour},
            hovertext=[f"{safe(gain.name)}: {gain.points:+.1f} points" for gain in some],
            hoverinfo="text",
        )
    drawn.update_xaxes(type="log", title_text="Parameters (billions)", tickvals=[0.1, 0.3, 1, 3, 10])
    rows = [
        [gain.name, f"{gain.parameters:g}", "with pages" if gain.with_pages else "without", f"{gain.points:+.1f}"]
        for gain in comparison.gains
    ]
    columns, sentences = ["Row", "Billion parameters", "Tuned", "Points"], literature_sentences(comparison)
    return Chart(
        id="gain-by-size",
        title="Points that tuning adds to retrieval, by size of the model",
        description="Scatter plot: points that a tuned model with retrieval gains over the untuned one, over the model's size.",
        figure=drawn,
        table=Table(columns, rows, "Tuned with RAG less untuned with RAG, facts right", right=[1, 3]),
        sentence=next((text for text in sentences if text.startswith(GAIN)), sentences[0]),
    )


def literature_page(comparison: LiteratureComparison) -> Page:
    """Say row by row and pair by pair how the run stands to the published ones, and test the papers' statements on it."""
    columns = ["Study", "Statement", "Here", "Why"]
    tested = [
        [each.statement["study"], each.statement["statement"], str(each.verdict), each.why]
        for each in comparison.statements
    ]
    title = "Statements of the papers, tested on this run (p after Holm's correction)"
    overall, *others = literature_sentences(comparison)
    pairs = [text for text in others if not text.startswith(GAIN)]
    return joined(
        caption(overall),
        folded("Row by row: who is right, here and in print", literature_table(comparison)),
        folded("Pair by pair", bullets(pairs)),
        Table(columns, tested, title, wrap=True),
        Page('<p class="muted">{}</p>').format(safe(NOTE)),
    )


def literature_table(comparison: LiteratureComparison) -> Table:
    """List the share of right answers of every arm: this run on top, then the published rows, smallest model first."""
    ours = {arm: share.share for arm, share in comparison.shares.items()}

    def cells(row: dict[str, float]) -> list[str]:
        return [f"{100 * row[arm]:.1f} %" if arm in row else "–" for arm in ours]

    rows = [[f"This run, {comparison.run}", *cells(ours), "–"]]
    for row in comparison.published:
        counts = comparison.counts(row)
        total = sum(counts.values())
        alike = f"{counts[Order.ALIKE]} of {total}" if total else "–"
        rows.append([f"{row.study}, {row.name} ({row.parameters:g} B, {row.grade})", *cells(row.shares), alike])
    columns = ["Row", *comparison.titles.values(), "Pairs ordered alike"]
    title = "Facts right; papers as printed (P primary text, S secondary source), smallest model first"
    return Table(columns, rows, title, right=range(1, len(columns)), strong=[0])


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


def _seconds(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}"
