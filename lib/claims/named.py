"""A figure with the name under which the workings call it."""

from dataclasses import dataclass

from lib.claims.figure import Figure


@dataclass(frozen=True)
class Named:
    """``label`` is what people read; ``figure`` its number or range with unit."""

    label: str
    figure: Figure

    def __str__(self) -> str:
        """Write the number with its label in brackets."""
        return f"{self.figure} ({self.label})"
