"""The measures: one function each, from one answer's verdict to the cost of a right one.

``MEASURES`` judge an answer true or false (``judged``), ``GRADES`` give it a number from 0 to 1
(``graded``). Nothing heavy is imported here.
"""

from lib.experiment.measures.agreement import agreement, consistency
from lib.experiment.measures.effort import CostPerCorrect, Wait, usd_per_correct, wait_of
from lib.experiment.measures.graded import about, graded
from lib.experiment.measures.perplexing import perplexity
from lib.experiment.measures.retrieved import RETRIEVAL_MEASURES, retrieval_measures
from lib.experiment.measures.tables import GRADES, MEASURES, GradeEntry, Measure, MeasureEntry, judged
from lib.experiment.measures.text import normalised, refuses
from lib.experiment.world import states

__all__ = [
    "GRADES", "MEASURES", "RETRIEVAL_MEASURES", "CostPerCorrect", "GradeEntry", "Measure", "MeasureEntry", "Wait", "about", "agreement", "consistency", "graded", "judged", "normalised", "perplexity", "refuses",
    "retrieval_measures", "states", "usd_per_correct", "wait_of",
]  # fmt: skip
