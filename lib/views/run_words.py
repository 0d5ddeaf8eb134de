"""A run read aloud: sentences computed from its numbers, none typed in, and none about what was not asked.

Which difference is more than chance is decided in ``lib.experiment.result`` alone; a sentence takes its verdict and
its p from there. Everything else is told as shares with their intervals.
"""

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

from lib.dataset import UNANSWERABLE
from lib.experiment.literature import LiteratureComparison, Order, PairOrder
from lib.experiment.result import TAUGHT, ContrastResult, ExperimentResult, Verdict
from lib.stats import Proportion, mcnemar_p


class Panel(NamedTuple):
    """One column of the overview: its title, the measure, the kinds of question (all where empty)."""

    title: str
    measure: str
    kinds: tuple[str, ...] = ()


MAIN_PANELS = (
    Panel("All right", "right"),
    Panel("Facts right", "fact"),
    Panel("Refuses rightly", "refusal"),
    Panel("Style kept", "style"),
    Panel("Right page cited", "cited"),
)
KIND_TITLES = {
    "trained_wording": "Taught fact, trained wording",
    "new_wording": "Taught fact, new wording",
    "document_only": "Fact only in the documents",
    "changed": "Fact changed since training",
    "two_page": "Fact over two pages",
    "missing": "Unanswerable: no such thing",
    "near_miss": "Unanswerable: near miss",
}
_FEW = 50


class Finding(NamedTuple):
    """One thing the run shows: what it is about, and a sentence or two."""

    topic: str
    text: str


class ExperimentSummary(NamedTuple):
    """A run in plain English: ``headline``, ``findings`` and the ``caveats`` that belong beside them."""

    headline: str
    findings: list[Finding]
    caveats: list[str]


# --- numbers and names


def percent(share: Proportion) -> str:
    """Write a share as "81 % (74–87)"; a dash where nothing was asked."""
    return "–" if isnan(share.share) else f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"


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


def heading(result: ExperimentResult) -> str:
    """Say what was asked of whom."""
    record = result.record
    size = f" ({record.model.parameters / 1e6:,.0f} million parameters)" if record.model.parameters else ""
    return (
        f"Run {result.id}: {record.dataset.questions:,} questions on {record.dataset.documents:,} pages of "
        f"{record.dataset.name}, answered by {record.model.name}{size}."
    )


def panels_of(result: ExperimentResult) -> list[Panel]:
    """List the overview's columns that a run has something to say on: the main five, then facts by kind."""
    by_kind = [Panel(KIND_TITLES.get(kind, kind), "fact", (kind,)) for kind in result.kinds if kind not in UNANSWERABLE]
    return [panel for panel in (*MAIN_PANELS, *by_kind) if _ranked(result, panel.measure, panel.kinds)]


def contrast_sentence(result: ExperimentResult, found: ContrastResult) -> str:
    """Say one comparison: both shares, the difference with its interval and p, and the verdict."""
    contrast, gap = found.contrast, found.difference
    if found.verdict is Verdict.VOID:
        return f"{contrast.question} Void: {found.void or 'nothing was judged'}."
    shares = [
        f"{_title(result, arm)} {percent(result.share(arm, contrast.measure, contrast.kinds))}"
        for arm in (contrast.first, contrast.second)
    ]
    p = f"{p_text(found.p_holm)} after Holm's correction"
    end = {
        Verdict.MORE_THAN_CHANCE: f"more than chance ({p})",
        Verdict.NO_DIFFERENCE: "no difference: it surely lies within five points",
        Verdict.NOT_TOLD_APART: (
            f"not told apart ({p}; these questions show {points(gap.smallest_gap)} in four of five repeats)"
        ),
    }[found.verdict]
    difference = f"a difference of {points(gap.gap)} ({points(gap.low)} to {points(gap.high)})"
    return f"{contrast.question} {', '.join(shares)}: {difference}, {end}."


# --- a whole run


def experiment_summary(result: ExperimentResult) -> ExperimentSummary:
    """Read a run for what no table beside it says: the comparisons, what was taught, refused, told as it was before."""
    findings = [
        *(("Fixed beforehand", contrast_sentence(result, each)) for each in result.contrasts),
        *_taught(result),
        *_refusal(result),
        *_old_values(result),
        *_search(result),
        *_forgotten(result),
        *_long_context(result),
        *_change(result),
        *_seeds(result),
    ]
    return ExperimentSummary(_headline(result), [Finding(*each) for each in findings], list(_caveats(result)))


