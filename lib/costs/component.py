"""One line of an arm's costs."""

from dataclasses import dataclass

from lib.costs.situation import Array


@dataclass(frozen=True)
class Component:
    """One component of an arm's costs.

    ``setup`` (USD, once) and ``monthly`` (USD a month) are arrays of shape ``()`` or ``(n,)``. ``formula``
    says in words how they come about; ``prices`` are the keys of the price rows used. ``labour`` tells
    work from what is paid to vendors. ``by_month`` is ``None`` where every month is the same; else USD in each month
    of the horizon, of which ``monthly`` is the mean.
    """

    id: str
    label: str
    formula: str
    prices: tuple[str, ...]
    setup: Array
    monthly: Array
    labour: bool = False
    unit: str = "USD"
    by_month: Array | None = None
