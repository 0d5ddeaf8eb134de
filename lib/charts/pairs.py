"""Pairs of changes that reach an arm which no single change reaches."""

from lib.charts.table import Table
from lib.client.facts import field_specs
from lib.decision.pair_flips import PairFlip
from lib.wording import arm_title, number


def pair_table(pairs: list[PairFlip]) -> Table:
    """Give one row an arm: the two facts that together would make it the recommendation."""
    rows = [[arm_title(pair.recommendation), *(_change(pair, place) for place in (0, 1))] for pair in pairs]
    if not rows:
        rows = [["Every arm that can be reached at all", "is reached by one change", "–"]]
    return Table(["Would become", "One change", "And another"], rows, "Arms that only two changes together reach")


def _change(pair: PairFlip, place: int) -> str:
    label = field_specs()[pair.fields[place]].label
    return f"{label}: {number(pair.from_values[place])} → {number(pair.to_values[place])}"
