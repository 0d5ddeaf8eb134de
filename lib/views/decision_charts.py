"""What each framework says of each arm, and what would change the answer, as charts."""

import textwrap

from lib.arms import ARMS
from lib.decision import Decision
from lib.decision.counterfactuals import Counterfactual
from lib.decision.result import Verdict
from lib.views.chart import ARM_COLOURS, INK, Chart, figure, plain_title, short_title
from lib.views.decision import change_ends, money_of, votes_words
from lib.views.field_words import field_label
from lib.views.markup import safe
from lib.views.money import Money
from lib.views.table import Table
from lib.wording import arm_title, probability, share

SCALE = [[0.0, "rgba(0,114,178,0)"], [1.0, "rgba(0,114,178,0.65)"]]
"""Clear enough that text can be read on every step, on a light and on a dark page."""


def _held(verdict: Verdict, arm: str) -> tuple[int, int]:
    """Count the rules that point to ``arm``: how many hold, of how many that could be answered."""
    rules = [rule for rule in verdict.trace if rule.points_to == arm and rule.holds is not None]
    return sum(bool(rule.holds) for rule in rules), len(rules)


def votes(decision: Decision) -> Chart:
    """Draw the frameworks' verdicts; a darker cell has more of its rules met, a tick marks the verdict."""
    verdicts = decision.frameworks
    heat, words = [], []
    for verdict in verdicts:
        counts = [_held(verdict, arm) for arm in ARMS]
        heat.append([round(held / asked, 3) if asked else 0.0 for held, asked in counts])
        words.append([_cell(verdict.says == arm, *count) for arm, count in zip(ARMS, counts, strict=True)])
    heat.append([round(decision.arms[arm].support or 0.0, 3) for arm in ARMS])
    words.append([share(decision.arms[arm].support or 0.0) for arm in ARMS])
    drawn = figure(400)
    drawn.add_heatmap(
        x=[_narrow(arm) for arm in ARMS],
        y=[*(verdict.id for verdict in verdicts), "<b>Agreeing</b>"],
        z=heat,
        text=words,
        texttemplate="%{text}",
        textfont={"color": INK},
        colorscale=SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
        hoverinfo="skip",
    )
    drawn.update_xaxes(side="top", showgrid=False, fixedrange=True)
    drawn.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True)
    drawn.update_layout(margin_b=10, margin_t=90)
    return Chart(
        id="votes",
        title="Verdicts, and how many of each framework's rules are met",
        description="Heat table of frameworks by architectures: the verdict of each framework and how many "
        "of its rules for each architecture are met.",
        figure=drawn,
        table=_votes_table(decision),
        sentence=votes_words(decision),
    )


def _narrow(arm: str) -> str:
    return short_title(arm).replace(" ", "<br>")


def _cell(chosen: bool, held: int, asked: int) -> str:
    counts = f"{held} of {asked}" if asked else ""
    return "<br>".join(filter(None, ["<b>✓ verdict</b>" if chosen else "", counts])) or "–"


def _votes_table(decision: Decision) -> Table:
    rows = []
    for verdict in decision.frameworks:
        counts = [_held(verdict, arm) for arm in ARMS]
        cells = [f"{held} of {asked} rules met" if asked else "no rule" for held, asked in counts]
        rows.append([verdict.id, _says(verdict), *cells])
    agreeing = [share(decision.arms[arm].support or 0.0) for arm in ARMS]
    rows.append(["Frameworks agreeing", "", *agreeing])
    return Table(["Framework", "Says", *map(arm_title, ARMS)], rows, "Verdicts and rules met")


def _says(verdict: Verdict) -> str:
    return arm_title(verdict.says) if verdict.says else "no answer"


SHOWN = 8


def change_words(change: Counterfactual, money: Money) -> str:
    """Write a change as ``0.2 → 0.7``, with the unit of its field."""
    return " → ".join(change_ends(change, money))


def counterfactual_chart(decision: Decision) -> Chart:
    """Draw how far each fact is from the value at which the recommendation changes (1 = its whole range)."""
    nearest, money = decision.counterfactuals[:SHOWN], money_of(decision)
    drawn = figure(150 + 46 * max(1, len(nearest)))
    labels = [_change_label(change) for change in nearest]
    for arm in dict.fromkeys(change.recommendation for change in nearest):
        rows = [(label, change) for label, change in zip(labels, nearest, strict=True) if change.recommendation == arm]
        drawn.add_bar(
            y=[label for label, _ in rows],
            x=[round(change.distance, 4) for _, change in rows],
            text=[safe(change_words(change, money)) for _, change in rows],
            textposition="outside",
            cliponaxis=False,
            name=f"to {plain_title(arm)}",
            orientation="h",
            marker={"color": ARM_COLOURS[arm]},
            hoverinfo="skip",
        )
    widest = max((change.distance for change in nearest), default=1.0)
    drawn.update_xaxes(
        title_text="Size of the change (1 = a thousandfold, or the whole scale)", range=[0, widest * 1.6]
    )
    drawn.update_yaxes(categoryorder="array", categoryarray=labels, autorange="reversed")
    drawn.update_layout(showlegend=True, legend_y=-0.35 if len(nearest) < 4 else -0.22, barmode="overlay")
    rows = [
        [
            field_label(change.field),
            change_words(change, money),
            arm_title(change.recommendation),
            f"{change.distance:.2f}",
        ]
        for change in decision.counterfactuals
    ]
    columns = ["Fact", "From → to", "Recommendation becomes", "Size of the change"]
    return Chart(
        id="flips",
        title="The smallest changes that would change the recommendation",
        description="Bar chart of the facts whose change alone would change the recommendation, smallest change first.",
        figure=drawn,
        table=Table(columns, rows, "Every single-fact change found", right=[3]),
        sentence=_nearest_sentence(decision),
    )


def _change_label(change: Counterfactual) -> str:
    return "<br>".join(textwrap.wrap(field_label(change.field), 24))


def _nearest_sentence(decision: Decision) -> str:
    stays = (
        f"When facts and thresholds move within their ranges, the recommendation stays in {probability(decision.stability)} "
        "of the cases"
    )
    if not decision.counterfactuals:
        return f"{stays}; no change of a single fact alone changes it."
    change = decision.counterfactuals[0]
    return (
        f"{stays}. The nearest single change: {field_label(change.field).lower()}, {change_words(change, money_of(decision))}, "
        f"would make it {plain_title(change.recommendation)}."
    )
