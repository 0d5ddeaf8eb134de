"""Writing down what a run did, as plain values: its rows, passages, sizes and settings."""

import sys
from dataclasses import asdict
from typing import Any

from lib.experiment.answering import Answers
from lib.experiment.arms import ExperimentArm
from lib.experiment.config import ExperimentConfig
from lib.experiment.data import Data
from lib.experiment.finetune import Training
from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.measures import graded, judged, perplexity, retrieval_measures
from lib.experiment.models import SAMPLE_MODEL, LanguageModel, adapted
from lib.experiment.retrieval.hits import document_ids
from lib.experiment.versions import package_versions
from lib.experiment.workbench import Prepared, Workbench
from lib.experiment.world import Document, Question, Sample


def record_of(
    bench: Workbench,
    data: Data,
    prepared: Prepared,
    arms: list[ExperimentArm],
    trainings: dict[str, Training],
    answers: dict[str, Answers],
) -> dict[str, Any]:
    """Judge every answer and put a run's record together; seconds, id and key are the caller's to add."""
    sample = prepared.materials.sample
    passages = _passages(answers, prepared)
    with bench.clock.stage("grading"):
        rows = [row for arm in arms for row in _rows(arm, answers[arm.id], sample, passages)]
        grades = graded(rows, sample.questions, passages, sample.voice, bench.embedder.embed_queries)
        surprises = [_surprises(bench, arm, answers[arm.id], prepared, trainings) for arm in arms]
        extra = [{"perplexity": surprise} for each in surprises for surprise in each]
        rows = [row | grade | more for row, grade, more in zip(rows, grades, extra, strict=True)]
    return {
        "config": bench.config.to_dict(),
        "model": _model(bench),
        "embedder": {"name": bench.embedder.name, "fingerprint": bench.embedder.fingerprint},
        "sample": _described(sample, prepared),
        "audit": data.findings(),
        "skipped_files": [{"path": str(file.path), "reason": file.reason} for file in data.skipped],
        "versions": package_versions() | {"database": _server(prepared)},
        "arms": [_arm_record(arm, answers[arm.id], sample) for arm in arms],
        "retrieval": _retrieval_record(bench.config, prepared),
        "trainings": {name: _training_record(training) for name, training in trainings.items()},
        "questions": {question.id: _question(question) for question in sample.questions},
        "passages": passages,
        "answers": rows,
        "resumed": dict(bench.resumed),
        "peak_memory_mib": peak_memory_mib(),
    }


def judged_rows(arm: ExperimentArm, answers: Answers, prepared: Prepared) -> list[dict[str, Any]]:
    """Return one judged row a question, as a run's record holds them, without the measures that take long."""
    return _rows(arm, answers, prepared.materials.sample, _passages({arm.id: answers}, prepared))


