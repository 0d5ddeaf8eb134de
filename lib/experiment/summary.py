"""Reading a run aloud: sentences computed from its numbers, none typed in."""

import html
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from lib.experiment.measures import MEASURES
from lib.experiment.result import ALL_KINDS, ExperimentResult, percent
from lib.experiment.statistics import SIGNIFICANCE, Share
from lib.wording import listed

_FACTS = {
    "seen_fact": ("seen facts", "facts that stood in the training pairs"),
    "document_fact": ("document facts", "facts that stand on a page and in no training pair"),
    "changed_fact": ("changed facts", "facts that have changed since the training"),
    "multi_hop": ("two-page facts", "facts that need two pages together"),
}


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
        """Write the summary as plain values."""
        return asdict(self)

    def _repr_html_(self) -> str:
        findings = "".join(f"<li><b>{html.escape(f.topic)}:</b> {html.escape(f.text)}</li>" for f in self.findings)
        caveats = "".join(f"<li>{html.escape(caveat)}</li>" for caveat in self.caveats)
        return f"<p>{html.escape(self.headline)}</p><ul>{findings}</ul><p>To bear in mind:</p><ul>{caveats}</ul>"


def experiment_summary(result: ExperimentResult) -> ExperimentSummary:
    """Read a run: who knows the facts, keeps the style, refuses, survives a change, and how sure that is."""
    findings = [
        *(_facts(result, kind) for kind in _FACTS if kind in result.kinds),
        _style(result),
        _refusal(result),
        _stale(result),
        _difference(result, "Retrieval or tuning, for what stands on the pages", "rag", "lora", "fact"),
        _difference(result, "Bolted or trained together", "lora_with_pages", "lora_rag", "substance"),
        _difference(result, "Tuning over retrieval, substance", "lora_with_pages", "rag_few_shot", "substance"),
        _difference(result, "Tuning over retrieval, all right", "lora_with_pages", "rag_few_shot", "right"),
        _retrieval(result),
        _second_search(result),
        _long_context(result),
        _change(result),
    ]
    return ExperimentSummary(
        run=result.id,
        headline=_headline(result),
        findings=tuple(finding for finding in findings if finding is not None),
        caveats=tuple(_caveats(result)),
    )


def _headline(result: ExperimentResult) -> str:
    """Name the arm that is right most often, and whether its lead can be told from chance."""
    order = _ranked(result, "right")
    best, share = order[0]
    text = f"{_title(result, best)} was right in substance and style most often: {_with_n(share)}."
    if share.share == 0:
        return "No arm was right in substance and style even once."
    if len(order) > 1:
        second, behind = order[1]
        pairing = result.pairing(best, second, "right")
        lead = f"Its lead over {_title(result, second)} ({percent(behind)}) "
        if pairing.p < SIGNIFICANCE:
            text += f" {lead}is more than chance ({_p(pairing.p)})."
        else:
            text += f" {lead}cannot be told from chance ({_p(pairing.p)}; {_visible(pairing.smallest_gap)})."
    return text


def _facts(result: ExperimentResult, kind: str) -> Finding:
    """State every kind of arm's share of one kind of fact, best first."""
    name, meaning = _FACTS[kind]
    order = _ranked(result, "fact", kind)
    best, share = order[0]
    if share.share == 0:
        return Finding(name.capitalize(), f"No arm answered any of the {share.n} {name} right: {meaning}.")
    text = f"{_title(result, best)} answered {_with_n(share)} of {name}: {meaning}."
    some = [f"{_title(result, arm)} {percent(other)}" for arm, other in order[1:] if other.share > 0]
    none = [_title(result, arm) for arm, other in order[1:] if other.share == 0]
    text += f" {'; '.join(some)}." if some else ""
    text += f" None of them: {'; '.join(none)}." if none else ""
    return Finding(name.capitalize(), text)