_Found = Iterator[tuple[str, str]]


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
        others = f", before {_told(result, *ranked[1])}" if len(ranked) > 1 else ""
        return f"{text}{others}."
    if best != main.contrast.first:
        return f"{text}. {contrast_sentence(result, main)}"
    second = _told(result, main.contrast.second, result.share(main.contrast.second, "right"))
    chance = {Verdict.MORE_THAN_CHANCE: "more than chance", Verdict.NO_DIFFERENCE: "no difference to speak of"}
    verdict = chance.get(main.verdict, "not told apart from chance")
    return f"{text}. {second}: {points(main.difference.gap)} is {verdict} ({p_text(main.p_holm)})."


def _taught(result: ExperimentResult) -> _Found:
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
    yield "Taught before judged", text


def _refusal(result: ExperimentResult) -> _Found:
    kinds = tuple(kind for kind in UNANSWERABLE if kind in result.kinds)
    order = _ranked(result, "refusal", kinds) if kinds else []
    if not order:
        return
    (best, share), (worst, _) = order[0], order[-1]
    text = f"Where no page holds the answer, {_title(result, best)} said so in {_with_n(share)}"
    if len(order) > 1:
        text += f"; {_title(result, worst)} made something up in {percent(result.share(worst, 'made_up', kinds))}"
    needless = _ranked(result, "needless_refusal")
    if needless and needless[0][1].share > 0.1:
        loudest, most = needless[0]
        text += (
            f". Refusing costs answers too: {_title(result, loudest)} refused {percent(most)} of what can be answered"
        )
    yield "Refusal", f"{text}."


def _old_values(result: ExperimentResult) -> _Found:
    """Say who still tells the old value after a change."""
    for arm, share in _ranked(result, "old_value")[:1]:
        if share.share == 0:
            yield "Old values", "No arm told the value from before a change."
        else:
            yield "Old values", f"{_title(result, arm)} told the value from before a change in {_with_n(share)}."


def _search(result: ExperimentResult) -> _Found:
    frame = result.retrieval()
    if frame.empty or not any(arm.stands_for in ("rag", "hybrid") for arm in result.arms.values()):
        return
    single, double = frame[frame["kind"] != "two_page"], frame[frame["kind"] == "two_page"]
    parts = []
    if len(single):
        recall, k = (single["recall"] * single["n"]).sum() / single["n"].sum(), result.record.retrieval.k
        found = f"brought the right page for {100 * recall:.0f} % of one-page questions"
        parts.append(f"{found} (passages for each: {k})")
    if len(double):
        parts.append(f"brought {100 * double['recall'].iloc[0]:.0f} % of the pages that two-page questions need")
    yield "Search", f"The first search {' and '.join(parts)}."


def _forgotten(result: ExperimentResult) -> _Found:
    """Say what teaching facts costs in reading: gold pages before and after."""
    if {"gold", "lora_gold"} <= set(result.arms) and "document_only" in result.kinds:
        before, after = (percent(result.share(arm, "fact", "document_only")) for arm in ("gold", "lora_gold"))
        yield (
            "What teaching facts costs",
            f"With the right page before it, the untuned model reads {before} of document facts off it, the model taught "
            f"closed book {after}.",
        )
    asked = {"everyday": "everyday questions", "reading": "questions on short texts of other kinds"}
    for training in result.record.trainings:
        if not training.unlearned:
            continue
        parts = [
            f"of {each.n} {asked[each.what]} {each.before} were right before and {each.after} after "
            f"({p_text(mcnemar_p(each.lost, each.gained))})"
            for each in training.unlearned
        ]
        name = f"What the training {training.name.replace('_', ' ')} unlearns"
        yield name, f"{name}, seed {training.seed}: {'; '.join(parts)}."


def _long_context(result: ExperimentResult) -> _Found:
    arm = result.arms.get("long_context")
    if arm is not None and arm.share_of_pages_read is not None:
        held = f"holds {100 * arm.share_of_pages_read:.0f} % of the pages"
        rest = "; what stands on the others, this arm cannot know" if arm.share_of_pages_read < 1 else ""
        yield "Long context", f"The window of {result.record.model.window:,} tokens {held}{rest}."


def _change(result: ExperimentResult) -> _Found:
    seconds = max((t.seconds or 0.0 for t in result.record.trainings if not (t.shipped or t.machine)), default=0.0)
    retrieval = result.record.retrieval
    if seconds and retrieval.synced_passages and retrieval.sync_seconds:
        yield (
            "A change of pages",
            f"One LoRA training took {seconds / retrieval.sync_seconds:,.0f} times as long as bringing the index up to "
            f"date ({retrieval.synced_passages} changed passages, on this machine).",
        )


