"""The decision: frameworks, gaps, feasibility, evidence, confidence and flips."""

from lib.decision.decide import decide
from lib.decision.measured import usable_client
from lib.decision.result import Decision

__all__ = ["Decision", "decide", "usable_client"]
