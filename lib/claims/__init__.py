"""The claims audit: every checkable figure of the articles, recomputed.

For: verdicts on published figures, with their workings.
May import: prices, experiment (the published tables).

``audit()`` recomputes the claims under ``data/claims/``; ``cost_tables()`` sets the articles' cost tables
beside the figures that their own inputs give. Verdicts are computed, never typed in.
"""

# ruff: noqa: F401
from lib.claims.checking import Audit, Row, audit
from lib.claims.cost_tables import CostRow, cost_tables
