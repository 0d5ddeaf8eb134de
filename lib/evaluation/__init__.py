"""Evaluation: answers graded by people or a judge, set against targets, and what that says of training.

For: answer sheets, blind grading that saves after every click, agreement of two graders, alerts, the gate.
May import: arms, client, stats, decision, models (the judge, when asked). Imported by forms, commands.
"""

from lib.evaluation.grading import Answer, Grade, GradeBook, Sheet, agreement, evidence_of
from lib.evaluation.targets import BELOW, Alert, Target, alerts, gate, history, targets

__all__ = [
    "BELOW",
    "Alert",
    "Answer",
    "Grade",
    "GradeBook",
    "Sheet",
    "Target",
    "agreement",
    "alerts",
    "evidence_of",
    "gate",
    "history",
    "targets",
]
