"""A client's own data as a sample that the experiment can run on."""

import random
from dataclasses import dataclass
from pathlib import Path

from lib.errors import InputError
from lib.experiment.own_data.audit import GAP, Audit, audit_data
from lib.experiment.own_data.documents import SkippedFile, load_documents
from lib.experiment.own_data.questions import read_questions
from lib.experiment.own_data.style import infer_voice
from lib.experiment.own_data.tidy import one_line
from lib.experiment.own_data.training import load_training
from lib.experiment.progress import Progress, silent
from lib.experiment.world import Sample


@dataclass(frozen=True)
class OwnData:
    """What the experiment runs on, what the audit found, and the files left out."""

    sample: Sample
    audit: Audit
    skipped: tuple[SkippedFile, ...]


def own_sample(
    documents_folder: str | Path,
    questions_file: str | Path,
    training_file: str | Path | None = None,
    limit: int | None = None,
    *,
    gap: float = GAP,
    progress: Progress = silent,
) -> OwnData:
    """Load and audit a client's data.

    Questions that the training file asks too are left out and named in the audit. Questions and pairs are
    put in an order that is random and always the same, so that a prefix of either is a fair smaller set.

    Args:
        documents_folder: md, markdown, txt, html, htm, pdf, docx, in folders as deep as they come.
        questions_file: CSV or JSON lines (``load_questions``).
        training_file: JSON lines (``load_training``); without it nothing can be trained.
        limit: use so many questions at most, taken in that random order; all if not given.
        gap: difference of two arms' shares of right answers (0 to 1) that the run should be able to show.
        progress: told how many documents are read.

    Raises:
        InputError: one sentence on what cannot be used, or no question is left.
    """
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise InputError(f"limit is {limit!r}; allowed is a whole number of at least 1.")
    loaded = load_documents(documents_folder, progress)
    pairs = load_training(training_file, loaded.documents, loaded.skipped) if training_file is not None else ()
    voice = infer_voice(pairs)
    read = read_questions(questions_file, loaded.documents, loaded.skipped, voice)
    questions = random.Random("own questions 0").sample(read.questions, len(read.questions))
    audit = audit_data(
        loaded.documents,
        read.questions,
        pairs,
        skipped=loaded.skipped,
        unreadable=read.unreadable,
        inferred=read.inferred,
        voice=voice,
        gap=gap,
        limit=limit,
    )
    kept = [question for question in questions if question.id not in set(audit.leaked)][:limit]
    if not kept:
        raise InputError(
            f"{questions_file}: no question is left ({len(audit.leaked)} stand in the training file, {len(read.unreadable)} "
            "cite a file that cannot be read); allowed is at least one question of its own."
        )
    sample = Sample(
        name=one_line(Path(documents_folder).resolve().name) or "own data",
        documents=loaded.documents,
        documents_at_training=loaded.documents,
        questions=tuple(kept),
        training_pairs=tuple(random.Random("own pairs 0").sample(pairs, len(pairs))),
        voice=voice,
        seed=0,
        is_sample_company=False,
    )
    return OwnData(sample, audit, loaded.skipped)
