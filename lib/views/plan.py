"""The plan as pages: steps over time, gates, what to collect, when to retrain, what to tick off."""

from lib.arms import ARM
from lib.client import ClientFile
from lib.client.quantity import likely
from lib.decision import Decision
from lib.plan import Checklist, IndustryNote, Roadmap
from lib.plan.roadmap import WORKING_DAYS_A_WEEK, PlannedStep
from lib.views.chart import CLEAR, INK, WARNING, Chart, figure, pale, wrapped
from lib.views.markup import Page, bullets, caption, joined, safe, with_note
from lib.views.money import DOLLARS, Money
from lib.views.table import Table
from lib.wording import arm_title, counted, listed, number


def plan_summary(roadmap: Roadmap, money: Money = DOLLARS) -> Page:
    """Show the plan in five figures: time, work, cost, questions to grade, examples to collect."""
    low, high = roadmap.weeks
    cards = [
        ("Architecture", arm_title(roadmap.arm)),
        ("Time", f"{low:.0f} to {high:.0f} weeks"),
        ("Work", f"{number(round(roadmap.hours))} hours"),
        ("Cost of that work, expected", money.text(roadmap.usd)),
        ("Questions still to grade", number(roadmap.questions_to_grade)),
    ]
    inside = Page("").join(Page("<div><dt>{}</dt><dd>{}</dd></div>").format(safe(k), safe(v)) for k, v in cards)
    return Page('<dl class="cards">{}</dl>').format(inside)


def gantt(roadmap: Roadmap, deadline_weeks: float | None = None) -> Chart:
    """Draw the steps over the weeks: the middle estimate, the span from short to long, gates, the date to meet."""
    steps, colour = roadmap.steps, ARM[roadmap.arm].colour
    drawn = figure(110 + 34 * len(steps))
    labels = [wrapped(f"{place}. {step.title}", 30) for place, step in enumerate(steps, 1)]
    spans, middles = [_span(step) for step in steps], [_middle(step) for step in steps]
    for ends, fill, width, name in (
        (spans, pale(colour), 0.75, "from the shortest to the longest"),
        (middles, colour, 0.42, "middle of the range"),
    ):
        drawn.add_bar(
            y=labels,
            base=[round(begin, 3) for begin, _ in ends],
            x=[round(end - begin, 3) for begin, end in ends],
            orientation="h",
            name=name,
            marker={"color": fill, "line": {"width": 0}},
            width=width,
            hoverinfo="skip",
        )
    gated = [place for place, step in enumerate(steps) if step.gate]
    drawn.add_scatter(
        x=[round(middles[place][1], 3) for place in gated],
        y=[labels[place] for place in gated],
        mode="markers",
        name="gate: measure before going on",
        marker={"symbol": "diamond", "size": 13, "color": CLEAR, "line": {"color": INK, "width": 2}},
        hoverinfo="skip",
    )
    for above, (weeks, words) in enumerate(((deadline_weeks, "to be live"), (roadmap.planned_weeks, "own plan"))):
        if weeks is not None:
            # One above the other, to the left: the lines may stand close together, and at the edge.
            place = {"xanchor": "right", "yanchor": "bottom", "yshift": 13 * above}
            line = {"color": WARNING, "dash": "dash", "width": 1.5}
            drawn.add_vline(x=weeks, line=line, annotation={"text": words, **place})
    latest = max(roadmap.weeks[1], deadline_weeks or 0.0, roadmap.planned_weeks or 0.0)
    drawn.update_xaxes(title_text="Weeks from the start", range=[0, latest * 1.03], fixedrange=True)
    drawn.update_yaxes(autorange="reversed", fixedrange=True, categoryorder="array", categoryarray=labels)
    drawn.update_layout(barmode="overlay")
    rows = [
        [
            with_note(step.title, step.gate.words) if step.gate else step.title,
            *(f"{week:.1f}" for week in (span[0], *middle, span[1])),
        ]
        for step, span, middle in zip(steps, spans, middles, strict=True)
    ]
    columns = ["Step", "Earliest start", "Start", "End", "Latest end"]
    return Chart(
        id="plan",
        title=f"The way to {arm_title(roadmap.arm)}",
        description=f"Gantt chart of {len(steps)} steps over {latest:.0f} weeks, with the gates between them.",
        figure=drawn,
        table=Table(columns, rows, "Weeks from the start", right=(1, 2, 3, 4)),
        sentence=_sentence(roadmap, deadline_weeks),
    )


def steps_table(roadmap: Roadmap, money: Money = DOLLARS) -> Table:
    """List the steps: what each leaves behind, who does it, how long it takes by whom, and what it costs."""
    rows = [
        [
            f"{place}. {step.title}",
            step.result,
            step.people,
            _days(*step.days),
            number(round(step.hours)) if step.hours else "–",
            money.text(step.usd) if step.usd else "–",
            roadmap.dates(step.begins[0], step.ends[1]),
        ]
        for place, step in enumerate(roadmap.steps, 1)
    ]
    ends = roadmap.steps[-1].ends
    sums = [_days(*ends), number(round(roadmap.hours)), money.text(roadmap.usd), roadmap.dates(0, ends[1])]
    rows.append(["All", "", "", *sums])
    columns = ["Step", "What it leaves behind", "Who", "Working days", "Hours", "Cost", "Earliest start to latest end"]
    shown = len(columns) - (roadmap.start is None)
    title = "Steps in order; a dash: its work is counted in another step"
    return Table(columns[:shown], [row[:shown] for row in rows], title, right=(3, 4, 5), strong=[len(rows) - 1])


