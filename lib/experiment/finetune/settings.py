"""What a LoRA training is given, and what it reports: plain values, no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lib.errors import InputError
from lib.experiment.world import Document


@dataclass(frozen=True)
class LoraSettings:
    """What the reader sees and may change of a LoRA training.

    All linear layers are adapted (Biderman et al. 2024). ``rank`` is the width of the adapter,
    ``alpha`` its strength (``alpha / rank`` multiplies it), ``learning_rate`` the highest, from which
    it falls to zero in a straight line.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    epochs: int = 3
    learning_rate: float = 1e-3
    batch_size: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        for name in ("rank", "alpha", "epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise InputError(f"lora.{name} is {getattr(self, name)}; it must be above 0.")
        if not 0 <= self.dropout < 1:
            raise InputError(f"lora.dropout is {self.dropout}; it must be at least 0 and below 1.")


@dataclass(frozen=True)
class Lesson:
    """One training example: a question, its answer, and the documents (none for closed-book) before it."""

    question: str
    answer: str
    documents: Sequence[Document] = ()


@dataclass(frozen=True)
class TrainingEstimate:
    """What a training will take, told before it starts.

    ``seconds`` and ``memory_mib`` (growth over what the process holds already) come from a few measured
    steps on this machine; ``tokens`` counts every epoch, without padding; ``steps`` are optimiser steps;
    ``operations`` are the floating-point operations that all steps need by arithmetic.
    """

    seconds: float
    memory_mib: float
    tokens: int
    steps: int
    operations: float

    def __str__(self) -> str:
        """Tell it in one line."""
        return (
            f"{self.steps:,} steps over {self.tokens:,} tokens: about {self.seconds:,.0f} s and "
            f"{self.memory_mib:,.0f} MiB of memory ({self.operations / 1e12:,.1f} trillion operations)"
        )


@dataclass(frozen=True)
class Training:
    """What a training did: loss after each step, sizes, where the adapter lies, what it took.

    ``seconds`` and ``peak_memory_mib`` (growth over what the process held before) are measured over the
    steps of this call; ``resumed_from`` is the step that an interrupted training went on from (0: none).
    ``precision`` is ``bf16`` or ``fp32``.
    """

    adapter: Path
    losses: tuple[float, ...]
    lessons: int
    too_long: int
    trainable_parameters: int
    parameters: int
    tokens: int
    settings: LoraSettings = field(default_factory=LoraSettings)
    precision: str = "fp32"
    estimate: TrainingEstimate | None = None
    seconds: float = 0.0
    peak_memory_mib: float = 0.0
    resumed_from: int = 0

    @property
    def time_ratio(self) -> float | None:
        """Measured seconds for each estimated one, over the steps that this call did."""
        if not self.estimate or self.resumed_from >= self.estimate.steps:
            return None
        return self.seconds / (self.estimate.seconds * (1 - self.resumed_from / self.estimate.steps))

    @property
    def memory_ratio(self) -> float | None:
        """Measured growth of memory for each estimated MiB."""
        return self.peak_memory_mib / self.estimate.memory_mib if self.estimate else None

    def __str__(self) -> str:
        """Tell what it took beside what was expected."""
        took = f"{self.seconds:,.0f} s and {self.peak_memory_mib:,.0f} MiB"
        if self.time_ratio is None or self.memory_ratio is None:
            return f"{took}; nothing was estimated"
        return f"{took}: {self.time_ratio:.2f} times the time and {self.memory_ratio:.2f} times the memory expected"
