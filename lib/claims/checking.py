"""Running the claims' checks: references resolved, steps computed, workings written, verdicts drawn; the whole audit."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from lib.articles import articles
from lib.claims.claim import Check, Claim, Reference, Step, claims
from lib.claims.figure import Figure, Named
from lib.claims.recompute import FUNCTIONS, list_price
from lib.claims.rules import FAILED, PRIORITY, RULES, verdict
from lib.errors import InputError

HOLDS = {True: "holds", False: "does not hold", None: "cannot be told from what is stated"}


@dataclass(frozen=True)
class Outcome:
    """What one check found."""

    against: str | None
    holds: bool | None  # the claim; ``None``: undecided
    of_the_claim: bool  # the claimed figure itself was compared, and not another amount on its way
    found: Figure | None  # the last one
    partner: tuple[str, ...]
    lines: tuple[str, ...]


class Names:
    """The figures that a check may refer to: inputs, earlier steps, other claims, list prices, literals."""

    def __init__(self, inputs: Mapping[str, float | list[float]], others: Mapping[str, Claim]) -> None:
        """Start with the inputs; ``others`` are all claims by id."""
        self._known = {name: Named(name.replace("_", " "), Figure.of(value)) for name, value in inputs.items()}
        self._others = others

    def resolve(self, reference: Reference) -> Named:
        """Return the figure that a reference names.

        Raises:
            InputError: if nothing has that name.
        """
        if isinstance(reference, dict):
            ((label, value),) = reference.items()
            return Named(label, Figure.of(value))
        if not isinstance(reference, str):
            return Named("stated", Figure.of(reference))
        if reference.startswith("price:"):
            price = list_price(reference.removeprefix("price:"))
            return Named(f"list price, {reference.removeprefix('price:').replace('.', ' ')}", price.in_unit("USD"))
        if reference in self._others:
            return Named(f"claim {reference}", self._others[reference].stated.figure)
        if reference not in self._known:
            raise InputError(f"{reference}: no input, step or claim of that name")
        return self._known[reference]

    def run(self, steps: Sequence[Step]) -> tuple[Named | None, list[str]]:
        """Compute steps in order; return the last figure (``None`` of no steps) and the line of each."""
        last, lines = None, []
        for step in steps:
            if step.recompute not in FUNCTIONS:
                raise InputError(f"{step.recompute}: no such recomputation; there are {', '.join(FUNCTIONS)}")
            figure, line = FUNCTIONS[step.recompute]([self.resolve(each) for each in step.of], step.unit)
            # Remembered under its name, for the steps that follow.
            last = self._known[step.gives] = Named(step.gives, figure)
            lines.append(f"{step.gives}: {line}.")
        return last, lines


def run_check(claim: Claim, check: Check, others: Mapping[str, Claim]) -> Outcome:
    """Run one check of a claim."""
    names = Names(claim.inputs, others)
    last, lines = names.run(check.steps)
    if check.found is not None:
        last = names.resolve(check.found)
    holds = None
    if check.rule and last:
        subject = names.resolve(check.subject) if check.subject is not None else None
        claimed = subject.figure if subject else claim.stated.figure
        rule = RULES[check.rule]
        holds = rule.holds(claim.stated, claimed, last.figure)
        said = f"{subject}" if subject else f"{claim.stated} claimed"
        against = f"{check.against} ({', '.join(check.partner)})" if check.partner else check.against
        if check.subject is None and not last.figure.unit:
            last = Named(last.label, last.figure.in_unit(claim.stated.unit))
        lines.append(f"Against {against}: {said}, {last.figure} found ({last.label}); {rule.words}: {HOLDS[holds]}.")
    if check.note:
        lines.append(check.note)
    return Outcome(
        check.against, holds, check.subject is None, last.figure if last else None, tuple(check.partner), tuple(lines)
    )


@dataclass(frozen=True)
class Row:
    """A claim with what became of it. ``recomputed`` is the figure that decided the verdict, if any."""

    claim: Claim
    verdict: str
    outcomes: tuple[Outcome, ...]

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.claim.id

    @property
    def recomputed(self) -> Figure | None:
        """The figure of the check that decided, otherwise the first one computed; its unit says which."""
        decided = [each for each in self.outcomes if each.holds is False and FAILED[each.against] == self.verdict]
        held = [each for each in self.outcomes if each.holds and each.of_the_claim]
        on_the_way = [each for each in reversed(self.outcomes) if each.holds]
        found = [each for each in (*decided, *held, *on_the_way, *self.outcomes) if each.found is not None]
        return found[0].found if found else None

    @property
    def contradicts(self) -> list[str]:
        """The claims, of this and other articles, that it was found to contradict."""
        return list(dict.fromkeys(id_ for each in self.outcomes if each.holds is False for id_ in each.partner))

    @property
    def workings(self) -> list[str]:
        """The derivation, line by line."""
        return [
            f"Claimed: {self.claim.stated} ({self.claim.claim}).",
            *(line for outcome in self.outcomes for line in outcome.lines),
            f"Verdict: {self.verdict}{'; at odds with ' + ', '.join(self.contradicts) if self.contradicts else ''}.",
        ]

    def cells(self) -> dict[str, str]:
        """Return the row as texts, its workings one a line."""
        return {
            "id": self.id,
            "article": self.claim.article,
            "claim": self.claim.claim,
            "claimed": str(self.claim.stated),
            "recomputed": str(self.recomputed) if self.recomputed else "",
            "verdict": self.verdict,
            "contradicts": ", ".join(self.contradicts),
            "workings": "\n".join(self.workings[1:-1]),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data; amounts in their unit."""
        found = self.recomputed
        return {
            "id": self.id,
            "article": self.claim.article,
            "claim": self.claim.claim,
            "claimed": _ends(self.claim.stated.figure),
            "inputs": self.claim.inputs,
            "recomputed": _ends(found) if found else None,
            "verdict": self.verdict,
            "contradicts": self.contradicts,
            "see_also": self.claim.see_also,
            "workings": self.workings,
        }


