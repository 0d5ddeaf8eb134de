"""One line of an arm's costs."""

from dataclasses import dataclass

from lib.costs.situation import Array


@dataclass(frozen=True)
class Component:
    """One component of an arm's costs.

    ``setup`` (USD, once) and ``monthly`` (USD a month) are arrays of shape ``()`` or ``(n,)``. Where the months differ
    from one another ``by_month`` has them (the mean of the draws, shape ``(months,)``), and ``monthly`` is their mean, so
    that months always add up to the horizon. ``formula``
    says in words how they come about; ``prices`` are the keys of the price rows used. ``labour`` tells
    work from what is paid to vendors.
    """

    id: str
    label: str
    formula: str
    prices: tuple[str, ...]
    setup: Array
    monthly: Array
    labour: bool = False
    by_month: Array | None = None
