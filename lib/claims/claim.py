"""What the data say of a claim: pydantic models of the files under ``data/claims/``, and reading them."""

from functools import cache
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from lib.articles import articles
from lib.claims.figure import Number, Stated, Strict
from lib.claims.rules import FAILED, RULES
from lib.errors import InputError
from lib.files import read_yaml
from lib.paths import DATA

CLAIMS = DATA / "claims"
Reference = str | float | list[float] | dict[str, Number]


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

    against: Literal[tuple(FAILED)] | None = None
    rule: Literal[tuple(RULES)] | None = None
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


@cache
def claims() -> tuple[Claim, ...]:
    """Read every claim, in the articles' order: one file an article, for the articles that have one.

    Raises:
        InputError: if a row is malformed, or an id stands twice.
    """
    found: dict[str, Claim] = {}
    for article in articles():
        path = CLAIMS / f"{article}.yaml"
        for row in read_yaml(path)["claims"] if path.exists() else ():
            try:
                claim = Claim(article=article, **row)
            except (ValidationError, TypeError) as error:
                raise InputError(f"{path.name}, {row.get('id', 'a row without id')}: {error}") from error
            if found.setdefault(claim.id, claim) is not claim:
                raise InputError(f"{path.name}: the claim id {claim.id} stands more than once")
    return tuple(found.values())
