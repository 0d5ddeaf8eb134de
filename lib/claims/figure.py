"""A figure: one number or a range, with its unit, how it is written, the name it has in the workings, and as stated."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

Number = float | list[float]
"""A number or a pair (low, high)."""


@dataclass(frozen=True)
class Figure:
    """A range from ``low`` to ``high`` in ``unit``; one number is a range whose ends are equal.

    Raises:
        ValueError: if ``low`` is above ``high``.
    """

    low: float
    high: float
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse a range that stands upside down."""
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")

    @classmethod
    def of(cls, value: float | list[float], unit: str = "") -> "Figure":
        """Make a figure from a number or a pair of numbers."""
        low, high = value if isinstance(value, list) else (value, value)
        return cls(float(low), float(high), unit)

    @classmethod
    def between(cls, one: float, other: float, unit: str = "") -> "Figure":
        """Make a figure from its two ends in either order."""
        return cls(min(one, other), max(one, other), unit)

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def in_unit(self, unit: str) -> "Figure":
        """Return the same numbers with another unit's name."""
        return Figure(self.low, self.high, unit)

    def __str__(self) -> str:
        """Write it as people read it: ``USD 70.50 a month``, ``11–17 days``."""
        money = self.unit.startswith("USD")
        ends = [plain(end, money) for end in ((self.low,) if self.is_point else (self.low, self.high))]
        if self.low == float("inf"):
            return "never"
        joined = " to ".join(ends) if self.low < 0 else "–".join(ends)
        return f"USD {joined}{self.unit[3:]}" if money else f"{joined} {self.unit}".strip()


def plain(value: float, money: bool = False) -> str:
    """Write a number without exponents and with at least three figures; ``money`` shows cents."""
    if value == float("inf"):
        return "never"
    size = abs(value)
    if size >= 1000 or value == round(value):
        return f"{value:,.0f}"
    if money and size >= 0.995:
        # The added trifle rounds half a cent up, as people do.
        return f"{value + 1e-9:,.2f}"
    if size >= 1:
        return f"{value:.1f}" if size >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
    if money and size >= 0.01 and abs(value - round(value, 2)) < 1e-12:
        return f"{value:.2f}"
    digits = next((places for places in range(2, 12) if size >= 10 ** (1 - places)), 12) + 1
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Named:
    """``label`` is what people read; ``figure`` its number or range with unit."""

    label: str
    figure: Figure

    def __str__(self) -> str:
        """Write the number with its label in brackets."""
        return f"{self.figure} ({self.label})"


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stated(Strict):
    """The figure as the article states it."""

    value: Number
    unit: str
    about: bool = False  # the article calls it approximate
    rounded_to: float | None = None  # the step of its last stated digit

    @property
    def figure(self) -> Figure:
        """The figure."""
        return Figure.of(self.value, self.unit)

    def __str__(self) -> str:
        """Write it, with ``about`` where the article does."""
        return f"about {self.figure}" if self.about else str(self.figure)
