"""Reasons, steps and the first step, in words, from an evaluated context. Every number is computed."""

import math

from lib.arms import ARMS, KNOWING_ARMS, TUNED_ARMS, UNDECIDED
from lib.decision.choice import Outcome
from lib.decision.evidence_words import evidence_sentence
from lib.decision.result import ArmResult, Step, Verdict
from lib.wording import arm_title, every, listed, number, probability, share


def gap_sentences(outcome: Outcome) -> list[str]:
    """Say which gaps there are, and from what."""
    facts, gaps = outcome.context.facts, outcome.gaps
    read = outcome.context.read
    sentences = []
    if gaps.knowledge:
        sentences.append("Knowledge gap: " + _knowledge_words(outcome) + ".")
    if gaps.behaviour_proven:
        sentences.append("Behaviour gap, measured: " + _proof(outcome) + ".")
    elif gaps.behaviour:
        limit = outcome.context.thresholds.thresholds["behaviour_need"]
        where = "inside" if gaps.behaviour_disputed else "above"
        sentences.append(
            f"Behaviour gap, likely: the need for style, format or reasoning is {number(float(read('behaviour_need')))} "
            f"of 1, {where} the range {limit.low:g} to {limit.high:g} from which prompting is likely to miss it"
            + ("; the frameworks' votes decide there." if gaps.behaviour_disputed else ".")
        )
    elif (
        outcome.context.holds("prompting_suffices")
        and float(read("behaviour_need")) >= outcome.context.thresholds.thresholds["behaviour_need"].low
    ):
        sentences.append("No behaviour gap: style matters, but prompts have been seen to meet it.")
    if gaps.economic:
        saved = float(read("tuning_saves_usd"))
        sentences.append(
            f"Economic gap: on this narrow task a tuned model saves {outcome.context.amount(saved)} over "
            f"{_months(float(facts['money.horizon_months']))}, training included."
        )
    if gaps.latency:
        sentences.append(
            f"Latency gap: only a tuned model with its shorter prompt answers within {number(float(facts['latency.p95_ms']))} ms."
        )
    if not (gaps.knowledge or gaps.tuning) and outcome.context.holds("prompt_meets_target"):
        sentences.append(
            f"NO GAP LEFT: measured, prompting gets {share(float(facts['evidence.prompt_score']))} of the answers right, "
            "which meets the target, so what seemed to need retrieval or fine-tuning does not."
        )
    elif not (gaps.knowledge or gaps.tuning):
        sentences.append(
            "NO GAP: nothing stated here needs retrieval or fine-tuning. Careful prompting is the answer; "
            "decision-matrix puts it at about 80 % of systems."
        )
    return sentences


def _months(count: float) -> str:
    return f"{number(count)} month" + ("" if count == 1 else "s")


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
    return listed([word for word in words if word])


def _proof(outcome: Outcome) -> str:
    facts = outcome.context.facts
    arm = "rag" if outcome.gaps.knowledge else "prompt"
    measured = float(facts[f"evidence.{arm}_score"])
    return (
        f"with {arm_title(arm)} {share(measured)} of the answers are right, below the target of "
        f"{share(float(facts['evidence.target_score']))} by more than chance"
    )


def votes_sentence(verdicts: tuple[Verdict, ...], recommendation: str) -> str:
    """Say how the frameworks vote."""
    groups: dict[str, list[str]] = {}
    for verdict in verdicts:
        groups.setdefault(arm_title(verdict.says) if verdict.says else "abstain", []).append(verdict.id)
    words = "; ".join(f"{title}: {listed(names)}" for title, names in groups.items())
    agreeing = sum(verdict.says == recommendation for verdict in verdicts)
    voting = sum(verdict.says is not None for verdict in verdicts)
    return f"{agreeing} of {voting} frameworks that give an answer agree ({words})."


def reasons(
    outcome: Outcome, recommendation: str, arms: dict[str, ArmResult], verdicts: tuple[Verdict, ...]
) -> list[str]:
    """Give the reasons in the order in which the recommendation comes about."""
    sentences = gap_sentences(outcome)
    ruled_out = [f"{arm_title(arm)}: {result.blockers[0].text}" for arm, result in arms.items() if not result.feasible]
    if ruled_out:
        sentences.append("Ruled out. " + ". ".join(ruled_out) + ".")
    sentences.append(votes_sentence(verdicts, recommendation))
    sentences.append(evidence_sentence(outcome))
    if recommendation != UNDECIDED:
        sentences.append(_cost_sentence(outcome, recommendation, arms))
        sentences += _warnings(outcome, recommendation, arms[recommendation])
    return sentences


def _warnings(outcome: Outcome, recommendation: str, mine: ArmResult) -> list[str]:
    """Say which of the client's limits the recommended arm does not meet, or meets only just."""
    facts = outcome.context.facts
    found = []
    money = outcome.context.amount
    budget, limit = float(facts["money.setup_usd"]), float(facts["latency.p95_ms"])
    if mine.setup_usd > budget:
        chance = probability(mine.chance_within["money.setup_usd"])
        found.append(
            f"BUDGET: building it is expected to cost {money(mine.setup_usd)}, above the {money(budget)} there are; "
            f"in {chance} of the draws it stays within them."
        )
    if outcome.feasibility.latency_lifted:
        felt = mine.first_token_ms if facts.truth("latency.streaming") else mine.p95_latency_ms
        found.append(
            f"LATENCY: the limit of {number(limit)} ms is missed. {arm_title(recommendation)} takes about "
            f"{number(felt)} ms, and no other arm that would do meets it: it needs a smaller model, caching or streaming."
        )
    return found


