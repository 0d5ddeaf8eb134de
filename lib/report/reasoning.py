"""How the recommendation came about: steps, frameworks rule by rule, advice."""

from lib.report.case import Case
from lib.views.decision import trace, verdict_title
from lib.views.markup import Page, joined, render, safe


def steps(case: Case) -> Page:
    """Give the steps to the recommendation in their order, and every reason."""
    pairs = [(step.title.lstrip("0123456789 "), step.text) for step in case.decision.steps]
    return render("steps.html", steps=pairs, notes=case.decision.notes)


def frameworks(case: Case) -> Page:
    """Give the frameworks, each with all of its rules."""
    return joined(
        *(
            Page('<section class="framework"><h3>{}</h3>{}</section>').format(
                safe(verdict_title(verdict)), trace(verdict)
            )
            for verdict in case.decision.frameworks
        )
    )


def advice(case: Case) -> Page:
    """Give the advice for the recommended arm and the first step."""
    return render("advice.html", advice=case.decision.advice, first_step=case.decision.first_step)
