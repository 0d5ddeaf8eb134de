"""Reading a run aloud: sentences computed from its numbers, none typed in, and none about what was not asked.

Which difference is more than chance is decided in ``lib.experiment.result`` alone; a sentence takes its verdict and
its p from there. Everything else is told as shares with their intervals.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from lib.dataset import UNANSWERABLE
from lib.experiment.result import TAUGHT, ContrastResult, ExperimentResult, Verdict, percent
from lib.stats import Proportion
from lib.wording import listed

_FACTS = {
    "trained_wording": ("taught facts in a trained wording", "asked word for word as in training"),
    "new_wording": ("taught facts in new words", "asked as training never did"),
    "document_only": ("document facts", "which stand on a page and in no training"),
    "changed": ("changed facts", "which have another value than at training"),
    "two_page": ("two-page facts", "which need two pages together"),
}
_FEW = 50


@dataclass(frozen=True)
class Finding:
    """One thing the run shows: what it is about, and a sentence or two."""

    topic: str
    text: str


@dataclass(frozen=True)
class ExperimentSummary:
    """A run in plain English: ``headline``, ``findings`` and the ``caveats`` that belong beside them."""

    run: str
    headline: str
    findings: tuple[Finding, ...]
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return asdict(self)


def experiment_summary(result: ExperimentResult) -> ExperimentSummary:
    """Read a run: who knows the facts, keeps the style, refuses, cites, survives a change, and how sure that is."""
    findings = [
        *(Finding("Fixed beforehand", contrast_sentence(result, each)) for each in result.contrasts),
        *_taught(result),
        *_facts(result),
        *_refusal(result),
        *_best(result, "Style", "style", "kept the style"),
        *_best(result, "Right page", "cited", "cited the right page"),
        *_old_values(result),
        *_search(result),
        *_forgotten(result),
        *_long_context(result),
        *_change(result),
        *_seeds(result),
    ]
    return ExperimentSummary(result.id, _headline(result), tuple(findings), tuple(_caveats(result)))


def contrast_sentence(result: ExperimentResult, found: ContrastResult) -> str:
    """Say one comparison: both shares, the difference with its interval and p, and the verdict."""
    contrast, difference = found.contrast, found.difference
    first, second = (result.arms[arm].title for arm in (contrast.first, contrast.second))
    if found.verdict is Verdict.VOID:
        return f"{contrast.question} Void: {found.void or 'nothing was judged'}."
    shares = [result.share(arm, contrast.measure, contrast.kinds) for arm in (contrast.first, contrast.second)]
    text = (
        f"{contrast.question} {first} {percent(shares[0])}, {second} {percent(shares[1])}: a difference of "
        f"{points(difference.gap)} ({points(difference.low)} to {points(difference.high)}), "
    )
    ends = {
        Verdict.MORE_THAN_CHANCE: f"more than chance ({p_text(found.p_holm)} after Holm's correction)",
        Verdict.NO_DIFFERENCE: "no difference: it surely lies within five points",
        Verdict.NOT_TOLD_APART: (
            f"not told apart ({p_text(found.p_holm)} after Holm's correction; these questions show "
            f"{points(difference.smallest_gap)} in four of five repeats)"
        ),
    }
    return text + ends[found.verdict] + "."


def points(gap: float) -> str:
    """Write a difference of shares in points: "+12 points", "−3 points"."""
    if isnan(gap):
        return "no gap"
    number = round(100 * gap)
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{abs(number)} point{'' if abs(number) == 1 else 's'}"


def p_text(p: float) -> str:
    """Write a p value: "p < 0.001", "p = 0.032"."""
    return "p not known" if isnan(p) else "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _headline(result: ExperimentResult) -> str:
    ranked = _ranked(result, "right")
    if not ranked:
        return "No answer of this run could be judged."
    best, share = ranked[0]
    if share.share == 0:
        return "No arm was right in substance and style even once."
    text = f"{_title(result, best)} was right in substance and style most often: {_with_n(share)}"
    main = result.contrasts[0] if result.contrasts else None
    if main is None or main.verdict is Verdict.VOID:
        others = f", before {_title(result, ranked[1][0])} with {percent(ranked[1][1])}" if len(ranked) > 1 else ""
        return f"{text}{others}."
    arms = main.contrast.first, main.contrast.second
    second = f"{_title(result, arms[1])} {percent(result.share(arms[1], 'right'))}"
    if best != arms[0]:
        return f"{text}. {contrast_sentence(result, main)}"
    chance = {Verdict.MORE_THAN_CHANCE: "more than chance", Verdict.NO_DIFFERENCE: "no difference to speak of"}
    verdict = chance.get(main.verdict, "not told apart from chance")
    return f"{text}. {second}: {points(main.difference.gap)} is {verdict} ({p_text(main.p_holm)})."


def _taught(result: ExperimentResult) -> Iterator[Finding]:
    taught = result.taught
    if taught is None:
        return
    if result.is_taught:
        text = f"The closed-book model holds what it was taught: {_with_n(taught)} of its trained wordings."
    else:
        text = (
            f"The closed-book model was not taught: it answers {_with_n(taught)} of its trained wordings, and below "
            f"{100 * TAUGHT:.0f} % nothing about facts may be concluded from it."
        )
    yield Finding("Taught before judged", text)


def _facts(result: ExperimentResult) -> Iterator[Finding]:
    """State every arm's share of one kind of fact, best first."""
    for kind in (kind for kind in _FACTS if kind in result.kinds):
        name, meaning = _FACTS[kind]
        order = _ranked(result, "fact", (kind,))
        if not order:
            continue
        best, share = order[0]
        if share.share == 0:
            yield Finding(name.capitalize(), f"No arm answered any of the {share.n} {name} right ({meaning}).")
            continue
        some = [f"{_title(result, arm)} {percent(other)}" for arm, other in order[1:4] if other.share > 0]
        text = f"{_title(result, best)} answered {_with_n(share)} of {name} ({meaning})."
        yield Finding(name.capitalize(), f"{text} Next: {'; '.join(some)}." if some else text)


