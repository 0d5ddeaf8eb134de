"""A run's numbers as data frames: shares, means, comparisons."""

from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

from lib.experiment.measures import GRADES, MEASURES
from lib.experiment.resampling import clustered_intervals, differences
from lib.experiment.result.outcomes import ALL_KINDS
from lib.experiment.statistics import adjusted

if TYPE_CHECKING:
    import pandas as pd

    from lib.experiment.result.result import ExperimentResult

SHARE_COLUMNS = [
    "arm", "arm_title", "stands_for", "measure", "measure_title", "form", "kind", "n", "share", "low", "high",
    "clustered_low", "clustered_high",
]  # fmt: skip
COMPARISON_COLUMNS = [
    "first", "second", "n", "only_first", "only_second", "gap", "low", "high", "p", "p_holm", "smallest_gap",
]  # fmt: skip


def shares_frame(result: "ExperimentResult") -> "pd.DataFrame":
    """List arm × measure × kind; see ``ExperimentResult.to_frame``."""
    import pandas as pd

    rows = []
    for kind in (ALL_KINDS, *result.kinds):
        intervals = _intervals(result, kind)
        for arm in result.arms.values():
            labels = {"arm": arm["id"], "arm_title": arm["title"], "stands_for": arm["stands_for"], "kind": kind}
            for id_, entry in (MEASURES | GRADES).items():
                low, high = intervals[arm["id"], id_]
                row = labels | {"measure": id_, "measure_title": entry.title}
                row |= {"clustered_low": float(low), "clustered_high": float(high)}
                if id_ in MEASURES:
                    rows.append(row | {"form": "share"} | asdict(result.share(arm["id"], id_, kind)))
                else:
                    rows.append(row | {"form": "mean", "low": float(low), "high": float(high)} | _mean(result, row))
    frame = pd.DataFrame(rows, columns=SHARE_COLUMNS)
    # An arm's rows stand together, each measure's kinds below one another.
    order = {id_: place for place, id_ in enumerate([*result.arms, *MEASURES, *GRADES])}
    frame = frame[frame["n"] > 0].sort_values(
        ["arm", "measure"], key=lambda column: column.map(order), kind="stable", ignore_index=True
    )
    return frame


def _intervals(result: "ExperimentResult", kind: str) -> dict[tuple[str, str], Any]:
    """Give arm and measure to the clustered interval over a kind of question, all on the same resamples."""
    import numpy as np

    outcomes = result.outcomes
    mask = outcomes.of_kind(kind)
    measures = [*MEASURES, *GRADES]
    values = np.hstack([outcomes.values(measure)[mask] for measure in measures])
    found = clustered_intervals(values, outcomes.clusters[mask])
    names = [(arm, measure) for measure in measures for arm in outcomes.arms]
    return dict(zip(names, found, strict=True))


def _mean(result: "ExperimentResult", row: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    values = result.outcomes.of_arm(row["arm"], row["measure"], row["kind"])
    known = values[~np.isnan(values)]
    return {"n": len(known), "share": float(known.mean()) if len(known) else float("nan")}


def comparison_frame(result: "ExperimentResult", measure: str, kind: str) -> "pd.DataFrame":
    """Compare every two arms; see ``ExperimentResult.compare``."""
    import numpy as np
    import pandas as pd

    result.check(measure, kind, MEASURES | GRADES)
    outcomes = result.outcomes
    mask = outcomes.of_kind(kind)
    pairs = list(combinations(outcomes.arms, 2))
    apart = [outcomes.of_arm(one, measure, kind) - outcomes.of_arm(other, measure, kind) for one, other in pairs]
    found = differences(np.column_stack(apart), outcomes.clusters[mask]) if pairs else []
    rows = []
    for (first, second), difference in zip(pairs, found, strict=True):
        row = {"first": first, "second": second} | asdict(difference)
        if measure in MEASURES:
            row |= asdict(result.pairing(first, second, measure, kind))
        rows.append(row)
    frame = pd.DataFrame(rows, columns=COMPARISON_COLUMNS)
    frame["p_holm"] = adjusted(frame["p"].tolist())
    return frame


def product_arms_frame(result: "ExperimentResult", measure: str, kind: str) -> "pd.DataFrame":
    """Choose the arm that stands for each of the product's; see ``ExperimentResult.product_arms``."""
    import pandas as pd

    rows = []
    for arm in result.arms.values():
        share = result.share(arm["id"], measure, kind)
        if share.n:
            fixed = bool(arm.get("feeds"))
            rows.append({"stands_for": arm["stands_for"], "arm": arm["id"], "fixed": fixed} | asdict(share))
    # An arm fixed beforehand goes before the best of several, whose luck chose it.
    chosen: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (not row["fixed"], 0 if row["fixed"] else -row["share"])):
        chosen.setdefault(row["stands_for"], row)
    order = list(dict.fromkeys(row["stands_for"] for row in rows))
    return pd.DataFrame(
        [chosen[name] for name in order], columns=["stands_for", "arm", "n", "share", "low", "high", "fixed"]
    )
