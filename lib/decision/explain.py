"""The decision in words: reasons, open issues, steps and the first step, each written by what decided.

For: sentences that a client reads; every number in them is computed here from the evaluated context.
May import: client, costs, decision's own modules, wording.
"""

import math

import numpy as np

from lib.arms import ARM, ARMS, KNOWING_ARMS, TUNED_ARMS, UNDECIDED
from lib.decision.choice import Outcome
from lib.decision.comparisons import evidence_sentence
from lib.decision.evidence_gate import clearly_below, clearly_reaches
from lib.decision.feasibility import seconds
from lib.decision.features import graded_questions, measured_score
from lib.decision.result import ArmResult, OpenIssue, Step, Verdict
from lib.wording import arm_title, counted, every, listed, months_words, number, probability, share

Arms = dict[str, ArmResult]


# --- gaps --------------------------------------------------------------------------------------


def gap_sentences(outcome: Outcome, recommendation: str) -> list[str]:
    """Say which gaps there are and from what, or that there is none where prompting is the answer."""
    facts, gaps, read = outcome.context.facts, outcome.gaps, outcome.context.read
    limit = outcome.context.thresholds.thresholds["behaviour_need"]
    sentences = []
    if gaps.knowledge:
        sentences.append(f"Knowledge gap: {_knowledge_words(outcome)}.")
    if gaps.behaviour_proven:
        arm = "rag" if gaps.knowledge else "prompt"
        sentences.append(
            f"Behaviour gap, measured: with {arm_title(arm)} {share(float(facts[ARM[arm].score_field]))} of the answers are "
            f"right, below the target of {share(float(facts['evidence.target_score']))} by more than chance."
        )
    elif gaps.behaviour:
        where = "inside" if gaps.behaviour_disputed else "above"
        votes = "; most guides that answer see it too" if gaps.behaviour_disputed else ""
        sentences.append(
            f"Behaviour gap, likely: the need for style, format or reasoning is {number(float(read('behaviour_need')))} "
            f"of 1, {where} the range {limit.low:g} to {limit.high:g} from which prompting is likely to miss it{votes}."
        )
    elif outcome.context.holds("prompting_suffices") and float(read("behaviour_need")) >= limit.low:
        sentences.append("No behaviour gap: style matters, but prompts have been seen to meet it.")
    if gaps.economic:
        sentences.append(_economic_sentence(outcome, recommendation))
    if gaps.latency:
        sentences.append(
            f"Latency gap: of the two, only a tuned model with its shorter prompt answers within "
            f"{seconds(float(facts['latency.p95_ms']))}."
        )
    if recommendation == "prompt" and not (gaps.knowledge or gaps.tuning):
        sentences.append(
            f"NO GAP LEFT: measured, prompting gets {share(float(facts['evidence.prompt_score']))} of the answers right, "
            "which meets the target, so what seemed to need retrieval or fine-tuning does not."
            if outcome.context.holds("prompt_meets_target")
            else "NO GAP: nothing stated here needs retrieval or fine-tuning. Careful prompting is the answer; one of the "
            "articles puts it at about 80 % of systems."
        )
    return sentences


def _economic_sentence(outcome: Outcome, recommendation: str) -> str:
    facts = outcome.context.facts
    saved = outcome.context.amount(float(outcome.context.read("tuning_saves_usd")))
    months = months_words(round(float(facts["money.horizon_months"])))
    words = f"Economic gap: on this narrow task a tuned model saves {saved} over {months}, training included"
    if recommendation in TUNED_ARMS:
        return words + "."
    if recommendation == UNDECIDED:
        return words + ", if it is as often right."
    tuned = "hybrid" if outcome.gaps.knowledge else "fine_tune"
    blocked = not outcome.feasibility.feasible[tuned]
    why = (
        f"{arm_title(tuned)} is ruled out" if blocked else f"measured, {arm_title(recommendation)} is the better choice"
    )
    return f"{words}; still, {why}."


def _knowledge_words(outcome: Outcome) -> str:
    facts, read = outcome.context.facts, outcome.context.read
    words = []
    if outcome.context.holds("private_knowledge"):
        documents = float(facts["knowledge.documents"])
        words.append("answers draw on private documents" + (f" ({number(documents)} of them)" if documents > 0 else ""))
    elif outcome.context.holds("knowledge_drawn_on"):
        words.append("answers draw on public facts newer than the model")
    days = float(read("knowledge_change_days"))
    if math.isfinite(days):
        assumed = "" if facts.answered("knowledge.days_between_changes") else " (assumed)"
        words.append(f"they change {every(days)}{assumed}")
    if facts.truth("knowledge.citations_required"):
        words.append("answers must name their source")
    return listed(words)


