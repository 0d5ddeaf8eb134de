"""What to ask next: how much each unanswered fact could change the answer, and the record of like cases.

For: the value of an answer, from the stability draws; which field explains an unstable answer; the track record.
May import: client, simulation, decision's own modules, stats.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.arms import ARMS, UNDECIDED
from lib.client.facts import Array, Facts, decoded, field_specs
from lib.decision.result import Question, TrackRecord
from lib.decision.thresholds import own_thresholds
from lib.files import read_yaml
from lib.paths import DATA
from lib.stats import wilson
from lib.wording import arm_title, listed, number, share

ASKED = 5
BINS = 3
CLEAR_LEAD = 0.05
LEAST_SHARE = 0.04
"""Variations that an answer must stand for, of all, before anything is said of it."""
TRACK_RECORD_FILE = DATA / "decision" / "track_record.yaml"
LEAST_IN_A_BAND = 10
"""Cases that a band of stability needs before a share of them says anything."""


@dataclass(frozen=True)
class Variations:
    """The stability draws of one client: ``picks`` (positions in ARMS, -1 nobody) of shape ``(n,)`` and what moved.

    ``moved`` maps each unanswered field to its coded values of shape ``(n,)``.
    """

    picks: Array
    moved: dict[str, Array]

    @property
    def shares(self) -> dict[str, float]:
        """Each answer's share of the draws, largest first; ties go to the simpler."""
        return _shares(self.picks)


def asked_next(varied: Variations, recommendation: str) -> tuple[Question, ...]:
    """Rank the unanswered facts by how much an answer could change; at most five.

    An answer is worth the gain in the share of variations in which the best choice is right, once it is known.
    """
    ranked = sorted(
        (_question(path, values, varied, recommendation) for path, values in varied.moved.items()),
        key=lambda question: (-question.value, not question.could_change_to, list(field_specs()).index(question.field)),
    )
    return tuple(question for question in ranked if question.value > 0.001 or question.could_change_to)[:ASKED]


def explaining_field(varied: Variations) -> str | None:
    """Name the field whose answer would give one choice at least half of the variations, where none has it now."""
    limits = own_thresholds()
    if max(varied.shares.values()) >= limits["held_by"].likely:
        return None
    best, gain = None, limits["explains"].likely
    for path, values in varied.moved.items():
        rows = [(len(part), max(_shares(varied.picks[part]).values())) for _, part in _parts(path, values)]
        after = sum(size * held for size, held in rows) / sum(size for size, _ in rows)
        if after >= limits["held_by"].likely and after - max(varied.shares.values()) > gain:
            best, gain = path, after - max(varied.shares.values())
    return best


def variations(contexts: Iterator, evaluate, facts: Facts) -> Variations:
    """Evaluate stability draws.

    Args:
        contexts: of the draws, in blocks.
        evaluate: gives an outcome of a context.
        facts: the client's own, which tell what is answered.
    """
    picks, columns = [], []
    for context in contexts:
        pick = np.atleast_1d(evaluate(context).recommendation)
        picks.append(pick)
        columns.append(
            {
                path: np.broadcast_to(context.facts[path], pick.shape)
                for path in field_specs()
                if path in facts and not facts.answered(path) and np.ndim(context.facts[path])
            }
        )
    moved = {path: np.concatenate([column[path] for column in columns]) for path in columns[0]}
    return Variations(np.concatenate(picks), moved)


def _question(path: str, values: Array, varied: Variations, recommendation: str) -> Question:
    parts = [(words, part, _shares(varied.picks[part])) for words, part in _parts(path, values)]
    held = max(varied.shares.values())
    after = sum(len(part) * max(shares.values()) for _, part, shares in parts) / max(
        1, sum(len(part) for _, part, _ in parts)
    )
    leads: dict[str, list[str]] = {}
    for words, _, shares in parts:
        best = next(iter(shares))
        # A lead within the noise of the draws is none: the answer that leads now keeps its place.
        stays = shares.get(recommendation, 0.0)
        leads.setdefault(recommendation if shares[best] - stays < CLEAR_LEAD and stays else best, []).append(words)
    others = tuple(arm for arm in (*ARMS, UNDECIDED) if arm in leads and arm != recommendation)
    label = field_specs()[path].label
    if len(leads) > 1:
        why = "; ".join(f"{listed(words)}: {arm_title(arm)}" for arm, words in leads.items())
        why = f"Not answered. By what it is, this answer holds most often: {why}."
    else:
        why = f"Not answered. {label} moves how often the answer holds: {_span(parts)} of the variations."
    return Question(path, why, others, round(max(0.0, after - held), 4))


