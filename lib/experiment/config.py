"""What one run of the experiment is to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, chosen_arms
from lib.experiment.finetune import LoraSettings
from lib.experiment.retrieval.methods import METHODS


@dataclass(frozen=True)
class ExperimentConfig:
    """All that decides the result of a run, with the defaults of the workbook.

    ``seed`` makes the sample company and starts the trainings; ``documents``, ``questions_per_kind``
    (five kinds) and ``training_pairs`` say how large it is. ``model`` and ``embedder`` are a folder or
    a Hugging Face id; ``None`` is the workbook's own offline one. ``k`` pages are looked up by the
    ``search`` method; ``examples`` worked examples stand in a few-shot prompt. ``latency_questions``
    are asked one at a time. ``threads`` is fixed because sums in another order give other decimals.
    """

    seed: int = 0
    documents: int = 300
    questions_per_kind: int = 100
    training_pairs: int = 375
    model: str | None = None
    embedder: str | None = None
    arms: tuple[str, ...] = tuple(EXPERIMENT_ARMS)
    search: str = "hybrid"
    k: int = 3
    examples: int = 4
    max_answer_tokens: int = 64
    latency_questions: int = 8
    threads: int = 2
    lora: LoraSettings = field(default_factory=LoraSettings)

    def __post_init__(self) -> None:
        """Refuse what cannot be run; the sample company refuses sizes that it cannot have."""
        object.__setattr__(self, "arms", tuple(arm.id for arm in chosen_arms(self.arms)))
        if self.search not in METHODS:
            raise InputError(f"search is {self.search!r}; allowed are {', '.join(METHODS)}.")
        least = {"documents": 1, "questions_per_kind": 1, "training_pairs": 1, "k": 1, "max_answer_tokens": 1}
        for name, low in (least | {"examples": 0, "latency_questions": 0, "threads": 1}).items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < low:
                raise InputError(f"{name} is {value!r}; it must be a whole number of at least {low}.")

    @classmethod
    def quick(cls, **changes: Any) -> "ExperimentConfig":
        """Give a run of a minute or so, for trying out and for tests: too few questions to conclude from."""
        small = {
            "documents": 40,
            "questions_per_kind": 8,
            "training_pairs": 40,
            "max_answer_tokens": 40,
            "latency_questions": 2,
            "lora": LoraSettings(epochs=2),
        }
        return cls(**small | changes)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ExperimentConfig":
        """Read a configuration back, as ``to_dict`` writes it.

        Raises:
            InputError: a name is unknown, or a value is not allowed.
        """
        given = dict(values)
        _known(given, cls, "")
        if isinstance(given.get("lora"), Mapping):
            _known(given["lora"], LoraSettings, "lora.")
            given["lora"] = LoraSettings(**given["lora"])
        if "arms" in given:
            given["arms"] = tuple(given["arms"])
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """Write the configuration as plain values."""
        return asdict(self) | {"arms": list(self.arms)}


def _known(given: Mapping[str, Any], of: type, prefix: str) -> None:
    allowed = [entry.name for entry in fields(of)]
    for name in given:
        if name not in allowed:
            raise InputError(f"{prefix}{name} is not a setting of the experiment; allowed are {', '.join(allowed)}.")
