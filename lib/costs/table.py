"""Costs as tidy tables (pandas)."""

from collections.abc import Mapping

import numpy as np
import pandas

from lib.arms import ARMS
from lib.client.quantity import Range
from lib.costs.bounds import corner_costs, spread
from lib.costs.cost_model import Costs

COLUMNS = ["arm", "component", "label", "kind", "month", "low", "likely", "high"]


def to_frame(found: Costs, ranges: Mapping[str, Range] | None = None) -> pandas.DataFrame:
    """Give one row per arm × component × month: low, likely and high in USD.

    Month 0 is the set-up, 1 to the horizon are the months; components that cost nothing in a month are
    left out of it. ``kind`` is ``labour`` or ``bill``. Raises :class:`ValueError` for costs of more than
    one situation.
    """
    if np.ndim(found.horizon_months) or any(np.ndim(total) for total in found.monthly_usd.values()):
        raise ValueError("a table is made of one client's costs and not of many draws")
    months = int(found.horizon_months)
    corners = corner_costs(found.facts, found.book, ranges)
    parts = []
    for arm in ARMS:
        for component in corners.components[arm].values():
            kind = "labour" if component.labour else "bill"
            head = (arm, component.id, component.label, kind)
            if np.any(component.setup):
                parts.append((head, np.array([0]), spread(component.setup)))
            if np.any(component.monthly):
                parts.append((head, np.arange(1, months + 1), spread(component.monthly)))
    lengths = [len(passed) for _, passed, _ in parts]
    columns = {
        name: np.repeat(np.array([head[i] for head, _, _ in parts], dtype=object), lengths)
        for i, name in enumerate(COLUMNS[:4])
    }
    columns["month"] = np.concatenate([passed for _, passed, _ in parts])
    for i, name in enumerate(COLUMNS[5:]):
        columns[name] = np.repeat([amounts[i] for _, _, amounts in parts], lengths)
    return pandas.DataFrame(columns, columns=COLUMNS)


def to_summary(found: Costs) -> pandas.DataFrame:
    """Give one row an arm with its totals in USD; columns hold arrays' means where there are draws."""
    names = ("setup_usd", "monthly_usd", "monthly_bill_usd", "usd_per_query", "horizon_usd")
    rows = {arm: {name: float(np.mean(getattr(found, name)[arm])) for name in names} for arm in ARMS}
    return pandas.DataFrame.from_dict(rows, orient="index").rename_axis("arm")
