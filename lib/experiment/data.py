"""What a run asks: the sample company, or a client's own documents, questions with answers, and training pairs."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lib.dataset import FREE, JSON, REFUSAL, Dataset, Question, TrainingPair, Voice, schema_valid
from lib.errors import InputError
from lib.experiment.config import ExperimentConfig
from lib.experiment.own.audit import GAP, Audit, audit_data
from lib.experiment.own.questions import read_questions
from lib.experiment.own.training import ReadTraining, read_training
from lib.retrieval.access import Person, readable
from lib.retrieval.documents import SkippedFile, load_documents
from lib.retrieval.text import one_line
from lib.sample_company import VOICE, sample_company

# The style counts as asked for where this share of the answers, and at least so many of them, keep it.
SHARE = 0.8
AT_LEAST = 10
# A phrase longer than this is content that repeats, not a style.
LONGEST = 12

_OPENING_ENDS = tuple("!.,:;?–—")
_SENTENCE_ENDS = re.compile(r"[.!?…\])]['\"”’]*$")


@dataclass(frozen=True)
class Data:
    """A dataset, and for own data what the audit found and which files were skipped."""

    dataset: Dataset
    audit: Audit | None = None
    skipped: tuple[SkippedFile, ...] = ()


def data_for(config: ExperimentConfig, gap: float = GAP) -> Data:
    """Read or make what ``config`` asks about; ``gap`` is what own data should be able to show (``audit_data``).

    Raises:
        InputError: the sample cannot have these sizes, or a file cannot be read.
    """
    if own := config.own:
        return own_dataset(own.documents, own.questions, own.train, gap=gap, person=config.asker)
    voice = JSON if config.voice == "json" else VOICE
    sizes = config.documents, config.questions, config.training_pairs, config.wordings
    made = sample_company(config.company_seed, *sizes, voice)
    questions = made.questions
    if config.ask is not None:
        # Their order is random, so that the first ones of each kind, and the first pairs, are a fair part.
        ids = {q.id for kind, n in config.ask.items() for q in [q for q in questions if q.kind == kind][:n]}
        questions = tuple(question for question in questions if question.id in ids)
    return Data(replace(made, questions=questions, training_pairs=made.training_pairs[: config.train_on]))


# A client's own data.


def own_dataset(
    documents_folder: str | Path,
    questions_file: str | Path,
    training_file: str | Path | None = None,
    *,
    gap: float = GAP,
    person: Person | None = None,
) -> Data:
    """Load and audit a client's data.

    Questions that the training file asks too are left out and named in the audit. Questions and pairs are
    put in an order that is random and always the same, so that a prefix of either is a fair smaller set.

    Args:
        documents_folder: in folders as deep as they come.
        questions_file: CSV or JSON lines (``questions.QuestionRow``).
        training_file: JSON lines (``training.read_training``); without it nothing can be trained.
        gap: what the run should be able to show (``audit_data``).
        person: who asks. The dataset keeps all documents, for the index filters them; a question on a document that
            the person may not read cannot be answered by them, and pairs on such documents are not learned from.

    Raises:
        InputError: one sentence on what cannot be used, or no question is left.
    """
    files = load_documents(documents_folder)
    training = read_training(training_file, files.documents, files.skipped) if training_file else ReadTraining()
    voice = infer_voice(training.pairs)
    read = read_questions(questions_file, files.documents, files.skipped, voice)
    seen = {document.id for document in readable(files.documents, person)}
    hidden = tuple(q.id for q in read.questions if q.answerable and not set(q.document_ids) <= seen)
    questions = tuple(_out_of_sight(q) if q.id in hidden else q for q in read.questions)
    pairs = tuple(pair for pair in training.pairs if set(pair.document_ids) <= seen)
    read = replace(read, questions=questions, inferred=read.inferred - set(hidden))
    audit = audit_data(files, read, replace(training, pairs=pairs), hidden, voice, gap)
    shuffled = random.Random("own questions 0").sample(questions, len(questions))
    kept = [question for question in shuffled if question.id not in audit.leaked]
    if not kept:
        raise InputError(
            f"{questions_file}: no question is left ({len(audit.leaked)} stand in the training file, {len(read.unreadable)} "
            "cite a file that cannot be read); allowed is at least one question of its own."
        )
    shuffled_pairs = tuple(random.Random("own pairs 0").sample(pairs, len(pairs)))
    dataset = Dataset(
        name=one_line(Path(documents_folder).resolve().name) or "own data",
        documents=files.documents,
        documents_at_training=files.documents,
        questions=tuple(kept),
        training_pairs=shuffled_pairs,
        taught=shuffled_pairs,
        voice=voice,
    )
    return Data(dataset, audit, files.skipped)


def _out_of_sight(question: Question) -> Question:
    """Return a question as it stands for somebody who may not read its documents: a right answer refuses."""
    return replace(question, answer=REFUSAL, kind="missing", document_ids=(), values=(), must_contain=(), old_values=())


def infer_voice(pairs: Sequence[TrainingPair]) -> Voice:
    """Infer the brand voice: the opening or closing phrase, or both, that at least 80 % of the answers share.

    An opening is the longest phrase of at most 12 words that ends in a punctuation mark; a closing follows the end
    of a sentence. Answers that are JSON objects with ``answer`` and ``source`` make the JSON voice.

    Returns:
        The voice, without a citation; ``FREE`` (style is not judged) where fewer than 80 %, or than 10, agree.
    """
    answers = [" ".join(pair.answer.split()) for pair in pairs]
    needed = max(AT_LEAST, SHARE * len(answers))
    if sum(map(schema_valid, answers)) >= needed:
        return JSON
    if sum(answer.startswith("{") for answer in answers) >= needed:
        # Objects with other keys: no schema that the workbook checks, and their first key is no phrase.
        return FREE
    opening = _shared((_openings(answer) for answer in answers), needed)
    rest = [answer.removeprefix(opening).strip() for answer in answers]
    closing = _shared((_closings(answer) for answer in rest), needed)
    return Voice("brand", opening, closing) if opening or closing else FREE


def _shared(phrases: Iterable[list[str]], needed: float) -> str:
    counts = Counter(phrase for found in phrases for phrase in found)
    enough = [phrase for phrase, count in counts.items() if count >= needed]
    return max(enough, key=lambda phrase: (len(phrase), phrase), default="")


def _openings(answer: str) -> list[str]:
    words = answer.split()
    places = range(1, min(LONGEST, len(words) - 1) + 1)
    return [" ".join(words[:end]) for end in places if words[end - 1].endswith(_OPENING_ENDS)]


def _closings(answer: str) -> list[str]:
    words = answer.split()
    places = range(max(1, len(words) - LONGEST), len(words))
    return [" ".join(words[start:]) for start in places if _SENTENCE_ENDS.search(words[start - 1])]
