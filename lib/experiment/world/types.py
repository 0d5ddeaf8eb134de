"""What the experiment reads: documents, questions, training pairs, and the sample that holds them."""

from dataclasses import dataclass, field

from lib.experiment.world.voice import Voice

QUESTION_KINDS = ("seen_fact", "document_fact", "changed_fact", "unanswerable", "multi_hop")


@dataclass(frozen=True)
class Document:
    """One help page.

    ``id`` is unique in its company (``plan-204``), ``kind`` its first part; ``title`` is the name of the
    thing described; ``text`` is one paragraph; ``metadata`` holds strings: ``kind``, ``updated`` (ISO date).
    """

    id: str
    kind: str
    title: str
    text: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One evaluation question.

    ``answer`` is the ideal answer in the sample's voice; ``value`` is the string that a factually right
    answer must contain (``""`` for an unanswerable question, whose ideal answer contains ``REFUSAL``);
    ``document_ids`` are the documents that together hold the answer (none for an unanswerable one);
    ``old_value`` is what was true at training, for a changed fact only. ``must_contain`` are strings that
    must all stand in a right answer, for questions whose answer is longer than one value; ``value`` alone
    counts where it is empty.
    """

    id: str
    question: str
    answer: str
    kind: str
    document_ids: tuple[str, ...]
    value: str
    attribute: str
    old_value: str = ""
    must_contain: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainingPair:
    """One question and its ideal answer in the brand voice, true when the training set was made."""

    question: str
    answer: str
    document_ids: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """A whole company for the experiment, made from a seed.

    ``documents`` is today's help centre, ``documents_at_training`` the one that ``training_pairs`` were
    written from: same ids, other values for the changed facts. Pairs and questions are in random order,
    so that a prefix of either is a fair smaller set. ``is_sample_company`` is false for a client's own data.
    """

    name: str
    documents: tuple[Document, ...]
    documents_at_training: tuple[Document, ...]
    questions: tuple[Question, ...]
    training_pairs: tuple[TrainingPair, ...]
    voice: Voice
    seed: int
    is_sample_company: bool = True