# --- reasons -----------------------------------------------------------------------------------


def reasons(outcome: Outcome, recommendation: str, arms: Arms, verdicts: tuple[Verdict, ...]) -> list[str]:
    """Return the reasons in the order in which the recommendation comes about."""
    sentences = gap_sentences(outcome, recommendation)
    ruled_out = [f"{arm_title(arm)}: {result.blockers[0].text}" for arm, result in arms.items() if not result.feasible]
    if ruled_out:
        sentences.append("Ruled out. " + ". ".join(ruled_out) + ".")
    sentences.append(votes_sentence(verdicts, recommendation))
    sentences.append(evidence_sentence(outcome))
    sentences.append(path_sentence(outcome, recommendation, arms))
    if recommendation != UNDECIDED:
        sentences.append(_cost_sentence(outcome, recommendation, arms))
    return [sentence for sentence in sentences if sentence]


def path_sentence(outcome: Outcome, recommendation: str, arms: Arms) -> str:
    """Say which step decided: the scores, the gaps and limits, or that nothing passes."""
    wanted = wanted_arm(outcome)
    if recommendation == UNDECIDED:
        return ""
    title = arm_title(recommendation)
    if outcome.by_evidence:
        return f"The measured scores decide for {title}."
    if outcome.feasibility.late:
        return (
            f"No option that brings what is needed answers within {seconds(float(outcome.context.facts['latency.p95_ms']))}; "
            f"{title} is the fastest of them."
        )
    if recommendation == wanted:
        return f"{title} is the simplest option that brings what is missing within the limits."
    why = f" because {arms[wanted].obstacles[0].text}" if arms[wanted].obstacles else ""
    return f"{arm_title(wanted)} would be the first choice, but it does not pass{why}; {title} is the next that does."


def wanted_arm(outcome: Outcome) -> str:
    """Name the option that the gaps ask for before any limit is looked at."""
    knowledge, tuning = bool(outcome.gaps.knowledge), bool(outcome.gaps.behaviour | outcome.gaps.economic)
    if not knowledge:
        return "fine_tune" if tuning else "prompt"
    total = outcome.context.costs.horizon_usd
    cheap = "long_context" if float(total["long_context"]) <= float(total["rag"]) else "rag"
    fits = outcome.feasibility.feasible[cheap]
    return "hybrid" if tuning else cheap if fits else "rag"


def votes_sentence(verdicts: tuple[Verdict, ...], recommendation: str) -> str:
    """Say how the published guides vote."""
    total = len(verdicts)
    votes = [verdict.says for verdict in verdicts if verdict.says]
    if not votes:
        return f"None of the {counted(total)} published guides gives an answer; they need facts that are missing."
    groups = sorted(set(votes), key=lambda arm: (arm != recommendation, -votes.count(arm), ARMS.index(arm)))
    points = [
        f"{counted(votes.count(arm))} point{'s' if votes.count(arm) == 1 else ''} to {arm_title(arm)}" for arm in groups
    ]
    silent = total - len(votes)
    if len(votes) == 1:
        return (
            f"Only one of the {counted(total)} published guides gives an answer ({arm_title(votes[0])}); "
            f"{counted(silent)} need facts that are missing."
        )
    if len(groups) == 1 and not silent:
        return f"All {counted(total)} published guides point to {arm_title(groups[0])}."
    words = f"Of the {counted(total)} published guides {listed(points)}"
    return words + (f"; {counted(silent)} give{'s' if silent == 1 else ''} no answer." if silent else ".")


def next_best(outcome: Outcome, recommendation: str, arms: Arms) -> str | None:
    """Name the cheapest other option that passes, closes the gaps and was not measured to miss the target."""
    target = outcome.context.facts["evidence.target_score"]
    # Retrieval would do as well where no facts are missing, but nobody would build it for that.
    sensible = [arm for arm in arms if outcome.gaps.knowledge or arm not in KNOWING_ARMS]
    others = [
        arm
        for arm in sensible
        if arm != recommendation
        and arms[arm].passes
        and arms[arm].closes_gaps
        and not clearly_below(outcome.context, arm, target)
    ]
    return min(others, key=lambda arm: arms[arm].horizon_usd, default=None)


