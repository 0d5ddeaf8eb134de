"""Reasons, steps and the first step, in words, from an evaluated situation. Every number is computed."""

import math

from lib.arms import ARMS, TUNED_ARMS, UNDECIDED
from lib.decision.choice import Outcome
from lib.decision.result import ArmResult, Step, Verdict
from lib.wording import amount, arm_title, every, listed, number, share


def gap_sentences(outcome: Outcome) -> list[str]:
    """Say which gaps there are, and from what."""
    facts, gaps = outcome.situation.facts, outcome.gaps
    read = outcome.situation.read
    sentences = []
    if gaps.knowledge:
        sentences.append("Knowledge gap: " + _knowledge_words(outcome) + ".")
    if gaps.behaviour_proven:
        sentences.append("Behaviour gap, measured: " + _proof(outcome) + ".")
    elif gaps.behaviour:
        limit = outcome.situation.thresholds.thresholds["behaviour_need"]
        where = "inside" if gaps.behaviour_disputed else "above"
        sentences.append(
            f"Behaviour gap, likely: the need for style, format or reasoning is {number(float(read('behaviour_need')))} "
            f"of 1, {where} the range {limit.low:g} to {limit.high:g} from which prompting is likely to miss it"
            + ("; the frameworks' votes decide there." if gaps.behaviour_disputed else ".")
        )
    elif outcome.situation.holds("prompting_suffices") and float(read("behaviour_need")) >= 0.6:
        sentences.append("No behaviour gap: style matters, but prompts have been seen to meet it.")
    if gaps.economic:
        saved = float(read("tuning_saves_usd"))
        sentences.append(
            f"Economic gap: on this narrow task a tuned model saves {amount(saved)} over "
            f"{number(float(facts['money.horizon_months']))} months, training included."
        )
    if gaps.latency:
        sentences.append(
            f"Latency gap: only a tuned model with its shorter prompt answers within {number(float(facts['latency.p95_ms']))} ms."
        )
    if not (gaps.knowledge or gaps.tuning):
        sentences.append(
            "NO GAP: nothing stated here needs retrieval or fine-tuning. Careful prompting is the answer; "
            "decision-matrix puts it at about 80 % of systems."
        )
    return sentences


def _knowledge_words(outcome: Outcome) -> str:
    facts, read = outcome.situation.facts, outcome.situation.read
    words = []
    if outcome.situation.holds("private_knowledge"):
        documents = float(facts["knowledge.documents"])
        words.append("answers draw on private documents" + (f" ({number(documents)} of them)" if documents else ""))
    elif outcome.situation.holds("knowledge_drawn_on"):
        words.append("answers draw on public facts newer than the model")
    days = float(read("knowledge_change_days"))
    if math.isfinite(days):
        words.append(f"they change {every(days)}")
    if facts.truth("knowledge.citations_required"):
        words.append("answers must name their source")
    return listed([word for word in words if word])


def _proof(outcome: Outcome) -> str:
    facts = outcome.situation.facts
    arm = "rag" if outcome.gaps.knowledge else "prompt"
    measured = float(facts[f"evidence.{arm}_score"])
    return (
        f"{arm_title(arm)} reaches {share(measured)} of the {share(float(facts['evidence.target_score']))} asked for, "
        "and nothing suggests that retrieval is the cause"
    )


def evidence_sentence(outcome: Outcome) -> str:
    """Say what has been measured and what that decides."""
    facts = outcome.situation.facts
    measured = {arm: float(facts[f"evidence.{arm}_score"]) for arm in ARMS}
    known = {arm: score for arm, score in measured.items() if not math.isnan(score)}
    target = share(float(facts["evidence.target_score"]))
    if not known:
        return f"Nothing is measured yet; the target is {target}."
    words = listed([f"{arm_title(arm)} {share(score)}" for arm, score in known.items()])
    examples = float(facts["evidence.eval_examples"])
    size = f" on {number(examples)} examples" if examples else ""
    effect = (
        "This decides between the arms that pass."
        if outcome.by_evidence
        else "The arm that the gaps ask for is not among them."
    )
    return f"Measured{size}: {words}, against a target of {target}. {effect}"


def votes_sentence(verdicts: tuple[Verdict, ...], recommendation: str) -> str:
    """Say how the five frameworks vote."""
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
        sentences.append(_cost_sentence(recommendation, arms))
    return sentences


def _cost_sentence(recommendation: str, arms: dict[str, ArmResult]) -> str:
    mine = arms[recommendation]
    words = (
        f"It costs about {amount(mine.setup_usd)} to set up and {amount(mine.monthly_usd)} a month, of which "
        f"{amount(mine.monthly_bill_usd)} are bills and the rest is labour"
    )
    others = [arm for arm in arms if arm != recommendation and arms[arm].feasible and arms[arm].closes_gaps]
    if others:
        next_best = min(others, key=lambda arm: arms[arm].horizon_usd)
        words += f"; the cheapest other arm that would do is {arm_title(next_best)} at {amount(arms[next_best].monthly_usd)} a month"
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
    facts, thresholds = outcome.situation.facts, outcome.situation.thresholds
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
    return f"Index the documents in pgvector, write a careful prompt for a small model, and {evaluation}: a first version takes about a week."


def _undecided_step(arms: dict[str, ArmResult]) -> str:
    closing = {arm: result for arm, result in arms.items() if result.closes_gaps}
    nearest = min(closing or arms, key=lambda arm: (len((closing or arms)[arm].blockers), ARMS.index(arm)))
    blockers = listed([blocker.text for blocker in (closing or arms)[nearest].blockers]) or "nothing measured"
    return f"No arm passes. The nearest is {arm_title(nearest)}, held up by this: {blockers}. Settle that, then decide again."