def sources_table(roadmap: Roadmap) -> Table:
    """Say for each step who states how long it takes."""
    rows = [[step.title, step.source] for step in roadmap.steps]
    return Table(["Step", "Days from"], rows, "Where the days come from")


def gates_table(roadmap: Roadmap) -> Table:
    """List the gates: after which step, what must have been measured."""
    titles = {step.id: step.title for step in roadmap.steps}
    rows = [[titles[gate.after], gate.words] for gate in roadmap.gates]
    return Table(["After", "Gate"], rows, "What must be measured before the plan goes on")


def collection_table(roadmap: Roadmap) -> Table:
    """Say what has to be collected: graded questions, and examples where something is trained."""
    rows = [["Questions with graded answers", f"{roadmap.questions_to_grade} more", "before anything is built"]]
    if roadmap.examples_to_collect is not None:
        low, usual, high = roadmap.examples_to_collect
        many = (
            f"{number(usual)} more ({number(low)} at least, {number(high)} to be safe)"
            if high
            else "those there are enough"
        )
        when = "before training; none of them, nor a rewording, among the graded questions"
        rows.append(["Labelled examples to train on", many, when])
    return Table(["What", "How many", "When"], rows, "Data to collect")


def retraining(roadmap: Roadmap, horizon: int) -> Page:
    """Say in which months of the horizon the model is trained anew."""
    months = roadmap.retraining_months(horizon)
    if not roadmap.retrainings_a_year:
        words = "Nothing is trained, so nothing has to be trained again."
    elif not months:
        words = f"No training falls due again within {horizon} months."
    elif len(months) >= horizon:
        a_month = roadmap.retrainings_a_year / 12
        often = "every month" if a_month <= 1.5 else f"about {a_month:.0f} times a month"
        words = f"The model is trained again {often}, because what it holds changes that often."
    else:
        words = f"The model is trained again in month {listed([str(month) for month in months])}."
    return caption(words)


def checklist_page(checklist: Checklist) -> Page:
    """List the pitfalls with those ticked that are behind."""
    if not checklist.items:
        return caption("This architecture has no pitfalls of its own on the list.")
    rows = [("✓ " if item.id in checklist.done else "☐ ") + item.text for item in checklist.items]
    ticked = counted(len(checklist.items) - len(checklist.open)).replace("no", "none").capitalize()
    return joined(
        Page('<div class="ticks">{}</div>').format(bullets(rows)),
        caption(f"{ticked} of {len(checklist.items)} ticked."),
    )


def industry_page(note: IndustryNote | None, decision: Decision) -> Page:
    """Say what the articles say of the client's industry, and whether it agrees."""
    if note is None:
        return caption("The articles have no note on this industry.")
    arm = decision.recommendation
    same = "which is also what the facts lead to" if note.says == arm else f"the facts here lead to {arm_title(arm)}"
    rows = [["What it needs", note.need], ["What is usual", note.usual], ["To bear in mind", note.mind]]
    return joined(
        Table(
            ["What", note.id.replace("-", " ").replace("_", " ").capitalize()],
            rows,
            "What one of the articles says of this industry",
        ),
        caption(f"That usual way comes to {arm_title(note.says)}; {same}."),
    )


def own_plan(roadmap: Roadmap, decision: Decision, client: ClientFile, money: Money = DOLLARS) -> Page | Table:
    """Set the client's own plan beside the recommended way."""
    if roadmap.planned_arm is None:
        return caption("The client has stated no plan of its own.")
    low, high = roadmap.weeks
    mine, theirs = decision.arms[roadmap.arm], decision.arms[roadmap.planned_arm]
    stated = roadmap.planned_weeks
    rows = [
        ["Architecture", arm_title(roadmap.arm), arm_title(roadmap.planned_arm)],
        [
            "Time",
            f"{low:.0f} to {high:.0f} weeks",
            "not stated" if stated is None else f"{number(stated)} weeks, as stated",
        ],
        ["Set-up, expected", money.text(mine.setup_usd), money.text(theirs.setup_usd)],
        ["A month, expected", money.text(mine.monthly_usd), money.text(theirs.monthly_usd)],
        [
            f"Over {number(likely(client.money.horizon_months))} months",
            money.text(mine.horizon_usd),
            money.text(theirs.horizon_usd),
        ],
        ["Possible", *("no, ruled out" if found.blockers else "yes" for found in (mine, theirs))],
    ]
    return Table(
        ["What", "Recommended way", "Own plan"], rows, "The client's own plan beside ours", right=(), chosen=(1,)
    )


def _span(step: PlannedStep) -> tuple[float, float]:
    return step.begins[0] / WORKING_DAYS_A_WEEK, step.ends[1] / WORKING_DAYS_A_WEEK


def _middle(step: PlannedStep) -> tuple[float, float]:
    return sum(step.begins) / 2 / WORKING_DAYS_A_WEEK, sum(step.ends) / 2 / WORKING_DAYS_A_WEEK


def _days(low: float, high: float) -> str:
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def _sentence(roadmap: Roadmap, deadline: float | None) -> str:
    low, high = roadmap.weeks
    words = (
        f"{len(roadmap.steps)} steps take {low:.0f} to {high:.0f} weeks one after another; {counted(len(roadmap.gates))} "
        f"{'gate decides' if len(roadmap.gates) == 1 else 'gates decide'} whether the next step begins."
    )
    if deadline is None:
        return words
    if high <= deadline:
        return f"{words} It must be live in {number(deadline)} weeks, which leaves {deadline - high:.0f} at least."
    if low <= deadline:
        return f"{words} It must be live in {number(deadline)} weeks: possible only where steps take their short time."
    return f"{words} It must be live in {number(deadline)} weeks, and even the short way takes longer."
