"""The six verdicts, which failure leads to which, and which of several is shown."""

from collections.abc import Iterable

REPRODUCES = "reproduces"
DOES_NOT_REPRODUCE = "does not reproduce"
CONTRADICTS_ITSELF = "contradicts itself"
CONTRADICTS_ANOTHER = "contradicts another article"
CONTRADICTED_BY_MEASUREMENT = "contradicted by measurement"
NOT_CHECKABLE = "not checkable"

# A failed check leads to the verdict of what it was held against.
# - own article: the article states the quantity twice, or parts that it says make it up, or an order that
#   its own figures reverse;
# - measurement: published results say otherwise;
# - own inputs: arithmetic on the article's own volumes, tokens and prices gives another figure;
# - assumed inputs, list prices: the arithmetic needs something that the article does not state;
# - other article: the same quantity, elsewhere.
FAILED = {
    "own article": CONTRADICTS_ITSELF,
    "measurement": CONTRADICTED_BY_MEASUREMENT,
    "own inputs": CONTRADICTS_ITSELF,
    "assumed inputs": DOES_NOT_REPRODUCE,
    "list prices": DOES_NOT_REPRODUCE,
    "other article": CONTRADICTS_ANOTHER,
}

# The most telling first: what an article says against itself needs no outside source, measurements outrank
# arithmetic on assumed inputs, and two articles may both have their reasons.
PRIORITY = (
    CONTRADICTS_ITSELF,
    CONTRADICTED_BY_MEASUREMENT,
    DOES_NOT_REPRODUCE,
    CONTRADICTS_ANOTHER,
    REPRODUCES,
    NOT_CHECKABLE,
)

# Agreement with another article is no reproduction: both may have copied it.
REPRODUCING = {"own article", "measurement", "own inputs", "assumed inputs", "list prices"}


def verdict(outcomes: Iterable[tuple[str | None, bool | None]]) -> str:
    """Give the verdict of a claim from its checks' (held against, holds) pairs.

    A check that compares nothing, or whose outcome depends on what the article does not state
    (``None``), decides nothing.
    """
    found = {NOT_CHECKABLE}
    for against, holds in outcomes:
        if holds is False:
            found.add(FAILED[against])
        elif holds and against in REPRODUCING:
            found.add(REPRODUCES)
    return next(each for each in PRIORITY if each in found)
