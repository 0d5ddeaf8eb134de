"""What people see: one table, one chart, one caption, one style sheet, for pages, forms, report and command line.

For: everything that is shown anywhere.
May import: client, prices, simulation, costs, decision, claims, dataset, models, experiment, evaluation, plan.

Results come from the rooms below (client, costs, decision, claims, experiment); forms, report and commands use
what stands here. Nothing here computes a figure that decides.
"""

from lib.views.chart import Chart
from lib.views.markup import Page, caption, joined, setup
from lib.views.money import Money
from lib.views.table import Table

__all__ = ["Chart", "Money", "Page", "Table", "caption", "joined", "setup"]
