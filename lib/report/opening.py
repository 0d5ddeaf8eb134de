"""The first page: cover and executive summary."""

from lib.arms import ARM, ARMS
from lib.report.case import Case, report_title
from lib.report.logo import logo_uri
from lib.views.decision_charts import flip_chart
from lib.views.markup import Page, render
from lib.views.table import Table
from lib.wording import arm_title, counted, probability, share


def cover(case: Case) -> Page:
    """Give title, client, date and state of the report."""
    stated = {
        "Client": case.client.client.name,
        "Date": case.date,
        "Prepared by": case.client.report.prepared_by,
        "Status": case.client.report.status,
    }
    return render(
        "cover.html",
        title=report_title(case.client),
        stated={label: value for label, value in stated.items() if value},
        confidential=bool(case.client.report.confidential),
        logo=logo_uri(case.client.report.logo, case.folder),
        colour=case.client.report.colour,
    )


def summary(case: Case) -> Page:
    """Give the executive summary, which fits one page."""
    decision = case.decision
    result = decision.arms[case.recommended] if case.recommended else None
    return render(
        "summary.html",
        decision=decision,
        recommended=case.recommended,
        meaning=ARM[decision.recommendation].meaning
        if case.recommended
        else "no architecture passes every condition yet",
        cards=_cards(case, result),
        reasons=decision.reasons[:3],
        comparison=comparison(case),
        flip=flip_chart(decision).sentence,
    )


def comparison(case: Case) -> Table:
    """Give the architectures side by side."""
    rows = [
        [
            arm_title(arm),
            "yes" if result.feasible else "no",
            case.money.text(result.setup_usd),
            case.money.text(result.monthly_usd),
            case.money.text(1000 * result.usd_per_query),
            f"{result.p95_latency_ms / 1000:.1f} s",
            share(result.support) if result.support is not None else "–",
        ]
        for arm, result in case.decision.arms.items()
    ]
    columns = [
        "Architecture",
        "Possible",
        "Set-up",
        "A month",
        "1,000 queries, all in",
        "Whole answer",
        "Frameworks for it",
    ]
    strong = [place for place, arm in enumerate(case.decision.arms) if arm == case.recommended]
    caption = f"The {counted(len(ARMS))} architectures side by side; the whole answer is there within this time in 95 of 100 cases"
    return Table(columns, rows, caption, right=range(2, 7), strong=strong)


def _cards(case: Case, result) -> list[tuple[str, str, str]]:
    decision, money = case.decision, case.money
    voting = sum(verdict.says is not None for verdict in decision.frameworks)
    agreeing = sum(verdict.says == decision.recommendation for verdict in decision.frameworks)
    agreement = (
        "Guides agreeing",
        f"{agreeing} of {voting}",
        f"{len(decision.frameworks) - voting} abstain" if voting < len(decision.frameworks) else "all gave an answer",
    )
    cards = [
        (
            "Stability",
            probability(decision.stability),
            "of the simulated variations of what is not known; not the chance that the project succeeds",
        ),
    ]
    if result:
        months = round(float(case.costs.horizon_months))
        whole = result.ranges["horizon_usd"]
        cards += [
            agreement,
            ("Set-up, once", money.text(result.setup_usd), "mostly labour" if _mostly_labour(case) else "mostly bills"),
            (
                "Running, a month",
                money.text(result.monthly_usd),
                f"{money.text(result.monthly_bill_usd)} of it bills, the rest labour",
            ),
            (
                f"Over {months} months",
                money.text(result.horizon_usd),
                f"in eight of ten draws between {money.text(whole.p10)} and {money.text(whole.p90)}",
            ),
            (
                "Answer begins after",
                f"{result.first_token_ms / 1000:.1f} s",
                f"complete after {result.p95_latency_ms / 1000:.1f} s, in 95 of 100 cases",
            ),
        ]
    return cards


def _mostly_labour(case: Case) -> bool:
    arm = case.recommended
    return float(case.costs.setup_labour_usd[arm]) * 2 >= float(case.costs.setup_usd[arm])
