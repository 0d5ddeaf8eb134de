"""Runs made by hand, as typed records: which questions each arm got right, and whatever else a test states."""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.config import ExperimentConfig
from lib.experiment.record import (
    AnswerRow,
    ArmInfo,
    DatasetInfo,
    ModelInfo,
    Passage,
    QuestionInfo,
    RetrievalInfo,
    RunRecord,
    TrainingInfo,
)
from lib.experiment.scoring import GRADES, MEASURES

NOT_JUDGED = dict.fromkeys([*MEASURES, *GRADES])


def question(id_: str, kind: str = "document_only", **more: Any) -> QuestionInfo:
    values = [] if kind in ("missing", "near_miss") else ["49 euros"]
    return QuestionInfo(
        **{
            "question": f"What is {id_}?",
            "answer": "It costs 49 euros.",
            "kind": kind,
            "cluster": id_,
            "values": values,
        }
        | more
    )


def answer(
    arm: str, question_id: str, *, seed: int = 0, text: str = "An answer.", scores: Mapping[str, Any], **more: Any
) -> AnswerRow:
    return AnswerRow(arm=arm, seed=seed, question_id=question_id, answer=text, scores=NOT_JUDGED | dict(scores), **more)


def run_record(
    answers: Sequence[AnswerRow],
    questions: Mapping[str, QuestionInfo],
    *,
    id: str = "20261126-000000-000000000000",
    sample_model: bool = True,
    sample_company: bool = True,
    passages: Mapping[str, Mapping[str, str]] | None = None,
    trainings: Sequence[TrainingInfo] = (),
    retrieval: Mapping[str, Mapping[str, float]] | None = None,
    **more: Any,
) -> RunRecord:
    arms = list(dict.fromkeys(row.arm for row in answers))
    kinds: dict[str, int] = {}
    for each in questions.values():
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    return RunRecord(
        **{
            "id": id,
            "key": "0" * 64,
            "created": "2026-11-26T00:00:00+00:00",
            "experiment_version": 0,
            "config": ExperimentConfig(arms=tuple(arms)) if arms else ExperimentConfig(),
            "model": ModelInfo(
                name="some/model", fingerprint="m", parameters=135_000_000, window=8192, is_sample_model=sample_model
            ),
            "embedder": {"name": "e", "fingerprint": "e"},
            "dataset": DatasetInfo(
                name="Northwind", is_sample_company=sample_company, fingerprint="d", documents=300, passages=500,
                changed_documents=0, questions=len(questions), training_pairs=0, taught_pairs=0, taught_facts=0,
                kinds=kinds, voice={"name": "brand"}, style="",
            ),
            "versions": {},
            "arms": [arm_info(arm) for arm in arms],
            "trainings": list(trainings),
            "retrieval": RetrievalInfo(search="hybrid", reranker="none", k=3, scores=dict(retrieval or {})),
            "questions": dict(questions),
            "passages": {id_: Passage(**each) for id_, each in (passages or {}).items()},
            "answers": list(answers),
        }
        | more
    )  # fmt: skip


def arm_info(arm: str) -> ArmInfo:
    known = EXPERIMENT_ARMS[arm]
    return ArmInfo(
        id=arm, title=known.title, meaning=known.meaning, stands_for=known.stands_for, feeds=known.feeds,
        seconds_each=[1.0, 2.0],
    )  # fmt: skip


def record(run_id: str, right: Mapping[str, Sequence[bool]], sample_model: bool, sample_company: bool) -> RunRecord:
    """A run of which it is known only who got which question all right."""
    number = len(next(iter(right.values())))
    rows = [
        answer(arm, f"q{place}", scores={"right": outcome, "right_cited": outcome, "fact": outcome})
        for arm, outcomes in right.items()
        for place, outcome in enumerate(outcomes)
    ]
    questions = {f"q{place}": question(f"q{place}") for place in range(number)}
    return run_record(rows, questions, id=run_id, sample_model=sample_model, sample_company=sample_company)


def two_arms(only_first: int, only_second: int, both: int, questions: int) -> tuple[list[bool], list[bool]]:
    """Return two arms' outcomes with so many questions on which one alone, or both, were right."""
    neither = questions - only_first - only_second - both
    assert neither >= 0
    first = [True] * only_first + [False] * only_second + [True] * both + [False] * neither
    second = [False] * only_first + [True] * only_second + [True] * both + [False] * neither
    return first, second
