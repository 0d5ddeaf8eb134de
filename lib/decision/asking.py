"""What to ask next: how much each unanswered fact could change the answer.

For: the value of an answer, from the stability draws; which field explains an unstable answer.
May import: client, decision's own modules, wording.
"""

from collections.abc import Iterator

import numpy as np

from lib.arms import ARMS, UNDECIDED
from lib.client.facts import Array, decoded, field_specs
from lib.decision.result import Question
from lib.decision.uncertainty import Variations, shares
from lib.thresholds import likely_threshold
from lib.wording import arm_title, listed, number, share

ASKED = 5
BINS = 3


def asked_next(varied: Variations, recommendation: str) -> tuple[Question, ...]:
    """Rank the unanswered facts by how much an answer could change; at most five.

    An answer is worth the gain in the share of variations in which the best choice is right, once it is known.
    """
    ranked = sorted(
        (_question(path, values, varied, recommendation) for path, values in varied.moved.items()),
        key=lambda question: (-question.value, not question.could_change_to, list(field_specs()).index(question.field)),
    )
    return tuple(
        question for question in ranked if question.value > likely_threshold("worth_asking") or question.could_change_to
    )[:ASKED]


def explaining_field(varied: Variations) -> str | None:
    """Name the field whose answer would give one choice at least half of the variations, where none has it now."""
    held, least = max(varied.shares.values()), likely_threshold("held_by")
    if held >= least:
        return None
    best, gain = None, likely_threshold("explains")
    for path, values in varied.moved.items():
        after = _held([(part, shares(varied.picks[part])) for _, part in _parts(path, values)])
        if after >= least and after - held > gain:
            best, gain = path, after - held
    return best


def _held(parts: list[tuple[Array, dict[str, float]]]) -> float:
    """Return the share of the variations in which the best answer of each part holds."""
    return sum(len(part) * max(held.values()) for part, held in parts) / max(1, sum(len(part) for part, _ in parts))


def _question(path: str, values: Array, varied: Variations, recommendation: str) -> Question:
    parts = {words: (part, shares(varied.picks[part])) for words, part in _parts(path, values)}
    leads: dict[str, list[str]] = {}
    for words, (_, held) in parts.items():
        best = next(iter(held))
        # A lead within the noise of the draws is none: the answer that leads now keeps its place.
        stays = held.get(recommendation, 0.0)
        clear = held[best] - stays >= likely_threshold("clear_lead")
        leads.setdefault(best if clear or not stays else recommendation, []).append(words)
    others = tuple(arm for arm in (*ARMS, UNDECIDED) if arm in leads and arm != recommendation)
    if len(leads) > 1:
        why = "; ".join(f"if {listed(words)}, most often {arm_title(arm)}" for arm, words in leads.items())
        why = f"Not answered: {why}."
    else:
        most = [max(held.values()) for _, held in parts.values()]
        span = f"{share(min(most))} to {share(max(most))}"
        why = f"Not answered: the answer holds in {span} of the variations, by what it is."
    gain = _held(list(parts.values())) - max(varied.shares.values())
    return Question(path, why, others, round(max(0.0, gain), 4))


def _parts(path: str, values: Array) -> Iterator[tuple[str, Array]]:
    """Return the values of a field in words and the draws in which it has them: each word of a choice, thirds of a number."""
    spec = field_specs()[path]
    least = max(1, int(likely_threshold("least_share") * len(values)))
    known = np.unique(values[~np.isnan(values)])
    if spec.kind in ("truth", "choice") or len(known) <= BINS:
        for value in known:
            part = np.flatnonzero(values == value)
            if len(part) >= least:
                answer = decoded(spec, value)
                yield ("yes" if answer is True else "no" if answer is False else str(answer).replace("_", " ")), part
        return
    edges = np.quantile(values, np.arange(1, BINS) / BINS)
    place = np.searchsorted(edges, values, side="right")
    low, high = (number(float(f"{edge:.2g}")) for edge in edges)
    for step, words in enumerate((f"below {low}", f"{low} to {high}", f"above {high}")):
        part = np.flatnonzero(place == step)
        if len(part) >= least:
            yield words, part
