"""From a run to a client's evidence: scores with their intervals, only where they say something of the client."""

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.record import RunRecord

if TYPE_CHECKING:
    from lib.experiment.result import ExperimentResult

DIGITS = 6


def evidence_from(result: "ExperimentResult", citations_required: bool = False) -> dict[str, Any]:
    """Read what a run says of a client, as it is written into the client file's ``evidence``.

    Returns:
        Field to value: ``run``, ``eval_examples``, each score with its 95 % interval (``low``, ``likely``, ``high``)
        and, where it was measured, ``retrieval_precision`` (0 to 1).

    Raises:
        InputError: the run used the sample model or the sample company, or no arm of it feeds a score.
    """
    record = result.record
    if unfit := why_unfit(record):
        raise InputError(
            f"run {result.id}: {unfit}; allowed as a client's evidence is a run on the client's own documents "
            "with a model of the client's own."
        )
    measure = measure_for(citations_required)
    found: dict[str, Any] = {"run": result.id, "eval_examples": len(record.questions)}
    for name, arm in feeding_arms(record).items():
        if (share := result.share(arm, measure)).n:
            low, likely, high = (round(value, DIGITS) for value in (share.low, share.share, share.high))
            found[name] = {"low": min(low, likely), "likely": likely, "high": max(high, likely)}
    if len(found) == 2:
        feeding = [arm.id for arm in EXPERIMENT_ARMS.values() if arm.feeds]
        raise InputError(
            f"run {result.id}: none of its arms ({', '.join(result.arms)}) feeds a score of a client file; "
            f"allowed is a run with at least one of {', '.join(feeding)}."
        )
    precision = [each["precision"] for each in record.retrieval.scores.values()]
    return found | ({"retrieval_precision": round(fmean(precision), DIGITS)} if precision else {})


def write_evidence(client_path: str | Path, result: "ExperimentResult") -> dict[str, dict[str, Any]]:
    """Write a run's scores into a client file, whose comments and order stay; whole or not at all.

    Scores of arms that the run did not have stay as they are.

    Returns:
        The changes by field: ``{"evidence.rag_score": {"from": None, "to": {"low": …}}}``; empty where the file
        already said all of it.

    Raises:
        InputError: the run may not be a client's evidence, or the file is no client file. Nothing is written.
    """
    from lib.client import answers, check_client, load_client, save_client  # lower rooms do not load the client model

    client = load_client(client_path)
    found = evidence_from(result, client.knowledge.citations_required)
    values = answers(client)
    before = values.get("evidence", {})
    changes = {
        f"evidence.{name}": {"from": before.get(name), "to": value}
        for name, value in found.items()
        if before.get(name) != value
    }
    if changes:
        save_client(check_client(values | {"evidence": before | found}, str(client_path)), client_path)
    return changes


def measure_for(citations_required: bool) -> str:
    """Return what a score counts: answers all right, and with the right page cited where the client requires that."""
    return "right_cited" if citations_required else "right"


def why_unfit(record: RunRecord) -> str | None:
    """Say why a run's scores are no evidence about a client; ``None`` where they are."""
    reasons = []
    if record.model.is_sample_model:
        reasons.append("was answered by the workbook's own small sample model")
    if record.dataset.is_sample_company:
        reasons.append("asked about the made-up sample company")
    return "it " + " and ".join(reasons) + ", which says nothing of a client" if reasons else None


def feeding_arms(record: RunRecord) -> dict[str, str]:
    """Map each evidence field (``rag_score``) to the arm of the run that feeds it."""
    return {arm.feeds: arm.id for arm in record.arms if arm.feeds}


def right_by_question(record: RunRecord, arm: str, measure: str) -> Mapping[str, bool]:
    """Map each question that was judged to whether ``arm`` answered it right in every respect (first seed)."""
    found: dict[str, bool] = {}
    for row in record.answers:
        if row.arm == arm and row.scores.get(measure) is not None:
            found.setdefault(row.question_id, bool(row.scores[measure]))
    return found