def _rows(
    arm: ExperimentArm, answers: Answers, sample: Sample, passages: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    questions = {question.id: question for question in sample.questions}
    rows = []
    for answer in answers.answers:
        question = questions[answer.question_id]
        row = {
            "arm": arm.id,
            "question_id": question.id,
            "kind": question.kind,
            "question": question.question,
            "expected": question.answer,
            "answer": answer.text,
            "page_ids": list(dict.fromkeys(passages[id_]["document_id"] for id_ in answer.passage_ids)),
            "passage_ids": list(answer.passage_ids),
            "searches": answer.searches,
            "prompt_tokens": answer.prompt_tokens,
            "cached_tokens": answer.cached_tokens,
            "answer_tokens": answer.answer_tokens,
            "cost_usd": answer.cost_usd,
        }
        rows.append(row | judged(question, answer.text, sample.voice))
    return rows


def _passages(answers: dict[str, Answers], prepared: Prepared) -> dict[str, dict[str, str]]:
    """Return every passage that stood in a prompt: id to document, title and text."""
    whole = {document.id: document for document in prepared.materials.sample.documents}
    known: dict[str, Document] = whole | prepared.materials.pages.passages
    ids = dict.fromkeys(id_ for each in answers.values() for answer in each.answers for id_ in answer.passage_ids)
    return {id_: {"document_id": known[id_].id, "title": known[id_].title, "text": known[id_].text} for id_ in ids}


def _surprises(
    bench: Workbench, arm: ExperimentArm, answers: Answers, prepared: Prepared, trainings: dict[str, Training]
) -> list[float | None]:
    """Measure how surprised the arm's model is by the first ideal answers; None for the rest and where it cannot be."""
    number = bench.config.perplexity_questions
    some = answers.answers[:number]
    trained_here = arm.adapter == "none" or arm.adapter in trainings
    found: list[float | None] = []
    if some and trained_here:
        ideal = {question.id: question.answer for question in prepared.materials.sample.questions}
        adapter = trainings[arm.adapter].adapter if arm.adapter in trainings else None
        with adapted(bench.model, adapter) as tuned:
            found = perplexity(
                tuned, [answer.prompt for answer in some], [ideal[answer.question_id] for answer in some]
            )
    return found + [None] * (len(answers.answers) - len(found))


def _model(bench: Workbench) -> dict[str, Any]:
    model = bench.model
    return {
        "name": model.name,
        "fingerprint": model.fingerprint,
        "parameters": model.model.num_parameters() if isinstance(model, LanguageModel) else None,
        "window": model.window,
        "is_sample_model": model.name == SAMPLE_MODEL,
        "notes": list(getattr(model, "notes", ())),
    }


def _described(sample: Sample, prepared: Prepared) -> dict[str, Any]:
    return {
        "name": sample.name,
        "is_sample_company": sample.is_sample_company,
        "fingerprint": value_fingerprint(repr(sample)),
        "documents": len(sample.documents),
        "passages": len(prepared.materials.pages.passages),
        "changed_documents": sum(
            now.text != then.text for now, then in zip(sample.documents, sample.documents_at_training, strict=True)
        ),
        "questions": len(sample.questions),
        "training_pairs": len(sample.training_pairs),
        "voice": asdict(sample.voice),
        "style": sample.voice.instructions,
    }


def _question(question: Question) -> dict[str, Any]:
    """Return what decides whether an answer is right; the wording stands in the rows of the answers."""
    return {
        "value": question.value,
        "must_contain": list(question.must_contain),
        "old_value": question.old_value,
        "document_ids": list(question.document_ids),
    }


def _arm_record(arm: ExperimentArm, answers: Answers, sample: Sample) -> dict[str, Any]:
    shown = {page for answer in answers.answers for page in answer.passage_ids}
    return {
        "id": arm.id,
        "title": arm.title,
        "meaning": arm.meaning,
        "stands_for": arm.stands_for,
        "feeds": arm.feeds,
        "seconds_each": answers.seconds_each,
        "shortened_prompts": answers.shortened,
        "second_searches": sum(answer.searches > 1 for answer in answers.answers),
        "first_token_seconds_each": answers.first_token_seconds_each,
        "share_of_pages_read": len(shown) / len(sample.documents) if arm.pages == "all_that_fit" else None,
    }


def _retrieval_record(config: ExperimentConfig, prepared: Prepared) -> dict[str, Any]:
    materials = prepared.materials
    wanted = {question.id: question.document_ids for question in materials.sample.questions}
    found = {id_: document_ids(hits) for id_, hits in materials.found.items()}
    return {
        "search": config.search,
        "reranker": config.reranker,
        "k": config.k,
        "questions": retrieval_measures(found, wanted, config.k),
        "unneeded": list(prepared.unneeded),
        "seconds_each": prepared.search_seconds,
        "reindexed": prepared.reindexed,
    }


def _training_record(training: Training) -> dict[str, Any]:
    values = {name: value for name, value in asdict(training).items() if name not in ("adapter", "settings")}
    ratios = {"time_ratio": training.time_ratio, "memory_ratio": training.memory_ratio}
    return {"adapter": f"adapters/{training.adapter.name}", **values, **ratios, "losses": list(training.losses)}


def _server(prepared: Prepared) -> str:
    connection = prepared.materials.pages.index.connection
    version = connection.execute("SHOW server_version").fetchone()[0]
    extension = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    return f"PostgreSQL {version.split()[0]}, pgvector {extension[0]}"


def peak_memory_mib() -> float | None:
    """Return the most memory this process has held so far, in MiB; ``None`` where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
