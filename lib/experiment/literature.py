"""A run beside the published measurements: does it order the arms as Ovadia, Soudani and RAFT do?

The papers' arms are mapped to the experiment's in ``data/published/arms.csv``, their numbers stand in
``accuracy.csv``, single statements in ``statements.csv``. An ordering of the run counts only where
McNemar's exact test, adjusted for the number of pairs (Holm 1979), tells the two arms apart.

The share compared is "fact right" on the answerable questions: the papers count right answers in whatever
style, and ask nothing that cannot be answered.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import isnan, nan
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.experiment.literature_words import NOTE, overall, pair_sentences
from lib.experiment.published import PublishedRow, Statement, published_rows, published_statements
from lib.experiment.result import ALL_KINDS, ExperimentResult
from lib.experiment.statistics import SIGNIFICANCE, Pairing, Share, adjusted

if TYPE_CHECKING:
    import pandas as pd

ALIKE, OPPOSITE, NOT_TOLD_APART = "alike", "the other way round", "not told apart"
HOLDS, DOES_NOT_HOLD, CANNOT_BE_TOLD = "holds", "does not hold", "cannot be told"


@dataclass(frozen=True)
class PairOrder:
    """Two arms in one published row and in the run; ``higher`` is the one that the paper has higher.

    Shares are 0 to 1; ``p`` is McNemar's, exact, adjusted for the number of pairs of the run's arms.
    ``verdict`` is :data:`ALIKE`, :data:`OPPOSITE` or :data:`NOT_TOLD_APART`.
    """

    study: str
    task: str
    model: str
    higher: str
    lower: str
    published_higher: float
    published_lower: float
    ours_higher: float
    ours_lower: float
    p: float
    verdict: str


@dataclass(frozen=True)
class RowAgreement:
    """One published row: its pairs by verdict, the share ordered alike, and Kendall's tau-b of the plain shares."""

    study: str
    task: str
    model: str
    arms: int
    pairs: int
    alike: int
    opposite: int
    not_told_apart: int
    agreement: float
    tau_b: float


@dataclass(frozen=True)
class StatementVerdict:
    """One statement of a paper, tested on the run. Shares and ``p`` are ``nan`` where it cannot be tested."""

    statement: Statement
    verdict: str
    share_higher: float
    share_lower: float
    p: float
    why: str


@dataclass(frozen=True)
class LiteratureComparison:
    """A run set beside the literature. ``titles`` and ``shares`` are by arm of the experiment."""

    run: str
    measure: str
    kind: str
    titles: dict[str, str]
    shares: dict[str, Share]
    published: tuple[PublishedRow, ...]
    pairs: tuple[PairOrder, ...]
    rows: tuple[RowAgreement, ...]
    statements: tuple[StatementVerdict, ...]

    @property
    def agreement(self) -> float:
        """The share of all pairs that the run orders as published (0 to 1); ``nan`` where there is none."""
        return sum(pair.verdict == ALIKE for pair in self.pairs) / len(self.pairs) if self.pairs else nan

    @property
    def sentences(self) -> tuple[str, ...]:
        """The comparison in words: all pairs together, then pair by pair, with each paper that differs."""
        return (overall(self), *pair_sentences(self))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row for each published pair of arms; columns as in :class:`PairOrder`."""
        return _frame(PairOrder, map(asdict, self.pairs))

    def rows_frame(self) -> "pd.DataFrame":
        """Return one row for each study, task and model; columns as in :class:`RowAgreement`."""
        return _frame(RowAgreement, map(asdict, self.rows))

    def statements_frame(self) -> "pd.DataFrame":
        """Return one row a statement: ``study``, ``statement``, ``verdict``, shares, ``p``, ``why``, ``grade``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "study": [row.statement.study for row in self.statements],
                "statement": [row.statement.statement for row in self.statements],
                "verdict": [row.verdict for row in self.statements],
                "share_higher": [row.share_higher for row in self.statements],
                "share_lower": [row.share_lower for row in self.statements],
                "p": [row.p for row in self.statements],
                "why": [row.why for row in self.statements],
                "grade": [row.statement.grade for row in self.statements],
            }
        )

    def _repr_html_(self) -> str:
        rows = self.rows_frame().rename(columns=lambda name: name.replace("_", " ")).round(2)
        statements = self.statements_frame()[["study", "statement", "verdict", "p", "why"]].round(3)
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences[1:])
        return (
            f"<p>{html.escape(self.sentences[0])}</p>{_table(rows)}<ul>{items}</ul>"
            f"<p>Statements of the papers, one by one:</p>{_table(statements)}<p>{html.escape(NOTE)}</p>"
        )


