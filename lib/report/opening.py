"""The cover and the two pages for whoever signs."""

from lib.arms import ARM
from lib.report.case import Case, report_title
from lib.report.logo import logo_uri
from lib.views import cost_tables as tables
from lib.views.field_words import field_label
from lib.views.markup import Page, bullets, caption, joined, render
from lib.views.table import Table
from lib.wording import arm_title, months_words, probability, share

UNDECIDED_WORDS = {
    "facts": "Facts are missing without which no answer holds. Until they are known, the figures are those of {}.",
    "limits": "Nothing that closes the gaps stays within the limits. The figures are those of {}, to start from.",
}


def cover(case: Case) -> Page:
    """Say title, client, date and state of the report."""
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


def decision_page(case: Case) -> Page:
    """Fill the first page for whoever signs: recommendation, money with its range, why, and what to know."""
    return render(
        "decision.html", decision=case.decision, meaning=meaning(case), cards=cards(case), issues=warnings(case)
    )


def meaning(case: Case) -> str:
    """Say what the recommended option is, or why there is none and whose figures are shown."""
    decision = case.decision
    if decision.recommendation in ARM:
        words = f"{ARM[decision.recommendation].meaning}."
        return words[0].upper() + words[1:]
    return UNDECIDED_WORDS[decision.undecided_because or "limits"].format(arm_title(case.planned))


def warnings(case: Case) -> list[str]:
    """List everything that the decision warns of."""
    return [*(issue.text for issue in case.decision.open_issues), *case.decision.notes]


def to_decide(case: Case) -> Page:
    """Fill the second page: today, recommended and planned side by side; what to decide now, ask and sign."""
    decision, overview, money = case.decision, case.overview, case.money
    questions = [
        [field_label(question.field), question.why, ", ".join(map(arm_title, question.could_change_to)) or "–"]
        for question in decision.ask_next[:5]
    ]
    ask = Table(["Fact", "Why it matters", "Could change the answer to"], questions, "What to find out next")
    return joined(
        Page("<h3>Today, recommended and planned</h3>"),
        tables.business_case(overview, decision, money),
        caption(_payback_words(case)),
        Page("<h3>The decision asked for</h3>"),
        bullets(first_decisions(case), ordered=True),
        ask if questions else "",
        render("signature.html", roles=["For the client", "For the architects"]),
    )


def first_decisions(case: Case) -> list[str]:
    """Say what is to be spent and begun now, up to the first gate; later gates stand in the plan."""
    low, high = case.roadmap.weeks
    setup = case.money.with_range(case.overview.figure("setup_usd", case.planned))
    first = f"The first step: {case.decision.first_step}"
    if case.recommended is None:
        start = (
            f"{arm_title(case.planned)}, to start from, would take {setup} and {low:.0f} to {high:.0f} weeks to set up."
        )
        return [first, f"Nothing is to be spent yet. {start}"]
    bills = float(case.costs.setup_usd[case.planned]) - case.roadmap.usd
    vendors = f" ({case.money.text(bills)} of it to vendors)" if bills >= 1 else ""
    dates = f", {case.roadmap.dates(0, case.roadmap.steps[-1].ends[1])}" if case.roadmap.start else ""
    spend = f"Whether to spend {setup} on set-up{vendors}, over {low:.0f} to {high:.0f} weeks{dates}."
    return [spend, first, *(gate.words for gate in case.roadmap.gates[:1])]


def cards(case: Case) -> list[tuple[str, str, str]]:
    """List the figures of the first page: what it is, the figure, what it means."""
    decision, money, overview, arm = case.decision, case.money, case.overview, case.planned
    result = decision.arms[arm]
    whole, setup, monthly = (overview.figure(name, arm) for name in ("horizon_usd", "setup_usd", "monthly_usd"))

    def between(found) -> str:
        return f"eight of ten draws: {money.text(found.p10)} to {money.text(found.p90)}"

    found = [
        (f"Total over {months_words(overview.months)}", money.text(whole.expected), between(whole)),
        ("Set-up, once", money.text(setup.expected), between(setup)),
        (
            "A month",
            money.text(monthly.expected),
            f"{between(monthly)}; {money.text(result.monthly_bill_usd)} of it paid to vendors",
        ),
    ]
    found += [
        (f"Within the {field_label(path).lower()}", probability(chance), "chance, as share of the draws")
        for path, chance in overview.chances(arm).items()
    ]
    found.append(
        (
            "Stability",
            probability(decision.stability),
            f"of simulated variations {'keep this answer' if case.recommended else 'agree on one answer'}",
        )
    )
    record = decision.track_record
    if record:
        note = (
            f"published cases like this one answered right; 95 % interval {share(record.low)} to {share(record.high)}"
        )
        found.append(("Track record", f"{record.right} of {record.of}", note))
    seconds = f"complete after {result.p95_latency_ms / 1000:.1f} s, in 95 of 100 cases"
    found.append(("Answer begins after", f"{result.first_token_ms / 1000:.1f} s", seconds))
    return found


def _payback_words(case: Case) -> str:
    business, overview = case.overview.business, case.overview
    if not business.has_benefit:
        return (
            "No benefit is stated (what runs today costs, or the time that a right answer saves and whose), so nothing "
            "can pay for itself on this page."
        )
    paid, net = business.payback(case.planned), business.net(case.planned, overview.months)
    span, title = months_words(overview.months), arm_title(case.planned)
    within = paid.expected <= overview.months
    words = (
        f"{title} pays for itself after {paid.expected:.1f} months"
        if within
        else f"{title} does not pay for itself within {span}"
    )
    if net.expected < 0:
        return f"{words}: in that time it is expected to cost {case.money.text(-net.expected)} more than it brings."
    return f"{words}; over {span} it is expected to bring {case.money.with_range(net)}, all costs paid."
