"""One audited claim: verdict, recomputed figures and workings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.claims.checking import Outcome, run_check
from lib.claims.claim import Claim
from lib.claims.figure import Figure
from lib.claims.verdicts import FAILED, verdict


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

    def to_dict(self) -> dict[str, Any]:
        """Give the row as plain data; amounts in their unit."""
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
