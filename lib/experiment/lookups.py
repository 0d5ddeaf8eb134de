"""The retrieval part of a run: today's pages for each question, and the pages of its day for each lesson."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lib.experiment.config import ExperimentConfig
from lib.experiment.progress import Progress
from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.retrieval.embedder import Embedder
from lib.experiment.world import Document, Sample


@dataclass(frozen=True)
class Lookups:
    """What was found. Ids are document ids, best first.

    ``for_questions`` (question id to ids) comes from today's pages, ``for_pairs`` (one list a training
    pair) from the pages as they were at training. ``reindexed`` says what the change of pages cost.
    """

    for_questions: dict[str, list[str]]
    for_pairs: list[list[str]]
    seconds_each: list[float]
    reindexed: dict[str, float]
    server: str


def look_up(sample: Sample, config: ExperimentConfig, embedder: Embedder, progress: Progress) -> Lookups:
    """Index the pages, search, change what has changed since training, and search again."""
    from lib.experiment.fingerprints import value_fingerprint
    from lib.experiment.retrieval.index import open_index
    from lib.experiment.retrieval.search import search
    from lib.experiment.retrieval.server import postgres

    def found(questions: Sequence[str]) -> list[list[str]]:
        rankings = search(index, questions, config.k, config.search)
        return [list(dict.fromkeys(hit.document_id for hit in hits)) for hits in rankings]

    stage = "Retrieval"
    # A table of its own for these pages, removed afterwards: the server may be a client's.
    collection = f"experiment {value_fingerprint([page.id + page.text for page in sample.documents])} {time.time_ns()}"
    with postgres() as address, open_index(address, collection, embedder, keep=False) as index:
        progress(stage, 0, 4)
        index.update(chunks_of(sample.documents_at_training))
        progress(stage, 1, 4)
        for_pairs = found([pair.question for pair in sample.training_pairs])
        progress(stage, 2, 4)
        started = time.perf_counter()
        changes = index.update(chunks_of(sample.documents))
        reindexed = {
            "pages": changes.added + changes.changed + changes.removed,
            "seconds": time.perf_counter() - started,
        }
        progress(stage, 3, 4)
        for_questions = found([question.question for question in sample.questions])
        seconds_each = []
        for question in sample.questions[: config.latency_questions]:
            started = time.perf_counter()
            found([question.question])
            seconds_each.append(time.perf_counter() - started)
        version = index.connection.execute("SHOW server_version").fetchone()[0]
        extension = index.connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        progress(stage, 4, 4)
    return Lookups(
        for_questions={question.id: ids for question, ids in zip(sample.questions, for_questions, strict=True)},
        for_pairs=for_pairs,
        seconds_each=seconds_each,
        reindexed=reindexed,
        server=f"PostgreSQL {version.split()[0]}, pgvector {extension[0]}",
    )


def pages(documents: Sequence[Document], ids: Sequence[str]) -> list[Document]:
    """Look pages up by id, in the order of ``ids``."""
    by_id = {document.id: document for document in documents}
    return [by_id[id_] for id_ in ids]