def _refusal(result: ExperimentResult) -> Iterator[Finding]:
    kinds = tuple(kind for kind in UNANSWERABLE if kind in result.kinds)
    order = _ranked(result, "refusal", kinds) if kinds else []
    if not order:
        return
    (best, share), (worst, _) = order[0], order[-1]
    text = f"Where no page holds the answer, {_title(result, best)} said so in {_with_n(share)}"
    if len(order) > 1:
        text += f"; {_title(result, worst)} made something up in {percent(result.share(worst, 'made_up', kinds))}"
    needless = [(arm, each) for arm in result.arms if (each := result.share(arm, "needless_refusal")).n]
    if needless:
        loudest, most = max(needless, key=lambda entry: entry[1].share)
        if most.share > 0.1:
            text += f". Refusing costs answers too: {_title(result, loudest)} refused {percent(most)} of what can be answered"
    yield Finding("Refusal", f"{text}.")


def _best(result: ExperimentResult, topic: str, measure: str, did: str) -> Iterator[Finding]:
    order = _ranked(result, measure)
    if not order:
        return
    best = [arm for arm, share in order if share.share == order[0][1].share]
    others = "; ".join(f"{_title(result, arm)} {percent(share)}" for arm, share in order[len(best) : len(best) + 4])
    if order[0][1].share == 0:
        yield Finding(topic, f"No arm {did} even once (n = {order[0][1].n}).")
        return
    text = f"{listed([_title(result, arm) for arm in best])} {did} in {_with_n(order[0][1])}."
    yield Finding(topic, f"{text} Next: {others}." if others else text)


def _old_values(result: ExperimentResult) -> Iterator[Finding]:
    """Say who still tells the old value after a change."""
    shares = _ranked(result, "old_value")
    if not shares:
        return
    arm, share = shares[0]
    if share.share == 0:
        yield Finding("Old values", "No arm told the value from before a change.")
    else:
        yield Finding("Old values", f"{_title(result, arm)} told the value from before a change in {_with_n(share)}.")


def _search(result: ExperimentResult) -> Iterator[Finding]:
    frame = result.retrieval()
    if frame.empty or not any(arm.stands_for in ("rag", "hybrid") for arm in result.arms.values()):
        return
    single, double = frame[frame["kind"] != "two_page"], frame[frame["kind"] == "two_page"]
    parts = []
    if len(single):
        recall = (single["recall"] * single["n"]).sum() / single["n"].sum()
        parts.append(
            f"brought the right page among {result.record.retrieval.k} passages for {100 * recall:.0f} % of one-page questions"
        )
    if len(double):
        parts.append(f"brought {100 * double['recall'].iloc[0]:.0f} % of the pages that two-page questions need")
    yield Finding("Search", f"The first search {' and '.join(parts)}.")


