"""From a run to a client's evidence: scores with their intervals, only where they say something of the client."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.errors import InputError
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.statistics import Share

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.result import ExperimentResult

MEASURE = "right"
"""A score is the share of answers with fact, style and refusal all right."""

DIGITS = 6


@dataclass(frozen=True)
class Evidence:
    """What one run says of the client's arms.

    ``scores`` and ``arms`` are keyed by the field of the client file's evidence (``rag_score``): the share
    right with its 95 % Wilson interval, and the arm of the experiment that it was measured with.
    ``retrieval_precision`` (0 to 1) is ``None`` where the run did not measure it.
    """

    run: str
    eval_examples: int
    scores: dict[str, Share]
    arms: dict[str, str]
    retrieval_precision: float | None

    def fields(self) -> dict[str, Any]:
        """Give what is written into the client file's ``evidence``."""
        found: dict[str, Any] = {"run": self.run, "eval_examples": self.eval_examples}
        for field, share in self.scores.items():
            low, likely, high = (round(value, DIGITS) for value in (share.low, share.share, share.high))
            found[field] = {"low": min(low, likely), "likely": likely, "high": max(high, likely)}
        if self.retrieval_precision is not None:
            found["retrieval_precision"] = round(self.retrieval_precision, DIGITS)
        return found

    def to_frame(self) -> "pd.DataFrame":
        """Return one row a score: ``field``, ``arm``, ``n``, ``share``, ``low`` and ``high`` (0 to 1)."""
        import pandas as pd

        rows = [
            {"field": f"evidence.{field}", "arm": self.arms[field], "n": share.n}
            | {"share": share.share, "low": share.low, "high": share.high}
            for field, share in self.scores.items()
        ]
        return pd.DataFrame(rows, columns=["field", "arm", "n", "share", "low", "high"])

    def _repr_html_(self) -> str:
        frame = self.to_frame().round(3)
        return (
            f"<p>Evidence from run {html.escape(self.run)}, {self.eval_examples:,} questions; shares right with 95 % "
            f"Wilson intervals.</p>{frame.to_html(index=False, escape=True, border=0)}"
        )


def evidence_from(result: "ExperimentResult") -> Evidence:
    """Read the scores that a run gives a client.

    Raises:
        InputError: the run used the sample model or the sample company, or no arm of it feeds a score.
    """
    record = result.record
    unfit = why_unfit(record)
    if unfit:
        raise InputError(
            f"run {result.id}: {unfit}; allowed as a client's evidence is a run on the client's own documents "
            "with a model of the client's own."
        )
    arms = feeding_arms(record)
    scores = {field: result.share(arm, MEASURE) for field, arm in arms.items()}
    scores = {field: share for field, share in scores.items() if share.n}
    if not scores:
        feeding = [arm.id for arm in EXPERIMENT_ARMS.values() if arm.feeds]
        raise InputError(
            f"run {result.id}: none of its arms ({', '.join(result.arms)}) feeds a score of a client file; "
            f"allowed is a run with at least one of {', '.join(feeding)}."
        )
    questions = {row["question_id"] for row in record["answers"]}
    return Evidence(result.id, len(questions), scores, {f: arms[f] for f in scores}, _precision(record))


def write_evidence(client_path: str | Path, result: "ExperimentResult") -> dict[str, dict[str, Any]]:
    """Write a run's scores into a client file, whose comments and order stay; whole or not at all.

    Scores of arms that the run did not have stay as they are.

    Returns:
        The changes by field: ``{"evidence.rag_score": {"from": None, "to": {"low": …}}}``; empty where the
        file already said all of it.

    Raises:
        InputError: the run may not be a client's evidence, or the file is no client file. Nothing is written.
    """
    from lib.client import answers, check_client, load_client, save_client

    found = evidence_from(result).fields()
    values = answers(load_client(client_path))
    before = values.get("evidence", {})
    changes = {
        f"evidence.{field}": {"from": before.get(field), "to": value}
        for field, value in found.items()
        if before.get(field) != value
    }
    if changes:
        client = check_client(values | {"evidence": before | found}, str(client_path))
        save_client(client, client_path)
    return changes


def why_unfit(record: Mapping[str, Any]) -> str | None:
    """Say why a run's scores are no evidence about a client; ``None`` where they are.

    A run that does not say what it used (an older one) is taken for one of the sample's.
    """
    reasons = []
    if record["model"].get("is_sample_model", True):
        reasons.append("was answered by the workbook's own small sample model")
    if record["sample"].get("is_sample_company", True):
        reasons.append("asked about the made-up sample company")
    return "it " + " and ".join(reasons) + ", which says nothing of a client" if reasons else None


def feeding_arms(record: Mapping[str, Any]) -> dict[str, str]:
    """Map each evidence field (``rag_score``) to the arm of the run that feeds it."""
    found: dict[str, str] = {}
    for arm in record["arms"]:
        # Runs from before the field was recorded have the same arms under the same ids.
        known = EXPERIMENT_ARMS.get(arm["id"])
        field = arm.get("feeds", known.feeds if known else None)
        if field:
            found.setdefault(field, arm["id"])
    return found


def right_by_question(record: Mapping[str, Any], arm: str) -> dict[str, bool]:
    """Map each question that was judged to whether ``arm`` answered it right in every respect."""
    return {
        row["question_id"]: bool(row[MEASURE])
        for row in record["answers"]
        if row["arm"] == arm and row[MEASURE] is not None
    }


def _precision(record: Mapping[str, Any]) -> float | None:
    """Average the precision of what was retrieved over the questions for which it was measured."""
    rows = record.get("retrieval", {}).get("questions", [])
    known = [row["precision"] for row in rows if row.get("precision") is not None]
    return sum(known) / len(known) if known else None
