"""The data audit: what is wrong with a client's documents, questions and training pairs, before anything is run."""

from collections.abc import Iterator, Mapping, Sequence

from lib.errors import InputError
from lib.experiment.own_data import checks, leakage
from lib.experiment.own_data.documents import SkippedFile
from lib.experiment.own_data.findings import Audit, AuditFinding, in_order
from lib.experiment.world import FREE, Document, Question, TrainingPair, Voice

__all__ = ["Audit", "AuditFinding", "audit_data"]

# The difference between two arms that the workbook looks for where nothing else is asked: ten points.
GAP = 0.10


def audit_data(
    documents: Sequence[Document],
    questions: Sequence[Question],
    training_pairs: Sequence[TrainingPair] = (),
    *,
    skipped: Sequence[SkippedFile] = (),
    unreadable: Mapping[str, str] | None = None,
    inferred: frozenset[str] = frozenset(),
    voice: Voice = FREE,
    gap: float = GAP,
    limit: int | None = None,
) -> Audit:
    """Audit a client's data. Time grows with its size, not with its square.

    Args:
        documents: as loaded.
        questions: as loaded; those found in the training pairs are named in ``Audit.leaked``.
        training_pairs: as loaded.
        skipped: files that could not be read.
        unreadable: id of a question left out → the file it cites that could not be read.
        inferred: ids of the questions whose required strings were worked out from a long answer.
        voice: the style that the training pairs ask for.
        gap: difference of two arms' shares of right answers (0 to 1) that the run should be able to show.
        limit: how many questions at most will be asked; all if not given.

    Raises:
        InputError: ``gap`` is not between 0 and 1.
    """
    if not 0 < gap < 1:
        raise InputError(f"gap is {gap!r}; allowed is a share between 0 and 1, such as 0.1 for ten points.")
    leaked = leakage.leaked(questions, training_pairs)
    left = [question for question in questions if question.id not in leaked]

    def found() -> Iterator[AuditFinding | None]:
        yield from checks.files(skipped)
        yield checks.lost_questions(unreadable or {})
        yield leakage.leakage(leaked, questions)
        yield leakage.known_answers(left, training_pairs, voice)
        yield checks.size(len(left[:limit]), gap)
        yield checks.document_copies(documents)
        yield checks.question_copies(left)
        yield from checks.misplaced_answers(documents, left)
        yield checks.nobody_asks(documents, left)
        yield checks.uncited(left)
        yield from checks.kinds(left)
        yield checks.worked_out(left, inferred)
        yield checks.style(training_pairs, voice)

    findings = in_order([finding for finding in found() if finding is not None])
    return Audit(findings, len(documents), len(left), len(training_pairs), tuple(leaked))