def _forgotten(result: ExperimentResult) -> Iterator[Finding]:
    """Say what teaching facts costs in reading: gold pages before and after."""
    if not {"gold", "lora_gold"} <= set(result.arms) or "document_only" not in result.kinds:
        return
    before, after = (result.share(arm, "fact", "document_only") for arm in ("gold", "lora_gold"))
    yield Finding(
        "What teaching facts costs",
        f"With the right page before it, the untuned model reads {percent(before)} of document facts off it, the model "
        f"taught closed book {percent(after)}.",
    )


def _long_context(result: ExperimentResult) -> Iterator[Finding]:
    arm = result.arms.get("long_context")
    if arm is None or arm.share_of_pages_read is None:
        return
    text = (
        f"The window of {result.record.model.window:,} tokens holds {100 * arm.share_of_pages_read:.0f} % of the pages"
    )
    rest = "; what stands on the others, this arm cannot know" if arm.share_of_pages_read < 1 else ""
    yield Finding("Long context", f"{text}{rest}.")


def _change(result: ExperimentResult) -> Iterator[Finding]:
    seconds = max((t.seconds or 0.0 for t in result.record.trainings if not t.shipped), default=0.0)
    retrieval = result.record.retrieval
    if seconds and retrieval.synced_passages and retrieval.sync_seconds:
        ratio = seconds / retrieval.sync_seconds
        yield Finding(
            "A change of pages",
            f"One LoRA training took {ratio:,.0f} times as long as bringing the index up to date "
            f"({retrieval.synced_passages} changed passages, on this machine).",
        )


def _seeds(result: ExperimentResult) -> Iterator[Finding]:
    if len(result.seeds) < 2:
        return
    spread = result.spread()
    parts = [
        f"{_title(result, arm)} {', '.join(f'{100 * value:.0f}' for value in row.drop('sd').dropna())} %"
        for arm, row in spread.iterrows()
    ]
    yield Finding("Training seeds", f"All right, seed by seed: {'; '.join(parts)}.")


def _caveats(result: ExperimentResult) -> Iterator[str]:
    record = result.record
    if result.is_sample_model:
        yield (
            f"Levels belong to the model: this one has {(record.model.parameters or 0) / 1e6:,.0f} million parameters. Small models gain "
            "from tuning with pages what large ones do not need (see the published rows by size). "
            "On yours: python -m lib experiment --model NAME."
        )
    yield from (f"{note.rstrip('.')}." for note in record.model.notes)
    yield from (f"{arm.title} was left out: {arm.reason}." for arm in record.left_out)
    yield from (f"{file['path']} was not read: {file['reason']}." for file in record.skipped_files)
    if any(record.resumed.values()):
        yield (
            f"{record.resumed.get('answers', 0)} answers and {record.resumed.get('trainings', 0)} trainings were kept from an "
            "earlier run that asked the same: the seconds are not those of a whole run."
        )
    counts: dict[str, int] = {}
    for question in record.questions.values():
        counts[question.kind] = counts.get(question.kind, 0) + 1
    if counts and min(counts.values()) < _FEW:
        yield f"With {min(counts.values())} questions of a kind, read the intervals: they are wide."
    yield from (
        f"{arm.title}: {arm.shortened_prompts} prompts lost examples or pages, because the model's window is too small."
        for arm in record.arms
        if arm.shortened_prompts
    )
    seeds = len(result.seeds)
    yield (
        f"One company and {seeds} training seed{'' if seeds == 1 else 's'}: the intervals cover the choice of facts that are asked about, "
        "not another company or model."
    )


def _ranked(result: ExperimentResult, measure: str, kinds: tuple[str, ...] = ()) -> list[tuple[str, Proportion]]:
    """Order the arms that were judged by a measure, highest first; the earlier arm of the table where they tie."""
    if measure not in result.answers:
        return []
    shares = [(arm, share) for arm in result.arms if (share := result.share(arm, measure, kinds)).n]
    return sorted(shares, key=lambda entry: -entry[1].share)


def _title(result: ExperimentResult, arm: str) -> str:
    return result.arms[arm].title


def _with_n(share: Proportion) -> str:
    """Write a share as "81 % (74–87 %, n = 100)"."""
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f} %, n = {share.n})"