def _cost_sentence(outcome: Outcome, recommendation: str, arms: Arms) -> str:
    mine, context = arms[recommendation], outcome.context
    words = (
        f"It is expected to cost {context.amount(mine.setup_usd)} to set up and {context.amount(mine.monthly_usd)} a month; "
        f"{context.amount(mine.monthly_bill_usd)} of that is paid to vendors, the rest is staff time"
    )
    other = next_best(outcome, recommendation, arms)
    if other:
        words += (
            f". The next cheapest option that meets the needs is {arm_title(other)} at "
            f"{context.amount(arms[other].monthly_usd)} a month"
        )
    return words + "."


# --- open issues -------------------------------------------------------------------------------


def open_issues(outcome: Outcome, recommendation: str, arms: Arms, shares: dict[str, float]) -> list[OpenIssue]:
    """List what must be settled or known before signing: gaps left open, limits missed, evidence, assumptions."""
    found = [OpenIssue("contradiction", text) for text in contradictions(outcome)]
    if recommendation == UNDECIDED:
        return found
    facts, mine, title = outcome.context.facts, arms[recommendation], arm_title(recommendation)
    if outcome.gaps.knowledge and not mine.closes_gaps and recommendation not in KNOWING_ARMS:
        found.append(OpenIssue("gap", f"{title} does not bring the facts that answers draw on."))
    if outcome.gaps.behaviour and recommendation not in TUNED_ARMS and not outcome.by_evidence:
        found.append(OpenIssue("gap", _left_open(outcome, arms)))
    found += [OpenIssue("limit", f"Answer time: {missed.text}. A smaller model, caching or streaming must bring it.")
              for missed in mine.limits_missed]  # fmt: skip
    limit = float(facts["latency.p95_ms"])
    if facts.truth("latency.streaming") and mine.first_token_ms <= limit < mine.p95_latency_ms:
        assumed = "" if facts.answered("latency.streaming") else ", which is assumed"
        found.append(
            OpenIssue(
                "limit",
                f"Answer time: the limit of {seconds(limit)} is met only because answers show as they are written{assumed}; "
                f"the whole answer takes {seconds(mine.p95_latency_ms)}.",
            )
        )
    budget = float(facts["money.setup_usd"])
    if mine.setup_usd > budget:
        found.append(
            OpenIssue(
                "limit",
                f"Budget: building it is expected to cost {outcome.context.amount(mine.setup_usd)}, above the "
                f"{outcome.context.amount(budget)} there are; in {probability(mine.chance_within['money.setup_usd'])} of the "
                "simulated variations it stays within them.",
            )
        )
    found += _evidence_issues(outcome, recommendation, title)
    wanted = wanted_arm(outcome)
    found += [
        OpenIssue("assumption", f"{arm_title(wanted)} is ruled out by something assumed: {blocker.text}.")
        for blocker in arms[wanted].obstacles
        if blocker.assumed and wanted != recommendation
    ]
    likeliest = max(shares, key=lambda arm: shares[arm], default=recommendation)
    if likeliest not in (recommendation, UNDECIDED) and shares[likeliest] > shares.get(recommendation, 0.0):
        found.append(
            OpenIssue(
                "stability",
                f"In {share(shares[likeliest])} of the simulated variations {arm_title(likeliest)} is the answer, more often "
                f"than {title} ({share(shares.get(recommendation, 0.0))}): the facts stated lie close to a turning point.",
            )
        )
    return found


def _left_open(outcome: Outcome, arms: Arms) -> str:
    tuned = "hybrid" if outcome.gaps.knowledge else "fine_tune"
    blocker = next(iter(arms[tuned].obstacles), None)
    words = "Style, format or reasoning are likely to fall short: "
    if blocker is None:
        return words + f"{arm_title(tuned)} would close that gap."
    words += f"{arm_title(tuned)} would close that gap, but {blocker.text}"
    if blocker.id == "labelled-examples":
        missing = math.ceil(float(blocker.limit) - float(blocker.observed))
        words += f". Collect {number(missing)} more"
    return words + "."


