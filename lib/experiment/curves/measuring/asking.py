"""What all curves do: choose questions, train, let an arm answer, say what came out right."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.config import ExperimentConfig
from lib.experiment.finetune import LoraSettings
from lib.experiment.measures.text import normalised
from lib.experiment.possible import possible_arms
from lib.experiment.record import judged_rows
from lib.experiment.retrieval.hits import document_ids
from lib.experiment.workbench import Prepared, Workbench
from lib.experiment.world import REFUSAL, Question, Sample, states

Row = Mapping[str, Any]


def answerable(question: Question) -> bool:
    """Whether the documents hold the answer."""
    return bool(question.value or question.must_contain)


def chosen(questions: Iterable[Question], number: int) -> tuple[Question, ...]:
    """Take the first ``number`` questions in turn from each kind, so that all kinds have as many as they can."""
    waiting: dict[str, list[Question]] = {}
    for question in questions:
        waiting.setdefault(question.kind, []).append(question)
    taken: list[Question] = []
    while len(taken) < number and any(waiting.values()):
        taken += [kind.pop(0) for kind in waiting.values() if kind]
    return tuple(taken[:number])


def first_possible(bench: Workbench, sample: Sample, arms: Sequence[str]) -> str:
    """Return the first of some arms that can be run: own data may have no training pairs to show as examples.

    Raises:
        InputError: none of them can be run.
    """
    possible, _ = possible_arms(replace(bench.config, arms=tuple(arms)), sample, bench.model)
    ids = {arm.id for arm in possible}
    return next(arm for arm in arms if arm in ids)


def with_worked_examples_only(sample: Sample, number: int) -> Sample:
    """Keep of the training pairs those that stand in a few-shot prompt, and of the pages today's.

    For curves without a training: what is only trained on need not be searched for.
    """
    refusals = [pair for pair in sample.training_pairs if REFUSAL in pair.answer][:number]
    others = [pair for pair in sample.training_pairs if REFUSAL not in pair.answer][:number]
    return replace(sample, training_pairs=(*refusals, *others), documents_at_training=sample.documents)


def adapter_for(bench: Workbench, arm: str, prepared: Prepared, settings: LoraSettings | None = None) -> Path | None:
    """Train what an arm needs, or find it trained; ``None`` for an arm without a training of ours."""
    training = EXPERIMENT_ARMS[arm].adapter
    if training == "none" or bench.config.tuned_elsewhere(training):
        return None
    return bench.train(training, prepared, settings).adapter


def asked(
    bench: Workbench, arm: str, prepared: Prepared, config: ExperimentConfig, adapter: Path | None = None
) -> tuple[list[Row], dict[str, float]]:
    """Let an arm answer.

    Returns:
        One judged row a question, and what it took: mean tokens of a prompt, and how many prompts lost
        examples or passages because the model's window is too small.
    """
    answers = bench.answer(EXPERIMENT_ARMS[arm], prepared, adapter, config)
    rows = judged_rows(EXPERIMENT_ARMS[arm], answers, prepared)
    return rows, {"prompt_tokens": mean(row["prompt_tokens"] for row in rows), "cut_prompts": answers.shortened}


def outcomes(rows: Iterable[Row], measure: str, where: Callable[[Row], bool] = lambda row: True) -> dict[str, bool]:
    """Map the id of each question that the measure judges to what came out."""
    return {row["question_id"]: bool(row[measure]) for row in rows if row[measure] is not None and where(row)}


def pages_found(sample: Sample, shown: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    """Say for each question that has pages whether all of them are among the ones shown (document ids)."""
    return {
        question.id: set(question.document_ids) <= set(shown[question.id])
        for question in sample.questions
        if question.document_ids
    }


def pages_searched(prepared: Prepared) -> dict[str, list[str]]:
    """Map each question's id to the documents that the first search found, best first."""
    return {id_: document_ids(hits) for id_, hits in prepared.materials.found.items()}


def passages_found(prepared: Prepared) -> dict[str, bool]:
    """Say for each question whether its pages were found, and among them the passage that states the answer."""
    materials = prepared.materials
    whole = pages_found(materials.sample, pages_searched(prepared))
    found = {}
    for question in materials.sample.questions:
        if question.id in whole:
            own = [hit.text for hit in materials.found[question.id] if hit.document_id in question.document_ids]
            text = normalised(" ".join(own))
            wanted = question.must_contain or (question.value,)
            found[question.id] = whole[question.id] and all(states(text, normalised(value)) for value in wanted)
    return found
