"""What each arm costs and how long its answers take, on dated prices.

``costs(facts, book)`` and ``latency(facts, book)`` compute all arms at once over arrays of shape ``()`` or ``(n,)``.
"""

from lib.arms import ARMS
from lib.costs.bounds import corner_costs, spread
from lib.costs.comparison import (
    break_even_queries,
    break_even_volume,
    payback,
    payback_months,
    share_right_to_match,
)
from lib.costs.component import Component
from lib.costs.cost_model import Costs, costs, usd_per_correct_answer
from lib.costs.latency_model import Latencies, latency

__all__ = [
    "ARMS",
    "Component",
    "Costs",
    "Latencies",
    "break_even_queries",
    "break_even_volume",
    "corner_costs",
    "costs",
    "latency",
    "payback",
    "payback_months",
    "share_right_to_match",
    "spread",
    "usd_per_correct_answer",
]
