"""Comparing arms: cost per correct answer, break-even volume, payback, cumulative curves."""

from typing import Any

import numpy as np

from lib.costs.cost_model import Costs

Array = np.ndarray


def break_even_queries(fixed_a: Any, per_query_a: Any, fixed_b: Any, per_query_b: Any) -> Array:
    """Give the queries a month at which two arms cost the same: difference of fixed ÷ difference per query.

    ``fixed`` is USD a month that does not depend on volume (set-up may be spread over it), ``per_query``
    USD a query. ``nan`` where one arm is cheaper at every volume.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        queries = (np.asarray(fixed_b, float) - fixed_a) / (np.asarray(per_query_a, float) - per_query_b)
    return np.where(np.isfinite(queries) & (queries >= 0), queries, np.nan)


def payback_months(setup_a: Any, monthly_a: Any, setup_b: Any, monthly_b: Any) -> Array:
    """Give the months after which ``b``'s dearer set-up is paid back by its cheaper months, against ``a``.

    USD and USD a month. 0 where ``b`` is no dearer to set up nor to run, infinite where it never pays back.
    """
    extra = np.asarray(setup_b, float) - setup_a
    saved = np.asarray(monthly_a, float) - monthly_b
    with np.errstate(divide="ignore", invalid="ignore"):
        months = extra / saved
    months = np.where((extra <= 0) & (saved >= 0), 0.0, months)
    return np.where((months >= 0) & ((saved > 0) | (months == 0)), months, np.inf)


def share_right_to_match(usd_per_correct: Any, cost_per_query: Any, correction_usd: Any) -> Array:
    """Give the share of right answers at which an arm's right answer costs ``usd_per_correct``: where a ranking turns.

    Solves (cost per query + share wrong × correction) ÷ share right = ``usd_per_correct`` for the share. ``nan``
    where not even an arm that is always right gets there.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.asarray(usd_per_correct, float) + correction_usd
        share = (np.asarray(cost_per_query, float) + correction_usd) / wanted
    return np.where(share <= 1, share, np.nan)


def break_even_volume(found: Costs, arm_a: str, arm_b: str) -> Array:
    """Give the queries a month at which ``arm_a`` and ``arm_b`` cost the same, set-up spread over the horizon.

    What does not depend on volume is the month without its queries, and the set-up divided by the months. The cost of
    one more query is taken as it is at the present volume. ``nan`` where one arm is cheaper at every volume.
    """
    queries = found.facts["traffic.queries_per_month"]

    def fixed(arm: str) -> Array:
        without_queries = found.monthly_usd[arm] - queries * found.usd_per_query[arm]
        return without_queries + found.setup_usd[arm] / found.horizon_months

    return break_even_queries(fixed(arm_a), found.usd_per_query[arm_a], fixed(arm_b), found.usd_per_query[arm_b])


def payback(found: Costs, arm_a: str, arm_b: str) -> Array:
    """Give the months after which ``arm_b``'s set-up is paid back by its cheaper months, against ``arm_a``."""
    return payback_months(
        found.setup_usd[arm_a], found.monthly_usd[arm_a], found.setup_usd[arm_b], found.monthly_usd[arm_b]
    )
