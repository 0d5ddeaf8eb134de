"""The sections of the report in their order, as the notebook calls them: first for those who decide, then appendices."""

from lib.arms import ARM, ARMS
from lib.articles import articles
from lib.claims import audit
from lib.client import ClientFile
from lib.client.facts import field_specs
from lib.client.quantity import Range, likely
from lib.costs import tornado
from lib.plan import checklist, industry_note
from lib.report.case import Case
from lib.views import cost_charts, latency
from lib.views import cost_tables as tables
from lib.views import decision as view
from lib.views import plan as planning
from lib.views.architecture import architecture as drawn_architecture
from lib.views.chart import Chart, short_title
from lib.views.field_words import default_of, field_label, section_title, value_words
from lib.views.glossary import glossary as words
from lib.views.markup import Page, bullets, caption, joined, safe
from lib.views.money import DOLLARS, Money
from lib.views.prices import own_rows
from lib.views.table import Table
from lib.wording import arm_title, counted, months_words, probability

OWN_MODEL = "an open model on own GPUs"
WORTH_CHECKING = 5
KNOWN = {
    "nothing": "none has been graded",
    "anecdote": "a share of right answers that too few graded questions stand behind",
    "measured": "enough of them have been graded, and the target is not surely reached",
    "proven": "enough of them have been graded, and the target is reached by more than chance",
}


def why_not(case: Case) -> Page:
    """Say what stays within the limits, and of every other option why not; what speaks for ours stands on the first page."""
    limits = next(step.text for step in case.decision.steps if "Limits" in step.title)
    others = [arm for arm in ARMS if arm != case.recommended]
    words = [Page("<strong>{}.</strong> {}").format(safe(arm_title(arm)), safe(_why_not(case, arm))) for arm in others]
    return joined(Page("<p>{}</p>").format(safe(limits)), bullets(words))


def _why_not(case: Case, arm: str) -> str:
    result, months = case.decision.arms[arm], months_words(case.overview.months)
    parts = []
    if result.blockers:
        parts.append("Ruled out: " + "; ".join(blocker.text for blocker in result.blockers))
    if result.limits_missed:
        parts.append("Beyond a limit: " + "; ".join(blocker.text for blocker in result.limits_missed))
    if not result.closes_gaps:
        parts.append("It leaves open what answers need" if parts else "Possible, but it leaves open what answers need")
    cost = case.overview.figure("horizon_usd", arm)
    apart = result.horizon_usd - case.decision.arms[case.planned].horizon_usd
    more = f"{case.money.text(abs(apart))} {'more' if apart >= 0 else 'less'} than {short_title(case.planned)}"
    money = f"{case.money.with_range(cost)} over {months}" + ("" if arm == case.planned else f", {more}")
    return ". ".join([*(parts or ["Possible"]), f"Expected to cost {money}."])


def charts_of_costs(case: Case) -> list[Chart]:
    """Draw how uncertain the total is, what it is spent on, and what drives the difference to the next best."""
    estimates, money, arm = case.overview.estimates, case.money, case.planned
    passing = [each for each in ARMS if each != arm and case.decision.arms[each].passes]
    other = case.decision.runner_up if case.decision.runner_up in passing else next(iter(passing), None)
    charts = [
        cost_charts.money_spent(estimates, arm, other, case.ruled_out, money, case.mark),
        cost_charts.cost_bars(case.costs, arm, case.ruled_out, money, case.mark),
    ]
    if other:
        apart = float(case.costs.horizon_usd[other] - case.costs.horizon_usd[arm])
        charts.append(cost_charts.tornado_chart(tornado(estimates, other, arm), apart, other, arm, money))
    return charts


def cost_tables(case: Case) -> Page:
    """Set out totals, chances of staying within budgets, and what is not included."""
    overview, money = case.overview, case.money
    limits = [tables.budgets(overview, money)] if overview.budgets() else []
    notes = (
        Page('<p class="muted">{}</p>').format(safe(note))
        for note in overview.notes()
        if note not in case.decision.notes
    )
    return joined(view.costs_table(case.decision), *limits, *notes, tables.not_included())


def components(case: Case) -> Page:
    """Set out every component of every option, and how each is computed."""
    kinds = (tables.components(case.costs, kind, case.money) for kind in ("setup", "monthly"))
    return joined(*kinds, tables.formulas(case.costs, case.money))


