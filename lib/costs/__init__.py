"""What each arm costs and how long its answers take, on dated prices.

For: formulas, expected costs, latency, the business case and the Excel workbook.
May import: client, prices, simulation.

``costs(facts, book)`` and ``latency(facts, book)`` compute all arms at once over arrays of shape ``()`` or ``(n,)``;
``Estimates.of(client, book)`` gives the expected costs with P10 to P90 of one set of draws, and as planned beside them.
"""

# ruff: noqa: F401
from lib.costs.business_case import BusinessCase
from lib.costs.comparison import Swing, TurningPoint, break_even_volumes, payback, share_right_to_match, tornado
from lib.costs.cost_model import Costs, costs, usd_per_correct_answer
from lib.costs.estimates import Estimate, Estimates
from lib.costs.latency_model import Latencies, latency
