"""Live forms over the client file, and the pages that show a decision.

For: what moves on a page: the client form, pickers, grading.
May import: client, prices, costs, decision, models, experiment, evaluation, plan, views.
"""