def _style(result: ExperimentResult) -> Finding:
    order = _ranked(result, "style")
    best = [arm for arm, share in order if share.share == order[0][1].share]
    text = f"{listed([_title(result, arm) for arm in best])} kept the style in {_with_n(order[0][1])}."
    others = "; ".join(f"{_title(result, arm)} {percent(share)}" for arm, share in order[len(best) :])
    return Finding("Style", f"{text} The others: {others}." if others else text)


def _refusal(result: ExperimentResult) -> Finding | None:
    if "unanswerable" not in result.kinds:
        return None
    order = _ranked(result, "refusal", "unanswerable")
    best, share = order[0]
    text = f"Where no page holds the answer, {_title(result, best)} said so in {_with_n(share)}"
    worst = order[-1]
    if len(order) > 1:
        text += f"; {_title(result, worst[0])} made something up in {percent(result.share(worst[0], 'hallucination'))}"
    needless = [(arm, result.share(arm, "needless_refusal")) for arm, _ in order]
    loudest = max(needless, key=lambda entry: entry[1].share)
    if loudest[1].share > 0.1:
        text += (
            f". Refusing costs answers too: {_title(result, loudest[0])} refused {percent(loudest[1])} of what can "
            "be answered"
        )
    return Finding("Refusal", f"{text}.")


def _stale(result: ExperimentResult) -> Finding | None:
    """After a change, who still gives the old value."""
    shares = [(arm, result.share(arm, "stale")) for arm in result.arms]
    shares = [(arm, share) for arm, share in shares if share.n]
    if not shares:
        return None
    arm, share = max(shares, key=lambda entry: entry[1].share)
    if share.share == 0:
        return Finding("Old values", "No arm gave the value from before a change.")
    return Finding("Old values", f"{_title(result, arm)} gave the value from before a change in {_with_n(share)}.")


def _difference(result: ExperimentResult, topic: str, first: str, second: str, measure: str) -> Finding | None:
    """Compare two arms on the same questions."""
    if first not in result.arms or second not in result.arms:
        return None
    pairing = result.pairing(first, second, measure)
    title = MEASURES[measure].title.lower()
    ahead, behind, gap = (first, second, pairing.gap) if pairing.gap >= 0 else (second, first, -pairing.gap)
    text = (
        f"By “{title}”, {_title(result, ahead)} is {_points(gap)} ahead of {_title(result, behind)} "
        f"(n = {pairing.n}, {_p(pairing.p)}; {_visible(pairing.smallest_gap)})"
    )
    if gap == 0:
        text = f"By “{title}”, {_title(result, first)} and {_title(result, second)} are level (n = {pairing.n})"
    verdict = "" if pairing.p < SIGNIFICANCE or gap == 0 else ": that can be chance"
    return Finding(topic, f"{text}{verdict}.")


def _retrieval(result: ExperimentResult) -> Finding | None:
    frame = result.retrieval()
    if frame.empty or not any(arm["stands_for"] in {"rag", "hybrid"} for arm in result.arms.values()):
        return None
    k = result.record["retrieval"]["k"]
    single = frame[frame["kind"] != "multi_hop"]
    parts = []
    if len(single):
        recall = (single["recall"] * single["n"]).sum() / single["n"].sum()
        parts.append(
            f"The search put the right page among its first {k} for {100 * recall:.0f} % of one-page questions"
        )
    hop = frame[frame["kind"] == "multi_hop"]
    if len(hop):
        parts.append(f"found {100 * hop['recall'].iloc[0]:.0f} % of the pages that two-page questions need")
    return Finding("Retrieval", " and ".join(parts) + ".")


def _second_search(result: ExperimentResult) -> Finding | None:
    """What searching again, for what a first answer said was missing, brought for two-page questions."""
    again = {id_: arm["second_searches"] for id_, arm in result.arms.items() if arm.get("second_searches")}
    if not again or "multi_hop" not in result.kinds:
        return None
    best = max(again, key=lambda arm: result.share(arm, "fact", "multi_hop").share)
    text = (
        f"{_title(result, best)} searched a second time for {again[best]} questions, for what its first answer said was "
        f"missing, and answered {_with_n(result.share(best, 'fact', 'multi_hop'))} of the two-page questions right"
    )
    return Finding("Second search", f"{text}.")


