"""The client file as a pydantic model: every field with its unit, range, default and help, in one place.

A field that is left out or ``null`` is *not answered*: its default is assumed, and it is absent from
``model_fields_set`` of its section, which is how the trace knows that it is assumed.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from lib.arms import ARMS
from lib.client.field import choice, date_field, listing, number, outcomes, text, truth
from lib.client.quantity import NEVER

MILLION = 1e6
BILLION = 1e9


class Section(BaseModel):
    """A section of the client file. Unknown keys are refused; ``null`` means not answered."""

    # For start-up time a section's validator is built once, with the whole file's.
    model_config = ConfigDict(extra="forbid", strict=True, validate_default=False, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_unanswered(cls, data: Any) -> Any:
        if isinstance(data, dict):
            # An unknown key is refused even where it is null: it may be a comma or a typo that went unseen.
            return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}
        return data


class Client(Section):
    """Who the client is."""

    name: text("Client", "Name of the client, as the report prints it.")
    industry: text("Industry", "Any text; six industries have a note in the articles.") = "not stated"
    use_case: text("Use case", "What is to be built, in a few words.") = "not stated"


class Knowledge(Section):
    """What answers must draw on beyond the request itself."""

    needed: choice(
        "Knowledge needed",
        "What answers draw on beyond the request itself: nothing, public knowledge, or private documents and data.",
        "none",
        "public",
        "private",
        deciding=True,
    ) = "none"
    documents: number(
        "Documents",
        "Documents or records that answers draw on; empty = not known.",
        "documents",
        0,
        BILLION,
        whole=True,
        deciding=True,
        plausible=(10, 100_000),
    ) = None
    tokens_per_document: number(
        "Tokens per document", "Average length of one document.", "tokens", 1, 10 * MILLION, plausible=(400, 1600)
    ) = 800
    days_between_changes: number(
        "Days between changes",
        "How often the documents change: 1 = daily, 7 = weekly, never = fixed.",
        "days",
        0.0001,
        36500,
        never=True,
        plausible=(30, 365),
        deciding=True,
    ) = 90
    hours_until_visible: number(
        "Hours until visible", "How soon a change must show in answers.", "hours", 0, 87600, plausible=(4, 72)
    ) = 24
    citations_required: truth(
        "Citations required", "Answers must name their source, or an audit trail is needed.", deciding=True
    ) = False
    access_differs: truth("Access differs", "Not everybody may see everything: retrieval must filter by person.") = (
        False
    )
    multi_hop_share: number(
        "Multi-hop share", "Share of questions that need several documents together.", "share", 0, 1, judgement=0.05
    ) = 0.0


class Behaviour(Section):
    """How the answers must read and reason."""

    style_sensitivity: number(
        "Style sensitivity",
        "0 = factual look-up, 1 = must sound exactly like the brand.",
        "0 to 1",
        0,
        1,
        plausible=(0.0, 0.8),
        judgement=0.1,
        deciding=True,
    ) = 0.2
    strict_schema: truth("Strict schema", "Every answer must follow a fixed output format.", deciding=True) = False
    specialised_reasoning: number(
        "Specialised reasoning",
        "0 = general, 1 = expert conventions, terminology and reasoning patterns.",
        "0 to 1",
        0,
        1,
        plausible=(0.0, 0.8),
        judgement=0.1,
    ) = 0.2
    narrow_task: truth("Narrow task", "One well-defined task rather than open conversation.", deciding=True) = False
    days_between_changes: number(
        "Days between behaviour changes",
        "How often brief, voice or schema change; each change means retraining.",
        "days",
        0.0001,
        36500,
        never=True,
    ) = NEVER


class Evidence(Section):
    """What has been tried and measured; not answered means not measured."""

    prompt_engineering_weeks: number(
        "Prompt engineering so far", "Weeks of serious prompt engineering already done.", "weeks", 0, 520
    ) = 0
    eval_examples: number(
        "Evaluation examples", "Hand-graded questions in the evaluation set.", "examples", 0, 10 * MILLION, whole=True
    ) = 0
    prompt_score: number("Prompt score", "Share of answers right with prompting alone.", "share", 0, 1) = None
    long_context_score: number(
        "Long-context score", "Share right with the whole knowledge base in the prompt.", "share", 0, 1
    ) = None
    rag_score: number("RAG score", "Share of answers right with retrieval.", "share", 0, 1) = None
    fine_tune_score: number("Fine-tune score", "Share of answers right after fine-tuning.", "share", 0, 1) = None
    hybrid_score: number("Hybrid score", "Share right with fine-tuning and retrieval.", "share", 0, 1) = None
    target_score: number(
        "Target score", "Share of answers that must be right.", "share", 0, 1, plausible=(0.8, 0.9)
    ) = 0.85
    run: text("Experiment run", "Id of the stored experiment run that the scores come from.") = None
    users_satisfied: truth("Users satisfied", "Are the users happy with what runs today?") = None
    retrieval_precision: number(
        "Retrieval precision", "Share of retrieved passages that are relevant (precision@k).", "share", 0, 1
    ) = None
    tried: outcomes(
        "Tried so far",
        "What an architecture did when it was tried without a number, against what runs today.",
        ARMS,
        "worse",
        "no_better",
        "better",
    ) = {}


class Risk(Section):
    """What a wrong answer does."""

    wrong_answer: choice(
        "Harm of a wrong answer", "How much a wrong answer costs or harms.", "low", "medium", "high"
    ) = "medium"
    expert_review: truth("Expert review", "A person checks each answer before it is used.") = False


class TrainingData(Section):
    """Examples to train on. Only a known shortfall blocks an arm."""

    labelled_examples: number(
        "Labelled examples",
        "Pairs of input and ideal answer at hand.",
        "examples",
        0,
        BILLION,
        whole=True,
        deciding=True,
        plausible=(0, 10_000),
    ) = None
    quality: number("Quality", "Share of the examples that are good enough to train on.", "share", 0, 1) = 0.8
    tokens_per_example: number(
        "Tokens per example", "Length of one example.", "tokens", 1, MILLION, plausible=(500, 2000)
    ) = 1000


class Traffic(Section):
    """How much is asked, and how long prompts and answers are."""

    queries_per_month: number(
        "Queries per month",
        "Questions that come up in a month; what is answered and billed of them is the adoption share.",
        "queries",
        0,
        100 * BILLION,
        plausible=(5000, 100000),
        deciding=True,
    ) = 25000
    question_tokens: number("Question tokens", "Length of one question.", "tokens", 0, MILLION, plausible=(20, 80)) = 50
    instruction_tokens: number(
        "Instruction tokens", "System prompt and few-shot examples.", "tokens", 0, 10 * MILLION
    ) = 800
    tuned_instruction_tokens: number(
        "Instruction tokens after tuning", "What is left of them after fine-tuning.", "tokens", 0, 10 * MILLION
    ) = 100
    context_tokens: number(
        "Context tokens",
        "Knowledge that one query needs in its prompt.",
        "tokens",
        0,
        10 * MILLION,
        plausible=(500, 3000),
    ) = 1500
    answer_tokens: number("Answer tokens", "Length of one answer.", "tokens", 1, MILLION, plausible=(200, 1000)) = 800
    thinking_tokens: number(
        "Thinking tokens",
        "Hidden tokens that a reasoning model writes before its answer, billed as output; 0 = thinking is off.",
        "tokens",
        0,
        MILLION,
    ) = 0
    cacheable_share: number(
        "Cached share", "Share of input tokens served from the provider's prompt cache.", "share", 0, 1
    ) = 0.0


class Latency(Section):
    """How fast an answer must be."""

    p95_ms: number(
        "Answer within",
        "95 of 100 answers must be there (or, where they stream, begin) within this time; empty = no limit.",
        "ms",
        1,
        3_600_000,
        plausible=(300, 30_000),
    ) = None
    streaming: truth("Streaming", "Answers show as they are written.") = True


class Money(Section):
    """Budgets (not answered = no limit), wages and what an answer is worth."""

    setup_usd: number(
        "Set-up budget",
        "Budget for building it; empty = no limit.",
        "USD",
        0,
        BILLION,
        deciding=True,
        plausible=(2000, 200_000),
    ) = None
    monthly_usd: number(
        "Monthly budget", "Budget for running it; empty = no limit.", "USD a month", 0, BILLION, plausible=(100, 20_000)
    ) = None
    per_query_usd: number(
        "Ceiling per query", "Highest cost of one query; empty = no limit.", "USD", 0, MILLION, plausible=(0.001, 1)
    ) = None
    engineer_usd_per_hour: number(
        "Engineer's hour", "Cost of one hour of engineering.", "USD an hour", 0, 10000, plausible=(90, 210)
    ) = 150
    correction_usd: number(
        "Correction", "What it costs a person to put one wrong answer right.", "USD", 0, 10 * MILLION
    ) = 0
    minutes_saved_per_answer: number(
        "Minutes saved", "Benefit of one right answer, for the business case.", "minutes", 0, 100_000
    ) = 0
    saved_usd_per_hour: number(
        "Wage of the time saved",
        "Cost of one hour of whoever saves that time (not the engineer's); empty = counted in hours, not in money.",
        "USD an hour",
        0,
        10000,
    ) = None
    adoption_share: number(
        "Adoption",
        "Share of the questions that people bring to it once it is known; these are answered and billed.",
        "share",
        0,
        1,
    ) = 1.0
    ramp_up_months: number(
        "Ramp-up",
        "Months until it is known; until then its benefit grows evenly, while bills are cautiously counted in full.",
        "months",
        0,
        120,
    ) = 3
    review_minutes_per_answer: number(
        "Review", "Minutes that a person spends on checking one answer before it is used.", "minutes", 0, 100_000
    ) = 0
    horizon_months: number("Horizon", "Months over which costs are added up.", "months", 1, 120, whole=True) = 12


class Today(Section):
    """What runs now, or an arm already planned, to compare ours with."""

    usd_per_query: number("Today's cost per query", "Cost of one query as it runs now.", "USD", 0, MILLION) = None
    monthly_usd: number("Today's monthly cost", "Cost of what runs now.", "USD a month", 0, BILLION) = None
    plan: choice("Planned architecture", "The architecture that is already planned.", *ARMS) = None
    plan_weeks: number("Planned weeks", "Time that the plan takes.", "weeks", 0, 520) = None


class Delivery(Section):
    """When it must be live."""

    weeks: number(
        "Weeks to launch", "Time until it must be live; empty = no date.", "weeks", 0, 520, plausible=(2, 52)
    ) = None
    start: date_field("Start", "Day on which the work begins; empty = the plan counts weeks, without dates.") = None


class Constraints(Section):
    """What is ruled out from the start."""

    data_must_stay_in_house: truth("Data stays in house", "No data may leave the client's own infrastructure.") = False
    weights_can_be_trained: truth("Weights can be trained", "No = only a closed API without fine-tuning.") = True
    team_has_ml_skills: truth("Team has ML skills", "Somebody can train and evaluate models.") = True
    team_can_run_two_systems: truth(
        "Team can run two systems", "Retrieval and a tuned model can both be kept running."
    ) = True
    structured_outputs: truth(
        "Structured outputs", "The provider or server can force the answer into a schema (constrained decoding)."
    ) = True
    runs_where: choice(
        "Where it runs",
        "Hosted in the cloud, on the client's own servers, or on the device (offline, one system).",
        "cloud",
        "own_servers",
        "device",
    ) = "cloud"


class Stack(Section):
    """Models and stores that costs and latency are computed for."""

    base_model: text("Base model", "provider/model as the price book names it.") = "openai/gpt-6-luna"
    tuned_model: text(
        "Tuned model",
        "Fine-tuned model as the price book names it; empty = the cheapest way to tune and serve one at this volume.",
    ) = None
    embedding_model: text("Embedding model", "Embedding model as the price book names it.") = (
        "openai/text-embedding-3-small"
    )
    vector_store: text("Vector store", "Vector store as the price book names it.") = "pgvector-self-hosted"
    context_window_tokens: number(
        "Context window",
        "Tokens that fit one prompt; empty = the model's own.",
        "tokens",
        256,
        100 * MILLION,
        plausible=(8000, 2 * MILLION),
    ) = None


class Prices(Section):
    """Which prices, of which date, in which currency."""

    as_of: date_field("Prices as of", "Date of the prices; empty = the newest date in the price book.") = None
    file: text("Price list", "The client's own price CSV, which overrides the price book.") = None
    currency: text("Currency", "Currency that every page shows, such as EUR.", "currency") = "USD"
    per_usd: number("Exchange rate", "How much of that currency one US dollar is.", "per USD", 0.000001, MILLION) = 1.0
    batch_share: number("Batch share", "Share of queries that can wait for a batch discount.", "share", 0, 1) = 0.0


class Report(Section):
    """How the client report looks."""

    title: text("Title", "Title of the report; empty = made from client and use case.") = None
    prepared_by: text("Prepared by", "Who prepared the report.") = None
    date: date_field("Date", "Date on the report; empty = the date of the prices.") = None
    status: text("Status", "Such as draft or final.") = "draft"
    confidential: truth("Confidential", "Mark the report as confidential.") = False
    logo: text("Logo", "Image file of the client's logo.") = None
    colour: text("Colour", "The client's colour.", "colour") = None


class Plan(Section):
    """What has been done already."""

    done: listing("Done", "Checklist items ticked.") = []


class ClientFile(Section):
    """One client situation: the whole client file. Only ``client.name`` is required."""

    client: Client
    knowledge: Knowledge = Knowledge.model_construct()
    behaviour: Behaviour = Behaviour.model_construct()
    evidence: Evidence = Evidence.model_construct()
    risk: Risk = Risk.model_construct()
    training_data: TrainingData = TrainingData.model_construct()
    traffic: Traffic = Traffic.model_construct()
    latency: Latency = Latency.model_construct()
    money: Money = Money.model_construct()
    today: Today = Today.model_construct()
    delivery: Delivery = Delivery.model_construct()
    constraints: Constraints = Constraints.model_construct()
    stack: Stack = Stack.model_construct()
    prices: Prices = Prices.model_construct()
    report: Report = Report.model_construct()
    plan: Plan = Plan.model_construct()
