"""What a run's answers took: tokens, waiting time, money; and what its search found."""

from typing import TYPE_CHECKING, Any

from lib.experiment.measures import RETRIEVAL_MEASURES, usd_per_correct, wait_of
from lib.experiment.resampling import clustered_intervals
from lib.experiment.token_prices import TokenPrices

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.result.result import ExperimentResult

_TOKENS = ("prompt_tokens", "cached_tokens", "answer_tokens")


def efficiency_frame(
    result: "ExperimentResult", prices: TokenPrices | None, correction_usd: float, measure: str
) -> "pd.DataFrame":
    """Give tokens, waits and, with prices, costs for each arm; see ``ExperimentResult.efficiency``."""
    import numpy as np
    import pandas as pd

    outcomes = result.outcomes
    values = np.hstack([outcomes.values(column) for column in _TOKENS])
    limits = dict(
        zip(
            [(arm, column) for column in _TOKENS for arm in outcomes.arms],
            clustered_intervals(values, outcomes.clusters),
            strict=True,
        )
    )
    rows = {}
    for id_, arm in result.arms.items():
        row: dict[str, float] = {}
        for column in _TOKENS:
            known = outcomes.of_arm(id_, column)
            known = known[~np.isnan(known)]
            if column == "cached_tokens" and not known.any():
                continue
            row[column] = float(known.mean()) if len(known) else float("nan")
            row[f"{column}_low"], row[f"{column}_high"] = map(float, limits[id_, column])
        row |= _waits(result, arm)
        if prices is not None:
            row |= _costs(result, id_, row, prices, correction_usd, measure)
        rows[arm["title"]] = row
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "Arm"
    return frame


def _waits(result: "ExperimentResult", arm: dict[str, Any]) -> dict[str, float]:
    """Waits of one answer at a time, and until the first text where answers are streamed."""
    import numpy as np

    wait = wait_of(arm.get("seconds_each") or [])
    row = {"seconds_p50": wait.p50, "seconds_p95": wait.p95, "seconds_n": wait.n}
    first = result.outcomes.of_arm(arm["id"], "first_token_seconds")
    first = arm.get("first_token_seconds_each") or first[~np.isnan(first)].tolist()
    if first:
        wait = wait_of(first)
        row |= {"first_token_p50": wait.p50, "first_token_p95": wait.p95}
    return row


def _costs(
    result: "ExperimentResult",
    arm: str,
    row: dict[str, float],
    prices: TokenPrices,
    correction_usd: float,
    measure: str,
) -> dict[str, float]:
    usd = prices.usd(row["prompt_tokens"], row["answer_tokens"], row.get("cached_tokens", 0.0))
    correct = usd_per_correct(usd, result.share(arm, measure), correction_usd)
    return {
        "usd_per_query": usd,
        "usd_per_correct": correct.usd,
        "usd_per_correct_low": correct.low,
        "usd_per_correct_high": correct.high,
    }


def retrieval_frame(result: "ExperimentResult") -> "pd.DataFrame":
    """Give the means of the retrieval measures by kind; see ``ExperimentResult.retrieval``."""
    import pandas as pd

    kinds = {row["question_id"]: row["kind"] for row in result.record["answers"]}
    questions = result.record["retrieval"]["questions"]
    # Older records hold fewer measures.
    measures = [name for name in RETRIEVAL_MEASURES if not questions or name in questions[0]]
    frame = pd.DataFrame(questions, columns=["question_id", *measures])
    frame["kind"] = frame["question_id"].map(kinds)
    about = dict(zip(result.outcomes.questions, result.outcomes.clusters, strict=True))
    rows = []
    for kind, some in frame.groupby("kind", sort=False):
        clusters = [about[id_] for id_ in some["question_id"]]
        limits = clustered_intervals(some[measures].to_numpy(float), clusters)
        row = {"kind": kind} | some[measures].mean().to_dict() | {"n": len(some)}
        for name, (low, high) in zip(measures, limits, strict=True):
            row |= {f"{name}_low": float(low), f"{name}_high": float(high)}
        rows.append(row)
    limits_of = [f"{name}_{side}" for name in measures for side in ("low", "high")]
    return pd.DataFrame(rows, columns=["kind", *measures, "n", *limits_of])
