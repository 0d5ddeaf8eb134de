"""What each framework says of each arm, as a heat table."""

from lib.arms import ARMS
from lib.charts.arm_labels import plain_title
from lib.charts.chart import Chart
from lib.charts.palette import INK, figure
from lib.charts.table import Table
from lib.decision import Decision
from lib.decision.result import Verdict
from lib.wording import arm_title, counted, listed, share

SCALE = [[0.0, "#FFFFFF"], [0.5, "#BFD9EA"], [1.0, "#5B9FC9"]]
"""Light enough that dark text can be read on every step."""


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
        description=f"Heat table of {counted(len(verdicts))} frameworks by {counted(len(ARMS))} architectures: the verdict of each framework and how many "
        "of its rules for each architecture are met.",
        figure=drawn,
        table=_table(decision),
        sentence=_sentence(decision),
    )


def _narrow(arm: str) -> str:
    return arm_title(arm).replace(" (fine-tuning + RAG)", "").replace(" ", "<br>")


def _cell(chosen: bool, held: int, asked: int) -> str:
    counts = f"{held} of {asked}" if asked else ""
    return f"<b>✓ verdict</b><br>{counts}" if chosen else counts or "–"


def _table(decision: Decision) -> Table:
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


def _sentence(decision: Decision) -> str:
    groups: dict[str | None, list[str]] = {}
    for verdict in decision.frameworks:
        groups.setdefault(verdict.says, []).append(verdict.id)
    silent = groups.pop(None, [])
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), ARMS.index(item[0])))
    clauses = [
        f"{len(names)} of {len(decision.frameworks)} frameworks answer {plain_title(arm)} ({listed(names)})"
        for arm, names in ranked
    ]
    if silent:
        verb = "abstains" if len(silent) == 1 else "abstain"
        clauses.append(
            f"{listed(silent)} {verb}, because none of {'its' if len(silent) == 1 else 'their'} rules applies"
        )
    return "; ".join(clauses) + "."