def business(case: Case) -> Page:
    """Say what the business case rests and turns on, where options cost the same, and what a right answer costs."""
    overview, money, arm = case.overview, case.money, case.planned
    turns = tables.sensitivity(overview.business.sensitivity(arm), money) if overview.business.has_benefit else ""
    return joined(
        tables.business_assumptions(overview, money),
        caption(tables.business_sum(overview, arm, money)) if turns else "",
        turns,
        tables.turning_points(overview, arm, money),
    )


def answer_time(case: Case) -> Chart:
    """Draw how long an answer takes."""
    limit, streaming = float(case.facts["latency.p95_ms"]), bool(case.facts.truth("latency.streaming"))
    return latency.answer_time(case.latency, limit, streaming, case.planned, case.ruled_out, case.mark)


def architecture(case: Case) -> Page:
    """Draw the architecture that is recommended or to start from, and say how to build it."""
    return joined(drawn_architecture(case.planned, _names(case)), view.advice(case.decision))


def _names(case: Case) -> dict[str, str]:
    names = dict(case.book.names)
    if case.in_house:
        names |= {"base_model": OWN_MODEL, "tuned_model": OWN_MODEL, "embedding_model": "a local embedding model"}
        names["vector_store"] = names["vector_store" if case.book.store_is_in_house else "vector_store_in_house"]
    return names


def plan_chart(case: Case) -> Chart:
    """Draw the steps over the weeks."""
    weeks = case.client.delivery.weeks
    return planning.gantt(case.roadmap, None if weeks is None else float(likely(weeks)))


def plan_pages(case: Case) -> Page:
    """Set out steps, gates, data to collect, when to train again, pitfalls, and the note on the industry."""
    plan, money, note = case.roadmap, case.money, industry_note(case.client)
    setup = float(case.costs.setup_usd[case.planned])
    return joined(
        planning.steps_table(plan, money),
        caption(
            f"The work of all steps is the set-up of {money.text(setup)}."
            if setup - plan.usd < 0.005
            else f"The work of all steps is expected to cost {money.text(plan.usd)}; with {money.text(setup - plan.usd)} paid "
            f"to vendors it is the set-up of {money.text(setup)}."
        ),
        planning.gates_table(plan),
        planning.collection_table(plan),
        planning.retraining(plan, case.overview.months),
        planning.own_plan(plan, case.decision, case.client, money) if plan.planned_arm else "",
        Page("<h3>Risks and pitfalls</h3>"),
        planning.checklist_page(checklist(case.client, case.planned, case.overview.estimates.planned)),
        planning.industry_page(note, case.decision) if note else "",
    )


def assumptions(case: Case) -> Table:
    """List the inputs most worth checking, with the value at which the answer changes."""
    plausible = [change for change in case.decision.counterfactuals if change.plausible]
    nearest = sorted(plausible, key=lambda change: (not change.assumed, change.distance))
    rows = [
        [
            field_label(change.field),
            *view.change_ends(change, case.money),
            arm_title(change.recommendation),
            field_specs()[change.field].help,
        ]
        for change in nearest[:WORTH_CHECKING]
    ]
    title = (
        f"The {counted(len(rows))} assumptions most worth checking" if rows else "The assumptions most worth checking"
    )
    rows = rows or [["No single input", "–", "–", "changes the answer within what is plausible", "–"]]
    return Table(["Input", "Taken here", "The answer changes at", "to", "What it means"], rows, title)


def trust(case: Case) -> Page:
    """Say how far to trust the recommendation: stability, track record, evidence, what the articles' figures are worth."""
    decision, counts = case.decision, audit().counts()
    lines = [
        f"{'The recommendation' if case.recommended else 'The likeliest answer'} holds in {probability(decision.stability)} "
        "of the simulated variations, in which everything that is not answered, every price and every effort moves.",
        view.track_record_words(decision),
        f"{view.answered_words(decision)}.",
        f"What is known of this client's own answers: {decision.evidence.why.rstrip('.') or KNOWN[decision.evidence.level]}.",
        f"Of {sum(counts.values())} figures in the articles behind the guides {counts['reproduces']} hold up when they are "
        "recomputed. None of them is used for a cost here: costs come from dated prices, hours are ranges, and the "
        "guides' limits are varied in the simulation.",
    ]
    return bullets(filter(None, lines))


