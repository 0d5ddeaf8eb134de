"""What the data say of a claim: pydantic models of the files under ``data/claims/``, and reading them."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lib.articles import articles
from lib.claims.figure import Figure
from lib.errors import InputError
from lib.files import read_yaml
from lib.paths import DATA

Number = float | list[float]
Reference = str | float | list[float] | dict[str, Number]
Against = Literal["own inputs", "assumed inputs", "list prices", "own article", "other article", "measurement"]
Rule = Literal[
    "equal", "covers", "compatible", "inside", "overlaps", "threshold", "above", "below", "mostly", "reaches"
]


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stated(Strict):
    """The figure as the article states it.

    ``value`` is a number or a pair (low, high). ``about`` marks a figure that the article calls
    approximate; ``rounded_to`` is the step of its last stated digit.
    """

    value: Number
    unit: str
    about: bool = False
    rounded_to: float | None = None

    @property
    def figure(self) -> Figure:
        """The figure."""
        return Figure.of(self.value, self.unit)

    def __str__(self) -> str:
        """Write it, with ``about`` where the article does."""
        return f"about {self.figure}" if self.about else str(self.figure)


class Step(Strict):
    """One recomputation: a named function ``of`` references, giving the figure ``gives`` in ``unit``.

    A reference is the name of one of the claim's inputs or of an earlier step, a claim's id (its stated
    figure), ``price:PROVIDER/MODEL.component`` (a list price), or ``{label: number}``.
    """

    recompute: str
    of: list[Reference] = Field(default_factory=list)
    gives: str
    unit: str


class Check(Strict):
    """One comparison: steps, and the rule by which their last figure is held against the claimed one."""

    against: Against | None = None
    rule: Rule | None = None
    subject: Reference | None = None
    found: Reference | None = None
    partner: list[str] = Field(default_factory=list)
    steps: list[Step] = Field(default_factory=list)
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "Check":
        if (self.against is None) != (self.rule is None):
            raise ValueError("a check has both `against` and `rule`, or neither (it only shows its workings)")
        if self.rule and self.found is None and not self.steps:
            raise ValueError("a check that compares has `steps` or `found`")
        return self


class Claim(Strict):
    """One published figure, what its article states for it, and how it is checked."""

    id: str
    article: str
    claim: str
    stated: Stated
    inputs: dict[str, Number] = Field(default_factory=dict)
    checks: list[Check] = Field(min_length=1)
    see_also: list[str] = Field(default_factory=list)

    def with_input(self, name: str, value: Any) -> "Claim":
        """Return the same claim with another value for one input."""
        return self.model_copy(update={"inputs": {**self.inputs, name: value}})


CLAIMS = DATA / "claims"


def claims(folder: Path = CLAIMS) -> list[Claim]:
    """Read every claim, in the articles' order: one file an article, for the articles that have one.

    Raises:
        InputError: if a row is malformed, or an id stands twice.
    """
    return list(_claims(folder))


@cache
def _claims(folder: Path) -> tuple[Claim, ...]:
    rows: list[Claim] = []
    for article in articles():
        path = folder / f"{article}.yaml"
        if path.exists():
            rows += [_claim(path, article, row) for row in read_yaml(path)["claims"]]
    twice = {row.id for row in rows if sum(row.id == other.id for other in rows) > 1}
    if twice:
        raise InputError(f"{folder.name}: the claim ids {', '.join(sorted(twice))} stand more than once")
    return tuple(rows)


def _claim(path: Path, article: str, row: dict[str, Any]) -> Claim:
    try:
        return Claim(article=article, **row)
    except (ValidationError, TypeError) as error:
        raise InputError(f"{path.name}, {row.get('id', 'a row without id')}: {error}") from error
