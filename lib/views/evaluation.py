"""What grading came to, as pages: shares with intervals, agreement, targets with alerts, history, the gate."""

import math

from lib.arms import ARM
from lib.client import ClientFile
from lib.client.quantity import likely
from lib.evaluation import agreement, alerts, gate, history, targets
from lib.evaluation.grading import VERDICTS, GradeBook, system_title
from lib.evaluation.store import Evaluation
from lib.views.chart import ARM_COLOURS, MUTED, Chart, add_shares, figure
from lib.views.markup import Page, bullets, caption, joined, safe
from lib.views.table import Table
from lib.wording import share

TITLES = {"correct": "Right", "right_page": "Right page named", "style": "In style", "refusal": "Refused rightly"}
ALMOST = ((0.8, "almost always"), (0.6, "mostly"), (0.4, "moderately"), (0.0, "hardly more than by chance"))


def shares_table(book: GradeBook) -> Table:
    """Show for each system the share of yes for each verdict, with its 95 % interval."""
    rows = []
    for system in book.sheet.systems:
        cells = []
        for verdict in VERDICTS:
            found = book.share(system, verdict)
            cells.append(f"{share(found.share)} ({share(found.low)} to {share(found.high)})" if found.n else "–")
        rows.append([system_title(system), str(book.share(system).n), *cells])
    columns = ["System", "Graded", *TITLES.values()]
    title = f"Share of yes with 95 % interval, as graded by {book.grader}" if book.grader else "Nothing is graded yet"
    return Table(columns, rows, title, right=(1,))


def shares_caption(evaluation: Evaluation, book: GradeBook) -> Page:
    """Say in words what the grades show so far."""
    example = " This is an invented example that shows how grading works; no figure of it is about a client."
    return caption(book.words() + (example if evaluation.is_example else ""))


def agreement_table(evaluation: Evaluation) -> Page | Table:
    """Show Cohen's kappa of every two graders, a judging model among them."""
    graders = list(evaluation.graders().items())
    rows = []
    for place, (first, ones) in enumerate(graders):
        for second, others in graders[place + 1 :]:
            kappa, both = agreement(ones, others)
            known = not math.isnan(kappa)
            words = next(words for least, words in ALMOST if kappa >= least or least == 0.0) if known else "not known"
            rows.append([f"{first} and {second}", str(both), f"{kappa:.2f}" if known else "–", words])
    if not rows:
        return caption("One grader so far. A second one who grades the same answers shows how far the grades hold.")
    return Table(
        ["Graders", "Answers both graded", "Cohen's kappa", "They agree"], rows, "How far graders agree", right=(1, 2)
    )


def measured(book: GradeBook, client: ClientFile) -> dict[str, float]:
    """Collect what has a target: the best system's share right, and the retrieval precision that was measured."""
    shares = [book.share(system).share for system in book.sheet.systems if book.share(system).n]
    found = {"correct": max(shares)} if shares else {}
    precision = likely(client.evidence.retrieval_precision)
    return found | ({} if precision is None else {"precision_at_k": precision})


def targets_table(values: dict[str, float]) -> Page:
    """Set what is measured beside the target ranges, with an alert where one is missed."""
    rows = [
        [
            target.title,
            f"{share(target.low)} to {share(target.high)}",
            share(values[name]) if name in values else "not measured",
            target.standing(values[name]) if name in values else "–",
        ]
        for name, target in targets().items()
    ]
    missed = alerts(values)
    told = (
        Page('<div class="problem" role="alert"><strong>Missed:</strong>{}</div>').format(
            bullets(a.words for a in missed)
        )
        if missed
        else caption("No target that was measured is missed.")
    )
    table = Table(
        ["Measure", "Target", "Measured", "Standing"],
        rows,
        "Measures against the targets of which-approach",
        right=(1, 2),
    )
    return joined(told, table)


def history_chart(named: list[Evaluation]) -> Chart:
    """Draw the share right of each system over the evaluations, with intervals."""
    frame = history({f"{each.name}, {name}": grades for each in named for name, grades in each.graders().items()})
    drawn = figure(340)
    for system, rows in frame.groupby("system", sort=False):
        arm = ARM.get(system)
        add_shares(
            drawn,
            list(rows[["share", "low", "high"]].itertuples(index=False)),
            list(rows["evaluation"]),
            upright=True,
            name=system_title(system),
            mode="markers+lines",
            line={"color": ARM_COLOURS.get(system, MUTED), "dash": arm.dash if arm else "solid"},
            marker={"size": 9, "symbol": arm.symbol if arm else "circle"},
        )
    drawn.update_yaxes(title_text="Right, in % (95 % interval)", range=[0, 104])
    drawn.update_xaxes(type="category")
    rows = [
        [
            row.evaluation,
            system_title(row.system),
            row.at[:10],
            str(row.n),
            share(row.share),
            f"{share(row.low)} to {share(row.high)}",
        ]
        for row in frame.itertuples()
    ]
    columns = ["Evaluation", "System", "Day", "Graded", "Right", "95 % interval"]
    return Chart(
        id="history",
        title="Share right over the evaluations",
        description="Line chart of the share of right answers of each system in each evaluation, with 95 % intervals.",
        figure=drawn,
        table=Table(columns, rows, "Every evaluation", right=(3, 4, 5)),
        sentence=f"{len(rows)} measurements; an interval that reaches over another's middle tells no difference.",
    )


def gate_words(book: GradeBook, client: ClientFile) -> Page:
    """Answer in words: is there a measured gap that retrieval and prompting do not close?"""
    right = {system: book.share(system).share for system in book.sheet.systems if book.share(system).n}
    questions = min((book.share(system).n for system in right), default=0)
    return caption(gate(right, questions, float(likely(client.evidence.target_score))))


def grading_summary(book: GradeBook) -> Page:
    """Say while somebody grades how far it is and what shows; names no system, so that grading stays blind."""
    done = sum(grade.correct is not None for grade in book.grades.values())
    yes = sum(bool(grade.correct) for grade in book.grades.values())
    words = f"{done} of {len(book.sheet.answers)} answers graded"
    if done:
        from lib.stats import wilson

        low, high = wilson(yes, done)
        words += f"; {share(yes / done)} right over all systems (95 % interval {share(low)} to {share(high)})"
    if len(book.sheet.systems) > 1:
        words += f"; {book.more_needed()} more questions tell two systems 10 points apart"
    return Page("<p>{}.</p>").format(safe(words))
