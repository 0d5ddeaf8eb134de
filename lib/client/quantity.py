"""Numbers that may be uncertain: a plain number or a range of low, likely and high."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

NEVER = "never"

StrictNumber = Annotated[float, Strict(), Field(allow_inf_nan=False)]


class Range(BaseModel):
    """An uncertain number: its lowest, most likely and highest value, in the unit of its field."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    low: StrictNumber
    likely: StrictNumber
    high: StrictNumber

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if not self.low <= self.likely <= self.high:
            raise ValueError("low ≤ likely ≤ high does not hold")
        return self


def likely(value: float | Range | str | None) -> float | str | None:
    """Return the most likely value of a number, a range, ``"never"`` or ``None``."""
    return value.likely if isinstance(value, Range) else value


def within(lowest: float, highest: float, whole: bool = False) -> AfterValidator:
    """Make a validator that keeps a number, or all three values of a range, inside the bounds.

    ``whole`` refuses fractions in a plain number; a range stands for an expectation and may hold them.
    """

    def check(value: Any) -> Any:
        values = (value.low, value.high) if isinstance(value, Range) else (value,)
        for number in values:
            if isinstance(number, (int, float)) and not lowest <= number <= highest:
                raise ValueError(f"outside {lowest:g} to {highest:g}")
        if whole and isinstance(value, float) and not value.is_integer():
            raise ValueError("not a whole number")
        return value

    return AfterValidator(check)


Number = StrictNumber | Range
NumberOrNever = StrictNumber | Range | Literal["never"]