def _seeds(result: ExperimentResult) -> _Found:
    if len(result.seeds) < 2:
        return
    parts = [
        f"{_title(result, arm)} {', '.join(f'{100 * value:.0f}' for value in row.drop('sd').dropna())} %"
        for arm, row in result.spread().iterrows()
    ]
    yield "Training seeds", f"All right, seed by seed: {'; '.join(parts)}."
    alike = [f"{_title(result, arm)} {100 * share:.0f} %" for arm, share in result.consistency().items()]
    if alike:
        yield "Consistency", f"Trainings with other seeds give the same answer, word for word: {'; '.join(alike)}."


def _caveats(result: ExperimentResult) -> Iterator[str]:
    record = result.record
    if record.model.is_sample_model:
        yield (
            f"Levels belong to the model: this one has {(record.model.parameters or 0) / 1e6:,.0f} million parameters. Small models gain "
            "from tuning with pages what large ones do not need (see the published rows by size)."
        )
    yield from (f"{note.rstrip('.')}." for note in record.model.notes)
    yield from (f"{arm.title} was left out: {arm.reason}." for arm in record.left_out)
    yield from (f"{file['path']} was not read: {file['reason']}." for file in record.skipped_files)
    if any(record.resumed.values()):
        yield (
            f"{record.resumed.get('answers', 0)} answers and {record.resumed.get('trainings', 0)} trainings were kept from an "
            "earlier run that asked the same: the seconds are not those of a whole run."
        )
    fewest = min(record.dataset.kinds.values(), default=_FEW)
    if fewest < _FEW:
        yield f"With {fewest} questions of a kind, read the intervals: they are wide."
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


def _told(result: ExperimentResult, arm: str, share: Proportion) -> str:
    return f"{_title(result, arm)} {percent(share)}"


def _with_n(share: Proportion) -> str:
    """Write a share as "81 % (74–87 %, n = 100)"."""
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f} %, n = {share.n})"


# --- beside the published rows


def literature_sentences(comparison: LiteratureComparison) -> list[str]:
    """Say how a run stands to the published rows: all pairs, then by size of the model, then pair by pair."""
    return [_overall(comparison), *_by_size(comparison), *_pair_by_pair(comparison)]


def _overall(comparison: LiteratureComparison) -> str:
    counts, total = comparison.counts(), len(comparison.pairs)
    if not total:
        return f"Run {comparison.run} has no two arms that a paper compares."
    rows, alike = len({id(pair.row) for pair in comparison.pairs}), counts[Order.ALIKE]
    return (
        f"Of {total} pairs of arms in {rows} published rows, run {comparison.run} orders {alike} as published "
        f"({100 * alike / total:.0f} %), {counts[Order.OPPOSITE]} the other way round, and does not tell "
        f"{counts[Order.NOT_TOLD_APART]} apart."
    )


def _by_size(comparison: LiteratureComparison) -> Iterator[str]:
    printed = [gain for gain in comparison.gains if isnan(gain.high)]
    parts = []
    for of, some in (
        ("up to 3 billion parameters", [gain for gain in printed if gain.parameters <= 3]),
        ("of 7 billion and more", [gain for gain in printed if gain.parameters > 3]),
    ):
        if not some:
            return
        more, mean = sum(gain.points > 0 for gain in some), sum(gain.points for gain in some) / len(some)
        parts.append(f"in {more} of {len(some)} published rows with models {of}, by {mean:+.1f} points in the mean")
    here = ""
    for ours in (gain for gain in comparison.gains if not isnan(gain.high)):
        size = f"at {1000 * ours.parameters:.0f} million"
        here = f" Here, {size}, it adds {ours.points:+.0f} points ({ours.low:+.0f} to {ours.high:+.0f})."
    yield f"Tuning adds to retrieval {', and '.join(parts)}.{here} What a larger model would change is to be read there."


def _pair_by_pair(comparison: LiteratureComparison) -> Iterator[str]:
    groups: dict[frozenset[str], list[PairOrder]] = {}
    for pair in comparison.pairs:
        groups.setdefault(frozenset((pair.higher, pair.lower)), []).append(pair)
    for group in groups.values():
        first, second = sorted((group[0].higher, group[0].lower), key=lambda arm: -comparison.shares[arm].share)
        one, other = (
            f"{comparison.titles[arm]} ({100 * comparison.shares[arm].share:.0f} %)" for arm in (first, second)
        )
        opposite = [f"{pair.row.study}, {pair.row.name}" for pair in group if pair.higher != first]
        told = "are not told apart" if group[0].order is Order.NOT_TOLD_APART else "come in this order"
        ahead = f"{comparison.titles[first]} is ahead in {len(group) - len(opposite)} of {len(group)} rows"
        rest = f"; the other way round: {'; '.join(opposite)}" if opposite else ""
        yield f"{one} and {other} {told} here; in print {ahead}{rest}."
