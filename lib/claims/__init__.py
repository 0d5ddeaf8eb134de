"""The claims audit: every checkable figure of the articles, recomputed.

For: verdicts on published figures, with their workings.
May import: prices, experiment (the published tables).

``audit()`` recomputes the claims under ``data/claims/``; ``cost_tables()`` sets the articles' cost tables
beside the figures that their own inputs give. Verdicts are computed, never typed in.
"""

from lib.claims.audit import Audit, audit
from lib.claims.checking import Row
from lib.claims.cost_tables import CostRow, cost_tables

__all__ = ["Audit", "CostRow", "Row", "audit", "cost_tables"]
