"""The decision: frameworks, gaps, feasibility, evidence, stability and counterfactuals.

For: going from facts to a recommendation with its reasons, its doubts and what would change it.
May import: client, prices, simulation, costs, experiment (stored runs).

Examples:
    >>> from lib.client import load_client
    >>> from lib.paths import CLIENTS
    >>> made = decide(load_client(CLIENTS / "voice-agent.yaml"), with_counterfactuals=False)
    >>> made.recommendation, made.agreement
    ('fine_tune', 1.0)
"""

from lib.decision.decide import decide, deciding
from lib.decision.measured import usable_client
from lib.decision.result import Decision

__all__ = ["Decision", "decide", "deciding", "usable_client"]