def _cost_sentence(outcome: Outcome, recommendation: str, arms: dict[str, ArmResult]) -> str:
    mine, money = arms[recommendation], outcome.context.amount
    words = (
        f"It is expected to cost {money(mine.setup_usd)} to set up and {money(mine.monthly_usd)} a month, of which "
        f"{money(mine.monthly_bill_usd)} are bills and the rest is labour"
    )
    # Retrieval would do as well where no facts are missing, but nobody would build it for that.
    sensible = [arm for arm in arms if outcome.gaps.knowledge or arm not in KNOWING_ARMS]
    others = [arm for arm in sensible if arm != recommendation and arms[arm].feasible and arms[arm].closes_gaps]
    if others:
        next_best = min(others, key=lambda arm: arms[arm].horizon_usd)
        words += f"; the cheapest other arm that would do is {arm_title(next_best)} at {money(arms[next_best].monthly_usd)} a month"
    return words + "."


def steps(
    outcome: Outcome, arms: dict[str, ArmResult], verdicts: tuple[Verdict, ...], recommendation: str
) -> tuple[Step, ...]:
    """Give the way to the recommendation, step by step, in its order."""
    passing = [arm_title(arm) for arm, result in arms.items() if result.feasible]
    blocked = [
        f"{arm_title(arm)} ({', '.join(b.id for b in result.blockers)})"
        for arm, result in arms.items()
        if not result.feasible
    ]
    return (
        Step("1 Gaps", " ".join(gap_sentences(outcome))),
        Step("2 Feasibility", f"Passing: {listed(passing)}. Ruled out: {listed(blocked)}."),
        Step("3 Frameworks", votes_sentence(verdicts, recommendation)),
        Step("4 Evidence", evidence_sentence(outcome)),
        Step("5 Recommendation", arm_title(recommendation)),
    )


def first_step(outcome: Outcome, recommendation: str, arms: dict[str, ArmResult], proven: bool) -> str:
    """Say what to do on Monday."""
    facts, thresholds = outcome.context.facts, outcome.context.thresholds
    weeks = float(facts["evidence.prompt_engineering_weeks"])
    tried = weeks >= float(thresholds["prompting_weeks"])
    needed = float(thresholds["evaluation_examples"])
    examples = float(facts["evidence.eval_examples"])
    evaluation = (
        f"grade at least {number(needed)} real questions by hand as an evaluation set"
        if examples < needed
        else f"use the {number(examples)} graded examples as the evaluation set"
    )
    if recommendation == UNDECIDED:
        return _undecided_step(arms)
    score = arms[recommendation].measured_score
    if score is not None and score >= float(facts["evidence.target_score"]):
        return f"Pilot {arm_title(recommendation)} with real users, {evaluation}, and run it again after every change."
    if score is not None and recommendation != "rag":
        others = [result.measured_score for result in arms.values() if result.measured_score is not None]
        standing = "is the best measured but misses the target"
        if max(others) > score:
            standing = "misses the target, and no arm is proven better that would do"
        return (
            f"Do not launch yet: {arm_title(recommendation)} {standing}. Read the wrong "
            f"answers, mend what causes most of them, {evaluation}, and measure again."
        )
    if recommendation == "prompt":
        return (
            f"Spend a serious week on the prompt (instructions, few-shot examples, output schema) and {evaluation}."
            if not tried
            else f"Ship the prompt, {evaluation}, and re-run it after each change."
        )
    if recommendation in TUNED_ARMS and not proven:
        build = (
            "Build retrieval first, with a small model and a careful prompt"
            if recommendation == "hybrid"
            else "Spend a week on prompts with few-shot examples"
        )
        return f"{build}, and {evaluation}; train only once it shows the gap that is likely here."
    if recommendation in TUNED_ARMS:
        return f"Curate the training examples, {evaluation}, hold it out of training, and train a first LoRA."
    if recommendation == "long_context":
        return f"Put the whole knowledge base behind a fixed instruction in one cached prompt, and {evaluation}."
    precision = float(facts["evidence.retrieval_precision"])
    if precision < float(thresholds["retrieval_precision"]):
        return f"Mend retrieval first (precision@k is {share(precision)}): chunking, metadata filters, re-ranking; then measure again."
    if score is not None:
        return (
            "Read the wrong answers: RAG misses the target, but by no more than chance explains or with nothing proven "
            f"better. Improve retrieval and prompt, {evaluation}, and measure again before training anything."
        )
    return f"Index the documents in pgvector, write a careful prompt for a small model, and {evaluation}: a first version takes about a week."


def _undecided_step(arms: dict[str, ArmResult]) -> str:
    closing = {arm: result for arm, result in arms.items() if result.closes_gaps}
    nearest = min(closing or arms, key=lambda arm: (len((closing or arms)[arm].blockers), ARMS.index(arm)))
    blockers = listed([blocker.text for blocker in (closing or arms)[nearest].blockers]) or "nothing measured"
    return f"No arm passes. The nearest is {arm_title(nearest)}, held up by this: {blockers}. Settle that, then decide again."
