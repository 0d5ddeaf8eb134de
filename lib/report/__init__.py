"""The client report: what a notebook shows of one client, and the engine that turns it into files.

For: one page a client, its PDF and manifest, and portfolios of hundreds.
May import: client, prices, simulation, costs, decision, claims, experiment, evaluation, plan, views.
"""

from lib.report.case import Case, case_from, case_of
from lib.report.parameters import client_from

__all__ = ["Case", "case_from", "case_of", "client_from"]
