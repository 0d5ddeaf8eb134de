"""What a run leaves behind: one typed record, and every answer as one row."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lib.experiment.config import ExperimentConfig


class _Part(BaseModel):
    # A run that an earlier version stored may say more.
    model_config = ConfigDict(extra="ignore", from_attributes=True)


class ModelInfo(_Part):
    """The model that answered; ``parameters`` is ``None`` behind an endpoint."""

    name: str
    fingerprint: str
    parameters: int | None = None
    window: int
    is_sample_model: bool = False
    notes: list[str] = Field(default_factory=list)


class DatasetInfo(_Part):
    """What was asked about: sizes, the voice, and the question kinds with their numbers."""

    name: str
    is_sample_company: bool
    fingerprint: str
    documents: int
    passages: int
    changed_documents: int
    questions: int
    training_pairs: int
    taught_pairs: int
    taught_facts: int
    kinds: dict[str, int]
    voice: dict[str, str]
    style: str


class ArmInfo(_Part):
    """One arm of the run, and what it took; waits are seconds for one answer at a time, search included."""

    id: str
    title: str
    meaning: str
    stands_for: str
    feeds: str = ""
    seconds_each: list[float] = Field(default_factory=list)
    first_token_seconds_each: list[float] = Field(default_factory=list)
    shortened_prompts: int = 0
    share_of_pages_read: float | None = None


class LeftOut(_Part):
    """An arm that could not be run, and why."""

    arm: str
    title: str
    reason: str


class Unlearned(_Part):
    """Right answers to ``n`` questions that have nothing to do with a training, before and after it.

    ``lost`` were right before and wrong after. ``what`` is ``everyday`` (from memory) or ``reading`` (on a text).
    """

    what: str
    n: int
    before: int
    after: int
    lost: int

    @property
    def gained(self) -> int:
        """How many were wrong before and right after."""
        return self.after - self.before + self.lost


class TrainingInfo(_Part):
    """One LoRA training (``shipped``: the reference run's, not of this run).

    ``taught`` counts, of ``asked`` taught facts in a trained wording, those that were answered right. ``machine`` is
    the graphics card that it was trained on: its seconds are not to be held against those of a processor.
    """

    name: Literal["closed_book", "with_pages"]
    seed: int
    adapter: str
    settings: dict[str, Any]
    examples: int
    tokens: int
    seconds: float | None = None
    estimated_seconds: float | None = None
    peak_memory_mib: float | None = None
    losses: list[float] = Field(default_factory=list)
    taught: int | None = None
    asked: int | None = None
    shipped: bool = False
    machine: str = ""
    unlearned: list[Unlearned] = Field(default_factory=list)


class RetrievalInfo(_Part):
    """How pages were looked up; ``scores`` is question id to the retrieval measures."""

    search: str
    reranker: str
    k: int
    scores: dict[str, dict[str, float]]
    seconds_each: list[float] = Field(default_factory=list)
    synced_passages: int = 0
    sync_seconds: float = 0.0


class QuestionInfo(_Part):
    """What was asked, and what decides whether an answer is right."""

    question: str
    answer: str
    kind: str
    cluster: str
    document_ids: list[str] = Field(default_factory=list)
    values: list[str] = Field(default_factory=list)
    must_contain: list[str] = Field(default_factory=list)
    old_values: list[str] = Field(default_factory=list)


class Passage(_Part):
    """A passage that stood in a prompt."""

    document_id: str
    title: str
    text: str


class AnswerRow(_Part):
    """One answer: arm × training seed × question. ``scores`` holds every measure and grade (None: not judged)."""

    arm: str
    seed: int
    question_id: str
    answer: str
    passage_ids: list[str] = Field(default_factory=list)
    searches: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    answer_tokens: int = 0
    perplexity: float | None = None
    scores: dict[str, bool | float | None] = Field(default_factory=dict)


class RunRecord(_Part):
    """A whole run. Everything that shows, compares or uses a run reads this and nothing else."""

    id: str
    key: str
    created: str
    command: str = ""
    machine: str = ""
    experiment_version: int
    config: ExperimentConfig
    model: ModelInfo
    embedder: dict[str, str]
    dataset: DatasetInfo
    versions: dict[str, str]
    arms: list[ArmInfo]
    left_out: list[LeftOut] = Field(default_factory=list)
    trainings: list[TrainingInfo] = Field(default_factory=list)
    retrieval: RetrievalInfo
    audit: list[dict[str, Any]] = Field(default_factory=list)
    skipped_files: list[dict[str, str]] = Field(default_factory=list)
    seconds: dict[str, float] = Field(default_factory=dict)
    resumed: dict[str, int] = Field(default_factory=dict)
    peak_memory_mib: float | None = None
    questions: dict[str, QuestionInfo] = Field(default_factory=dict)
    passages: dict[str, Passage] = Field(default_factory=dict)
    answers: list[AnswerRow] = Field(default_factory=list)