def _evidence_issues(outcome: Outcome, recommendation: str, title: str) -> list[OpenIssue]:
    facts = outcome.context.facts
    level = evidence_level(outcome, recommendation)
    found = []
    if level == "anecdote":
        graded, needed = (
            float(graded_questions(outcome.context)),
            float(outcome.context.thresholds["evaluation_examples"]),
        )
        so_far = f"on {number(graded)} graded questions" if graded else "on a number of questions that nobody states"
        found.append(
            OpenIssue("evidence", f"The score of {title} rests {so_far}; {number(needed)} are the least that decide.")
        )
    elif recommendation in TUNED_ARMS and level == "nothing":
        gap = "is measured" if outcome.gaps.behaviour_proven else "is likely, not measured"
        found.append(OpenIssue("evidence", f"The need for training {gap}, and {title} itself has not been measured."))
    score, target = float(facts[ARM[recommendation].score_field]), float(facts["evidence.target_score"])
    if level in ("measured", "proven") and score < target and facts.answered("evidence.target_score"):
        found.append(OpenIssue("evidence", f"{title} is right in {share(score)}, below the target of {share(target)}."))
    return found


def contradictions(outcome: Outcome) -> list[str]:
    """Say which stated facts do not go together."""
    facts = outcome.context.facts
    documents = float(facts["knowledge.documents"])
    nothing = facts.answered("knowledge.needed") and bool(facts.is_word("knowledge.needed", "none"))
    cites = bool(facts.truth("knowledge.citations_required"))
    found = []
    if nothing and documents > 0:
        found.append(
            f"{number(documents)} documents are stated, though answers are said to draw on nothing beyond the request."
        )
    if cites and (documents == 0 or (nothing and not documents > 0)):
        found.append("Answers must cite a source, but there are no documents to cite.")
    short, long = float(facts["traffic.tuned_instruction_tokens"]), float(facts["traffic.instruction_tokens"])
    if short > long:
        assumed = "" if facts.answered("traffic.tuned_instruction_tokens") else " (assumed)"
        found.append(
            f"The instruction after tuning, {number(short)} tokens{assumed}, is longer than the instruction of "
            f"{number(long)} tokens that it replaces."
        )
    for arm in ARMS:
        score, outcome_said = float(facts[ARM[arm].score_field]), (facts.text("evidence.tried") or {}).get(arm)
        if outcome_said == "worse" and not math.isnan(score) and score >= float(facts["evidence.target_score"]):
            found.append(
                f"{arm_title(arm)} is said to have been worse than what runs today, and is measured to meet the target."
            )
    return found


# --- evidence ----------------------------------------------------------------------------------


def evidence_level(outcome: Outcome, arm: str) -> str:
    """Say what is known of an arm: ``nothing``, ``anecdote``, ``measured`` or ``proven``."""
    context = outcome.context
    if arm not in ARM or np.isnan(context.facts[ARM[arm].score_field]):
        return "nothing"
    if np.isnan(measured_score(context, arm)):
        return "anecdote"
    return "proven" if clearly_reaches(context, arm, context.facts["evidence.target_score"]) else "measured"


# --- steps -------------------------------------------------------------------------------------


def steps(outcome: Outcome, arms: Arms, verdicts: tuple[Verdict, ...], recommendation: str) -> tuple[Step, ...]:
    """Return the way to the recommendation, step by step, in its order."""
    passing = [arm_title(arm) for arm, result in arms.items() if result.passes]
    blocked = [arm_title(arm) for arm, result in arms.items() if not result.passes]
    limits = f"Within the limits: {listed(passing)}." + (f" Not: {listed(blocked)}." if blocked else "")
    gaps = " ".join(gap_sentences(outcome, recommendation)) or "No gap is stated."
    return (
        Step("1 Gaps", gaps),
        Step("2 Limits", limits),
        Step("3 Published guides", votes_sentence(verdicts, recommendation)),
        Step("4 Evidence", evidence_sentence(outcome)),
        Step("5 Recommendation", path_sentence(outcome, recommendation, arms) or f"{arm_title(recommendation)}."),
    )