def _span(parts: list) -> str:
    held = [max(shares.values()) for _, _, shares in parts]
    return f"{share(min(held))} to {share(max(held))}"


def _parts(path: str, values: Array) -> Iterator[tuple[str, Array]]:
    """Return the values of a field in words and the draws in which it has them: each word of a choice, thirds of a number."""
    spec = field_specs()[path]
    least = max(1, int(LEAST_SHARE * len(values)))
    known = np.unique(values[~np.isnan(values)])
    if spec.kind in ("truth", "choice") or len(known) <= BINS:
        for value in known:
            part = np.flatnonzero(values == value)
            if len(part) >= least:
                answer = decoded(spec, value)
                yield ("yes" if answer is True else "no" if answer is False else str(answer)), part
        return
    edges = np.quantile(values, np.arange(1, BINS) / BINS)
    place = np.searchsorted(edges, values, side="right")
    low, high = (number(float(f"{edge:.2g}")) for edge in edges)
    for step, words in enumerate((f"below {low}", f"{low} to {high}", f"above {high}")):
        part = np.flatnonzero(place == step)
        if len(part) >= least:
            yield words, part


def _shares(picks: Array) -> dict[str, float]:
    counts = {arm: float(np.mean(picks == place)) for place, arm in enumerate(ARMS)}
    counts[UNDECIDED] = float(np.mean(picks == -1))
    order = {arm: place for place, arm in enumerate(counts)}
    return dict(sorted(counts.items(), key=lambda row: (-row[1], order[row[0]])))


# --- track record ------------------------------------------------------------------------------


def deciding_answered(facts: Facts) -> int:
    """Count the deciding facts that are answered."""
    return sum(facts.answered(path) for path, spec in field_specs().items() if spec.deciding)


def track_record(stability: float, answered: int) -> TrackRecord | None:
    """Return how the outside cases nearest in stability came out, of those with as many of the deciding facts answered.

    Cases are grouped into those with few and with many deciding facts answered, then into bands of stability; groups
    and bands are merged until each holds ten cases. ``None`` where no record is stored.
    """
    rows = _stored_record()
    if not rows:
        return None
    few = own_thresholds()["few_deciding_facts"].likely
    group = [row for row in rows if (row["answered"] < few) == (answered < few)]
    group = group if len(group) >= LEAST_IN_A_BAND else rows
    bands = banded([(row["stability"], row["right"]) for row in group])
    band = next((band for band in bands if stability >= band[-1][0]), bands[-1])
    outcomes = [right for _, right in band]
    hits = sum(right is True for right in outcomes)
    low, high = wilson(hits, len(outcomes))
    wrong = sum(right is False for right in outcomes)
    return TrackRecord(hits, wrong, len(outcomes) - hits - wrong, round(low, 3), round(high, 3))


def banded(
    rows: list[tuple[float, bool | None]], least: int = LEAST_IN_A_BAND
) -> list[list[tuple[float, bool | None]]]:
    """Part ``(stability, right)`` rows into bands of at least ``least``, highest stability first.

    Rows of equal stability share a band; what is left over at the low end joins the band above it.
    """
    groups: list[list[tuple[float, bool | None]]] = [[]]
    for row in sorted(rows, key=lambda row: -row[0]):
        if len(groups[-1]) >= least and row[0] != groups[-1][-1][0]:
            groups.append([])
        groups[-1].append(row)
    if len(groups) > 1 and len(groups[-1]) < least:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def guide_hits() -> tuple[dict[str, int], int]:
    """Return how many outside cases each published guide alone gets right, by its id, and how many cases there are."""
    stored = read_yaml(TRACK_RECORD_FILE)
    return stored["guides"], len(stored["cases"])


@cache
def _stored_record() -> list[dict]:
    return read_yaml(TRACK_RECORD_FILE)["cases"] if TRACK_RECORD_FILE.exists() else []