def _long_context(result: ExperimentResult) -> Finding | None:
    arm = result.arms.get("long_context")
    if arm is None or arm["share_of_pages_read"] is None:
        return None
    window = result.record["model"]["window"]
    share = arm["share_of_pages_read"]
    text = f"The window of {window:,} tokens holds {100 * share:.0f} % of the pages"
    return Finding(
        "Long context", f"{text}; what stands on the others, this arm cannot know." if share < 1 else f"{text}."
    )


def _change(result: ExperimentResult) -> Finding | None:
    reindexed = result.record["retrieval"]["reindexed"]
    trainings = result.record.get("trainings", {})
    seconds = max((training.get("seconds") or 0.0 for training in trainings.values()), default=0.0)
    if not seconds or not reindexed["pages"]:
        return None
    ratio = seconds / max(reindexed["seconds"], 1e-9)
    text = f"One LoRA training took {ratio:,.0f} times as long as bringing the index up to date"
    return Finding("A change of pages", f"{text} ({reindexed['pages']} changed pages, on this machine).")


def _caveats(result: ExperimentResult) -> list[str]:
    caveats = []
    if result.is_sample_model:
        millions = result.record["model"]["parameters"] / 1e6
        caveats.append(
            f"The levels are those of a model of {millions:.1f} million parameters, made for this workbook; the order of "
            "the arms is what carries over. On yours: python -m lib experiment --model NAME."
        )
    caveats += [f"{note.rstrip('.')}." for note in result.record["model"].get("notes", ())]
    for arm in result.record.get("left_out", []):
        caveats.append(f"{arm['title']} was left out: {arm['reason']}.")
    for file in result.record.get("skipped_files", []):
        caveats.append(f"{file['path']} was not read: {file['reason']}.")
    kept = result.record.get("resumed", {})
    if any(kept.values()):
        caveats.append(
            f"{kept['answers']} answers and {kept['trainings']} trainings were kept from a run that was interrupted "
            "or asked the same: the seconds are not those of a whole run."
        )
    per_kind = min(
        len({row["question_id"] for row in result.record["answers"] if row["kind"] == kind}) for kind in result.kinds
    )
    if per_kind < 50:
        caveats.append(f"With {per_kind} questions of a kind this run is a rehearsal: conclude nothing from it.")
    shortened = {arm["title"]: arm["shortened_prompts"] for arm in result.arms.values() if arm["shortened_prompts"]}
    for title, number in shortened.items():
        caveats.append(f"{title}: {number} prompts lost examples or pages, because the model's window is too small.")
    if len(result.arms) > 1:
        caveats.append(
            "A p in these sentences is of its pair alone; the marks of the table are after Holm's correction."
        )
    caveats.append(
        "One company, one training for each adapter, one seed: the intervals cover the choice of questions, not these."
    )
    return caveats


def _ranked(result: ExperimentResult, measure: str, kind: str = ALL_KINDS) -> list[tuple[str, Share]]:
    """Order the arms by one measure, best first; the earlier arm of the table where they tie."""
    shares = [(arm, result.share(arm, measure, kind)) for arm in result.arms]
    return sorted(shares, key=lambda entry: -entry[1].share if not isnan(entry[1].share) else 1.0)


def _title(result: ExperimentResult, arm: str) -> str:
    return result.arms[arm]["title"]


def _with_n(share: Share) -> str:
    """Write a share as "81 % (74–87 %, n = 100)"."""
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f} %, n = {share.n})"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _points(gap: float) -> str:
    points = round(100 * gap)
    return "less than a point" if points == 0 else "1 point" if points == 1 else f"{points} points"


def _visible(gap: float) -> str:
    if isnan(gap):
        return "so few questions can show no gap"
    return f"the smallest gap that this many questions can show is {_points(gap)}"