def first_step(outcome: Outcome, recommendation: str, arms: Arms, because: str | None) -> str:
    """Say what to do on Monday."""
    facts, limits = outcome.context.facts, outcome.context.thresholds
    needed = float(limits["evaluation_examples"])
    graded = float(graded_questions(outcome.context))
    evaluation = (
        f"have people mark the answers to at least {number(needed)} real questions"
        if graded < needed
        else f"use the {number(graded)} graded questions as the evaluation set"
    )
    if recommendation == UNDECIDED:
        return _undecided_step(outcome, arms, because)
    tried = float(facts["evidence.prompt_engineering_weeks"]) >= float(limits["prompting_weeks"])
    title, score = arm_title(recommendation), float(measured_score(outcome.context, recommendation))
    target = float(facts["evidence.target_score"])
    unhappy = float(facts["evidence.users_satisfied"]) == 0.0
    if score >= target:
        return f"Pilot {title} with real users, {evaluation}, and run it again after every change."
    if not math.isnan(score):
        return _mend(outcome, recommendation, evaluation)
    if recommendation == "prompt":
        if tried and unhappy:
            return f"Find out what users miss, facts or behaviour: read the answers they complain of, and {evaluation}."
        return (
            f"Ship the prompt, {evaluation}, and run it again after each change."
            if tried
            else f"Spend a week improving the prompt (instructions, worked examples, output format) and {evaluation}."
        )
    if recommendation in TUNED_ARMS:
        return _training_step(outcome, recommendation, evaluation, tried)
    if recommendation == "long_context":
        return f"Put the whole knowledge base behind a fixed instruction in one cached prompt, and {evaluation}."
    if float(facts["evidence.retrieval_precision"]) < float(limits["retrieval_precision"]):
        return _retrieval_first(outcome)
    return (
        f"Index the documents, write a careful prompt around the passages found, and {evaluation}: a first version takes "
        "about a week."
    )


def _training_step(outcome: Outcome, recommendation: str, evaluation: str, tried: bool) -> str:
    if outcome.gaps.behaviour_proven:
        return f"Curate the training examples, {evaluation}, hold it out of training, and train a first LoRA adapter."
    if outcome.gaps.economic and not outcome.gaps.behaviour:
        return (
            f"Train a first LoRA adapter on part of the examples, {evaluation}, and go on only if the tuned model is right as "
            "often as the untuned one: the saving stands, the quality is not shown yet."
        )
    gap = "the gap that is likely here" if outcome.gaps.behaviour else "that nothing simpler answers in time"
    if recommendation == "hybrid":
        return f"Build retrieval first, with a careful prompt, and {evaluation}; train only once it shows {gap}."
    start = (
        "Try worked examples that are retrieved for each question"
        if tried
        else "Spend a week on prompts with worked examples"
    )
    return f"{start}, and {evaluation}; train only once it shows {gap}."


def _mend(outcome: Outcome, recommendation: str, evaluation: str) -> str:
    facts, limits = outcome.context.facts, outcome.context.thresholds
    title = arm_title(recommendation)
    if recommendation == "rag":
        precision = float(facts["evidence.retrieval_precision"])
        if math.isnan(precision):
            return (
                "Find out why RAG misses before anything is trained: mark for the same questions whether the right passages "
                "were retrieved; mend retrieval first, then the prompt, and only then ask whether behaviour is the cause."
            )
        if precision < float(limits["retrieval_precision"]):
            return _retrieval_first(outcome)
        return (
            "The right passages are retrieved, so work on the prompt next: read the wrong answers, mend what causes most of "
            f"them, {evaluation}, and measure again before training anything."
        )
    scores = [float(measured_score(outcome.context, arm)) for arm in ARMS]
    best = max(score for score in scores if not math.isnan(score))
    mine = float(measured_score(outcome.context, recommendation))
    standing = (
        "is the best measured but misses the target"
        if mine >= best
        else "misses the target, and nothing measured is better by more than chance"
    )
    return (
        f"Do not launch yet: {title} {standing}. Read the wrong answers, mend what causes most of them, {evaluation}, and "
        "measure again."
    )


def _retrieval_first(outcome: Outcome) -> str:
    precision = share(float(outcome.context.facts["evidence.retrieval_precision"]))
    return (
        f"Mend retrieval first ({precision} of the passages found are relevant): how documents are cut, filters, re-ranking; "
        "then measure again."
    )


def _undecided_step(outcome: Outcome, arms: Arms, because: str | None) -> str:
    if because == "facts":
        return "Answer the questions named here first, the first of them before all others; then decide again."
    nearest = starting_point(outcome, arms)
    blockers = listed([blocker.text for blocker in arms[nearest].blockers])
    needed = "brings the facts that answers draw on" if outcome.gaps.knowledge else "closes the gap"
    return (
        f"No option that {needed} is within the limits. The nearest is {arm_title(nearest)}: {blockers}. Settle that, then "
        "decide again."
    )


def starting_point(outcome: Outcome, arms: Arms) -> str:
    """Name the option nearest to passing among those that close the gaps: fewest blockers, then the simplest."""
    closing = [arm for arm, result in arms.items() if result.closes_gaps and not result.feasible] or list(arms)
    return min(closing, key=lambda arm: (len(arms[arm].blockers), ARMS.index(arm)))