def protection(case: Case) -> Page:
    """Say where data goes, and what has to be settled about it."""
    names, arm, outside = _names(case), ARM[case.planned], not case.in_house
    model = names["tuned_model" if arm.trained else "base_model"]
    said = {
        "Questions, documents and answers stay on the client's own machines.": case.in_house,
        f"Every question, and whatever text is sent with it, goes to the provider of {model}.": outside,
        f"Passages are embedded by {names['embedding_model']} and kept in {names['vector_store']}.": arm.retrieves,
        "Training examples become part of the tuned model: what must not be told must not be among them.": arm.trained,
        "Not everybody may see everything: the search has to filter by person before the model reads.": bool(
            case.facts.truth("knowledge.access_differs")
        ),
        "To settle before launch: data processing agreement, region, how long texts are kept, no training on them.": outside,
    }
    return bullets(words for words, holds in said.items() if holds)


def leaving(case: Case) -> Table:
    """Say what is lost and paid again when a vendor is left."""
    parts = case.costs.components[case.planned]

    def again(*ids: str) -> str:
        usd = sum(float(parts[id_].setup) for id_ in ids if id_ in parts)
        return case.money.text(usd) if usd else "nothing"

    kept = "documents, index, evaluation set" if ARM[case.planned].retrieves else "documents, evaluation set"
    rows = [("The model's provider", kept, ("prompt_engineering",), "prompt tried again")]
    if ARM[case.planned].retrieves:
        store = ("vector_store_setup", "document_embedding")
        rows.append(("The vector store", "documents, embeddings, prompt", store, "set up and filled again"))
        passages = ("embedding_pipeline", "document_embedding")
        rows.append(("The embedding model", "documents, prompt, store", passages, "all passages embedded again"))
    if ARM[case.planned].trained:
        training = ("training", "training_pipeline")
        rows.append(
            ("The tuned model", "training examples, evaluation set", training, "trained again on another model")
        )
    columns = ["Leaving", "keeps", "costs again, expected", "because"]
    cells = [(vendor, keeps, again(*work), why) for vendor, keeps, work, why in rows]
    return Table(columns, cells, "What leaving a vendor takes", right=[2])


def glossary() -> Page:
    """Explain the words of this report."""
    entries = (
        Page("<div><dt>{}</dt><dd>{}</dd></div>").format(safe(word), safe(meaning)) for word, meaning in words().items()
    )
    return Page('<dl class="arms">{}</dl>').format(Page("").join(entries))


def frameworks(case: Case) -> Page:
    """Set the frameworks side by side, then each with all of its rules."""
    return joined(
        view.frameworks_table(case.decision),
        view.frameworks_caption(case.decision),
        *(
            Page('<section class="framework"><h3>{}</h3>{}</section>').format(
                safe(view.verdict_title(verdict)), view.trace(verdict, case.money)
            )
            for verdict in case.decision.frameworks
        ),
    )


def inputs(case: Case) -> Page:
    """List every field of the client file: its value, unit, and whether it was answered or is assumed."""
    rows, titles = [], []
    for section in ClientFile.model_fields:
        titles.append(len(rows))
        rows += [[section_title(section), "", "", ""], *section_rows(case.client, section, case.money)]
    states = [row[2] for row in rows if row[2]]
    words = (
        f"Of {len(states)} inputs {states.count('answered')} are the client's answers; the others stand at their default "
        "or are left open."
    )
    table = Table(["Input", "Value", "State", "What it means"], rows, words, strong=titles, wrap=True)
    return Page('<div class="inputs">{}</div>').format(table)


def section_rows(client: ClientFile, section: str, money: Money = DOLLARS) -> list[list[str]]:
    """List the fields of one section of a client file: label, value, state, meaning."""
    part, rows = getattr(client, section), []
    for name in type(part).model_fields:
        path = f"{section}.{name}"
        spec, value = field_specs()[path], getattr(part, name)
        answered = name in part.model_fields_set
        state = "answered" if answered else "not answered" if default_of(path) is None else "assumed"
        shown = value.model_dump() if isinstance(value, Range) else value
        rows.append([spec.label, "–" if shown in (None, [], {}) else value_words(path, shown, money), state, spec.help])
    return rows


def sources(case: Case) -> Page:
    """List the articles, and every price, effort and speed that the figures come from."""
    rows = [
        [item.title, id_, item.author or "not stated", str(item.date or "not stated")]
        for id_, item in articles().items()
    ]
    title = f"The {counted(len(rows))} articles behind the guides"
    listed = Table(["Title", "Called here", "Author", "Date"], rows, title, wrap=True)
    used = Page('<div class="prices">{}</div>').format(tables.prices(case.overview, case.money).__html__())
    return joined(listed, used, *([own_rows(case.book)] if case.book.own_rows else []))
