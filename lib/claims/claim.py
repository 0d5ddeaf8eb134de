"""What the data say of a claim: pydantic models of the files under ``data/claims/``."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lib.claims.figure import Figure

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
        """Give the same claim with another value for one input."""
        return self.model_copy(update={"inputs": {**self.inputs, name: value}})
