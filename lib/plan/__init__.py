"""The plan: what to do in which order, what must be measured before going on, what to tick off.

For: roadmap, checklist, industry note, data to collect, retraining calendar of one client and architecture.
May import: arms, client, costs, decision. Imported by views, forms, report, commands.
"""

from lib.plan.checklist import Checklist, IndustryNote, checklist, industry_note
from lib.plan.roadmap import Gate, PlannedStep, Roadmap, roadmap

__all__ = ["Checklist", "Gate", "IndustryNote", "PlannedStep", "Roadmap", "checklist", "industry_note", "roadmap"]