def audited(claim: Claim, others: Mapping[str, Claim]) -> Row:
    """Audit one claim; ``others`` are all claims by id, itself included."""
    outcomes = tuple(run_check(claim, check, others) for check in claim.checks)
    return Row(claim, verdict((each.against, each.holds) for each in outcomes), outcomes)


def _ends(figure: Figure) -> dict[str, Any]:
    # An infinite volume ("never") has no number in JSON.
    low, high = (None if abs(end) == float("inf") else end for end in (figure.low, figure.high))
    return {"low": low, "high": high, "unit": figure.unit, "text": str(figure)}


@dataclass(frozen=True, repr=False)
class Audit:
    """Audited claims in the articles' order."""

    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        """Name what it holds; the rows are long."""
        return f"Audit({len(self.rows)} claims)"

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def __getitem__(self, id_: str) -> Row:
        """Return the row of a claim's id.

        Raises:
            InputError: if there is no such claim.
        """
        found = next((row for row in self.rows if row.id == id_.upper()), None)
        if found is None:
            spans = [[row.id for row in rows] for _, rows in groupby(self.rows, lambda row: row.claim.article)]
            allowed = ", ".join(f"{ids[0]}–{ids[-1]}" for ids in spans)
            raise InputError(f"claim {id_!r}: there is no such id; there are {allowed}")
        return found

    def only(self, article: str = "all", verdict: str = "all") -> "Audit":
        """Keep the rows of one article and one verdict; ``all`` keeps every one.

        Raises:
            InputError: if there is no such article or verdict.
        """
        for kind, value, known in (("article", article, articles()), ("verdict", verdict, PRIORITY)):
            if value not in ("all", *known):
                raise InputError(f"{kind} {value!r}: allowed are {', '.join(('all', *known))}")
        return Audit(
            tuple(row for row in self.rows if article in ("all", row.claim.article) and verdict in ("all", row.verdict))
        )

    def counts(self) -> dict[str, int]:
        """Count the rows by verdict, every verdict named."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in PRIORITY}

    def counts_by_article(self) -> dict[str, dict[str, int]]:
        """Count the rows by article and verdict."""
        return {article: self.only(article).counts() for article in articles()}


def audit() -> Audit:
    """Recompute every claim under ``data/claims/``.

    Raises:
        InputError: if the data are malformed.
    """
    by_id = {claim.id: claim for claim in claims()}
    return Audit(tuple(audited(claim, by_id) for claim in by_id.values()))