def literature_agreement(
    result: ExperimentResult, measure: str = "fact", kind: str = ALL_KINDS
) -> LiteratureComparison:
    """Set a run beside the published measurements.

    Args:
        result: a run; published arms that it lacks are left out.
        measure: by which the run's arms are ordered.
        kind: which questions count; ``seen_fact`` asks, as Ovadia and Soudani do, only what the tuned
            model was trained on.

    Raises:
        InputError: there is no such measure or kind, or the measure judges no question of that kind.
    """
    published = published_rows()
    named = [arm for row in published for arm in row.shares]
    arms = [arm for arm in result.arms if arm in named]
    shares = {arm: result.share(arm, measure, kind) for arm in arms}
    if any(share.n == 0 for share in shares.values()):
        raise InputError(f"measure: {measure!r} judges no question of kind {kind!r} in run {result.id}.")
    tests = _tests(result, [(first, second, measure, kind) for first, second in combinations(arms, 2)])
    pairs = tuple(pair for row in published for pair in _orders(row, arms, shares, tests, measure, kind))
    return LiteratureComparison(
        run=result.id,
        measure=measure,
        kind=kind,
        titles={arm: result.arms[arm]["title"] for arm in arms},
        shares=shares,
        published=published,
        pairs=pairs,
        rows=tuple(_agreement(row, arms, shares, pairs) for row in published),
        statements=_verdicts(result),
    )


Test = tuple[str, str, str, str]


def _tests(result: ExperimentResult, asked: Sequence[Test]) -> dict[Test, tuple[Pairing, float]]:
    """Run the paired tests; the second value is p adjusted for all of them."""
    pairings = [result.pairing(*test) for test in asked]
    corrected = adjusted([pairing.p for pairing in pairings])
    return dict(zip(asked, zip(pairings, corrected, strict=True), strict=True))


def _orders(row: PublishedRow, arms, shares, tests, measure: str, kind: str) -> Iterable[PairOrder]:
    for first, second in combinations([arm for arm in arms if arm in row.shares], 2):
        pairing, p = tests[first, second, measure, kind]
        ahead, behind = sorted((first, second), key=lambda arm: -row.shares[arm])
        published = row.shares[ahead], row.shares[behind]
        same = (pairing.gap > 0) == (ahead == first)
        told = p < SIGNIFICANCE and published[0] != published[1]
        verdict = NOT_TOLD_APART if not told else ALIKE if same else OPPOSITE
        ours = shares[ahead].share, shares[behind].share
        yield PairOrder(row.study, row.task, row.model, ahead, behind, *published, *ours, p, verdict)


def _agreement(row: PublishedRow, arms, shares, pairs: Sequence[PairOrder]) -> RowAgreement:
    from scipy.stats import kendalltau

    mine = [pair.verdict for pair in pairs if (pair.study, pair.task, pair.model) == (row.study, row.task, row.model)]
    both = [arm for arm in arms if arm in row.shares]
    tau = kendalltau([row.shares[arm] for arm in both], [shares[arm].share for arm in both]).statistic if mine else nan
    counts = [mine.count(verdict) for verdict in (ALIKE, OPPOSITE, NOT_TOLD_APART)]
    agreement = counts[0] / len(mine) if mine else nan
    return RowAgreement(row.study, row.task, row.model, len(both), len(mine), *counts, agreement, float(tau))


def _verdicts(result: ExperimentResult) -> tuple[StatementVerdict, ...]:
    statements = published_statements()
    asked = {item: (item.higher, item.lower, item.measure, item.kind) for item in statements if not item.untestable}
    possible = {item: test for item, test in asked.items() if {item.higher, item.lower} <= set(result.arms)}
    # Two papers may say the same: one test, counted once.
    tests = _tests(result, list(dict.fromkeys(possible.values())))
    return tuple(_verdict(result, item, tests.get(asked.get(item))) for item in statements)


def _verdict(result: ExperimentResult, item: Statement, test: tuple[Pairing, float] | None) -> StatementVerdict:
    if test is None:
        lacking = [arm for arm in (item.higher, item.lower) if arm and arm not in result.arms]
        why = item.untestable or f"the run has no arm {' and no arm '.join(lacking)}"
        return StatementVerdict(item, CANNOT_BE_TOLD, nan, nan, nan, why)
    pairing, p = test
    shares = [result.share(arm, item.measure, item.kind).share for arm in (item.higher, item.lower)]
    if not p < SIGNIFICANCE:
        least = "" if isnan(pairing.smallest_gap) else f"; so many can show {100 * pairing.smallest_gap:.0f} points"
        why = f"{100 * pairing.gap:+.0f} points on {pairing.n} questions are within chance{least}"
        return StatementVerdict(item, CANNOT_BE_TOLD, *shares, p, why)
    why = f"{100 * shares[0]:.0f} % against {100 * shares[1]:.0f} % of {pairing.n} questions"
    return StatementVerdict(item, HOLDS if pairing.gap > 0 else DOES_NOT_HOLD, *shares, p, why)


def _frame(kind: type, rows: Iterable[dict]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(rows, columns=list(kind.__dataclass_fields__))


def _table(frame: "pd.DataFrame") -> str:
    told = frame.copy()
    for name in told.columns:
        if name in ("p", "tau b"):
            told[name] = [f"{value:.3f}" if value >= 0.001 or name != "p" else "< 0.001" for value in frame[name]]
            told[name] = told[name].where(frame[name].notna(), "–")
    table = told.to_html(index=False, escape=True, border=0, na_rep="–", classes="experiment", justify="left")
    # Words read from the left; JupyterLab would set them to the right, as it does numbers.
    return table.replace("<td>", '<td style="text-align:left">').replace("<th>", '<th style="text-align:left">')
