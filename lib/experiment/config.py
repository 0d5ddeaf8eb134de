"""What one run of the experiment is to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, chosen_arms
from lib.experiment.finetune import LoraSettings
from lib.experiment.retrieval.chunk_settings import ChunkSettings
from lib.experiment.retrieval.methods import METHODS

VOICES = ("brand", "json")
_LEAST = {
    "documents": 1,
    "questions_per_kind": 1,
    "training_pairs": 1,
    "k": 1,
    "searches": 1,
    "max_answer_tokens": 1,
    "threads": 1,
    "examples": 0,
    "latency_questions": 0,
    "perplexity_questions": 0,
}


@dataclass(frozen=True)
class OwnFiles:
    """A client's own data: a folder of documents, a file of questions, perhaps a file of training pairs."""

    documents: str
    questions: str
    train: str | None = None


# The parts of a configuration that are tables of their own.
_PARTS = {"lora": LoraSettings, "chunking": ChunkSettings, "own": OwnFiles}


@dataclass(frozen=True)
class ExperimentConfig:
    """All that decides the result of a run, with the defaults of the workbook.

    ``own`` are a client's own files; without them ``seed`` makes the sample company, and ``documents``,
    ``questions_per_kind`` (five kinds), ``training_pairs`` and ``voice`` (``brand`` or ``json``) say what it is
    like. ``seed`` also starts the trainings. ``model`` is a folder, a Hugging Face id or ``endpoint:NAME``;
    ``embedder`` a folder or an id; ``None`` is the workbook's own offline one. ``tuned_closed_book`` and
    ``tuned_with_pages`` name models that have been fine-tuned elsewhere and answer for the tuned arms.

    ``k`` passages are looked up by the ``search`` method, put in order again by ``reranker``, at most
    ``searches`` times a question; ``skip_needless`` leaves the search out where a question needs no page.
    ``chunking`` says how pages are cut (``None``: by their kind). ``examples`` worked examples stand in a few-shot prompt.
    ``latency_questions`` are asked one at a time, for ``perplexity_questions`` the model's surprise at the
    ideal answer is measured. ``threads`` is fixed because sums in another order give other decimals.
    """

    seed: int = 0
    own: OwnFiles | None = None
    documents: int = 300
    questions_per_kind: int = 100
    training_pairs: int = 375
    voice: str = "brand"
    model: str | None = None
    embedder: str | None = None
    tuned_closed_book: str | None = None
    tuned_with_pages: str | None = None
    arms: tuple[str, ...] = tuple(EXPERIMENT_ARMS)
    search: str = "hybrid"
    k: int = 3
    reranker: str = "none"
    searches: int = 2
    skip_needless: bool = True
    chunking: ChunkSettings | None = None
    examples: int = 4
    max_answer_tokens: int = 64
    latency_questions: int = 8
    perplexity_questions: int = 50
    threads: int = 2
    lora: LoraSettings = field(default_factory=LoraSettings)

    def __post_init__(self) -> None:
        """Refuse what cannot be run; the sample company refuses sizes that it cannot have."""
        object.__setattr__(self, "arms", tuple(arm.id for arm in chosen_arms(self.arms)))
        for name, allowed in (("search", METHODS), ("voice", VOICES)):
            if getattr(self, name) not in allowed:
                raise InputError(f"{name} is {getattr(self, name)!r}; allowed are {', '.join(allowed)}.")
        for name, low in _LEAST.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < low:
                raise InputError(f"{name} is {value!r}; it must be a whole number of at least {low}.")

    def tuned_elsewhere(self, training: str) -> str | None:
        """Return the name of the model that stands in for a training (``closed_book``, ``with_pages``), if given."""
        return getattr(self, f"tuned_{training}")

    @classmethod
    def quick(cls, **changes: Any) -> "ExperimentConfig":
        """Give a run of a minute or so, for trying out and for tests: too few questions to conclude from."""
        small = {
            "documents": 40,
            "questions_per_kind": 8,
            "training_pairs": 40,
            "max_answer_tokens": 40,
            "latency_questions": 2,
            "perplexity_questions": 8,
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
        for name, part in _PARTS.items():
            if isinstance(given.get(name), Mapping):
                _known(given[name], part, f"{name}.")
                given[name] = part(**given[name])
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
