"""What one run of the experiment is to do."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from lib import paths
from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS, QUICK_ARMS, chosen_arms
from lib.models.training import LoraSettings
from lib.retrieval.access import Person
from lib.retrieval.kinds import METHODS, ChunkSettings
from lib.sample_company import DOCUMENTS, QUESTIONS, QUICK_QUESTIONS


class OwnFiles(BaseModel):
    """A client's own data: a folder of documents, a file of questions, perhaps a file of training pairs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: str
    questions: str
    train: str | None = None


class ExperimentConfig(BaseModel):
    """All that decides the result of a run, with the defaults of the reference run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    own: OwnFiles | None = None  # a client's own files; without them a sample company is made
    company_seed: int = Field(0, ge=0)
    documents: int = Field(DOCUMENTS, ge=1)  # pages of the sample company, of which the fields down to voice speak too
    questions: dict[str, int] = Field(default_factory=lambda: dict(QUESTIONS))  # how many it has of each kind
    training_pairs: int = Field(400, ge=0)  # for the training with pages; the same facts are taught closed book
    ask: dict[str, int] | None = None  # of its questions only the first so many of each kind; all if not given
    train_on: int | None = Field(None, ge=1)  # of its training pairs only the first so many; all if not given
    wordings: int | None = Field(None, ge=1)  # of each fact taught closed book; all of them if not given
    voice: Literal["brand", "json"] = "brand"
    seeds: tuple[int, ...] = (0,)  # of the trainings; untuned arms answer once, for greedy answers repeat themselves
    model: str | None = None  # a folder, a Hugging Face id or ``endpoint:NAME``; None for SmolLM2-135M-Instruct
    embedder: str | None = None  # a folder or an id; None for the offline all-MiniLM-L6-v2
    # Models tuned elsewhere that answer for tuned arms; ``reference`` for the adapter that comes with the workbook.
    tuned_closed_book: str | None = None
    tuned_with_pages: str | None = None
    arms: tuple[str, ...] = tuple(EXPERIMENT_ARMS)
    search: str = "hybrid"
    k: int = Field(3, ge=1)  # passages that a search brings
    reranker: str = "none"  # or ``term_overlap``, or a cross-encoder's folder or id
    searches: int = Field(2, ge=1, le=2)  # for one question: the second asks for what the first answer said was missing
    chunking: ChunkSettings | None = None  # how pages are cut; None for lengths by kind of document
    person: str | None = None  # who asks (``anna/hr``): retrieval brings nothing that they may not read
    examples: int = Field(4, ge=0)  # in a few-shot prompt
    max_answer_tokens: int = Field(64, ge=1)
    latency_questions: int = Field(4, ge=0)  # asked one at a time, and timed
    perplexity_questions: int = Field(8, ge=0)  # whose ideal answers are read by every arm's model
    unlearning: bool = True  # whether to measure what each training unlearns
    threads: int = Field(2, ge=1)  # fixed, because sums in another order give other last decimals
    closed_book: LoraSettings = Field(default_factory=lambda: LoraSettings(epochs=5))
    with_pages: LoraSettings = Field(default_factory=lambda: LoraSettings(epochs=3, batch_size=8))

    @field_validator("arms")
    @classmethod
    def _in_order(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(arm.id for arm in chosen_arms(arms))

    @model_validator(mode="after")
    def _usable(self) -> "ExperimentConfig":
        if self.search not in METHODS:
            raise InputError(f"search is {self.search!r}; allowed are {', '.join(METHODS)}.")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise InputError(f"seeds is {list(self.seeds)}; give whole numbers, each once.")
        return self

    @property
    def asker(self) -> Person | None:
        """Who asks; ``None`` for somebody who may read everything."""
        return Person.parse(self.person) if self.person else None

    def lora(self, training: str) -> LoraSettings:
        """Return the settings of a training, ``closed_book`` or ``with_pages``."""
        return getattr(self, training)

    def tuned_elsewhere(self, training: str) -> str | None:
        """Return the model that stands in for a training, where one is named."""
        return getattr(self, f"tuned_{training}")


REFERENCE = "reference"
"""The run that comes with the workbook, and its adapters."""

# The reference run's own company, so that its closed-book adapter, which takes too long to teach, can answer.
QUICK = {
    "ask": dict(QUICK_QUESTIONS),
    "train_on": 48,
    "k": 1,  # sooner than two; the curve of passages does not rise with them for this model
    "arms": QUICK_ARMS,
    # Small steps, twice over, teach as much style as large ones three times over, in half the time.
    "with_pages": {"epochs": 2, "batch_size": 4},
    "latency_questions": 0,  # a percentile of one question would say nothing
    "perplexity_questions": 0,
    "unlearning": False,
}


def make_config(quick: bool = False, **settings: Any) -> ExperimentConfig:
    """Make a configuration from what a person says; what is ``None`` or empty stays at its default.

    Args:
        quick: a live run of a few minutes: real search, real training, 100 questions, five arms.
        settings: fields of ``ExperimentConfig``; ``documents``, ``questions`` and ``train`` as paths for own data.

    Raises:
        InputError: one sentence on the first setting that is not allowed.
    """
    given = {name: value for name, value in settings.items() if value not in (None, "", ())}
    files = {name: given.pop(name) for name in ("documents", "questions", "train") if isinstance(given.get(name), str)}
    if files:
        if not {"documents", "questions"} <= set(files):
            raise InputError("Own data needs both documents (a folder) and questions (a CSV or JSONL file).")
        given["own"] = files
        # The quick run of the sample shows less to be in time; of own data it shows as much as any run.
        given.setdefault("k", ExperimentConfig.model_fields["k"].default)
    same = not {"own", "model", "company_seed", "voice"} & set(given)
    if quick and same and (paths.REFERENCE_RUN / "run.json").is_file():
        given.setdefault("tuned_closed_book", REFERENCE)
    return read_config((QUICK if quick else {}) | given)


def read_config(values: Mapping[str, Any]) -> ExperimentConfig:
    """Read a configuration, as it is stored or given as a mapping.

    Raises:
        InputError: a name is unknown or a value is not allowed.
    """
    try:
        return ExperimentConfig.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name, given = ".".join(map(str, first["loc"])), first.get("input")
        said = f"{name} is {given!r}; {first['msg'][0].lower()}{first['msg'][1:]}."
        if first["type"] == "extra_forbidden":
            allowed = ", ".join(ExperimentConfig.model_fields)
            said = f"{name} is not a setting of the experiment; allowed are {allowed}."
        raise InputError(said) from None
